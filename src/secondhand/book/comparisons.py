"""How fast the library is: calls of it, each timed beside a yardstick in the same run, so that the machine cancels out.

It knows nothing of chapters and of the report.
"""

import statistics
import time
import warnings
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from secondhand.lineage import LineageGraph

REPETITIONS = 7
"""How often each side of a comparison is timed."""


@dataclass(frozen=True)
class Comparison:
    """A call of the library timed beside a yardstick in the same run, so that the machine cancels out.

    Attributes:
        name: what is called.
        yardstick: what it is compared with.
        call: the call of the library.
        baseline: the yardstick.
        limit: the ratio that it must not exceed.
    """

    name: str
    yardstick: str
    call: Callable[[], object]
    baseline: Callable[[], object]
    limit: float

    def ratio(self) -> float:
        """Return the median time of the call in units of the median time of the yardstick; both are warmed up."""
        times: dict[Callable[[], object], list[float]] = {self.call: [], self.baseline: []}
        for repetition in range(REPETITIONS + 1):
            for function, seconds in times.items():
                began = time.perf_counter()
                function()
                if repetition:
                    seconds.append(time.perf_counter() - began)
        return statistics.median(times[self.call]) / statistics.median(times[self.baseline])


def planted_passages(megabytes: int, *, seed: int) -> tuple[list[str], list[str]]:
    """Return documents of random words, and 500 passages of 60 words of which every second one stands in a document.

    Args:
        megabytes: size of all documents together, about.
        seed: for the words and the places.
    """
    generator = np.random.default_rng(seed)
    vocabulary = np.array([f"{word:x}" for word in range(10_000, 60_000)])
    law = 1 / np.arange(1, len(vocabulary) + 1)
    words = generator.choice(vocabulary, megabytes * 200_000, p=law / law.sum())  # about five bytes a word
    starts = generator.integers(len(words) - 60, size=500)
    passages = [words[start : start + 60] for start in starts]
    strangers = [generator.permutation(passage) for passage in passages]
    test = [" ".join(pair[number % 2]) for number, pair in enumerate(zip(passages, strangers, strict=True))]
    return [" ".join(document) for document in np.array_split(words, megabytes * 100)], test


def dictionary_scan(train: Sequence[str], test: Sequence[str], *, n: int = 13) -> set[int]:
    """Return which test items share an n-gram with a training document: what `ngram_overlap` does, in plain Python.

    It takes text that is lower-case words and spaces already, as that of `planted_passages`.
    """
    items: dict[tuple[str, ...], list[int]] = {}
    for number, text in enumerate(test):
        words = text.split()
        for start in range(len(words) - n + 1):
            items.setdefault(tuple(words[start : start + n]), []).append(number)
    found: set[int] = set()
    for text in train:
        words = text.split()
        for n_gram in zip(*(words[offset:] for offset in range(n)), strict=False):
            if n_gram in items:
                found.update(items[n_gram])
    return found


def comparisons() -> list[Comparison]:
    """Return the comparisons of the book's own library."""
    return [*_of_generations(), *_of_lineage(), *_of_distillation()]


def _of_generations() -> list[Comparison]:
    from secondhand.generations import gaussian_chain, regression_chain

    setting: dict[str, Any] = {"generations": 10, "features": 10, "samples": 50, "noise": 1.0}
    generator = np.random.default_rng(0)
    designs, labels = generator.standard_normal((3000, 50, 10)), generator.standard_normal((3000, 50))
    return [
        Comparison(
            "gaussian_chain, 2,000 chains × 50 generations × 50 samples",
            "drawing as many normal numbers with NumPy",
            lambda: gaussian_chain("replace", sample_size=50, generations=50, chains=2000, seed=0),
            lambda: np.random.default_rng(0).standard_normal((50, 2000, 50)),
            limit=4.0,
        ),
        Comparison(
            "gaussian_chain accumulate, 2,000 chains × 50 generations × 50 samples",
            "drawing as many normal numbers with NumPy",
            lambda: gaussian_chain("accumulate", sample_size=50, generations=50, chains=2000, seed=0),
            lambda: np.random.default_rng(0).standard_normal((50, 2000, 50)),
            limit=4.0,
        ),
        Comparison(
            "regression_chain, 300 repetitions × 10 generations, 10 features × 50 samples",
            "as many calls of numpy.linalg.lstsq, without drawing",
            lambda: regression_chain("replace", **setting, repetitions=300, design="fresh", seed=0),
            lambda: [np.linalg.lstsq(x, y, rcond=None) for x, y in zip(designs, labels, strict=True)],
            limit=1.0,
        ),
    ]


def _of_lineage() -> list[Comparison]:
    import networkx as nx

    from secondhand.lineage import STRICT, SuffixIndex, ngram_overlap
    from secondhand.sources import load_docstrings

    train, test = planted_passages(8, seed=0)
    quarter_of_train = train[: len(train) // 4]
    docstrings = "".join(load_docstrings().texts)
    megabyte, quarter = docstrings[:1_000_000], docstrings[:250_000]
    numbers = np.random.default_rng(0).integers(2**62, size=1_000_000)
    ledger, last = _large_ledger(20_000)
    small_ledger, last_of_small = _large_ledger(5_000)
    drawn = ledger.to_networkx()
    return [
        Comparison(
            "SuffixIndex, a million characters of docstrings",
            "sorting as many integers with numpy.argsort",
            lambda: SuffixIndex([megabyte]),
            lambda: np.argsort(numbers),
            limit=10.0,
        ),
        Comparison(
            # In proportion to the length it would be 4.
            "SuffixIndex, a million characters of docstrings",
            "the same for a quarter of them",
            lambda: SuffixIndex([megabyte]),
            lambda: SuffixIndex([quarter]),
            limit=6.0,
        ),
        Comparison(
            "ngram_overlap, 8 MB of words, 500 passages of which half are planted",
            "the same in plain Python, a dictionary of tuples of 13 words",
            lambda: ngram_overlap(train, test),
            lambda: dictionary_scan(train, test),
            limit=0.5,
        ),
        Comparison(
            "ngram_overlap, 8 MB of words",
            "ngram_overlap, 2 MB of words: 4 if time grows in proportion",
            lambda: ngram_overlap(train, test),
            lambda: ngram_overlap(quarter_of_train, test),
            limit=5.0,
        ),
        Comparison(
            "LineageGraph.contamination, 20,000 things, 80,000 edges, nothing found",
            "networkx.descendants once; contamination searches twice",
            lambda: ledger.contamination(last, "benchmark", split="train"),
            lambda: nx.descendants(drawn, last),
            limit=4.0,
        ),
        Comparison(
            "LineageGraph.contamination, 20,000 things",
            "the same for 5,000 things: 4 if time grows in proportion",
            lambda: ledger.contamination(last, "benchmark", split="train"),
            lambda: small_ledger.contamination(last_of_small, "benchmark", split="train"),
            limit=6.0,
        ),
        Comparison(
            "LineageGraph.obligations, 20,000 things, 80,000 edges",
            "copying the graph with networkx",
            lambda: ledger.obligations(last, STRICT),
            drawn.copy,
            limit=4.0,
        ),
    ]


def _of_distillation() -> list[Comparison]:
    import torch
    from torch import nn
    from torch.nn import functional

    from secondhand.distillation import distill, generalized_jsd, kd_loss

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # TRL warns that this module may change; its version is pinned
        from trl.experimental.gkd import GKDTrainer
    trl_loss: Callable[..., torch.Tensor] = GKDTrainer.generalized_jsd_loss

    generator = torch.Generator().manual_seed(0)
    student, teacher = (torch.randn(16, 64, 1000, generator=generator) for _ in range(2))
    images, answers = torch.randn(1024, 64, generator=generator), torch.randn(1024, 10, generator=generator)
    network = nn.Sequential(nn.Linear(64, 256), nn.ReLU(), nn.Linear(256, 10))

    def with_gradient(loss: Callable[[torch.Tensor], torch.Tensor]) -> Callable[[], object]:
        def call() -> object:
            logits = student.clone().requires_grad_(True)
            return torch.autograd.grad(loss(logits), logits)

        return call

    def by_hand(logits: torch.Tensor) -> torch.Tensor:
        ours, theirs = ((x / 2).flatten(0, 1).log_softmax(dim=-1) for x in (logits, teacher))
        return 4 * functional.kl_div(ours, theirs, reduction="batchmean", log_target=True)

    def train_by_hand() -> nn.Module:
        copy = deepcopy(network)
        optimizer = torch.optim.Adam(copy.parameters(), lr=1e-3)
        for step in range(200):
            start = 128 * step % 1024
            ours = (copy(images[start : start + 128]) / 2).log_softmax(dim=-1)
            theirs = (answers[start : start + 128] / 2).log_softmax(dim=-1)
            loss = 4 * functional.kl_div(ours, theirs, reduction="batchmean", log_target=True)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        return copy

    return [
        Comparison(
            "kd_loss with its gradient, 1,024 places × 1,000 words",
            "the same by torch.nn.functional.kl_div",
            with_gradient(lambda logits: kd_loss(logits, teacher)),
            with_gradient(by_hand),
            limit=2.0,
        ),
        Comparison(
            "generalized_jsd with its gradient, 1,024 places × 1,000 words",
            "the same by TRL",
            with_gradient(lambda logits: generalized_jsd(logits, teacher)),
            with_gradient(lambda logits: trl_loss(logits, teacher)),
            limit=1.5,
        ),
        Comparison(
            "distill, 200 steps of a network with 256 hidden units",
            "the same steps in bare PyTorch",
            lambda: distill(network, answers, images, steps=200, seed=0),
            train_by_hand,
            limit=1.5,
        ),
    ]


def _large_ledger(things: int) -> tuple["LineageGraph", str]:
    """Return a ledger in which each thing was made from four older ones, and the last thing."""
    from secondhand.lineage import LineageGraph

    generator, ledger = np.random.default_rng(0), LineageGraph()
    names = [ledger.benchmark("benchmark", documented=True)]
    for number in range(1, things):
        # Recent things mostly, so that everything is in the lineage of the last.
        places = {max(0, number - 1 - int(age)) for age in (0, *generator.integers(0, 50, 3))}
        sources = [(names[place], "test") if place == 0 else names[place] for place in sorted(places)]
        names.append(ledger.corpus(f"corpus {number}", derived_from=sources, documented=True))
    return ledger, names[-1]
