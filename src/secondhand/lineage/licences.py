"""What licences ask for, as sets of clauses, and how "and", "or" and "nobody knows" combine.

The clauses are a coarse summary, made to follow terms through a lineage; they are no substitute for reading a licence,
and no legal advice. It knows nothing of who made what from what.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntFlag, auto
from functools import cache, reduce
from types import MappingProxyType
from typing import Any, Final, Literal

from license_expression import AND, OR, ExpressionError, LicenseSymbol, LicenseWithExceptionSymbol, Licensing

from secondhand.sources.distributions import spdx, spdx_expression

Answer = Literal["yes", "no", "unknown"]

LONGEST_EXPRESSION = 1_000
"""Characters beyond which a declared licence is a legal text rather than an expression."""


class Clause(IntFlag):
    """What a licence may ask for. A name that begins with OUTPUT says that the clause names a model's outputs."""

    NOTICE = auto()
    """Keep the copyright notice and the licence with copies."""
    ATTRIBUTION = auto()
    """Name the maker where users see it."""
    STATE_CHANGES = auto()
    """Say what was changed."""
    NO_ENDORSEMENT = auto()
    """Do not advertise with the maker's name."""
    SOURCE = auto()
    """Offer the source together with the work."""
    SHARE_ALIKE = auto()
    """Pass changed versions on under the same terms."""
    NO_DERIVATIVES = auto()
    """Do not pass on changed versions."""
    NON_COMMERCIAL = auto()
    """Do not use it commercially."""
    USE_RESTRICTIONS = auto()
    """Do not use it for what a list forbids."""
    SCALE_LIMIT = auto()
    """Ask first if you have very many users."""
    NAME_PREFIX = auto()
    """Begin the name of a model made with it in a certain way."""
    UNKNOWN = auto()
    """May ask for any clause that does not name outputs: nobody knows."""
    OUTPUT_NO_TRAINING = auto()
    """Do not train other models on outputs, or not models of some kind: most such clauses have exceptions."""
    OUTPUT_NAME_PREFIX = auto()
    """Begin the name of a model trained on outputs in a certain way."""
    OUTPUT_USE_RESTRICTIONS = auto()
    """Pass use restrictions on to models trained on outputs."""
    OUTPUT_NON_COMMERCIAL = auto()
    """Do not use outputs commercially."""
    OUTPUT_UNKNOWN = auto()
    """May ask for any clause that names outputs: nobody knows."""

    def __str__(self) -> str:
        return (
            ", ".join(str(member.name).lower().replace("_", "-") for member in type(self) if member in self) or "none"
        )


NO_CLAUSES = Clause(0)
OUTPUT_CLAUSES = reduce(Clause.__or__, (clause for clause in Clause if str(clause.name).startswith("OUTPUT")))
"""Every clause that names outputs; a contract may hold such clauses."""
ALL_CLAUSES = reduce(Clause.__or__, Clause)
OTHER_CLAUSES = ALL_CLAUSES ^ OUTPUT_CLAUSES
_UNKNOWN = Clause.UNKNOWN | Clause.OUTPUT_UNKNOWN

NO_OWN_TERMS: Final = "LicenseRef-no-own-terms"
"""Licence of a thing whose maker adds no terms to those of what it was made from."""

_NOTED = Clause.NOTICE | Clause.STATE_CHANGES
_COPYLEFT = _NOTED | Clause.SOURCE | Clause.SHARE_ALIKE
_LLAMA = Clause.NOTICE | Clause.USE_RESTRICTIONS | Clause.SCALE_LIMIT
_OPENRAIL = _NOTED | Clause.USE_RESTRICTIONS | Clause.OUTPUT_USE_RESTRICTIONS

_CREATIVE_COMMONS = {
    f"CC-BY{element}-{version}": Clause.NOTICE | Clause.ATTRIBUTION | Clause.STATE_CHANGES | extra
    for version in ("1.0", "2.0", "2.5", "3.0", "4.0")
    for element, extra in {
        "": NO_CLAUSES,
        "-SA": Clause.SHARE_ALIKE,
        "-ND": Clause.NO_DERIVATIVES,
        "-NC": Clause.NON_COMMERCIAL,
        "-NC-SA": Clause.NON_COMMERCIAL | Clause.SHARE_ALIKE,
        "-NC-ND": Clause.NON_COMMERCIAL | Clause.NO_DERIVATIVES,
    }.items()
}

_SPDX = {
    **dict.fromkeys(("0BSD", "CC0-1.0", "MIT-0", "Unlicense"), NO_CLAUSES),
    **dict.fromkeys(("MIT", "ISC", "BSD-2-Clause", "BSL-1.0"), Clause.NOTICE),
    **dict.fromkeys(("BSD-3-Clause", "MIT-CMU"), Clause.NOTICE | Clause.NO_ENDORSEMENT),
    **dict.fromkeys(("Apache-2.0", "PSF-2.0", "CNRI-Python", "Zlib"), _NOTED),
    "MPL-2.0": Clause.NOTICE | Clause.SOURCE | Clause.SHARE_ALIKE,
    **{
        f"{family}-{version}-{end}": _COPYLEFT
        for family, versions in {"GPL": ("2.0", "3.0"), "LGPL": ("2.1", "3.0"), "AGPL": ("3.0",)}.items()
        for version in versions
        for end in ("only", "or-later")
    },
    **_CREATIVE_COMMONS,
}

_OWN = {
    NO_OWN_TERMS: NO_CLAUSES,
    # Llama 2 Community License, 18 July 2023, section 1.b.v: outputs may not improve any other large language model,
    # except Llama 2 and derivative works of it.
    "llama2": _LLAMA | Clause.OUTPUT_NO_TRAINING,
    # Llama 3 Community License, 18 April 2024, section 1.b.v: the same; 1.b.i asks for a name, but not by outputs.
    "llama3": _LLAMA | Clause.ATTRIBUTION | Clause.NAME_PREFIX | Clause.OUTPUT_NO_TRAINING,
    # Llama 3.1 Community License, 23 July 2024, section 1.b.i: a name for models trained on outputs.
    "llama3.1": _LLAMA | Clause.ATTRIBUTION | Clause.NAME_PREFIX | Clause.OUTPUT_NAME_PREFIX,
    # CreativeML Open RAIL-M, 22 August 2022, and DeepSeek License Agreement 1.0, 23 October 2023, sections 1, 4 and 5:
    # a model taught to perform alike with synthetic data is a derivative, and passes restrictions on.
    **dict.fromkeys(("creativeml-openrail-m", "deepseek-license-1.0"), _OPENRAIL),
    # Terms of a service, not of a work: no use of output to develop models that compete (wording of January 2024, from
    # copies on other sites).
    "openai-terms": Clause.OUTPUT_NO_TRAINING | Clause.USE_RESTRICTIONS,
}
_ALIASES = {"llama2": "llama-2", "llama3": "llama-3", "llama3.1": "llama-3.1"}

LICENCES = MappingProxyType({**_SPDX, **_OWN})
"""Identifier → clauses. Identifiers are those of SPDX, and for contracts on models the names that model pages use."""


def minimal(choices: Iterable[int]) -> frozenset[int]:
    """Return the sets of clauses that hold no other one: as far as clauses go, there is no reason to choose another."""
    distinct, kept = set(choices), list[int]()
    if len(distinct) == 1:
        return frozenset(distinct)
    for choice in sorted(distinct, key=int.bit_count):
        if not any(choice & smaller == smaller for smaller in kept):
            kept.append(choice)
    return frozenset(kept)


def conjunction(first: frozenset[int], second: frozenset[int]) -> frozenset[int]:
    """Return the minimal choices where the choices of both apply: a choice of each, and all that the two ask for."""
    if len(first) == len(second) == 1:
        (one,), (other,) = first, second
        return frozenset((one | other,))
    return minimal(one | other for one in first for other in second)


def filtered(choices: frozenset[int], mask: int) -> frozenset[int]:
    """Return what is left of the choices where only the clauses of the mask travel."""
    if len(choices) == 1:
        (one,) = choices
        return frozenset((one & mask,))
    return minimal(choice & mask for choice in choices)


@dataclass(frozen=True)
class Terms:
    """What is asked of whoever uses a thing: alternatives to choose from, each a set of clauses.

    The alternatives are kept in normal form, as an antichain: none of them holds all clauses of another. So two terms
    are equal if and only if they ask for the same.

    Attributes:
        choices: the alternatives, each the bits of its clauses.

    Raises:
        TypeError: a choice is no number.
        ValueError: there is no choice, or one has bits that are no clauses.
    """

    choices: frozenset[int]

    def __post_init__(self) -> None:
        choices = set()
        for choice in self.choices:
            if isinstance(choice, bool) or not isinstance(choice, int):
                raise TypeError(f"choices must hold clauses, got {choice!r} ({type(choice).__name__})")
            if choice < 0:
                raise ValueError(f"choices must hold clauses, got the negative number {int(choice)}")
            if choice & ~int(ALL_CLAUSES):
                raise ValueError(f"choices must hold clauses, got {int(choice)}, which has bits that are none")
            choices.add(int(choice))
        if not choices:
            raise ValueError("choices must hold at least one alternative; Terms.of() asks for nothing")
        object.__setattr__(self, "choices", minimal(choices))

    @classmethod
    def of(cls, *clauses: Clause) -> "Terms":
        """Return the terms that ask for all of these clauses and offer no choice."""
        return cls(frozenset((reduce(Clause.__or__, clauses, NO_CLAUSES),)))

    def __and__(self, other: "Terms") -> "Terms":
        """Return the terms of what is under both, such as a work that holds parts of two."""
        return Terms(conjunction(self.choices, other.choices)) if isinstance(other, Terms) else NotImplemented

    def __or__(self, other: "Terms") -> "Terms":
        """Return the terms of what is offered under either, as its user likes."""
        return Terms(self.choices | other.choices) if isinstance(other, Terms) else NotImplemented

    def __le__(self, other: "Terms") -> bool:
        """Whether whoever fulfils the other terms, by any choice, fulfils these as well."""
        if not isinstance(other, Terms):
            return NotImplemented
        return all(any(mine & theirs == mine for mine in self.choices) for theirs in other.choices)

    def through(self, clauses: Clause) -> "Terms":
        """Return what is left where only these clauses travel."""
        if not isinstance(clauses, Clause):
            raise TypeError(f"clauses must be a Clause, got {clauses!r} ({type(clauses).__name__})")
        return Terms(filtered(self.choices, int(clauses)))

    @property
    def certain(self) -> Clause:
        """The clauses of every choice: no way around them."""
        return Clause(reduce(int.__and__, self.choices))

    @property
    def possible(self) -> Clause:
        """The clauses of any choice."""
        return Clause(reduce(int.__or__, self.choices))

    def best(self) -> "Terms":
        """Return the terms as they are if what nobody knows asks for nothing."""
        return Terms(frozenset(choice & ~int(_UNKNOWN) for choice in self.choices))

    def worst(self) -> "Terms":
        """Return the terms as they are if what nobody knows asks for everything that it may."""
        hidden = {Clause.UNKNOWN: int(OTHER_CLAUSES), Clause.OUTPUT_UNKNOWN: int(OUTPUT_CLAUSES)}
        return Terms(
            frozenset(
                reduce(int.__or__, (asked for mark, asked in hidden.items() if choice & mark), choice)
                for choice in self.choices
            )
        )

    def allow(self, what: Clause) -> Answer:
        """Say whether some choice is free of these clauses: "yes", "no", or "unknown" where it depends on the unknown.

        Args:
            what: clauses that stand against a use, of which any one is enough.
        """
        if not isinstance(what, Clause):
            raise TypeError(f"what must be a Clause, got {what!r} ({type(what).__name__})")
        if any(not choice & what for choice in self.worst().choices):
            return "yes"
        return "unknown" if any(not choice & what for choice in self.best().choices) else "no"

    @property
    def commercial(self) -> Answer:
        """Whether some choice holds no clause against commercial use, that of outputs included.

        A clause about outputs stands here for the thing, too, since what arrived from a model is such an output.
        """
        return self.allow(Clause.NON_COMMERCIAL | Clause.OUTPUT_NON_COMMERCIAL)

    def __str__(self) -> str:
        return " | ".join(sorted((str(Clause(choice)) for choice in self.choices), key=lambda text: (len(text), text)))


NO_TERMS = Terms.of()
"""Asks for nothing."""
UNKNOWN_TERMS = Terms.of(_UNKNOWN)
"""May ask for anything."""


@cache
def _licensing() -> Any:
    own = [LicenseSymbol(key, aliases=(_ALIASES[key],) if key in _ALIASES else ()) for key in _OWN]
    return Licensing([*spdx().known_symbols.values(), *own])


@cache
def _read(text: str) -> Terms:
    if not text or len(text) > LONGEST_EXPRESSION:
        return UNKNOWN_TERMS
    try:
        tree = _licensing().parse(spdx_expression(text) or text, validate=True, strict=True)
    except (ExpressionError, RecursionError):
        return UNKNOWN_TERMS
    return UNKNOWN_TERMS if tree is None else _terms_of_tree(tree)


def _terms_of_tree(tree: Any) -> Terms:
    match tree:
        case OR():
            return reduce(Terms.__or__, map(_terms_of_tree, tree.args))
        case AND():
            return reduce(Terms.__and__, map(_terms_of_tree, tree.args))
        case LicenseWithExceptionSymbol():
            return _terms_of_tree(tree.license_symbol)
        case LicenseSymbol():
            return Terms.of(LICENCES[tree.key]) if tree.key in LICENCES else UNKNOWN_TERMS
        case _:
            return UNKNOWN_TERMS


def terms_of(licence: str | None) -> Terms:
    """Return what a licence asks for.

    None, text that is no licence expression, and licences that the table `LICENCES` lacks are taken for unknown.
    "A OR B" offers a choice, "A AND B" asks for both. "A WITH E" is read as A, as if exceptions only took demands away.

    Args:
        licence: an SPDX expression, which may name contracts of the table such as "llama3.1"; a name in use such as
            "MIT License"; or None.

    Raises:
        TypeError: `licence` is neither a string nor None.
    """
    if licence is None:
        return UNKNOWN_TERMS
    if not isinstance(licence, str):
        raise TypeError(f"licence must be a string or None, got {licence!r} ({type(licence).__name__})")
    return _read(licence.strip())
