"""What is handed out holds no solution; what comes back is read with care, and built anew."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.assignments.conftest import Notebook, answered, cell_of, code

from secondhand.assignments.judging import parameters
from secondhand.assignments.notebooks import (
    MAX_CELLS,
    MAX_FILE,
    NotebookError,
    code_to_run,
    filled,
    handout,
    read_submission,
    rebuilt,
)
from secondhand.assignments.source import ProblemSet, SourceCell, SourceError
from secondhand.assignments.variants import variant_of

ADA = variant_of(bytes(32), "shares", "ada")
BEN = variant_of(bytes(32), "shares", "ben")


@pytest.fixture
def notebook(problems: ProblemSet) -> Notebook:
    return handout(problems, ADA)


def test_a_handout_holds_personal_values_and_no_solution(problems: ProblemSet, notebook: Notebook) -> None:
    text = json.dumps(notebook)
    for hidden in ("SOLUTION", "part / total", "PART / TOTAL", "secret of the solution", "hidden", "worth", "Divide",
                   "Call your function", "Because", "2 points: the parts", "rubric", "tolerance", "0.001"):  # fmt: skip
        assert hidden not in text
    assert f'VARIANT = "{ADA.tag}"' in notebook["cells"][1]["source"]
    assert f"TOTAL = {ADA.integer('total', 1000, 1_000_000)}" in notebook["cells"][1]["source"]
    assert f"{ADA.integer('total', 1000, 1_000_000):,} things" in notebook["cells"][0]["source"]
    answer = cell_of(notebook, "share-of-answer-1")["source"]
    assert answer.endswith('"""Return the share of a part."""\n    raise NotImplementedError("your code goes here")')
    assert cell_of(notebook, "your-share-answer-1")["source"] == "your_share = None  # your answer"


def test_a_handout_ends_with_the_time_that_was_needed(notebook: Notebook) -> None:
    last = notebook["cells"][-1]
    assert "nbgrader" not in last["metadata"]
    assert "without any effect on your grade" in last["source"]
    defined: dict[str, Any] = {}
    exec(last["source"], defined)
    assert defined["minutes"] == dict.fromkeys(("share-of", "your-share", "sum-to-one"))


def test_values_for_graders_are_not_handed_out(problems: ProblemSet) -> None:
    """They stand in rubrics; a text for students that names one is an error."""
    hidden = parameters_with(problems, '"_of_hundred": 100 * variant.integer("part", 1, 999)')
    text = json.dumps(handout(hidden, ADA))
    assert "_of_hundred" not in text.lower()
    assert "PART = " in text
    assert (
        filled("{{ _of_hundred }} points", parameters(hidden, ADA)) == f"{100 * ADA.integer('part', 1, 999):,} points"
    )
    told = replace(hidden, opening=(*hidden.opening, SourceCell("prose", "It is {{ _of_hundred }}.")))
    with pytest.raises(SourceError, match="has no '_of_hundred'"):
        handout(told, ADA)


def parameters_with(problems: ProblemSet, more: str) -> ProblemSet:
    """Return the problem set with another personal value."""
    cells = tuple(
        replace(cell, source=cell.source.replace("return {", f"return {{{more}, ")) if cell.role == "variant" else cell
        for cell in problems.opening
    )
    return replace(problems, opening=cells)


def test_a_handout_is_a_valid_notebook(problems: ProblemSet, notebook: Notebook) -> None:
    nbformat = pytest.importorskip("nbformat")
    nbformat.validate(notebook)
    nbformat.validate(handout(problems))


def test_handouts_differ_in_personal_values_only(problems: ProblemSet, notebook: Notebook) -> None:
    other = handout(problems, BEN)
    differing = [one["id"] for one, two in zip(notebook["cells"], other["cells"], strict=True) if one != two]
    assert differing == ["cell-0", "cell-1", "cell-7"]
    assert handout(problems, ADA) == notebook


def clean(data: bytes, problems: ProblemSet) -> tuple[Notebook, tuple[str, ...]]:
    return rebuilt(read_submission(data), problems)


def test_an_honest_submission_comes_through(problems: ProblemSet, notebook: Notebook) -> None:
    found, mended = clean(answered(notebook), problems)
    assert mended == ()
    assert cell_of(found, "sum-to-one")["source"] == "Because the parts make the whole."
    assert [source for _, source in code_to_run(found)][1:-1] == [
        "def share(part, total):\n    return part / total",
        "your_share = PART / TOTAL",
    ]
    assert read_submission(answered(notebook)).tags == (ADA.tag,)


def test_a_mark_at_the_beginning_and_lists_of_lines_are_read(problems: ProblemSet, notebook: Notebook) -> None:
    for cell in notebook["cells"]:
        cell["source"] = cell["source"].splitlines(keepends=True)
    found, mended = clean(b"\xef\xbb\xbf" + json.dumps(notebook).encode(), problems)
    assert mended == ()
    assert [cell["source"] for cell in found["cells"]] == [cell["source"] for cell in handout(problems, ADA)["cells"]]


def test_nothing_but_text_is_taken_over(problems: ProblemSet, notebook: Notebook) -> None:
    cell = cell_of(notebook, "share-of")
    cell["outputs"] = [{"output_type": "execute_result", "data": {"text/plain": "5.0"}, "metadata": {}}]
    cell["metadata"]["nbgrader"].update(points=1000, locked=False, solution=True)
    cell["metadata"]["tags"] = ["remove-output"]
    cell["attachments"] = {"x": {"text/html": "<script>"}}
    notebook["metadata"]["kernelspec"]["name"] = "../../evil"
    notebook["metadata"]["more"] = "x"
    found, mended = clean(json.dumps(notebook).encode(), problems)
    assert mended == ()
    assert found == {**handout(problems, ADA), "metadata": found["metadata"]}
    assert found["metadata"]["kernelspec"]["name"] == "python3"
    assert set(found["metadata"]) == {"kernelspec", "language_info"}


def test_edited_and_deleted_cells_are_mended(problems: ProblemSet, notebook: Notebook) -> None:
    cell_of(notebook, "share-of")["source"] = "print('5.0')"
    notebook["cells"].remove(cell_of(notebook, "your-share"))
    notebook["cells"].remove(cell_of(notebook, "share-of-answer-1"))
    notebook["cells"].append(json.loads(json.dumps(cell_of(notebook, "sum-to-one"))))
    notebook["cells"][-1]["source"] = "second"
    found, mended = clean(json.dumps(notebook).encode(), problems)
    assert mended == (
        "the grading cell of task share-of was edited; it was restored",
        "the cell sum-to-one is there twice; its last copy counts",
        "the cell share-of-answer-1, for an answer, was deleted",
        "the graded cell of task your-share was deleted; it was restored",
    )
    assert cell_of(found, "share-of") | {"id": ""} == cell_of(handout(problems), "share-of") | {"id": ""}
    assert cell_of(found, "sum-to-one")["source"] == "second"
    assert sum("nbgrader" in cell["metadata"] for cell in found["cells"]) == 4
    assert "5.0" not in json.dumps(found)


def test_a_changed_kind_is_mended(problems: ProblemSet, notebook: Notebook) -> None:
    cell_of(notebook, "share-of")["cell_type"] = "markdown"
    cell_of(notebook, "share-of-answer-1")["cell_type"] = "raw"
    cell_of(notebook, "sum-to-one")["cell_type"] = "code"
    found, _ = clean(json.dumps(notebook).encode(), problems)
    kinds = {
        cell["metadata"]["nbgrader"]["grade_id"]: cell["cell_type"]
        for cell in found["cells"]
        if "nbgrader" in cell["metadata"]
    }
    assert kinds["share-of"] == kinds["share-of-answer-1"] == "code"
    assert kinds["sum-to-one"] == "markdown"


@pytest.mark.parametrize(
    ("metadata", "told"),
    [
        ({"kernelspec": {"name": "my-env", "language": "python"}}, ()),
        (
            {"kernelspec": {"name": "ir", "language": "R"}},
            ("it is written for the language 'R'; its code was run as Python",),
        ),
        ({"kernelspec": "R"}, ()),
        ({"language_info": {"name": "julia"}}, ("it is written for the language 'julia'; its code was run as Python",)),
        ([], ()),
        (
            {"kernelspec": {"language": ["x"]}},
            ("it is written for the language \"['x']\"; its code was run as Python",),
        ),
    ],
)
def test_another_kernel_is_told(notebook: Notebook, metadata: Any, told: tuple[str, ...]) -> None:
    assert read_submission(json.dumps({**notebook, "metadata": metadata}).encode()).problems == told


def test_tags_are_found_in_text_and_metadata(notebook: Notebook) -> None:
    notebook["cells"][1]["source"] = f"VARIANT = '{BEN.tag}'"
    assert read_submission(json.dumps(notebook).encode()).tags == (ADA.tag, BEN.tag)
    notebook["cells"][1]["source"] = "VARIANT = __import__('os').system('touch /tmp/x')"
    notebook["metadata"]["secondhand"] = {"variant": ["x"]}
    assert read_submission(json.dumps(notebook).encode()).tags == ()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "cannot be read as JSON"),
        (b"nonsense", "cannot be read as JSON"),
        (b'{"cells": [{"cell_type": "code", "sou', "was cut off"),
        (b"\xff\xfe{\x00", "not in UTF-8"),
        ('{"cells": []}'.encode("utf-16"), "not in UTF-8"),
        (b"[" * 1_000_000, "cannot be read as JSON"),
        (b"[]", "it has no list of cells"),
        (b'{"worksheets": [{"cells": []}], "nbformat": 3}', "it has no list of cells"),
        (b'{"cells": {}}', "it has no list of cells"),
        (json.dumps({"cells": [{}] * (MAX_CELLS + 1)}).encode(), "more than 1000 cells"),
        (json.dumps({"cells": [code("x" * 3_000_000)]}).encode(), "more than 2 MB of code and text"),
        (b" " * (MAX_FILE + 1), f"larger than {MAX_FILE // 2**20} MB"),
        (b"1" * 10_000, "cannot be read as JSON|no list of cells"),
        (b"\x00" * 1000, "cannot be read as JSON"),
    ],
    ids=lambda value: "" if isinstance(value, bytes) else value[:20],
)
def test_files_that_are_no_notebooks_are_refused(data: bytes, told: str) -> None:
    with pytest.raises(NotebookError, match=told):
        read_submission(data)


@pytest.mark.parametrize(
    "cell",
    [
        None,
        1,
        [],
        {},
        {"cell_type": "code", "source": 1},
        {"cell_type": "code", "source": ["a", 1]},
        {"cell_type": "heading", "source": "x"},
        {"cell_type": ["code"], "source": "x"},
        {"cell_type": "code", "source": "a = 1", "metadata": 3},
        {"cell_type": "code", "source": "a = 1", "metadata": {"nbgrader": []}},
        {"cell_type": "code", "source": "a = 1", "metadata": {"nbgrader": {"grade_id": {}}}},
        {"cell_type": "code", "source": "\ud800\x00", "metadata": {}},
    ],
)
def test_odd_cells_do_no_harm(problems: ProblemSet, notebook: Notebook, cell: Any) -> None:
    found, _ = clean(json.dumps({**notebook, "cells": [cell, *notebook["cells"]]}).encode(), problems)
    json.dumps(found, ensure_ascii=False).encode("utf-8")
    pytest.importorskip("nbformat").validate(found)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
CELL = st.fixed_dictionaries(
    {
        "cell_type": st.sampled_from(["code", "markdown", "raw"]) | JSON,
        "source": st.text() | st.lists(st.text()) | JSON,
    },
    optional={
        "metadata": JSON
        | st.fixed_dictionaries(
            {"nbgrader": st.fixed_dictionaries({"grade_id": st.sampled_from(["share-of", "sum-to-one"]) | JSON}) | JSON}
        )
    },
)


@settings(max_examples=200)
@given(cells=st.lists(CELL | JSON, max_size=6) | JSON, metadata=JSON)
def test_whatever_a_file_holds_a_clean_notebook_or_a_reason_comes_of_it(
    problems: ProblemSet, cells: Any, metadata: Any
) -> None:
    try:
        found, _ = clean(json.dumps({"cells": cells, "metadata": metadata}).encode(), problems)
    except NotebookError:
        return
    graded = [cell["metadata"]["nbgrader"] for cell in found["cells"] if "nbgrader" in cell["metadata"]]
    tasks = {entry["grade_id"]: entry for entry in graded if entry["grade"]}
    assert {name: entry["points"] for name, entry in tasks.items()} == {"share-of": 5, "your-share": 3, "sum-to-one": 2}
    assert len({entry["grade_id"] for entry in graded}) == len(graded)
    json.dumps(found, ensure_ascii=False).encode("utf-8")
