"""What the roles of a page say as plain Markdown: numbers of figures, titles of sections, authors, computed values.

It asks Sphinx's environment after all pages are read. It knows nothing of notebooks.
"""

import re
from collections.abc import Mapping
from typing import Any

from myst_nb.core.variables import format_plain_text
from sphinx.environment import BuildEnvironment

from secondhand.messages import t

_TITLED_TARGET = re.compile(r"^(?P<title>.+?)\s*<(?P<target>[^>]+)>$", re.DOTALL)


class RoleTexts:
    """Says what a role says, for the page `page`.

    Args:
        environment: Sphinx's, with all pages read.
        page: docname of the page that the roles stand in.
        glued: name → output that a cell of the page glued under it.
    """

    def __init__(self, environment: BuildEnvironment, page: str, glued: Mapping[str, Mapping[str, Any]]) -> None:
        self._environment = environment
        self._page = page
        self._glued = glued

    def __call__(self, role: str, content: str) -> str:
        """Return the plain Markdown of one role; of a role that is not listed here, its content."""
        titled = _TITLED_TARGET.match(content)
        title, target = (titled["title"], titled["target"]) if titled else ("", content)
        match role:
            case "math":
                return f"${content}$"
            case "glue:text" | "glue":
                return self._value(content)
            case "numref":
                return self._figure(title, target)
            case "ref" | "doc" | "exercise:ref" | "prf:ref":
                return title or self._title(role, target)
            case "eq":
                return f"({self._equation(target)})"
            case "sub" | "sup":
                return f"<{role}>{content}</{role}>"
            case _ if role.startswith("cite"):
                return self._citation(role, content)
            case "code" | "kbd" | "samp" | "file":
                return f"`{content}`"
        return title or content

    def _value(self, content: str) -> str:
        name, _, form = content.partition(":")
        plain = self._glued.get(name, {}).get("data", {}).get("text/plain")
        return t("site.notebook-value") if plain is None else format_plain_text(plain, form)

    def _title(self, role: str, target: str) -> str:
        if role == "doc":
            _, page = self._environment.relfn2path(target, self._page)
            name = self._environment.path2doc(page) or target
            heading = self._environment.titles.get(name.removesuffix(".md"))
            return target if heading is None else heading.astext()
        exercises = getattr(self._environment, "sphinx_exercise_registry", {})
        if target in exercises:
            return f"{t('site.kind-exercise')} «{target}»"
        label = self._environment.domains["std"].data["labels"].get(target.lower())
        return target if label is None else str(label[2])

    def _figure(self, title: str, target: str) -> str:
        page, anchor, *_ = self._environment.domains["std"].data["anonlabels"].get(target.lower(), ("", ""))
        by_kind = self._environment.toc_fignumbers.get(page, {})
        for kind, numbers in by_kind.items():
            if anchor in numbers:
                number = ".".join(map(str, numbers[anchor]))
                default = str(self._environment.config.numfig_format.get(kind, "%s"))
                return (title or default).replace("%s", number).replace("{number}", number)
        return title.replace("%s", "").strip() or target

    def _equation(self, target: str) -> str:
        equation = self._environment.domains["math"].data["objects"].get(target)
        return target if equation is None else str(equation[1])

    def _citation(self, role: str, content: str) -> str:
        bibliography = self._environment.domains["cite"].bibdata.data.entries  # type: ignore[attr-defined]
        spoken = []
        for key in map(str.strip, content.split(",")):
            entry = bibliography.get(key)
            if entry is None:
                spoken.append(key)
                continue
            # Braces keep BibTeX from changing the case of a name; they are not part of it.
            names = [" ".join(person.last_names).strip("{}") for person in entry.persons.get("author", [])]
            authors = names[0] + " et al." if len(names) > 2 else " & ".join(names)
            year = entry.fields.get("year", "")
            spoken.append(f"{authors} ({year})" if role.endswith(":t") else f"{authors}, {year}")
        joined = "; ".join(spoken)
        return joined if role.endswith(":t") else f"({joined})"
