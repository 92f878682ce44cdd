"""How a generation's training data are put together from real data and the output of earlier models.

It holds the words and their check, and knows nothing of models or of how data are drawn.
"""

from typing import Any

from secondhand import _validation

WORKFLOWS = ("replace", "accumulate", "accumulate-subsample")
"""Every workflow of the literature that has a name here; see `check_workflow` for those that can be run."""


class WorkflowNotReadyError(NotImplementedError, ValueError):
    """The workflow has a name in the literature, but no code here yet: not implemented, and no value to pass today."""


def check_workflow(workflow: Any) -> str:
    """Return `workflow` if chains can follow it.

    "replace": each generation sees only what the last model made. "accumulate": all data so far are kept.
    "accumulate-subsample": all are kept, and a sample of fixed size is drawn from them
    (Gerstgrasser et al. 2024; Kazdan et al. 2024).

    Raises:
        TypeError: `workflow` is not a string.
        ValueError: it is no known workflow.
        WorkflowNotReadyError: it is known, and arrives with the chapter on mixing real data; this is both a
            NotImplementedError and a ValueError.
    """
    name = _validation.choice("workflow", workflow, WORKFLOWS)
    if name != "replace":
        raise WorkflowNotReadyError(
            f"workflow={name!r} arrives with the chapter on mixing real data; use workflow='replace' until then"
        )
    return name


def count_real_samples(sample_size: int, real_share: float) -> int:
    """Return how many of the `sample_size` items of each generation are fresh real ones.

    Raises:
        TypeError: an argument is not a number, or `sample_size` not an integer.
        ValueError: `sample_size` is below 2, `real_share` is not from 0 to 1, or their product is not a whole number.
    """
    size = _validation.integer("sample_size", sample_size, minimum=2)
    share = _validation.number("real_share", real_share, minimum=0, maximum=1)
    real_samples = round(share * size)
    if abs(share * size - real_samples) > 1e-9:
        raise ValueError(
            f"real_share must make real_share · sample_size a whole number, got {share:g} · {size} = {share * size:g}; "
            f"the nearest share is {real_samples}/{size} = {real_samples / size:.10g}"
        )
    return real_samples
