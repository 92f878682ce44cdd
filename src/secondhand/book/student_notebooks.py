"""A chapter as a plain notebook, readable where MyST is not understood (Google Colab, VS Code).

Directives become quotes, captions or nothing; roles become text; values that the prose takes from cells are written
out; solutions are left out; a first cell installs the library where it is missing. It knows nothing of Sphinx: what a
reference or a citation says is asked of the caller.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

import jupytext
import nbformat

from secondhand.book.launch import Repository
from secondhand.messages import LANGUAGE_VARIABLE, t

RoleText = Callable[[str, str], str]
"""What a role says as plain Markdown: (name of the role, its content) → text."""

_FENCE = re.compile(r"^(?P<indent> *)(?P<marks>`{3,}|:{3,}|~{3,})\s*(?:\{(?P<name>[^}]+)\})?(?P<rest>.*)$")
_OPTION = re.compile(r"^\s*:(?P<key>[\w-]+):\s*(?P<value>.*)$")
_ROLE = re.compile(r"\{(?P<name>[A-Za-z][\w:+-]*)\}(?P<ticks>`+)(?P<content>.+?)(?P=ticks)", re.DOTALL)
_CODE_SPAN = re.compile(r"(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`)", re.DOTALL)
_PAGE_LINK = re.compile(r"(?<!!)\[(?P<text>[^\]]+)\]\((?!https?:|mailto:)(?P<target>[^)\s]+)\)")
_ATTRIBUTES = re.compile(r"(?<=[\])`*_\w])\{[.#][^}]*\}")

_DROPPED = {"solution", "solution-start", "solution-end", "worked-solution", "tableofcontents", "toctree", "contents"}
_DROPPED |= {"bibliography", "raw", "claims-ledger", "running-times", "index", "only", "exercise-end"}
_PLAIN_CODE = {"code", "code-block", "sourcecode"}
_FIGURES = {"glue:figure", "figure", "image"}
_LABELLED = {"note", "tip", "warning", "important", "hint", "seealso", "caution", "attention", "danger", "error"}
_TITLED = {"admonition", "dropdown", "card", "topic", "sidebar", "margin"}
_NAMED = {"exercise": "exercise", "exercise-start": "exercise", "chapter-card": "card"}
_NAMED |= {f"prf:{name}": name for name in ("theorem", "lemma", "proof", "definition")}


def student_notebook(text: str, *, repository: Repository, language: str, role_text: RoleText) -> nbformat.NotebookNode:
    """Return a chapter as a notebook without outputs.

    Args:
        text: the chapter, a MyST Markdown notebook.
        repository: where the first cell installs the library from.
        language: the language that labels of figures and checks will speak.
        role_text: what a role says as plain Markdown.
    """
    notebook = jupytext.reads(text, fmt="md:myst")
    cells = [_setup_cell(repository, language)]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cells.append(nbformat.v4.new_code_cell(cell.source, metadata=_code_metadata(cell.metadata)))  # type: ignore[no-untyped-call]
        elif cell.cell_type == "markdown" and (markdown := plain_markdown(cell.source, role_text)):
            cells.append(nbformat.v4.new_markdown_cell(markdown))  # type: ignore[no-untyped-call]
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"  # random by default, and two builds should give one file
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})  # type: ignore[no-any-return, no-untyped-call]


def plain_markdown(source: str, role_text: RoleText) -> str:
    """Return MyST Markdown as Markdown that every notebook application shows."""
    return _blocks(source.splitlines(), role_text).strip()


def _setup_cell(repository: Repository, language: str) -> nbformat.NotebookNode:
    source = f"""\
# {t("site.notebook-setup")}
import importlib.util
import os

os.environ["{LANGUAGE_VARIABLE}"] = "{language}"
if importlib.util.find_spec("secondhand") is None:
    %pip install --quiet "secondhand @ git+{repository.url}@{repository.branch}\""""
    return nbformat.v4.new_code_cell(source)  # type: ignore[no-any-return, no-untyped-call]


def _code_metadata(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Keep what other applications understand: code that the page folds away is folded away there too."""
    hidden = {"hide-input", "hide-cell", "remove-input", "remove-cell"} & set(metadata.get("tags", []))
    return {"jupyter": {"source_hidden": True}} if hidden else {}


def _blocks(lines: list[str], role_text: RoleText) -> str:
    """Convert a run of lines: fences one by one, the prose between them as a whole."""
    parts: list[str] = []
    prose: list[str] = []

    def flush() -> None:
        parts.append(_inline("\n".join(prose), role_text))
        prose.clear()

    position = 0
    while position < len(lines):
        fence = _FENCE.match(lines[position])
        if fence is None:
            line = lines[position]
            if not re.match(r"^(%|\+\+\+|\(.+\)=\s*$|\{[.#][^}]*\}\s*$)", line):
                prose.append(line)
            position += 1
            continue
        flush()
        end = _closing_line(lines, position, fence["marks"])
        body = [line.removeprefix(fence["indent"]) for line in lines[position + 1 : end]]
        parts.append(_directive(fence["name"], fence["rest"].strip(), body, role_text, lines[position : end + 1]))
        position = end + 1
    flush()
    return re.sub(r"\n{3,}", "\n\n", "\n".join(parts))


def _closing_line(lines: list[str], start: int, marks: str) -> int:
    closing = re.compile(rf"^ *{re.escape(marks[0])}{{{len(marks)},}}\s*$")
    return next((n for n in range(start + 1, len(lines)) if closing.match(lines[n])), len(lines))


def _directive(name: str | None, argument: str, body: list[str], role_text: RoleText, raw: list[str]) -> str:
    if name is None:
        return "\n".join(raw)  # a block of code
    options, content = _split_options(body)
    if name in _DROPPED:
        return ""
    if name == "math":
        return "\n".join(["$$", *content, "$$"])
    if name in _PLAIN_CODE:
        return "\n".join([f"```{argument}", *content, "```"])
    converted = _blocks(content, role_text).strip()
    if name in _FIGURES:
        words = converted or options.get("alt", "")
        return f"\n*{t('site.notebook-figure')}. {' '.join(words.split())}*\n" if words else ""
    title = _inline(argument, role_text)
    if name in _LABELLED:
        return _quote(t(f"site.kind-{name}"), f"{title}\n\n{converted}")
    if name in _TITLED:
        return _quote(title, converted)
    if name in _NAMED:
        kind = t(f"site.kind-{_NAMED[name]}")
        return _quote(f"{kind}: {title}" if title else kind, converted)
    return f"\n{converted}\n"  # a frame such as a grid: what it holds is what there is to read


def _quote(title: str, text: str) -> str:
    parts = [f"**{title}**" if title else "", text.strip()]
    lines = "\n\n".join(filter(None, parts)).splitlines()
    return "\n" + "\n".join(f"> {line}".rstrip() for line in lines) + "\n"


def _split_options(body: list[str]) -> tuple[dict[str, str], list[str]]:
    options: dict[str, str] = {}
    if body and body[0].strip() == "---":
        end = next((n for n, line in enumerate(body[1:], 1) if line.strip() == "---"), len(body) - 1)
        options = {m["key"]: m["value"] for line in body[1:end] if (m := _OPTION.match(":" + line.strip()))}
        return options, body[end + 1 :]
    position = 0
    while position < len(body) and (match := _OPTION.match(body[position])):
        options[match["key"]] = match["value"]
        position += 1
        while position < len(body) and body[position].startswith("  "):  # an option that goes on
            options[match["key"]] += " " + body[position].strip()
            position += 1
    return options, body[position:]


def _inline(text: str, role_text: RoleText) -> str:
    """Convert roles, links to pages and attributes, and leave code spans as they are."""
    kept: list[str] = []

    def keep(text: str) -> str:
        kept.append(text)
        return f"\x00{len(kept) - 1}\x00"

    text = _ROLE.sub(lambda m: keep(role_text(m["name"], m["content"])), text)
    text = _CODE_SPAN.sub(lambda m: keep(m[0]), text)
    text = _PAGE_LINK.sub(lambda m: m["text"], text)
    text = _ATTRIBUTES.sub("", text)
    while "\x00" in text:
        text = re.sub("\x00(\\d+)\x00", lambda m: kept[int(m[1])], text)
    return text
