"""What a page for teachers says of chapters and problem sets: titles, minutes and tasks, as their own files have them.

It shows nothing of a problem set but what students are told as well, and knows nothing of how one is graded.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective, SphinxRole

from secondhand import exercises
from secondhand.assignments.limits import Limits
from secondhand.assignments.source import ProblemSet, Task, objectives, read_problem_set
from secondhand.book import languages
from secondhand.book.directives import table, title_of
from secondhand.messages import t

_TITLE = re.compile(r"^# (?P<title>.+)$", re.MULTILINE)
_MINUTES = re.compile(r"^:minutes: *(?P<minutes>\d+) *$", re.MULTILINE)


@dataclass(frozen=True)
class Chapter:
    """A chapter, as its English source describes it.

    Attributes:
        page: its path from the root of an edition, without the ending.
        title: its title.
        minutes: how long it takes to read and run.
        objectives: what a reader can do afterwards.
    """

    page: str
    title: str
    minutes: int
    objectives: tuple[str, ...]


def chapter(root: Path, name: str) -> Chapter:
    """Return the chapter of a name, such as "model-collapse".

    Raises:
        ValueError: there is no such chapter.
    """
    found = sorted((root / "chapters").glob(f"*/{name}.md"))
    text = found[0].read_text(encoding="utf-8") if found else ""
    title, minutes = _TITLE.search(text), _MINUTES.search(text)
    if not title or not minutes:
        raise ValueError(f"there is no chapter {name!r} with a title and minutes on its card in {root / 'chapters'}")
    page = found[0].relative_to(root).with_suffix("").as_posix()
    return Chapter(page, title["title"], int(minutes["minutes"]), tuple(objectives(found[0])))


def problem_sets(root: Path) -> list[ProblemSet]:
    """Return the problem sets in the order of the chapters that they examine.

    Raises:
        SourceError: one is not well written.
    """
    files = [path for path in sorted((root / "assignments").glob("*.md")) if path.stem != "README"]
    order = re.findall(r"file: \S*/([\w-]+)$", (root / "_toc.yml").read_text(encoding="utf-8"), re.MULTILINE)
    found = [read_problem_set(path, root / "chapters") for path in files]
    return sorted(found, key=lambda problems: max(order.index(task.chapter) for task in problems.tasks))


def _root(env: BuildEnvironment) -> Path:
    return languages.root_folder(Path(env.srcdir), env.config.language)


def _link(env: BuildEnvironment, to: Chapter) -> nodes.Node:
    """Return the title of a chapter as a link to it: to the English page where this edition has none yet."""
    if to.page in env.found_docs:
        return title_of(to.page, env.docname)
    up = "../" * (env.docname.count("/") + 1)
    title = nodes.inline("", to.title, classes=[f"language-{languages.SOURCE_LANGUAGE}"])
    return nodes.reference("", "", title, refuri=f"{up}{to.page}.html", internal=True)


class ChapterLink(SphinxRole):
    """`{chapter}`: the title of a chapter, given by its name, as a link to it in whichever edition has it."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the link."""
        try:
            return [_link(self.env, chapter(_root(self.env), self.text))], []
        except ValueError as error:
            message = self.inliner.reporter.error(str(error), line=self.lineno)
            return [nodes.problematic(self.rawtext, self.rawtext)], [message]


class _Sum(SphinxRole):
    """A sum of minutes over the chapters that its text names."""

    def __init__(self, minutes: Callable[[Path, str], int]) -> None:
        super().__init__()
        self._minutes = minutes

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the number."""
        try:
            return [nodes.Text(str(sum(self._minutes(_root(self.env), name) for name in self.text.split())))], []
        except (KeyError, ValueError) as error:
            message = self.inliner.reporter.error(str(error.args[0]), line=self.lineno)
            return [nodes.problematic(self.rawtext, self.rawtext)], [message]


minutes_to_read = _Sum(lambda root, name: chapter(root, name).minutes)
"""`{reading}`: minutes to read and run the chapters that its text names, one after the other."""

minutes_of_exercises = _Sum(lambda _, name: sum(exercise.minutes for exercise in exercises.exercises_of(name)))
"""`{practice}`: minutes for the exercises of the chapters that its text names."""


class LimitValue(SphinxRole):
    """`{limit}`: how much of something a submission may use, by the name that `limits.json` has for it."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the number."""
        if self.text not in {field.name for field in fields(Limits)}:
            message = self.inliner.reporter.error(f"there is no limit {self.text!r}", line=self.lineno)
            return [nodes.problematic(self.rawtext, self.rawtext)], [message]
        return [nodes.Text(f"{getattr(Limits(), self.text):g}")], []


class ProblemSets(SphinxDirective):
    """`{problem-sets}`: the tasks of each problem set, without their text, solutions and checks."""

    def run(self) -> list[nodes.Node]:
        """Return a table for each problem set."""
        root = _root(self.env)
        for path in (root / "assignments").glob("*.md"):
            self.env.note_dependency(str(path))
        found = problem_sets(root)
        return [self._table(problems) for problems in found] or [nodes.paragraph("", t("site.sets-none"))]

    def _table(self, problems: ProblemSet) -> nodes.table:
        facts = t(
            "site.sets-caption",
            tasks=len(problems.tasks),
            points=problems.points,
            minutes=sum(task.minutes for task in problems.tasks),
        )
        title = nodes.inline("", problems.title, classes=[f"language-{languages.SOURCE_LANGUAGE}"])
        caption = nodes.inline("", "", title, nodes.Text(f" ({problems.name}.md): {facts}"))
        heads = [t(f"site.sets-{name}") for name in ("task", "points", "minutes", "difficulty", "examines")]
        rows = [self._row(task) for task in problems.tasks]
        return table(caption, heads, (22, 9, 9, 13, 47), rows, "problem-sets")

    def _row(self, task: Task) -> list[nodes.Node]:
        kind = nodes.inline("", t(f"site.kind-of-task-{task.kind}"), classes=["task-kind"])
        words = [str(task.points), str(task.minutes), t(f"site.difficulty-{task.difficulty}")]
        return [
            nodes.inline("", "", nodes.literal("", task.id), nodes.Text(" "), kind),
            *map(nodes.Text, words),
            self._examines(task),
        ]

    def _examines(self, task: Task) -> nodes.Node:
        of = chapter(_root(self.env), task.chapter)
        own = Path(self.env.srcdir) / f"{of.page}.md"
        here = objectives(own) if of.page in self.env.found_docs else []
        words: Any = self.parse_inline(here[of.objectives.index(task.objective)] if here else task.objective)[0]
        objective = nodes.inline("", "", *words)
        if not here:
            objective["classes"].append(f"language-{languages.SOURCE_LANGUAGE}")
        return nodes.inline("", "", _link(self.env, of), nodes.Text(": "), objective)
