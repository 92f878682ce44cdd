"""A Spanish problem set speaks Spanish to students, from what they are given to what they are told."""

import json
import keyword
import re
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from tests.assignments.conftest import EXAMPLE, answered, cell_of, command

from secondhand.assignments import codec, feedback, notebooks, sandbox
from secondhand.assignments.course import Course
from secondhand.assignments.judging import WrongAnswerError, array, number
from secondhand.assignments.notebooks import handout, read_submission, rebuilt
from secondhand.assignments.source import ProblemSet, read_problem_set
from secondhand.assignments.variants import variant_of
from secondhand.messages import catalogue, speaking

ENGINE = Path(notebooks.__file__).parent
MESSAGES = catalogue("assignments")
SOURCE = (EXAMPLE / "partes.md").read_text(encoding="utf-8")
COMMON = (
    "the of is was were has have had and or not you your yours it its to for be been this that there with by on at if"
)
LIMITS = {"cell_seconds": 3, "question_seconds": 2, "total_seconds": 40, "memory_mb": 512, "restarts": 4}


def words(text: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[^\W\d_]+", text)}


def literal(language: str) -> set[str]:
    return words(" ".join(re.sub(r"\{\w+\}", " ", texts[language]) for texts in MESSAGES.values()))


# The tag of a variant is random, and its letters may be a word.
NAMES = re.compile(r"(share-of|your-share|sum-to-one)(-answer-\d)?|your_share|\b[0-9a-f]{16,}\b")
PROSE = "\n".join(
    line for line in SOURCE.splitlines() if not line.startswith((":", "```", "def ", "@worth", "    close"))
)
ENGLISH = (
    (literal("en") | words(COMMON)) - literal("es") - words(NAMES.sub(" ", PROSE)) - set(keyword.kwlist) - {"minutes"}
)


def english(text: str) -> set[str]:
    return words(NAMES.sub(" ", text)) & ENGLISH


@pytest.fixture(scope="module")
def partes() -> ProblemSet:
    return read_problem_set(EXAMPLE / "partes.md", EXAMPLE / "chapters")


def test_english_is_recognised(problems: ProblemSet) -> None:
    assert {"the", "task", "points", "answer", "hint", "your", "about"} <= ENGLISH
    text = "\n".join(cell["source"] for cell in handout(problems)["cells"])
    assert {"task", "points", "answer", "about", "chapter"} <= english(text)


def test_a_handout_holds_no_english(partes: ProblemSet) -> None:
    variant = variant_of(bytes(32), partes.name, "ada")
    notebook = handout(partes, variant)
    text = "\n".join(cell["source"] for cell in notebook["cells"])
    assert not english(text)
    assert (
        "**Tarea `share-of`** · 5 puntos · calentamiento · unos 5 minutos · capítulo *shares*: calcular una parte"
        in text
    )
    assert 'raise NotImplementedError("aquí va tu código")' in text
    assert "your_share = None  # tu respuesta" in text
    total = variant.integer("total", 1000, 1_000_000)
    # In Spanish a comma would be a decimal mark.
    assert f"con {total:,} cosas".replace(",", "\u202f") in notebook["cells"][0]["source"]


def test_what_is_mended_and_odd_is_told_in_spanish(partes: ProblemSet) -> None:
    notebook = handout(partes)
    cell_of(notebook, "share-of")["source"] = "x"
    notebook["cells"].remove(cell_of(notebook, "your-share"))
    notebook["cells"].remove(cell_of(notebook, "share-of-answer-1"))
    notebook["cells"] += [cell_of(notebook, "sum-to-one"), {"cell_type": "heading"}, {"cell_type": "code", "source": 1}]
    notebook["metadata"]["kernelspec"]["language"] = "R"
    with speaking("es"):
        submission = read_submission(json.dumps(notebook).encode())
    _, mended = rebuilt(submission, partes)
    assert len(mended) == 4
    assert len(submission.problems) == 3
    assert not english(" ".join([*mended, *submission.problems]))


def test_wrong_kinds_of_answers_are_told_in_spanish() -> None:
    with speaking("es"):
        value: Any
        for value in (None, True, "x", [1], (1,), {}, float("nan")):
            with pytest.raises(WrongAnswerError) as caught:
                number(value, "x")
            assert not english(str(caught.value))
        for value in (None, ["x"], [1.0]):
            with pytest.raises(WrongAnswerError) as caught:
                array(value, "x", (2,))
            assert not english(str(caught.value))


def test_reasons_of_values_that_are_not_plain_are_in_the_catalogue() -> None:
    reasons = codec.NotPlainError.REASONS
    assert {f"plain.{reason}" for reason in reasons} | {"plain.unknown"} == {
        name for name in MESSAGES if name.startswith("plain.")
    }
    for reason, names in reasons.items():
        assert str(codec.NotPlainError(reason, **dict.fromkeys(names, 7)))


def test_each_message_is_used() -> None:
    """Where a key is put together, its first word stands in the source with the blank behind it."""
    source = "\n".join(path.read_text(encoding="utf-8") for path in ENGINE.glob("*.py"))
    named = set(re.findall(r'assignments\.([a-z]+\.[a-z-]+)["\']', source))
    built = set(re.findall(r"assignments\.([a-z]+)\.\{", source))
    assert named <= set(MESSAGES)
    assert built == {"difficulty", "kind", "plain", "stop"}
    assert {name for name in MESSAGES if name.partition(".")[0] not in built} <= named


def loop(part: str) -> tuple[str, ...]:
    return (f"def share(part, total):\n    while {part}: pass", "x = 1", "Porque sí.", "while True: pass")


WORK: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "wrong": (
        ("def share(part, total): return [part]", "your_share = 'x'", "Porque sí."),
        (
            "la respuesta debe ser un número, pero es una lista",
            "Pista: Divide una cosa entre otra.",
            "your_share debe ser un número, pero es un texto",
            "la corregirá una persona",
            "Tarea share-of: 0 de 5 puntos",
        ),
    ),
    "partial": (
        ("def share(part, total): return part / total or 1", "your_share = 2", "Porque sí."),
        ("Tarea share-of: 3 de 5 puntos", "share(0, 7) está mal", "your_share = 2 no es correcto"),
    ),
    "loop": (
        loop("True"),
        (
            "share(…) ha tardado más de 2 segundos",
            "your_share no está definido",
            "esta celda ha tardado más de 3 segundos",
        ),
    ),
    "odd": (
        (
            "def share(part, total): return object()",
            "your_share = (",
            "Porque sí.",
            "import matplotlib.pyplot as plt\nplt.plot([1])\nraise ValueError",
        ),
        (
            "share(…) ha dado algo que no se puede corregir: object no es",
            "línea 1: your_share = (",
            "celda 15, línea 3",
        ),
    ),
    "cut": (
        (),
        (
            "no se ha podido corregir nada: el archivo no es un cuaderno o está cortado",
            "Tarea sum-to-one: 0 de 2 puntos",
        ),
    ),
}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A Spanish course whose work was graded."""
    pytest.importorskip("nbgrader")
    folder = tmp_path_factory.mktemp("curso")
    course, inbox = Course(folder / "course"), folder / "inbox"
    for made in (course.root, inbox):
        made.mkdir()
    (course.root / "roster.csv").write_text("\n".join(["id", *WORK]) + "\n")
    (course.root / "limits.json").write_text(json.dumps(LIMITS))
    command("release", EXAMPLE / "partes.md", "--chapters", EXAMPLE / "chapters", course=course.root)
    for student, (sources, _) in WORK.items():
        notebook = json.loads(course.handout("partes", student).read_text())
        if student == "partial":
            last = notebook["cells"][-1]
            last["source"] = last["source"].replace('"share-of": None', '"share-of": 7')
        data = answered(notebook, *sources)
        (inbox / f"{student}.ipynb").write_bytes(data[:-300] if student == "cut" else data)
    collected = command("collect", "partes", inbox, course=course.root, status=1)
    assert "cannot be read as JSON" in collected
    command("grade", "partes", course=course.root)
    command("report", "partes", course=course.root)
    return course


@pytest.mark.slow
@pytest.mark.skipif(bool(sandbox.why_not()), reason=sandbox.why_not())
@pytest.mark.parametrize("student", WORK)
def test_feedback_holds_no_english(course: Course, student: str) -> None:
    page = (course.root / "feedback" / student / "partes" / "partes.html").read_text(encoding="utf-8")
    parsed = BeautifulSoup(page, "html.parser")
    assert parsed.html is not None
    assert parsed.html["lang"] == "es"
    text = " ".join([parsed.body.get_text(" ") if parsed.body else "", *(str(image["alt"]) for image in parsed("img"))])
    # What the student wrote, and what Python says of it, is theirs.
    theirs = words(" ".join([*WORK[student][0], "object SyntaxError was never closed ValueError"]))
    assert not english(text) - theirs
    for told in WORK[student][1]:
        assert told in text


@pytest.mark.slow
@pytest.mark.skipif(bool(sandbox.why_not()), reason=sandbox.why_not())
def test_what_instructors_read_is_english(course: Course) -> None:
    text = (course.reports("partes") / "class.html").read_text(encoding="utf-8")
    assert '<html lang="en"' in text
    assert "5 of 5 students handed in" in text
    assert "share-of: stated 5, median 7 (middle half 7 to 7, 1 answer)." in text
    assert f'<li>cut: <span lang="es">{MESSAGES["remark.nothing"]["es"].partition(":")[0]}' in text


def test_a_page_without_grades_by_hand_has_no_comment(partes: ProblemSet) -> None:
    cells = handout(partes)["cells"]
    for cell in cells:
        cell["metadata"].get("nbgrader", {}).update(score=1, comment="")
    page = feedback.feedback_html(partes.title, {"cells": cells}, feedback.Total(3, 10, 1), "es")
    assert "Comentario" not in page
    assert "Se descuenta por entregar tarde: 1 punto<" in page
    assert "<strong>3 de 10 puntos</strong>" in page
