"""The Sphinx extension of the book: settings that both editions share, look, launch menu, notebooks, solutions.

An edition's `_config.yml` holds what differs; everything else is set here. The extension renders what the build
command executed, and knows nothing of how that was done.
"""

import os
import re
import shutil
from importlib.metadata import distribution, version
from pathlib import Path
from typing import Any, NoReturn

import nbformat
import yaml
from docutils import nodes
from myst_nb.core.execute import cache as notebook_cache
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError
from sphinx.util.typing import ExtensionMetadata

from secondhand import exercises
from secondhand.book import executed, languages
from secondhand.book.directives import (
    SOLUTIONS_KEY,
    ChapterCard,
    ClaimsLedger,
    RepositoryLink,
    RunningTimes,
    WorkedSolution,
    solution_path,
)
from secondhand.book.images import AltTextOfOtherPages
from secondhand.book.launch import Repository, launches, notebook_path
from secondhand.book.role_texts import RoleTexts
from secondhand.book.student_notebooks import student_notebook
from secondhand.book.teaching import ChapterLink, LimitValue, ProblemSets, minutes_of_exercises, minutes_to_read
from secondhand.messages import LANGUAGE_VARIABLE, LANGUAGES, t

_HERE = Path(__file__).parent
_EARLY, _LATE = 1, 900
"""Priorities of handlers that must run before and after those of the theme."""

_MATHJAX_FOLDER = "vendor/mathjax"
_MATHJAX_PARTS = ("tex-chtml.js", "output/chtml/fonts/woff-v2", "input/tex/extensions")


def setup(app: Sphinx) -> ExtensionMetadata:
    """Connect everything to Sphinx."""
    app.setup_extension("sphinxcontrib.bibtex")
    app.connect("config-inited", share_settings, priority=_EARLY)
    app.connect("builder-inited", copy_mathjax)
    app.connect("doctree-resolved", leave_out_repeated_ids)
    app.connect("html-page-context", add_to_page, priority=_EARLY)
    app.connect("html-page-context", mend_page, priority=_LATE)
    app.connect("build-finished", write_student_notebooks)
    app.connect("build-finished", write_solutions)
    app.add_post_transform(AltTextOfOtherPages)
    app.add_directive("chapter-card", ChapterCard)
    app.add_directive("claims-ledger", ClaimsLedger)
    app.add_directive("running-times", RunningTimes)
    app.add_directive("worked-solution", WorkedSolution)
    app.add_directive("problem-sets", ProblemSets)
    app.add_role("repository", RepositoryLink())
    app.add_role("chapter", ChapterLink())
    app.add_role("limit", LimitValue())
    app.add_role("reading", minutes_to_read)
    app.add_role("practice", minutes_of_exercises)
    app.add_css_file("secondhand.css", priority=_LATE)
    app.add_js_file("secondhand.js", priority=_LATE, defer="defer")
    return {"version": version("secondhand"), "parallel_read_safe": True, "parallel_write_safe": True}


def share_settings(app: Sphinx, config: Config) -> None:
    """Set what both editions share, reading from the root `_config.yml` what stands there for both.

    Raises:
        ExtensionError: the language of the edition is not one of the book.
    """
    if config.language not in LANGUAGES:
        raise ExtensionError(f"language must be one of {', '.join(LANGUAGES)}, got {config.language!r}")
    os.environ[LANGUAGE_VARIABLE] = config.language
    root = languages.root_folder(Path(app.srcdir), config.language)
    book = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    config.author = book["author"]
    config.copyright = book["copyright"]
    config.bibtex_bibfiles = [str(root / name) for name in book["sphinx"]["config"].get("bibtex_bibfiles", [])]
    config.bibtex_reference_style = "author_year"

    config.html_static_path.append(str(_HERE / "static"))
    config.templates_path.insert(0, str(_HERE / "templates"))
    config.html_logo = str(_HERE / "static" / "logo.svg")
    config.html_favicon = str(_HERE / "static" / "favicon.svg")
    config.html_copy_source = False  # published sources would give the solutions away
    config.html_show_sourcelink = False
    config.html_use_index = False
    config.html_domain_indices = False
    config.html_context["default_mode"] = "auto"
    config.html_theme_options |= {
        "repository_url": book["repository"]["url"],
        "repository_branch": book["repository"]["branch"],
        "path_to_docs": "" if root == Path(app.srcdir) else config.language,
        "launch_buttons": {},
        "article_header_start": ["toggle-primary-sidebar.html"],
        "article_header_end": ["page-tools.html"],
        "navbar_persistent": [],
        "home_page_in_toc": True,
        "search_bar_text": t("site.search-placeholder"),
        "toc_title": t("site.page-contents"),
        "show_toc_level": 2,
        "use_download_button": False,
        "use_fullscreen_button": False,
        "back_to_top_button": False,
    }
    config.mathjax_path = f"{_MATHJAX_FOLDER}/tex-chtml.js"
    config.myst_enable_extensions = {
        "amsmath",
        "attrs_block",
        "attrs_inline",
        "colon_fence",
        "deflist",
        "dollarmath",
        "substitution",
    }
    config.nb_code_prompt_show = t("site.show-code")
    config.nb_code_prompt_hide = t("site.hide-code")
    config.togglebutton_hint = config.togglebutton_hint_hide = t("site.toggle-hidden")
    config.suppress_warnings = [*config.suppress_warnings, "config.cache"]

    if os.environ.get(executed.CACHE_VARIABLE):
        config.nb_execution_mode = "cache"
        config.nb_execution_cache_path = os.environ[executed.CACHE_VARIABLE]
        notebook_cache.single_nb_execution = _refuse_to_execute


def _refuse_to_execute(_notebook: Any, cwd: str | None = None, **_: Any) -> NoReturn:
    raise ExtensionError(
        f"a chapter in {cwd} is not in the cache of executed chapters; the build command and Sphinx disagree on its "
        "code cells, and Sphinx must not execute it"
    )


def repository(app: Sphinx) -> Repository:
    """Return where the sources of the book live."""
    options = app.config.html_theme_options
    return Repository(options["repository_url"], options["repository_branch"])


def copy_mathjax(app: Sphinx) -> None:
    """Copy the part of MathJax that pages use into the site; the package on PyPI that carries it is 24 MB."""
    package = Path(str(distribution("sphinx-mathjax-offline").locate_file("sphinx-mathjax-offline")))
    source = package / "static" / "mathjax"
    target = Path(app.outdir) / "_static" / _MATHJAX_FOLDER
    for part in _MATHJAX_PARTS:
        (target / part).parent.mkdir(parents=True, exist_ok=True)
        if (source / part).is_dir():
            shutil.copytree(source / part, target / part, dirs_exist_ok=True)
        else:
            shutil.copyfile(source / part, target / part)


def leave_out_repeated_ids(_app: Sphinx, doctree: nodes.document, _page: str) -> None:
    """Take the id off the body of each exercise: sphinx-exercise gives all of them the same one."""
    for section in doctree.findall(nodes.section):
        if "exercise-content" in section["ids"]:
            section["ids"].remove("exercise-content")


def add_to_page(
    app: Sphinx, page: str, _template: str, context: dict[str, Any], _doctree: nodes.document | None
) -> None:
    """Give the templates of a page its editions and its launch menu."""
    language = app.config.language
    root = languages.root_folder(Path(app.srcdir), language)
    context["t"] = t
    context["alternates"] = languages.alternates(root, language, page)
    context["metatags"] = context.get("metatags", "") + languages.link_tags(root, language, page)
    is_notebook = "kernelspec" in app.env.metadata.get(page, {})
    context["launches"] = launches(repository(app), language, page) if is_notebook else []
    context["without_icon_script"] = _without_icon_script


def mend_page(
    _app: Sphinx, _page: str, _template: str, context: dict[str, Any], _doctree: nodes.document | None
) -> None:
    """Mend what extensions and libraries of others put on a page.

    Thebe would fetch its code from another host. Sphinx gives entries of a bibliography a role that ARIA has withdrawn,
    and pandas heads its index with an empty cell; assistive technology can read neither. The titles of the links beside
    headings and figures are English in every language.
    """
    context["script_files"] = [file for file in context["script_files"] if not _is_thebe(file)]
    context["css_files"] = [file for file in context["css_files"] if not _is_thebe(file)]
    if "body" in context:
        body = context["body"].replace('role="doc-biblioentry"', 'role="listitem"')
        body = body.replace("<th></th>", "<td></td>")
        context["body"] = re.sub(r'title="Link to this [a-z ]+"', f'title="{t("site.link-here")}"', body)


def _is_thebe(asset: Any) -> bool:
    return "thebe" in f"{getattr(asset, 'filename', asset)} {getattr(asset, 'attributes', {}).get('body', '')}".lower()


def _without_icon_script(head: str) -> str:
    """Take the script of icons off the head of a page: it is 1.5 MB, and the icons come from the web font."""
    return re.sub(r"<script[^>]*fontawesome\.js[^>]*></script>", "", head)


def write_student_notebooks(app: Sphinx, error: Exception | None) -> None:
    """Write the notebook that Colab opens, and readers download, for each chapter."""
    if error is not None or app.builder.format != "html":
        return
    for page in sorted(app.env.all_docs):
        if "kernelspec" not in app.env.metadata[page]:
            continue
        notebook = student_notebook(
            Path(app.env.doc2path(page)).read_text(encoding="utf-8"),
            repository=repository(app),
            language=app.config.language,
            role_text=RoleTexts(app.env, page, executed.glued(page)),
        )
        path = Path(app.outdir) / notebook_path(page)
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, path)  # type: ignore[no-untyped-call]


def write_solutions(app: Sphinx, error: Exception | None) -> None:
    """Write each worked solution into a file of its own, outside the pages and the search index."""
    if error is not None or app.builder.format != "html":
        return
    for page in sorted(app.env.all_docs):
        for exercise_id in app.env.metadata[page].get(SOLUTIONS_KEY, []):
            code = highlight(exercises.get(exercise_id).solution_source, PythonLexer(), HtmlFormatter())
            code = code.replace("<pre>", '<pre tabindex="0">')  # wide code scrolls, and must from the keyboard too
            text = app.builder.templates.render(
                "solution.html",
                {
                    "t": t,
                    "language": app.config.language,
                    "id": exercise_id,
                    "code": code,
                    "back": f"../{page}.html#solution-{exercise_id}",
                },
            )
            path = Path(app.outdir) / solution_path(exercise_id)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
