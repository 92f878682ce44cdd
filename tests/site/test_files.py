"""The built site, read file by file."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from secondhand import exercises
from secondhand.assignments.source import read_problem_set, regions
from secondhand.book import site_checks
from secondhand.book.launch import notebook_path
from secondhand.messages import LANGUAGES


def hidden_parts() -> list[str]:
    """What the solution of each exercise holds beyond its stub."""
    chapters = Path(exercises.__file__).parent.glob("*.py")
    names = [path.stem.replace("_", "-") for path in chapters if path.stem not in {"__init__", "mechanism", "registry"}]
    parts = []
    for exercise in (e for name in names for e in exercises.exercises_of(name)):
        shown = exercise.stub.splitlines()[:-1]
        parts.append("\n".join(exercise.solution_source.splitlines()[len(shown) :]))
    return parts


@pytest.mark.parametrize("check", site_checks.CHECKS, ids=lambda check: check.__name__)
def test_site_passes(check: Callable[[Path], list[str]], site: Path) -> None:
    assert check(site) == []


def test_no_solution_is_shown_before_it_is_asked_for(site: Path) -> None:
    parts = hidden_parts()
    assert parts
    assert all(part.strip() for part in parts)
    assert site_checks.exposed_solutions(site, parts) == []


def test_nothing_hidden_of_an_assignment_is_on_the_site(site: Path, root: Path) -> None:
    hidden = list[str]()
    for path in sorted((root / "assignments").glob("*.md")):
        if path.stem == "README":
            continue
        for cell in read_problem_set(path, root / "chapters").cells():
            if cell.role in ("check", "rubric", "solution"):
                hidden.append(cell.source)
            elif cell.role == "answer":
                found = cell.source.splitlines()
                hidden += ["\n".join(found[begin + 1 : end]) for begin, end in regions(cell.source)]
    # What is shorter, such as `return total`, others have written too.
    hidden = [text for text in hidden if len(text) > 60]
    assert hidden
    assert site_checks.exposed_solutions(site, hidden) == []
    for path in site.rglob("solutions/*.html"):
        text = site_checks._squeezed(site_checks._soup(path).get_text())
        assert not [part for part in hidden if site_checks._squeezed(part) in text], path


def test_every_solution_offered_is_the_reference_solution(site: Path) -> None:
    files = sorted(site.rglob("solutions/*.html"))
    assert files
    for path in files:
        solution = exercises.get(path.stem).solution_source
        text = site_checks._squeezed(site_checks._soup(path).get_text())
        assert site_checks._squeezed(solution) in text
        assert "noindex" in path.read_text(encoding="utf-8")


def test_launch_links_lead_somewhere(site: Path, root: Path) -> None:
    assert site_checks.dead_launches(site, root) == []


def test_every_chapter_has_a_launch_menu_and_a_notebook(site: Path, root: Path) -> None:
    for language in LANGUAGES:
        folder = root if language == LANGUAGES[0] else root / language
        edition = site if language == LANGUAGES[0] else site / language
        for source in sorted((folder / "chapters").rglob("*.md")):
            page = source.relative_to(folder).with_suffix("").as_posix()
            html = edition / f"{page}.html"
            if html.is_file() and "kernelspec" in source.read_text(encoding="utf-8"):
                kinds = {str(link["class"]) for link in site_checks._soup(html).select(".launch-menu a")}
                assert len(kinds) == 3, f"{html} offers {kinds}"
                assert (edition / notebook_path(page)).is_file()


def test_both_editions_are_in_the_site(site: Path) -> None:
    assert (site / "index.html").is_file()
    assert (site / "es" / "index.html").is_file()
    assert (site / ".nojekyll").is_file()


def test_repository_address_stands_in_one_place(root: Path) -> None:
    url = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))["repository"]["url"]
    sources = [path for path in (root / "src").rglob("*") if path.suffix in {".py", ".yml", ".html", ".js", ".css"}]
    sources += [
        root / "es" / "_config.yml",
        *root.glob("*.md"),
        *root.glob("chapters/**/*.md"),
        *root.glob("es/**/*.md"),
    ]
    allowed = {root / "README.md", root / "CONTRIBUTING.md", root / "CHANGELOG.md"}
    holders = [path for path in sources if path not in allowed and url in path.read_text(encoding="utf-8")]
    assert holders == []
    for name in ("README.md", "CITATION.cff", "pyproject.toml"):
        text = (root / name).read_text(encoding="utf-8")
        assert "github.com/" not in text.replace(url, ""), f"{name} names another repository than _config.yml"
