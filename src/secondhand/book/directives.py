"""The directives of the book: card of a chapter, ledger of claims, running times, worked solutions, repository link.

They place what the executed chapters left and what exercises say about themselves; they know nothing of either's
making.
"""

import html
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective, SphinxRole
from sphinx.util.typing import OptionSpec

from secondhand import exercises
from secondhand.book import executed
from secondhand.messages import t

SOLUTION_FOLDER = "solutions"
"""Where an edition keeps its worked solutions, one file each."""

SOLUTIONS_KEY = "worked_solutions"
"""Under this key the metadata of a page lists the exercises whose solutions it offers."""


def solution_path(exercise_id: str) -> str:
    """Return the path of a worked solution, from the root of its edition."""
    return f"{SOLUTION_FOLDER}/{exercise_id}.html"


class ChapterCard(SphinxDirective):
    """`{chapter-card}`: what a chapter teaches (its content), what it presumes, and what it costs to run.

    Options: `prerequisites` (Markdown), `minutes` (to read and run; those of the exercises are added up).
    """

    has_content = True
    option_spec: ClassVar[OptionSpec] = {
        "prerequisites": directives.unchanged_required,
        "minutes": directives.positive_int,
    }

    def run(self) -> list[nodes.Node]:
        """Return the card."""
        self.assert_has_content()
        card = nodes.container(classes=["chapter-card"])
        self.state.nested_parse(self.content, self.content_offset, card)
        facts = nodes.field_list(classes=["chapter-facts"])
        if "prerequisites" in self.options:
            facts += self._fact(t("site.card-prerequisites"), self._inline(self.options["prerequisites"]))
        if "minutes" in self.options:
            minutes = t("site.card-minutes", minutes=self.options["minutes"], exercises=self._minutes_of_exercises())
            facts += self._fact(t("site.card-time"), [nodes.Text(minutes)])
        facts += self._fact(t("site.card-cost"), [nodes.Text(self._cost())])
        card += facts
        return [card]

    def _minutes_of_exercises(self) -> int:
        chapter = self.env.docname.rpartition("/")[2]
        return sum(exercise.minutes for exercise in exercises.exercises_of(chapter))

    def _cost(self) -> str:
        cost = executed.cost(self.env.docname)
        if cost is None:
            return t("site.card-unmeasured")
        return t("site.card-measured", seconds=f"{cost.cpu_seconds:.0f}", memory=f"{cost.peak_memory_mb:,.0f}")

    def _inline(self, text: str) -> list[nodes.Node]:
        found, messages = self.parse_inline(text)
        return [*found, *messages]

    @staticmethod
    def _fact(name: str, body: Iterable[nodes.Node]) -> nodes.field:
        return nodes.field("", nodes.field_name("", name), nodes.field_body("", nodes.paragraph("", "", *body)))


class ClaimsLedger(SphinxDirective):
    """`{claims-ledger}`: every claim that the executed chapters measured, each linked to its experiment.

    A table counts the claims of each chapter; one table a chapter lists them.
    """

    def run(self) -> list[nodes.Node]:
        """Return the tables."""
        chapters: dict[str, list[Mapping[str, Any]]] = {}
        for page, claim in executed.claims():
            chapters.setdefault(page, []).append(claim)
        if not chapters:
            return [nodes.paragraph("", t("site.claims-none"))]
        return [self._summary(chapters), *(self._table(page, claims) for page, claims in chapters.items())]

    def _summary(self, chapters: Mapping[str, Sequence[Mapping[str, Any]]]) -> nodes.table:
        rows: list[list[nodes.Node]] = []
        for page, claims in chapters.items():
            holding = sum(claim["verdict"] == "holds" for claim in claims)
            link = nodes.reference("", str(len(claims)), refid=_claims_anchor(page), internal=True)
            counts = (nodes.Text(str(count)) for count in (holding, len(claims) - holding))
            rows.append([title_of(page, self.env.docname), link, *counts])
        heads = [t(f"site.claims-{column}") for column in ("chapter", "claims", "holds", "fails")]
        return table(nodes.Text(t("site.claims-caption")), heads, (55, 15, 15, 15), rows, "claims-summary")

    def _table(self, page: str, claims: Sequence[Mapping[str, Any]]) -> nodes.table:
        heads = [t(f"site.claims-{column}") for column in ("claim", "verdict", "published", "measured")]
        rows = [self._row(page, claim) for claim in claims]
        ledger = table(title_of(page, self.env.docname), heads, (42, 14, 22, 22), rows, "claims-ledger")
        ledger["ids"].append(_claims_anchor(page))
        return ledger

    def _row(self, page: str, claim: Mapping[str, Any]) -> list[nodes.Node]:
        # The anchor is in the card, which is raw HTML to Sphinx, so the address is made here.
        address = f"{self.env.app.builder.get_relative_uri(self.env.docname, page)}#claim-{claim['id']}"
        statement = nodes.inline("", "", nodes.reference("", claim["statement"], refuri=address, internal=True))
        notes = [claim["source"], t("site.claims-reason", reason=claim["reason"]) if claim["reason"] else ""]
        statement += [nodes.inline("", note, classes=["claim-note"]) for note in notes if note]
        name = "holds" if claim["verdict"] == "holds" else "fails"
        mark = nodes.raw("", f'<span aria-hidden="true">{"✓" if name == "holds" else "✗"}</span> ', format="html")
        verdict = nodes.inline("", "", mark, nodes.Text(t(f"site.claims-{name}")))
        verdict["classes"] += ["claim-verdict", f"claim-{name}"]
        return [statement, verdict, *(nodes.Text(claim[key]) for key in ("published", "measured_text"))]


class RunningTimes(SphinxDirective):
    """`{running-times}`: what executing each chapter from scratch took."""

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        rows: list[list[nodes.Node]] = []
        for page in executed.index():
            cost = executed.cost(page)
            if cost is not None:
                numbers = (f"{cost.cpu_seconds:.1f}", f"{cost.peak_memory_mb:,.0f}")
                rows.append([title_of(page, self.env.docname), *map(nodes.Text, numbers)])
        if not rows:
            return [nodes.paragraph("", t("site.times-none"))]
        heads = [t(f"site.times-{column}") for column in ("chapter", "seconds", "memory")]
        return [table(nodes.Text(t("site.times-caption")), heads, (60, 20, 20), rows, "running-times")]


class WorkedSolution(SphinxDirective):
    """`{worked-solution} <exercise-id>`: hints, one after the other, and a solution that is fetched when asked for."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the closed hints and the place where the solution will appear.

        The solution itself is no part of the page: it is a file of its own, which the page fetches.
        """
        try:
            exercise = exercises.get(self.arguments[0])
        except KeyError as error:
            raise self.error(str(error.args[0])) from error
        self.env.metadata[self.env.docname].setdefault(SOLUTIONS_KEY, []).append(exercise.id)
        up = "../" * self.env.docname.count("/")
        page = (
            f'<div class="worked-solution" id="solution-{html.escape(exercise.id)}">'
            f"{_nested_hints(exercise.hints)}"
            f'<details class="solution" data-solution="{up}{solution_path(exercise.id)}">'
            f"<summary>{html.escape(t('site.solution-show'))}</summary>"
            f'<div class="solution-body" aria-live="polite"><p><a href="{up}{solution_path(exercise.id)}" '
            f'rel="nofollow">{html.escape(t("site.solution-open"))}</a></p></div></details></div>'
        )
        return [nodes.raw("", page, format="html")]


class RepositoryLink(SphinxRole):
    """`{repository}`: its text, linked to the repository of the book, whose address stands in `_config.yml` only."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the link."""
        address = self.config.html_theme_options["repository_url"]
        return [nodes.reference("", self.text, refuri=address)], []


def _nested_hints(hints: Sequence[str]) -> str:
    """Each hint holds the next, so that readers meet them one at a time."""
    inner = ""
    for number in range(len(hints), 0, -1):
        summary = html.escape(t("site.hint", number=number, total=len(hints)))
        text = html.escape(hints[number - 1])
        inner = f'<details class="hint"><summary>{summary}</summary><p>{text}</p>{inner}</details>'
    return inner


def title_of(page: str, docname: str) -> addnodes.pending_xref:
    """Return the title of a page as a link to it, to stand in the document `docname`."""
    title = addnodes.pending_xref(
        "", nodes.inline("", ""), refdomain="std", reftype="doc", reftarget=f"/{page}", refexplicit=False
    )
    title["refdoc"] = docname
    title["refwarn"] = True
    return title


def _claims_anchor(page: str) -> str:
    return f"claims-of-{page.rpartition('/')[2]}"


def table(
    caption: nodes.Node, heads: Sequence[str], widths: Sequence[int], rows: Sequence[Sequence[nodes.Node]], name: str
) -> nodes.table:
    """Return a table with a caption; `name` is its class."""
    made = nodes.table("", nodes.title("", "", caption), classes=[name])
    group = nodes.tgroup("", cols=len(heads))
    group += [nodes.colspec("", colwidth=width) for width in widths]
    group += nodes.thead("", _table_row([nodes.Text(head) for head in heads]))
    group += nodes.tbody("", *(_table_row(row) for row in rows))
    made += group
    return made


def _table_row(cells: Sequence[nodes.Node]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", cell)) for cell in cells))
