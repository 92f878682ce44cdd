"""Docstrings of installed Python distributions, each with its author's package and the licence that it declares.

The sources are parsed, never imported, so that reading them runs nothing of theirs. The texts differ from one version
of a distribution to the next. It knows nothing of models, nor of what a licence asks for.
"""

import ast
import hashlib
import tokenize
import warnings
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import PackagePath, files

from secondhand import _quiet  # noqa: F401 - before anything that imports tqdm.auto

# isort: split

import datasets
import pandas as pd

from secondhand import _validation
from secondhand.sources.distributions import DeclaredLicence, installed_licence

# Distributions that the book cannot run without, and the modules read of each: about a million characters in all, none
# much larger than the others, under licences of every kind that metadata declare.
_MODULES: Mapping[str, tuple[str, ...]] = {
    "boolean.py": ("boolean",),
    "datasets": ("datasets.features", "datasets.load", "datasets.table"),
    "license-expression": ("license_expression",),
    "networkx": ("networkx.drawing",),
    "numpy": ("numpy.linalg",),
    "packaging": ("packaging",),
    "pandas": ("pandas.plotting",),
    "pillow": ("PIL",),
    "prov": ("prov",),
    "regex": ("regex",),
    "scipy": ("scipy.cluster",),
    "seaborn": ("seaborn",),
    "tqdm": ("tqdm",),
    "typing_extensions": ("typing_extensions",),
}

DOCUMENTED_DISTRIBUTIONS = tuple(_MODULES)
"""The distributions whose docstrings the book reads. They are installed wherever the book can run."""

# Tests are no documentation. Folders of the other names hold copies of other authors' packages, whose licence may be
# another one.
_LEFT_OUT = {"_vendor", "extern", "external", "externals", "test", "testing", "tests", "third_party", "vendor"}


@dataclass(frozen=True)
class Docstrings:
    """Docstrings, written by people, and who published them under which licence.

    Attributes:
        documents: one row a docstring, with the columns `distribution` (the name asked for), `module`, `name` (of the
            module, class or function, in full), `text`, and `licence`: the SPDX expression that the distribution
            declares, or None where it names no single licence.
        licences: what each distribution declares, in the order of the documents.
    """

    documents: datasets.Dataset
    licences: tuple[DeclaredLicence, ...]

    def __len__(self) -> int:
        return len(self.documents)

    @property
    def texts(self) -> list[str]:
        """The text of each document."""
        return list(self.documents["text"])

    @property
    def sha256(self) -> str:
        """The SHA-256 hash of names and texts, in hexadecimal: two equal hashes mean the same documents."""
        rows = zip(self.documents["name"], self.documents["text"], strict=True)
        return hashlib.sha256("\0".join(f"{name}\0{text}" for name, text in rows).encode()).hexdigest()

    def of(self, distributions: Collection[str]) -> "Docstrings":
        """Return the documents of these distributions.

        Raises:
            TypeError: `distributions` is a single string, or holds something else than strings.
            ValueError: `distributions` is empty, or holds one of which there are no documents.
        """
        chosen = _names(distributions)
        known = [licence.distribution for licence in self.licences]
        for name in chosen:
            if name not in known:
                raise ValueError(f"distributions must be among {', '.join(known)}, got {name!r}")
        rows = [row for row, name in enumerate(self.documents["distribution"]) if name in chosen]
        return replace(
            self,
            documents=self.documents.select(rows),
            licences=tuple(licence for licence in self.licences if licence.distribution in chosen),
        )

    def to_frame(self) -> pd.DataFrame:
        """Return one row a distribution: `distribution`, `version`, `licence` if known, `documents`, `characters`."""
        lengths = pd.Series([len(text) for text in self.texts]).groupby(list(self.documents["distribution"]))
        names = [licence.distribution for licence in self.licences]
        return pd.DataFrame(
            {
                "distribution": names,
                "version": [licence.version for licence in self.licences],
                "licence": [licence.expression for licence in self.licences],
                "documents": lengths.size().reindex(names).to_list(),
                "characters": lengths.sum().reindex(names).to_list(),
            }
        )

    def provenance(self) -> dict[str, str | int]:
        """Return what a reader needs to find these very texts again: origin, licence, versions, size and hash."""
        return {
            "origin": "docstrings of installed Python distributions",
            "licence": "one per distribution, see to_frame()",
            "versions": ", ".join(f"{licence.distribution} {licence.version}" for licence in self.licences),
            "documents": len(self),
            "characters": sum(map(len, self.texts)),
            "sha256": self.sha256,
        }


def load_docstrings(distributions: Collection[str] = DOCUMENTED_DISTRIBUTIONS) -> Docstrings:
    """Read the docstrings of modules, classes and functions of installed distributions.

    Of the distributions in `DOCUMENTED_DISTRIBUTIONS` fixed modules are read, about a million characters in all; of
    any other, all modules. Tests are left out, and so are copies of other authors' packages, as far as the name of
    their folder tells. A file that is missing, or that the running Python cannot decode or parse, holds no docstrings
    for it. A docstring that occurs
    twice is there twice. Numbers computed from the texts change with the versions installed: compute them, never copy
    them.

    Args:
        distributions: names of installed distributions; documents come in their order, then by module, then as they
            stand in the file.

    Raises:
        TypeError: `distributions` is a single string, or holds something else than strings.
        ValueError: `distributions` is empty, names one that is not installed, or one without any docstring.
    """
    licences, rows = [], []
    for distribution in _names(distributions):
        licence = installed_licence(distribution)
        found = [
            {
                "distribution": distribution,
                "module": module,
                "name": name,
                "text": text,
                "licence": licence.expression,
            }
            for module, path in sorted(_modules_of(distribution).items())
            for name, text in _docstrings_of(module, path)
        ]
        if not found:
            raise ValueError(f"distributions must have docstrings, but {distribution!r} has none; leave it out")
        licences.append(licence)
        rows += found
    features = datasets.Features(
        {column: datasets.Value("string") for column in ("distribution", "module", "name", "text", "licence")}
    )
    return Docstrings(datasets.Dataset.from_list(rows, features=features), tuple(licences))


def _names(distributions: Collection[str]) -> list[str]:
    """Return the names without repetition, or raise."""
    names = list(dict.fromkeys(_validation.strings("distributions", distributions)))
    if not names:
        raise ValueError(f"distributions must name at least one, such as {DOCUMENTED_DISTRIBUTIONS[0]!r}, got none")
    return names


def _modules_of(distribution: str) -> dict[str, PackagePath]:
    """Return dotted module name → source file."""
    listed = files(distribution)
    if listed is None:
        raise ValueError(f"distributions must list their files, but {distribution!r} does not; install it with pip")
    chosen = _MODULES.get(distribution)
    modules = {}
    for path in listed:
        if path.suffix != ".py" or path.parts[0] == ".." or _LEFT_OUT.intersection(path.parts):
            continue
        parts = path.with_suffix("").parts
        module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if chosen is None or any(f"{module}.".startswith(f"{prefix}.") for prefix in chosen):
            modules[module] = path
    return modules


def _docstrings_of(module: str, path: PackagePath) -> Iterator[tuple[str, str]]:
    """Yield the full name and the docstring of whatever has one, in the order of the source."""
    try:
        # An unknown encoding is a SyntaxError, bytes outside a known one a UnicodeDecodeError, which is a ValueError.
        with tokenize.open(str(path.locate())) as source, warnings.catch_warnings():
            # Others' sources may hold what newer versions of Python warn of, such as invalid escapes.
            warnings.simplefilter("ignore")
            tree = ast.parse(source.read())
    except (FileNotFoundError, SyntaxError, ValueError):
        return
    yield from _docstrings_below(tree, module)


def _docstrings_below(node: ast.AST, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        text = ast.get_docstring(node)
        if text:
            yield name, text
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _docstrings_below(child, f"{name}.{child.name}")
        elif isinstance(child, ast.stmt | ast.excepthandler | ast.match_case):
            yield from _docstrings_below(child, name)
