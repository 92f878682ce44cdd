"""The commands `secondhand assignments …`: release, collect, grade and report.

They only read arguments, show progress and print results; they know nothing of how the work is done.
"""

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from secondhand._commands import fail, failing_loudly
from secondhand.assignments.sandbox import SandboxError
from secondhand.assignments.text import printable

app = typer.Typer(
    help="Assignments for a class: release, collect, grade, report. See `secondhand assignments release --help`.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

CourseOption = Annotated[Path, typer.Option("--course", help="Folder of the course, with roster.csv in it.")]
JobsOption = Annotated[int, typer.Option("--jobs", min=0, help="How many at once; 0 stands for the number of cores.")]
TrustOption = Annotated[
    bool,
    typer.Option(
        "--trust-submissions",
        help="Run students' code WITHOUT isolation, where bubblewrap is missing; it can read and change what you can.",
    ),
]


_failing_loudly = failing_loudly(
    ValueError,
    SandboxError,
    stopped="stopped; what was finished is kept, so give the same command again to go on",
)


def _bar(total: int, what: str) -> Any:
    from tqdm import tqdm

    # Where nobody watches, as in a log, a bar would only be noise.
    return tqdm(total=total, desc=what, unit="student", dynamic_ncols=True, disable=None)


def _listed(what: str, reasons: Mapping[str, str]) -> str:
    return "\n".join([f"{what}:", *(f"  {student}: {reason}" for student, reason in sorted(reasons.items()))])


@app.command()
@_failing_loudly
def release(
    source: Annotated[Path, typer.Argument(help="The problem set, such as assignments/limits.md.")],
    course: CourseOption = Path("course"),
    chapters: Annotated[Path, typer.Option(help="Folder with the chapters that the tasks examine.")] = Path("chapters"),
    database: Annotated[
        str | None,
        typer.Option(help="SQLAlchemy URL of the gradebook's database. [default: gradebook.db in the course]"),
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace a version that was released before.")] = False,
    new_values: Annotated[
        bool, typer.Option("--new-values", help="With --replace: let personal values change; hand all out again.")
    ] = False,
    jobs: JobsOption = 0,
    trust_submissions: TrustOption = False,
) -> None:
    """Make a personal notebook for each student of roster.csv, and an archive of all of them.

    Solutions and hidden checks stay in the course's folder: keep it to yourself, and keep a backup of secret.key.
    """
    from secondhand.assignments.course import Course
    from secondhand.assignments.grading import jobs_by_default
    from secondhand.assignments.releasing import release as release_to_class
    from secondhand.assignments.sandbox import Sandbox

    here = Course(course)
    with _bar(len(here.roster()), "notebooks") as bar:
        released = release_to_class(
            here,
            source,
            chapters,
            jobs=jobs or jobs_by_default(),
            database=database,
            replace=replace,
            new_values=new_values,
            verify_with=Sandbox(here.limits(), private=(here.root,), untrusted=not trust_submissions),
            progress=lambda _: bar.update(),
        )
    typer.echo(
        f"{released.notebooks} notebooks are in {released.archive}; hand out to each student the one with their id."
    )
    typer.echo(f"After the deadline: secondhand assignments collect {released.assignment} FOLDER --course {course}")


@app.command()
@_failing_loudly
def collect(
    assignment: Annotated[str, typer.Argument(help="Name of the assignment.")],
    source: Annotated[Path, typer.Argument(help="Folder or zip archive with <id>.ipynb or <id>/….ipynb.")],
    course: CourseOption = Path("course"),
    update: Annotated[
        bool, typer.Option("--update", help="Replace what was collected before; it is kept aside.")
    ] = False,
) -> None:
    """Take over what students handed in. Ends with status 1 where a file could not be taken over."""
    from secondhand.assignments.collecting import collect as collect_from
    from secondhand.assignments.course import Course

    collected = collect_from(Course(course), assignment, source, update=update)
    typer.echo(f"{len(collected.new)} submissions collected, {len(collected.same)} were there before.")
    if collected.replaced:
        typer.echo(f"Replaced: {', '.join(collected.replaced)}; the old files are in {course / 'replaced'}.")
    if collected.missing:
        typer.echo(f"Nothing from {len(collected.missing)}: {', '.join(collected.missing)}")
    for problem in collected.problems:
        typer.echo(f"  {printable(problem)}")
    typer.echo(f"Next: secondhand assignments grade {assignment} --course {course}")
    if collected.problems:
        fail(f"{len(collected.problems)} files need a look; the others can be graded")


@app.command()
@_failing_loudly
def grade(
    assignment: Annotated[str, typer.Argument(help="Name of the assignment.")],
    course: CourseOption = Path("course"),
    jobs: JobsOption = 0,
    trust_submissions: TrustOption = False,
) -> None:
    """Judge all submissions, enter the grades into the gradebook and write feedback.

    Only what is new or has changed is judged. Give the command again after an interruption: it goes on from there.
    """
    from secondhand.assignments.course import Course
    from secondhand.assignments.grading import grade_class, jobs_by_default, submitted_students

    here = Course(course)
    # Whoever mistypes the name is told that first.
    here.problem_set(assignment)
    known = {student.id for student in here.roster()}
    total = len(known & set(submitted_students(here, assignment)))
    if not total:
        fail(f"nothing has been collected for {assignment} yet; run `secondhand assignments collect` first")
    with contextlib.ExitStack() as bars:
        judging = bars.enter_context(_bar(total, "judged"))
        entering: list[Any] = []

        def entered(_: str) -> None:
            if not entering:
                # The clock of this bar begins when all are judged.
                judging.close()
                entering.append(bars.enter_context(_bar(total, "entered")))
            entering[0].update()

        outcome = grade_class(
            here,
            assignment,
            jobs=jobs or jobs_by_default(),
            trust=trust_submissions,
            judged=lambda _: judging.update(),
            entered=entered,
        )
    for student, remarks in sorted(outcome.remarks.items()):
        for remark in remarks:
            typer.echo(f"  {student}: {printable(remark)}")
    typer.echo(f"{outcome.graded} submissions graded; feedback is in {course / 'feedback'}.")
    typer.echo(
        "Written answers: grade them in nbgrader's formgrader. "
        f"Next: secondhand assignments report {assignment} --course {course}"
    )
    if outcome.failed:
        fail(_listed(f"{len(outcome.failed)} submissions could not be graded", outcome.failed))


@app.command()
@_failing_loudly
def report(
    assignment: Annotated[str, typer.Argument(help="Name of the assignment.")],
    course: CourseOption = Path("course"),
) -> None:
    """Write grades.csv, for a learning platform, and a page on the class.

    Feedback of those who were graded by hand is written again, with what was given and written by hand in it.
    """
    from secondhand.assignments.course import Course
    from secondhand.assignments.reporting import report as report_on

    here = Course(course)
    reported = report_on(here, assignment)
    typer.echo(f"Grades: {reported.table}\nClass report (names students, holds solutions): {reported.page}")
    typer.echo(f"Feedback of all, to hand out: {reported.archive}")
    if reported.feedback:
        typer.echo(f"Feedback was written again for {len(reported.feedback)} students who were graded by hand.")
    if reported.failed:
        fail(_listed(f"feedback of {len(reported.failed)} students could not be written", reported.failed))
