"""The page on which a student reads what each task earned, and why not more.

It is made from the notebook with the grades in it. Everything but prose is shown as text. It knows nothing of the
gradebook, and nothing of nbgrader but the metadata of cells.
"""

import html
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from secondhand.assignments.notebooks import points_in_words
from secondhand.assignments.pages import page
from secondhand.messages import speaking, t

REMARKS = "remarks"
"""Id of the cell with what is odd about the submission."""

# As nbconvert has it, with what MathJax itself offers against links that run code.
_MATHJAX = """<script type="text/x-mathjax-config">
MathJax.Hub.Config({
  tex2jax: {inlineMath: [["$", "$"], ["\\\\(", "\\\\)"]], processEscapes: true},
  messageStyle: "none"
});
</script>
<script async
  src="https://cdnjs.cloudflare.com/ajax/libs/mathjax/2.7.7/latest.js?config=TeX-AMS_CHTML-full,Safe"></script>
"""


@dataclass(frozen=True)
class Total:
    """What all tasks together earned, of what they are worth, and what was taken off for being late."""

    earned: float
    points: float
    late: float = 0.0


def feedback_html(title: str, notebook: Mapping[str, Any], total: Total, language: str) -> str:
    """Return the page.

    Args:
        title: that of the problem set.
        notebook: with the grades: the metadata `nbgrader` of a graded cell holds `points`, `score`, `comment`, and
            `pending` where a person has not graded it yet.
        total: of all tasks.
        language: the language of the problem set.
    """
    with speaking(language):
        body = "\n".join(_body(title, notebook, total))
    math = any(cell["cell_type"] == "markdown" and "$" in cell["source"] for cell in notebook["cells"])
    return page(title, body, language, _MATHJAX if math else "")


def _body(title: str, notebook: Mapping[str, Any], total: Total) -> Iterator[str]:
    graded = [_about(cell) for cell in notebook["cells"] if _about(cell).get("grade")]
    yield f'<h1 id="top">{_text(title)}</h1>'
    yield f"<p><strong>{_text(_earned(total.earned, total.points))}</strong></p>"
    if total.late:
        yield f"<p>{_text(t('assignments.page.late', points=_points(total.late)))}</p>"
    items = "".join(
        f'<li><a href="#task-{_text(about["grade_id"])}">{_text(_told(about))}</a></li>' for about in graded
    )
    yield f"<ul>{items}</ul>"
    heading = f"# {title}\n"
    number = 0
    for cell in notebook["cells"]:
        # Remarks were put before what the student handed in, and count for nothing.
        number += cell.get("id") != REMARKS
        if cell["cell_type"] == "markdown" and cell["source"].startswith(heading):
            # It stands above.
            cell = {**cell, "source": cell["source"].removeprefix(heading)}
            heading = "\n"
        yield from _cell(cell, number)


def _cell(cell: Mapping[str, Any], number: int) -> Iterator[str]:
    about = _about(cell)
    if not about.get("grade"):
        yield from _source(cell)
        yield from _outputs(cell, number)
        yield from _comment(about)
        return
    yield f'<section class="task" id="task-{_text(about["grade_id"])}"><h2>{_text(_told(about))}</h2>'
    if about.get("solution"):
        yield from _source(cell)
    # The first line says again what the task earned, as it was before a person looked at it.
    lines = [line for text in _printed(cell) for line in text.splitlines()[1:]]
    if lines:
        yield _pre("\n".join(lines))
    yield from _comment(about)
    yield f'<p><a href="#top">{_text(t("assignments.page.top"))}</a></p></section>'


def _source(cell: Mapping[str, Any]) -> Iterator[str]:
    if cell["cell_type"] == "markdown":
        yield _markdown(cell["source"])
    elif cell["source"].strip():
        yield f"<pre><code>{_text(cell['source'])}</code></pre>"


def _outputs(cell: Mapping[str, Any], number: int) -> Iterator[str]:
    for output in cell.get("outputs", ()):
        if output["output_type"] == "stream":
            yield _pre(output["text"])
        elif output["output_type"] == "error":
            yield _pre("\n".join(output["traceback"]))
        elif "image/png" in output.get("data", {}):
            # What it shows only its author knows.
            alt = _text(t("assignments.page.figure", cell=number))
            yield f'<img alt="{alt}" src="data:image/png;base64,{_text(output["data"]["image/png"])}">'


def _comment(about: Mapping[str, Any]) -> Iterator[str]:
    if about.get("comment"):
        yield f"<p><strong>{_text(t('assignments.page.comment'))}</strong></p>{_markdown(about['comment'])}"


def _printed(cell: Mapping[str, Any]) -> list[str]:
    return [output["text"] for output in cell.get("outputs", ()) if output["output_type"] == "stream"]


def _about(cell: Mapping[str, Any]) -> Mapping[str, Any]:
    about: Mapping[str, Any] = cell["metadata"].get("nbgrader", {})
    return about


def _told(about: Mapping[str, Any]) -> str:
    earned = t("assignments.grade.by-hand") if about.get("pending") else _earned(about["score"], about["points"])
    return t("assignments.grade.task", task=about["grade_id"], earned=earned)


def _earned(score: float, points: float) -> str:
    return t("assignments.grade.earned", earned=f"{score:g}", points=_points(points))


def _points(points: float) -> str:
    return points_in_words(int(points) if float(points).is_integer() else points)


def _markdown(text: str) -> str:
    from nbconvert.filters.markdown_mistune import markdown2html_mistune

    return str(markdown2html_mistune(text))


def _pre(text: str) -> str:
    return f'<pre class="shown">{_text(text)}</pre>'


def _text(value: str) -> str:
    return html.escape(value, quote=True).replace("&#x27;", "'")
