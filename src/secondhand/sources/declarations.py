"""Everything that the metadata of a distribution say about its licence, and whether it contradicts itself.

`installed_licence` takes the first statement that names a single licence; here are all of them. A classifier such as
"BSD License" names a family of licences. It knows nothing of what a licence asks for.
"""

from dataclasses import dataclass
from importlib.metadata import distributions, metadata

from secondhand.sources.distributions import LicenceField, installed_licence, spdx, spdx_expression

# The classifiers that name a family or a licence, and how the SPDX identifiers of its members begin.
_FAMILIES = {
    "Apache Software License": ("Apache-",),
    "BSD License": ("BSD-", "0BSD"),
    "GNU Affero General Public License v3": ("AGPL-3.0",),
    "GNU General Public License (GPL)": ("GPL-",),
    "GNU General Public License v2 (GPLv2)": ("GPL-2.0",),
    "GNU General Public License v3 (GPLv3)": ("GPL-3.0",),
    "GNU Lesser General Public License v3 (LGPLv3)": ("LGPL-3.0",),
    "ISC License (ISCL)": ("ISC",),
    "MIT License": ("MIT",),
    "MIT No Attribution License (MIT-0)": ("MIT-0",),
    "Mozilla Public License 2.0 (MPL 2.0)": ("MPL-2.0",),
    "Python Software Foundation License": ("PSF-", "Python-", "CNRI-"),
    "The Unlicense (Unlicense)": ("Unlicense",),
}


@dataclass(frozen=True)
class Declaration:
    """One statement of a distribution about its licence.

    Attributes:
        field: "License-Expression", "License" or "Classifier".
        text: what it says; of a longer text, the first line.
        expression: the SPDX expression that it names, or None where it names no single licence.
    """

    field: LicenceField
    text: str
    expression: str | None


@dataclass(frozen=True)
class Contradiction:
    """Two statements of a distribution that cannot both be the whole truth; each may be part of it.

    Attributes:
        distribution: its name.
        version: the installed version.
        expression: the SPDX expression that its field names.
        field: the field.
        classifier: a classifier that names another licence, or a family to which none of that expression belongs.
    """

    distribution: str
    version: str
    expression: str
    field: LicenceField
    classifier: str


def installed_distributions() -> list[str]:
    """Return the names of all installed distributions, sorted; those without a name are what a removal left behind."""
    named = [found.metadata.get_all("Name") or [] for found in distributions()]
    return sorted({str(name) for names in named for name in names if name}, key=str.lower)


def licence_declarations(distribution: str) -> list[Declaration]:
    """Return every statement of an installed distribution about its licence, fields first, then classifiers.

    Raises:
        TypeError: `distribution` is not a string.
        ValueError: no distribution of that name is installed.
    """
    installed_licence(distribution)
    found = metadata(distribution).json
    statements: list[tuple[LicenceField, str]] = [
        ("License-Expression", str(found.get("license_expression", ""))),
        ("License", str(found.get("license", ""))),
    ]
    statements += [
        ("Classifier", line.split("::")[-1].strip())
        for line in found.get("classifier", [])
        if line.startswith("License ::")
    ]
    declared = []
    for field, text in statements:
        first = text.strip().partition("\n")[0].strip()
        if first and first != "UNKNOWN":
            declared.append(Declaration(field, first, spdx_expression(first)))
    return declared


def contradictions(distribution: str) -> list[Contradiction]:
    """Return where a field names a licence, and a classifier another one.

    A classifier agrees if some licence of the expression belongs to what it names. Classifiers that name no known
    family say nothing here.

    Raises:
        TypeError: `distribution` is not a string.
        ValueError: no distribution of that name is installed.
    """
    declared = installed_licence(distribution)
    if declared.expression is None or declared.field == "Classifier":
        return []
    symbols = spdx().license_keys(declared.expression)
    return [
        Contradiction(distribution, declared.version, declared.expression, declared.field, statement.text)
        for statement in licence_declarations(distribution)
        if statement.field == "Classifier"
        and statement.text in _FAMILIES
        and not any(symbol.startswith(_FAMILIES[statement.text]) for symbol in symbols)
    ]
