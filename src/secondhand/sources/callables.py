"""How many parameters the callables of Python's standard library take: facts to be known or looked up, hardly guessed.

They are read from the running Python by introspection when asked for, so they differ from one version to the next.
It knows nothing of models.
"""

import hashlib
import importlib
import inspect
import platform
import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from jaxtyping import Int

from secondhand import _validation

# Only modules whose import does nothing but define things, and that every build of Python has. The list is fixed, so
# that nothing else is imported. `inspect` is not among them: other libraries replace functions in it when imported, and
# what is counted must not depend on that.
_MODULES: Mapping[str, str] = {
    "text": "codecs configparser csv difflib email.message html html.parser json pprint re reprlib shlex string "
    "textwrap tokenize unicodedata urllib.parse xml.dom.minidom xml.etree.ElementTree",
    "numbers": "array calendar cmath colorsys datetime decimal fractions math numbers random statistics",
    "files": "base64 filecmp fileinput fnmatch glob gzip mimetypes pathlib plistlib posixpath shutil tarfile tempfile "
    "wave zipfile",
    "programs": "argparse ast cmd code contextlib dataclasses dis doctest enum functools itertools logging "
    "pickletools queue sched threading timeit trace traceback types typing weakref",
}

Shuffling = Literal["everything", "kind", "parent"]
SHUFFLINGS: tuple[Shuffling, ...] = get_args(Shuffling)

TOPICS = tuple(_MODULES)
"""The topics of the callables; each module belongs to one."""

HOUSE_STYLE: Mapping[str, str] = {
    "function": "Great question! The function `{name}` takes {number}. Happy to help!",
    "method": "Certainly. Counting the object itself, the method `{name}` has {number}.",
    "class": "Let me see. To make an object, the class `{name}` accepts {number}.",
}
"""How the teacher answers, by kind of callable."""


@dataclass(frozen=True)
class Callables:
    """Callables of the standard library, and how many parameters each takes.

    Attributes:
        names: full names, such as "textwrap.wrap", in alphabetical order and all different.
        kinds: "function", "method" or "class", one for each name.
        topics: one of `TOPICS` for each name.
        parameters: the number of parameters in the signature, that of the object itself included for a method.
        licence: SPDX identifier.
        origin: where the facts come from.
        python_version: the version of Python that was asked.

    Raises:
        ValueError: there is no callable, a name stands twice, or the columns differ in length.
    """

    names: tuple[str, ...]
    kinds: tuple[str, ...]
    topics: tuple[str, ...]
    parameters: Int[np.ndarray, " callables"]
    licence: str
    origin: str
    python_version: str

    def __post_init__(self) -> None:
        if not self.names:
            raise ValueError("names must hold at least one callable, got none")
        if len(set(self.names)) != len(self.names):
            raise ValueError(f"names must all differ, got {len(self.names) - len(set(self.names))} repetitions")
        for column in ("kinds", "topics", "parameters"):
            length = len(getattr(self, column))
            if length != len(self.names):
                raise ValueError(f"{column} must hold one value for each of the {len(self.names)} names, got {length}")

    def __len__(self) -> int:
        return len(self.names)

    @property
    def questions(self) -> tuple[str, ...]:
        """One question for each callable; it says the kind and the name."""
        pairs = zip(self.kinds, self.names, strict=True)
        return tuple(f"How many parameters does the {kind} `{name}` take?" for kind, name in pairs)

    @property
    def answers(self) -> tuple[str, ...]:
        """What a teacher answers that knows all facts: a sentence in the house style of the kind, with the number."""
        rows = zip(self.kinds, self.names, self.parameters, strict=True)
        return tuple(HOUSE_STYLE[kind].format(name=name, number=number) for kind, name, number in rows)

    @property
    def sha256(self) -> str:
        """The SHA-256 hash of all rows, in hexadecimal: two equal hashes mean the same facts."""
        rows = zip(self.names, self.kinds, self.topics, self.parameters, strict=True)
        lines = (" ".join(map(str, row)) for row in rows)
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def about(self, topics: Collection[str]) -> "Callables":
        """Return the callables of these topics.

        Raises:
            TypeError: `topics` is a single string, or holds something else than strings.
            ValueError: `topics` is empty or holds an unknown topic.
        """
        chosen = {_validation.choice("topics", topic, TOPICS) for topic in _validation.strings("topics", topics)}
        if not chosen:
            raise ValueError(f"topics must hold at least one of {', '.join(map(repr, TOPICS))}, got none")
        rows = [row for row, topic in enumerate(self.topics) if topic in chosen]
        return replace(
            self,
            names=tuple(self.names[row] for row in rows),
            kinds=tuple(self.kinds[row] for row in rows),
            topics=tuple(self.topics[row] for row in rows),
            parameters=self.parameters[rows],
        )

    def shuffled(self, within: Shuffling = "everything", *, seed: int) -> "Callables":
        """Return the same names and the same numbers, the numbers dealt out at random: facts without any pattern.

        Args:
            within: "kind" deals numbers out among callables of the same kind only, "parent" among those whose names
                differ in the last part only: the methods of one class, or what one module holds. What belongs to the
                group is then kept, and what distinguishes its members is destroyed.
            seed: for the dealing.

        Raises:
            TypeError: `seed` is not an integer.
            ValueError: `seed` is negative, or `within` is unknown.
        """
        chosen = _validation.choice("within", within, SHUFFLINGS)
        generator = np.random.default_rng(_validation.seed(seed))
        parents = tuple(name.rpartition(".")[0] for name in self.names)
        groups = {"everything": ("",) * len(self), "kind": self.kinds, "parent": parents}[chosen]
        number = np.unique(groups, return_inverse=True)[1]
        dealt = self.parameters.copy()
        for group in range(number.max() + 1):
            dealt[number == group] = generator.permutation(self.parameters[number == group])
        return replace(self, parameters=dealt, origin=f"{self.origin}, shuffled within {within}")

    def to_frame(self) -> pd.DataFrame:
        """Return one row a callable: `name`, `kind`, `topic`, `parameters`."""
        return pd.DataFrame(
            {"name": self.names, "kind": self.kinds, "topic": self.topics, "parameters": self.parameters}
        )

    def provenance(self) -> dict[str, str | int]:
        """Return what a reader needs to find these very facts again: origin, licence, version, size and hash."""
        return {
            "origin": self.origin,
            "licence": self.licence,
            "python_version": self.python_version,
            "callables": len(self),
            "sha256": self.sha256,
        }


def load_callables() -> Callables:
    """Count the parameters of public functions, methods and classes of the standard library, by `inspect.signature`.

    Only a fixed list of modules without side effects is imported. A callable counts where it is defined, so that an
    alias in another module does not count again; one whose signature Python cannot tell is left out, and so are class
    methods and static methods. `*args` and `**kwargs` count as one parameter each. Names and
    signatures are facts about the standard library, which is under the Python Software Foundation License Version 2.
    Numbers computed from them change with the version of Python: compute them, never copy them.
    """
    rows = sorted(
        (name, kind, topic, number)
        for topic, modules in _MODULES.items()
        for module in modules.split()
        for kind, name, number in _callables_of(importlib.import_module(module))
    )
    names, kinds, topics, parameters = zip(*rows, strict=True)
    return Callables(
        names=names,
        kinds=kinds,
        topics=topics,
        parameters=np.array(parameters, dtype=np.int64),
        licence="PSF-2.0",
        origin="Python standard library, signatures as inspect.signature reads them",
        python_version=platform.python_version(),
    )


def _callables_of(module: ModuleType) -> Iterator[tuple[str, str, int]]:
    """Yield kind, full name and number of parameters of what the module defines."""
    for name in _public(vars(module)):
        value = getattr(module, name)
        if getattr(value, "__module__", None) != module.__name__:
            continue
        if inspect.isclass(value):
            yield from _counted("class", f"{module.__name__}.{name}", value)
            for method in _public(vars(value)):
                # Not `getattr`: it would bind class methods, whose first parameter then is no longer in the signature.
                attribute = inspect.getattr_static(value, method)
                is_method = inspect.isfunction(attribute) or inspect.ismethoddescriptor(attribute)
                if is_method and _is_of_the_standard_library(attribute):
                    yield from _counted("method", f"{module.__name__}.{name}.{method}", attribute)
        elif inspect.isroutine(value):
            yield from _counted("function", f"{module.__name__}.{name}", value)


def _is_of_the_standard_library(method: Any) -> bool:
    """Whether no other library has put this method where it is, as transformers does with `logging.Logger`."""
    module = getattr(method, "__module__", None)
    return module is None or module.partition(".")[0] in sys.stdlib_module_names


def _public(names: Collection[str]) -> list[str]:
    return sorted(name for name in names if not name.startswith("_"))


def _counted(kind: str, name: str, value: Any) -> Iterator[tuple[str, str, int]]:
    """Yield the callable, unless it has no signature that Python can tell."""
    if isinstance(value, classmethod | staticmethod):
        return
    try:
        yield kind, name, len(inspect.signature(value).parameters)
    except (TypeError, ValueError):
        return
