"""Recording: a call for each kind of thing, for a dataset, and for a training.

Each call adds a thing together with what it was made from. It knows nothing of questions, files and formats.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Literal

from secondhand import _quiet  # noqa: F401 - before anything that imports tqdm.auto

# isort: split

import datasets

from secondhand import _validation
from secondhand.lineage.nodes import DATA, WHOLE, Edge, EdgeKind, Node, Reference, one_or_more, several
from secondhand.lineage.recording import content_hash
from secondhand.lineage.store import Store


class Recorder(Store):
    """A store with a call for each kind of thing."""

    def corpus(
        self,
        name: str,
        *,
        licence: str | None = None,
        documented: bool = False,
        derived_from: Iterable[Reference] = (),
        contains: Iterable[Reference] = (),
        note: str = "",
    ) -> str:
        """Add data that people wrote or collected, and return the name.

        Args:
            name: a name.
            licence: SPDX expression, or None where it is unknown.
            documented: whether somebody vouches that `derived_from` and `contains` leave nothing out.
            derived_from: what it was made from.
            contains: data whose items it holds.
            note: a sentence for people.

        Raises:
            TypeError, KeyError, ValueError: as `add`.
        """
        node = Node(name, "corpus", licence, documented=documented, note=note)
        return self.add(node, self._edges_to(name, derived_from=derived_from, contains=contains))

    def benchmark(
        self,
        name: str,
        *,
        splits: tuple[str, ...] = ("train", "test"),
        licence: str | None = None,
        documented: bool = False,
        original: bool = False,
        generated_by: Iterable[Reference] = (),
        derived_from: Iterable[Reference] = (),
        contains: Iterable[Reference] = (),
        note: str = "",
    ) -> str:
        """Add data to score on, and return the name.

        Args:
            name: a name.
            splits: names of its parts, which share no item.
            licence: see `corpus`.
            documented: see `corpus`.
            original: whether somebody vouches that its items came into being with it, so that no source held one.
            generated_by: models that generated it.
            derived_from: see `corpus`.
            contains: data whose items it holds; they count for each of its splits.
            note: a sentence for people.

        Raises:
            TypeError, KeyError, ValueError: as `add`.
        """
        node = Node(name, "benchmark", licence, splits, documented, original, note=note)
        edges = self._edges_to(name, generated_by=generated_by, derived_from=derived_from, contains=contains)
        return self.add(node, edges)

    def model(
        self,
        name: str,
        *,
        trained_on: Iterable[Reference] = (),
        distilled_from: Iterable[Reference] = (),
        derived_from: Iterable[Reference] = (),
        licence: str | None = None,
        documented: bool = False,
        note: str = "",
    ) -> str:
        """Add a model, and return the name.

        Args:
            name: a name; each version of a model has its own.
            trained_on: data.
            distilled_from: teachers whose predictions it learnt directly.
            derived_from: models whose weights it started from.
            licence: SPDX expression or another name, or None where it is unknown.
            documented: whether somebody vouches that these lists leave nothing out.
            note: a sentence for people.

        Raises:
            TypeError, KeyError, ValueError: as `add`.
        """
        node = Node(name, "model", licence, documented=documented, note=note)
        edges = self._edges_to(name, trained_on=trained_on, distilled_from=distilled_from, derived_from=derived_from)
        return self.add(node, edges)

    def synthetic(
        self,
        name: str,
        *,
        generated_by: str | Iterable[str],
        derived_from: Iterable[Reference] = (),
        contains: Iterable[Reference] = (),
        licence: str | None = None,
        documented: bool = False,
        note: str = "",
    ) -> str:
        """Add data that a model generated, and return the name; arguments as for `corpus`, and the model or models."""
        node = Node(name, "synthetic", licence, documented=documented, note=note)
        generators = _generators(name, generated_by)
        edges = self._edges_to(name, generated_by=generators, derived_from=derived_from, contains=contains)
        return self.add(node, edges)

    def score(
        self,
        name: str,
        *,
        model: str,
        benchmark: Reference,
        value: float | None = None,
        note: str = "",
    ) -> str:
        """Add a score of a model on a benchmark, or on one of its splits, and return the name.

        Raises:
            TypeError, KeyError, ValueError: as `add`.
        """
        node = Node(name, "score", documented=True, value=value, note=note)
        return self.add(node, self._edges_to(name, generated_by=[model], evaluated_on=[benchmark]))

    def record(
        self,
        dataset: datasets.Dataset | datasets.DatasetDict,
        name: str,
        *,
        kind: Literal["corpus", "benchmark", "synthetic"] = "corpus",
        generated_by: str | Iterable[str] = (),
        derived_from: Iterable[Reference] = (),
        contains: Iterable[Reference] = (),
        licence: str | None = None,
        documented: bool = False,
        original: bool = False,
        note: str = "",
    ) -> str:
        """Add a dataset under the hash of its content, and return its name.

        From then on the dataset itself can stand wherever a name can, and so can any other table of the same rows.

        Args:
            dataset: a table, or for a benchmark a table for each split.
            name: a name for people.
            kind: "corpus", "benchmark" or "synthetic".
            generated_by: model or models, for synthetic data.
            derived_from: see `corpus`.
            contains: see `corpus`.
            licence: see `corpus`.
            documented: see `corpus`.
            original: see `benchmark`.
            note: a sentence for people.

        Raises:
            TypeError: an argument has the wrong type.
            KeyError: something that it was made from is not in the graph.
            ValueError: as `add`; two splits hold equal rows; or synthetic data without a model that generated them.
        """
        _validation.choice("kind", kind, DATA)
        splits: tuple[str, ...] = ()
        if isinstance(dataset, datasets.DatasetDict):
            if kind != "benchmark":
                raise TypeError(f"dataset must be a single Dataset for a {kind}, got the splits {list(dataset)}")
            splits = tuple(dataset)
            content = {split: content_hash(part) for split, part in dataset.items()}
        else:
            content = {WHOLE: content_hash(dataset)}
        generators = _generators(name, generated_by) if kind == "synthetic" else one_or_more(generated_by)
        node = Node(name, kind, licence, splits, documented, original, content, note=note)
        edges = self._edges_to(name, generated_by=generators, derived_from=derived_from, contains=contains)
        return self.add(node, edges)

    @contextmanager
    def training(
        self,
        name: str,
        *,
        on: Iterable[Reference],
        distilled_from: Iterable[Reference] = (),
        derived_from: Iterable[Reference] = (),
        licence: str | None = None,
        documented: bool = True,
        note: str = "",
    ) -> Iterator[None]:
        """Record a model when the block of a `with` statement, or the function that this decorates, has run.

        What the model is made from is looked up before the block, so that a missing record costs no training. If
        the block raises an error, no model is recorded.

        Args:
            name: a name for the model.
            on: what it is trained on.
            distilled_from: see `model`.
            derived_from: see `model`.
            licence: see `model`.
            documented: whether the lists leave nothing out; whoever writes the training step should know.
            note: a sentence for people.

        Raises:
            TypeError, KeyError, ValueError: as `add`.
        """
        node = Node(name, "model", licence, documented=documented, note=note)
        edges = self._edges_to(name, trained_on=on, distilled_from=distilled_from, derived_from=derived_from)
        for edge in edges:
            self._checked(edge, made=node)
        yield
        self.add(node, edges)

    def _edges_to(self, made: str, **references: Iterable[Reference]) -> list[Edge]:
        edges = []
        for kind, targets in references.items():
            chosen: EdgeKind = kind  # type: ignore[assignment]
            edges += [Edge(made, chosen, *self._resolve(target)) for target in several(kind, targets, "references")]
        return edges


def _generators(name: str, generated_by: str | Iterable[str]) -> list[str]:
    generators = one_or_more(generated_by)
    if not generators:
        raise ValueError(f"generated_by must name the model that generated {name!r}, got none; add the model first")
    return generators
