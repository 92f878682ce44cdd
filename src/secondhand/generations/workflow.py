"""How a generation's training data are put together from real data and the output of earlier models.

It holds the words and their check, and knows nothing of models or of how data are drawn.
"""

from typing import Any

from secondhand import _validation

WORKFLOWS = ("replace", "accumulate", "accumulate-subsample", "fixed-real")
"""Every workflow that a chain can follow; see `check_workflow` for what each means."""


def check_workflow(workflow: Any) -> str:
    """Return `workflow` if chains can follow it.

    Let M be the sample size and α the real share. Generation 1 is fitted to M real items in every workflow. After that

    - "replace": each generation sees αM fresh real items, and (1 − α)M that the last model made, and nothing older;
    - "accumulate": as many items of both kinds are added in each generation, and all data so far are kept: generation t
      is fitted to tM items;
    - "accumulate-subsample": all are kept as in "accumulate", and each generation is fitted to M of them, drawn without
      replacement;
    - "fixed-real": as "replace", but the αM real items are the same ones in every generation: αM of the first M.

    Without real data "fixed-real" is "replace".

    Chains of laws (`gaussian_chain`, `categorical_chain`) start from the true law, generation 0. A chain of learners
    (`refit_chain`) has no true law: its generation 0 is fitted to all human data, however many they are, and is what
    generation 1 is here.

    Raises:
        TypeError: `workflow` is not a string.
        ValueError: it is no known workflow.

    Source:
        "accumulate": M. Gerstgrasser et al. (2024), Is Model Collapse Inevitable? "accumulate-subsample": J. Kazdan et
        al. (2024), Collapse or Thrive? The loops with fixed and with fresh real data: S. Alemohammad et al. (2023),
        Self-Consuming Generative Models Go MAD.
    """
    return _validation.choice("workflow", workflow, WORKFLOWS)


def count_real_samples(sample_size: int, real_share: float, *, smallest: int = 2) -> int:
    """Return how many of the `sample_size` new items of each generation are real ones.

    Args:
        sample_size: new items of a generation, at least `smallest`.
        real_share: the share of them that is real, from 0 to 1; times `sample_size` it must be a whole number.
        smallest: the smallest sample size that the model can be fitted to.

    Raises:
        TypeError: an argument is not a number, or `sample_size` not an integer.
        ValueError: `sample_size` is too small, `real_share` is not from 0 to 1, or their product is not a whole number.
    """
    size = _validation.integer("sample_size", sample_size, minimum=smallest)
    share = _validation.number("real_share", real_share, minimum=0, maximum=1)
    real_samples = round(share * size)
    if abs(share * size - real_samples) > 1e-9 * max(1, real_samples):
        raise ValueError(
            f"real_share must make real_share · sample_size a whole number, got {share:g} · {size} = {share * size:g}; "
            f"the nearest share is {real_samples}/{size} = {real_samples / size:.10g}"
        )
    return real_samples
