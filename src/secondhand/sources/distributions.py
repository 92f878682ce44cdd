"""The licence that an installed Python distribution declares, read from its metadata.

Metadata say what a publisher declared, in a modern field (`License-Expression`, an SPDX expression), a legacy one
(`License`, any text) or a classifier. Where these name no single licence, such as "BSD License", the licence is unknown
rather than guessed. It knows nothing of what a licence asks for.
"""

from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, metadata
from typing import Any, Literal

from license_expression import ExpressionError, get_spdx_licensing

LicenceField = Literal["License-Expression", "License", "Classifier", "none"]

# Names in use that mean one SPDX licence and no other. "BSD License" and "Apache Software License" name families.
_NAMES = {
    "apache 2.0": "Apache-2.0",
    "apache 2.0 license": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "bsd 2-clause license": "BSD-2-Clause",
    "bsd 3-clause license": "BSD-3-Clause",
    "isc license": "ISC",
    "isc license (iscl)": "ISC",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
}


@dataclass(frozen=True)
class DeclaredLicence:
    """What an installed distribution declares about its licence.

    Attributes:
        distribution: the name asked for.
        version: the installed version.
        expression: an SPDX expression such as "Apache-2.0 OR BSD-2-Clause", or None where no single licence is named.
        field: where the expression was found, or "none".
        declared: the first line of what the metadata say, "" where they say nothing.
    """

    distribution: str
    version: str
    expression: str | None
    field: LicenceField
    declared: str


@cache
def spdx() -> Any:
    """Return the parser of SPDX expressions; it is built once, as reading the list of licences takes a moment."""
    return get_spdx_licensing()


def spdx_expression(text: str) -> str | None:
    """Return `text` as a normalised SPDX expression, or None where it is none and names no single licence.

    Args:
        text: an SPDX expression, or a name in use such as "MIT License".

    Raises:
        TypeError: `text` is not a string.
    """
    if not isinstance(text, str):
        raise TypeError(f"text must be a string, got {text!r} ({type(text).__name__})")
    name = text.strip()
    if not name:
        return None
    if name.lower() in _NAMES:
        return _NAMES[name.lower()]
    try:
        return str(spdx().parse(name, validate=True, strict=True))
    except ExpressionError:
        return None


def installed_licence(distribution: str) -> DeclaredLicence:
    """Return what the metadata of an installed distribution declare about its licence.

    Raises:
        TypeError: `distribution` is not a string.
        ValueError: no distribution of that name is installed.
    """
    if not isinstance(distribution, str):
        raise TypeError(f"distribution must be a string, got {distribution!r} ({type(distribution).__name__})")
    try:
        found = metadata(distribution).json
    except (PackageNotFoundError, ValueError):
        raise ValueError(
            f"distribution must name an installed one, got {distribution!r}; see `pip list` for the names"
        ) from None
    classifiers = [
        line.split("::")[-1].strip() for line in found.get("classifier", []) if line.startswith("License ::")
    ]
    candidates: list[tuple[LicenceField, str]] = [
        ("License-Expression", str(found.get("license_expression", ""))),
        ("License", str(found.get("license", ""))),
        # Several classifiers do not say whether they are alternatives or all apply.
        ("Classifier", classifiers[0] if len(classifiers) == 1 else ""),
    ]
    said = next((text.strip() for _, text in candidates if text.strip()), "") or ", ".join(classifiers)
    for field, text in candidates:
        lines = text.strip().splitlines()
        expression = spdx_expression(lines[0]) if lines else None
        if expression:
            return DeclaredLicence(distribution, str(found["version"]), expression, field, lines[0])
    return DeclaredLicence(distribution, str(found["version"]), None, "none", said.partition("\n")[0])
