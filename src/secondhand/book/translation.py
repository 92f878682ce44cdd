"""Holding the two editions together: same code, same skeleton, and prose that is not stale.

Each translated page carries, in its front matter, the hash of the source page that it translates. It knows nothing of
what pages say; it compares their structure.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

HASH_KEY = "translation_of"

_FENCE = re.compile(r"^(?P<fence>`{3,}|:{3,})\s*(?:\{(?P<name>[^}]+)\}(?P<argument>.*))?.*$")
_ROLE = re.compile(r"\{([a-z:_-]+)\}`([^`]+)`")
_TITLED_ROLE = re.compile(r"^.*<([^>]+)>$", re.DOTALL)
_MATH = re.compile(r"(?<![\\$])\$(?!\$)([^$\n]+)\$(?!\$)")
_TEXT_ROLES = {"repository"}
"""Roles whose content is words and names no target."""

_TRANSLATED_ARGUMENTS = {"admonition", "dropdown", "exercise", "card", "grid-item-card", "prf:theorem", "button-ref"}
"""Directives whose argument is a title, so that it differs between languages."""


@dataclass(frozen=True)
class Skeleton:
    """What must be equal in both editions of a page.

    Attributes:
        cells: source of each code cell with its metadata lines, in order.
        headings: level of each heading, in order.
        directives: name of each directive with its argument, except where that is a title.
        labels: targets that other pages refer to.
        roles: each role with its target, as often as it occurs (the order of a sentence may change).
        display_math: each displayed formula.
        inline_math: each formula in a sentence, as often as it occurs.
    """

    cells: tuple[str, ...]
    headings: tuple[int, ...]
    directives: tuple[str, ...]
    labels: tuple[str, ...]
    roles: Counter[str]
    display_math: tuple[str, ...]
    inline_math: Counter[str]


def front_matter(text: str) -> dict[str, object]:
    """Return the YAML block at the top of a page, empty if it has none."""
    match = re.match(r"---\n(.*?)\n---\n", text, re.DOTALL)
    return (yaml.safe_load(match[1]) or {}) if match else {}


def source_hash(source: Path) -> str:
    """Return the hash that a translation of this page carries: 16 hexadecimal digits."""
    return hashlib.sha256(source.read_bytes()).hexdigest()[:16]


def is_stale(source: Path, translation: Path) -> bool:
    """Return whether the source page has changed since its translation was last accepted."""
    return front_matter(translation.read_text(encoding="utf-8")).get(HASH_KEY) != source_hash(source)


def accept(source: Path, translation: Path) -> None:
    """Write the hash of the source page into the front matter of its translation.

    Call it once the translated prose says what the source says.

    Raises:
        ValueError: the translation has no front matter to hold the hash.
    """
    text = translation.read_text(encoding="utf-8")
    line = f'{HASH_KEY}: "{source_hash(source)}"'
    if f"\n{HASH_KEY}:" in text:
        text = re.sub(rf"\n{HASH_KEY}:.*", f"\n{line}", text, count=1)
    elif text.startswith("---\n"):
        text = text.replace("---\n", f"---\n{line}\n", 1)
    else:
        raise ValueError(f"{translation} has no front matter; begin it with a line ---, a line --- and its text")
    translation.write_text(text, encoding="utf-8")


def pairs(repository: Path) -> list[tuple[Path, Path]]:
    """Return each page of the Spanish edition with its English source.

    Raises:
        FileNotFoundError: a Spanish page has no English source.
    """
    edition = repository / "es"
    found = []
    for translation in sorted([*edition.glob("*.md"), *(edition / "chapters").rglob("*.md")]):
        source = repository / translation.relative_to(edition)
        if not source.is_file():
            raise FileNotFoundError(f"{translation} translates {source}, which does not exist")
        found.append((source, translation))
    return found


def skeleton(text: str) -> Skeleton:
    """Return the structure of a page."""
    text = re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL)
    cells: list[str] = []
    headings: list[int] = []
    directives: list[str] = []
    labels: list[str] = []
    display_math: list[str] = []
    prose: list[str] = []
    lines = iter(text.splitlines())
    for line in lines:
        stripped = line.strip()
        fence = _FENCE.match(stripped)
        if fence and (fence["name"] or fence["fence"].startswith("`")) and stripped.strip("`:"):
            name, argument = fence["name"] or "", (fence["argument"] or "").strip()
            directives.append(name if name in _TRANSLATED_ARGUMENTS else f"{name} {argument}".strip())
            if name in {"code-cell", "math"} or not name:
                body = _until(lines, fence["fence"])
                (display_math if name == "math" else cells).append("\n".join(body))
        elif stripped.startswith("$$"):
            body = [stripped] if stripped.endswith("$$") and len(stripped) > 2 else [stripped, *_until(lines, "$$")]
            display_math.append("\n".join(body).strip("$ \n"))
        elif heading := re.match(r"(#+) ", line):
            headings.append(len(heading[1]))
            prose.append(line)
        elif label := re.match(r"\(([\w.:-]+)\)=$", stripped):
            labels.append(label[1])
        elif re.match(r":(name|label|nonumber|class|alt)?:", stripped):
            if stripped.startswith((":name:", ":label:")):
                labels.append(stripped)
        else:
            prose.append(line)
    joined = "\n".join(prose)
    found = _ROLE.findall(joined)
    roles = Counter(name if name in _TEXT_ROLES else f"{name} {_target(value)}" for name, value in found)
    without_code = re.sub(r"(?<!\})`[^`\n]*`", "", _ROLE.sub("", joined))
    return Skeleton(
        tuple(cells),
        tuple(headings),
        tuple(directives),
        tuple(labels),
        roles,
        tuple(display_math),
        Counter(_MATH.findall(without_code)),
    )


def differences(source: str, translation: str) -> list[str]:
    """Return in words where the structure of a translation departs from its source; empty where they agree."""
    ours, theirs = skeleton(source), skeleton(translation)
    found = []
    for field in ("cells", "headings", "directives", "labels", "display_math"):
        expected, got = getattr(ours, field), getattr(theirs, field)
        if expected == got:
            continue
        position = next((i for i, (a, b) in enumerate(zip(expected, got, strict=False)) if a != b), None)
        if position is None:
            found.append(f"{field}: the source has {len(expected)}, the translation {len(got)}")
        else:
            found.append(f"{field} {position + 1}: {expected[position]!r} became {got[position]!r}")
    for field in ("roles", "inline_math"):
        lost, added = getattr(ours, field) - getattr(theirs, field), getattr(theirs, field) - getattr(ours, field)
        if lost or added:
            found.append(f"{field}: missing {sorted(lost.elements())}, added {sorted(added.elements())}")
    return found


def _until(lines: Iterator[str], fence: str) -> list[str]:
    body = []
    for line in lines:
        if line.strip().startswith(fence) or line.strip() == fence or (fence == "$$" and line.strip().endswith("$$")):
            break
        body.append(line)
    return body


def _target(value: str) -> str:
    titled = _TITLED_ROLE.match(value)
    return titled[1] if titled else value
