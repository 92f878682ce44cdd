"""Each check of a site finds what it is there to find: a small site that passes is broken in one place."""

from collections.abc import Callable
from pathlib import Path

import pytest

from secondhand.book import site_checks

PAGE = """<!DOCTYPE html>
<html lang="{language}"><head><title>Page</title><meta name="description" content="A page." />
<link rel="alternate" hreflang="en" href="{english}" /><link rel="alternate" hreflang="es" href="{spanish}" />
<link rel="alternate" hreflang="x-default" href="{english}" /></head>
<body><a class="language-switch" href="{other}">other</a>
<details class="launch-menu"><a href="https://mybinder.org/v2/gh/o/n/main?urlpath=lab%2Ftree%2Fpage.md">b</a>
<a href="https://colab.research.google.com/github/o/n/blob/gh-pages/{folder}page.ipynb">c</a>
<a href="page.ipynb">d</a></details>
<article><h1 id="top">Page</h1><p>It is <span class="pasted-text">0.12</span>.</p>
<a href="#top">up</a><a href="https://example.org/">out</a>
<img src="figure.png" alt="A curve" /></article></body></html>
"""


@pytest.fixture
def small_site(tmp_path: Path) -> Path:
    site = tmp_path / "site"
    for language, folder, english, spanish in (
        ("en", "", "page.html", "es/page.html"),
        ("es", "es/", "../page.html", "page.html"),
    ):
        other = spanish if language == "en" else english
        (site / folder).mkdir(parents=True)
        text = PAGE.format(language=language, english=english, spanish=spanish, other=other, folder=folder)
        (site / folder / "page.html").write_text(text, encoding="utf-8")
        (site / folder / "index.html").write_text(text.replace("page.html", "index.html"), encoding="utf-8")
        (site / folder / "figure.png").touch()
        (site / folder / "page.ipynb").write_text('{"cells": []}', encoding="utf-8")
    (tmp_path / "page.md").touch()
    return site


def break_page(site: Path, old: str, new: str, page: str = "page.html") -> None:
    text = (site / page).read_text(encoding="utf-8")
    assert old in text
    (site / page).write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize("check", site_checks.CHECKS, ids=lambda check: check.__name__)
def test_sound_site_passes(check: Callable[[Path], list[str]], small_site: Path) -> None:
    assert check(small_site) == []


@pytest.mark.parametrize(
    ("check", "old", "new", "told"),
    [
        (site_checks.broken_links, 'href="#top"', 'href="#gone"', "no anchor"),
        (site_checks.broken_links, 'href="#top"', 'href="gone.html"', "no file"),
        (site_checks.broken_links, 'href="#top"', 'href="../page.md"', "out of the site"),
        (site_checks.broken_links, 'src="figure.png"', 'src="gone.png"', "no file"),
        (site_checks.foreign_requests, 'src="figure.png"', 'src="https://cdn.example/f.png"', "<img> loads"),
        (site_checks.foreign_requests, "<body>", '<script src="//cdn.example/a.js"></script><body>', "<script> loads"),
        (
            site_checks.foreign_requests,
            "<body>",
            '<link rel="stylesheet" href="https://f.example/a.css"><body>',
            "loads",
        ),
        (
            site_checks.foreign_requests,
            "<body>",
            "<style>@import 'https://f.example/a.css';</style><body>",
            "style loads",
        ),
        (site_checks.foreign_requests, "<body>", '<script>const u = "https://unpkg.com/a.js"</script><body>', "names"),
        (site_checks.missing_alternative_texts, 'alt="A curve"', "", "''"),
        (site_checks.missing_alternative_texts, 'alt="A curve"', 'alt=""', "''"),
        (site_checks.missing_alternative_texts, 'alt="A curve"', 'alt="../_images/bands.png"', "bands.png"),
        (site_checks.missing_alternative_texts, 'alt="A curve"', f'alt="{"0a" * 32}"', "0a0a"),
        (site_checks.bad_structure, "</article>", "<h1>Again</h1></article>", "2 main headings"),
        (site_checks.bad_structure, "<title>Page</title>", "", "no title"),
        (site_checks.bad_structure, "<p>It", '<p id="top">It', "stands twice"),
        (site_checks.missing_descriptions, 'content="A page."', 'content=""', "no description"),
        (site_checks.wrong_languages, 'lang="en"', 'lang="es"', "declares the language 'es'"),
        (
            site_checks.wrong_languages,
            'hreflang="es" href="es/page.html"',
            'hreflang="es" href="es/gone.html"',
            "exist",
        ),
        (
            site_checks.wrong_languages,
            'hreflang="es" href="es/page.html"',
            'hreflang="es" href="es/index.html"',
            "back",
        ),
        (site_checks.wrong_languages, '<link rel="alternate" hreflang="es" href="es/page.html" />', "", "names only"),
        (site_checks.unlinked_editions, 'class="language-switch"', "", "no language switch"),
        (
            site_checks.unlinked_editions,
            'switch" href="es/page.html"',
            'switch" href="es/index.html"',
            "not to the same",
        ),
        (site_checks.failed_cells, "<p>It", '<p class="traceback">ValueError</p><p>It', "ValueError"),
        (site_checks.failed_cells, "<p>It", "<pre>Traceback (most recent call last)</pre><p>It", "traceback"),
        (site_checks.unequal_values, "0.12", "0.13", "0.13"),
    ],
)
def test_broken_site_is_reported(
    check: Callable[[Path], list[str]], old: str, new: str, told: str, small_site: Path
) -> None:
    break_page(small_site, old, new)
    problems = check(small_site)
    assert any("page.html" in problem and told in problem for problem in problems), problems


def test_style_sheet_that_loads_a_foreign_font_is_reported(small_site: Path) -> None:
    (small_site / "look.css").write_text("@font-face { src: url(https://fonts.example/a.woff2) }", encoding="utf-8")
    assert site_checks.foreign_requests(small_site) == ["look.css: loads https://fonts.example/a.woff2"]


@pytest.mark.parametrize("place", ["page.html", "searchindex.js", "page.ipynb", "chapter.md"])
def test_exposed_solution_is_reported(place: str, small_site: Path) -> None:
    solution = "    return (1 - probability) ** sample_size\n"
    assert site_checks.exposed_solutions(small_site, [solution]) == []
    shown = {
        "page.html": "<html><pre><span>return</span> (1 - probability)<b> ** </b>sample_size</pre></html>",
        "page.ipynb": '{"cells": [{"source": ["def f():\\n", "    return (1 - probability) ** sample_size"]}]}',
    }.get(place, solution)
    (small_site / place).write_text(shown, encoding="utf-8")
    assert [problem.partition(":")[0] for problem in site_checks.exposed_solutions(small_site, [solution])] == [place]


def test_published_sources_are_reported(small_site: Path) -> None:
    (small_site / "es" / "_sources").mkdir()
    assert site_checks.exposed_solutions(small_site, []) == ["es/_sources: sources of pages are published"]


@pytest.mark.parametrize("lost", ["page.md", "site/page.ipynb"])
def test_dead_launch_is_reported(lost: str, small_site: Path) -> None:
    root = small_site.parent
    assert site_checks.dead_launches(small_site, root) == []
    (root / lost).unlink()
    assert any("launches nothing" in problem for problem in site_checks.dead_launches(small_site, root))
