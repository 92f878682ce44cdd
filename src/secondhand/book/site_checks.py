"""Checks of a built site: what a reader would stumble over, found by reading its files.

Each check takes the folder of the merged site and returns what is wrong, one sentence each; an empty list is a pass. It
knows nothing of how the site is made, and opens no connection.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup, Tag

from secondhand.book.directives import SOLUTION_FOLDER
from secondhand.book.launch import BINDER, COLAB, SITE_BRANCH
from secondhand.messages import LANGUAGES

_LOADED = {"img": "src", "script": "src", "iframe": "src", "source": "src", "audio": "src", "video": "src"}
_LOADED |= {"embed": "src", "object": "data", "input": "src"}
_LOADED_RELATIONS = {"stylesheet", "icon", "preload", "prefetch", "modulepreload", "preconnect", "dns-prefetch"}
_CSS_ADDRESS = re.compile(r"(?:url\(|@import)\s*['\"]?\s*((?:https?:)?//[^'\")\s]+)")
_FILE_NAME = re.compile(r"\.(png|svg|jpe?g|gif|webp)\s*$|^[\w./\\-]*[0-9a-f]{16,}", re.IGNORECASE)


def pages(site: Path) -> list[Path]:
    """Return all pages of a site, worked solutions included, templates in `_static` left out."""
    return sorted(path for path in site.rglob("*.html") if "_static" not in path.relative_to(site).parts)


def chapters_and_pages(site: Path) -> list[Path]:
    """Return the pages that readers meet in the table of contents or by searching."""
    return [path for path in pages(site) if SOLUTION_FOLDER not in path.relative_to(site).parts]


def broken_links(site: Path) -> list[str]:
    """Find links and assets that lead to no file of the site, or to no anchor of its page."""
    found = []
    for page in pages(site):
        for address in _addresses(page):
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page.resolve()
            if not target.is_relative_to(site.resolve()):
                found.append(f"{_name(page, site)}: {address!r} leads out of the site")
            elif not target.is_file():
                found.append(f"{_name(page, site)}: {address!r} leads to no file")
            elif parts.fragment and target.suffix == ".html" and unquote(parts.fragment) not in _anchors(target):
                found.append(f"{_name(page, site)}: {address!r} leads to no anchor")
    return found


def foreign_requests(site: Path) -> list[str]:
    """Find whatever a page would load from another host: images, scripts, styles, fonts."""
    found = []
    for page in pages(site):
        soup = _soup(page)
        for tag in soup.find_all(True):
            address = _loaded_address(tag)
            if address and (urlsplit(address).netloc or urlsplit(address).scheme in {"http", "https"}):
                found.append(f"{_name(page, site)}: <{tag.name}> loads {address}")
            for inline in (str(tag.get("style", "")), tag.get_text() if tag.name == "style" else ""):
                found += [f"{_name(page, site)}: its style loads {m}" for m in _CSS_ADDRESS.findall(inline)]
        for script in soup.find_all("script", src=False):
            for m in re.findall(r"https?://[^\s'\"]+\.js", script.get_text()):
                found.append(f"{_name(page, site)}: a script names {m}")
    for sheet in sorted(site.rglob("*.css")):
        text = sheet.read_text(encoding="utf-8", errors="replace")
        found += [f"{_name(sheet, site)}: loads {address}" for address in _CSS_ADDRESS.findall(text)]
    return found


def missing_alternative_texts(site: Path) -> list[str]:
    """Find images without alternative text, or whose text is a file name.

    Only the frame around an article may hold decoration, which has an empty text (`alt=""`).
    """
    found = []
    for page in pages(site):
        for image in _soup(page).find_all("img"):
            text = str(image.get("alt", "")).strip()
            in_frame = image.find_parent("article") is None
            if (not text and not (in_frame and image.has_attr("alt"))) or _FILE_NAME.search(text):
                found.append(f"{_name(page, site)}: image {image.get('src')} has the alternative text {text!r}")
    return found


def bad_structure(site: Path) -> list[str]:
    """Find pages without exactly one main heading, a title, or with an id that stands twice."""
    found = []
    for page in pages(site):
        soup = _soup(page)
        # The theme repeats the title for print; it is hidden on screens.
        headings = [h for h in soup.find_all("h1") if h.find_parent(id="jb-print-docs-body") is None]
        if len(headings) != 1:
            found.append(f"{_name(page, site)}: has {len(headings)} main headings, should have 1")
        if soup.title is None or not soup.title.get_text(strip=True):
            found.append(f"{_name(page, site)}: has no title")
        ids = [str(tag["id"]) for tag in soup.find_all(id=True)]
        found += [
            f"{_name(page, site)}: id {name!r} stands twice" for name in sorted({i for i in ids if ids.count(i) > 1})
        ]
    return found


def missing_descriptions(site: Path) -> list[str]:
    """Find pages that do not say, for search engines and previews, what they are about."""
    found = []
    for page in chapters_and_pages(site):
        tag = _soup(page).find("meta", attrs={"name": "description"})
        if page.name != "search.html" and (not isinstance(tag, Tag) or not str(tag.get("content", "")).strip()):
            found.append(f"{_name(page, site)}: has no description (front matter: myst: html_meta: description)")
    return found


def wrong_languages(site: Path) -> list[str]:
    """Find pages whose declared language is not that of their edition, or whose twins do not point back."""
    found = []
    site = site.resolve()
    for page in pages(site):
        declared, expected = _language(page), edition_of(page, site)
        if declared != expected:
            found.append(f"{_name(page, site)}: declares the language {declared!r}, stands in the edition {expected!r}")
        twins = _twins(page)
        if twins and {*LANGUAGES, "x-default"} - twins.keys():
            found.append(f"{_name(page, site)}: names only {sorted(twins)} as its editions")
        for language, twin in twins.items():
            if not twin.is_file():
                found.append(f"{_name(page, site)}: its edition {language!r} does not exist")
            elif language != "x-default" and edition_of(twin, site) != language:
                found.append(f"{_name(page, site)}: {_name(twin, site)} is not in the language {language!r}")
            elif page not in _twins(twin).values():
                found.append(f"{_name(page, site)}: {_name(twin, site)} does not point back")
    return found


def unlinked_editions(site: Path) -> list[str]:
    """Find pages that exist in every edition and yet offer no way to the other one, or the wrong one."""
    found = []
    for page in chapters_and_pages(site):
        if not (site / LANGUAGES[1] / "index.html").is_file():
            continue
        switch = _soup(page).select_one("a.language-switch[href]")
        if switch is None:
            found.append(f"{_name(page, site)}: has no language switch")
            continue
        twin = twin_of(page, site)
        target = (page.parent / str(switch["href"])).resolve()
        if twin.is_file() and target != twin.resolve():
            found.append(f"{_name(page, site)}: its language switch leads to {switch['href']!r}, not to the same page")
    return found


def failed_cells(site: Path) -> list[str]:
    """Find tracebacks and messages of Sphinx on pages."""
    found = []
    for page in pages(site):
        soup = _soup(page)
        bad = soup.select(".traceback, .system-message, .problematic, .stderr")
        found += [f"{_name(page, site)}: shows {tag.get_text(strip=True)[:80]!r}" for tag in bad]
        if "Traceback (most recent call last)" in soup.get_text():
            found.append(f"{_name(page, site)}: shows a traceback")
    return found


def exposed_solutions(site: Path, solutions: Iterable[str]) -> list[str]:
    """Find the text of a solution anywhere but in its own file, and published sources of pages.

    Args:
        site: the folder of the site.
        solutions: the code of each solution that its stub does not show.
    """
    texts = [_squeezed(solution) for solution in solutions]
    found = [f"{_name(folder, site)}: sources of pages are published" for folder in site.rglob("_sources")]
    files = [*chapters_and_pages(site), *site.rglob("searchindex.js"), *site.rglob("*.ipynb"), *site.rglob("*.md")]
    for path in files:
        raw = path.read_text(encoding="utf-8")
        shown = _squeezed(_soup(path).get_text() if path.suffix == ".html" else _notebook_text(path, raw))
        found += [f"{_name(path, site)}: shows the solution {text[:60]!r}" for text in texts if text in shown]
        if path.name == "searchindex.js" and f'"{SOLUTION_FOLDER}/' in raw:
            found.append(f"{_name(path, site)}: lists files of solutions")
    return found


def dead_launches(site: Path, repository: Path) -> list[str]:
    """Find launch links to a chapter that the repository lacks, or to a notebook that the site lacks.

    Args:
        site: the folder of the site, as the deploy workflow pushes it to its branch.
        repository: the root of the sources, as Binder sees them.
    """
    found = []
    for page in chapters_and_pages(site):
        for link in _soup(page).select(".launch-menu a[href]"):
            address = str(link["href"])
            if address.startswith(BINDER):
                path = repository / unquote(address.partition("urlpath=")[2]).removeprefix("lab/tree/")
            elif address.startswith(COLAB):
                path = site / unquote(address.partition(f"/blob/{SITE_BRANCH}/")[2])
            else:
                path = page.parent / unquote(address)
            if not path.is_file():
                found.append(f"{_name(page, site)}: {address} launches nothing")
    return found


def unequal_values(site: Path) -> list[str]:
    """Find pages whose editions print different computed values in their prose."""
    found = []
    for page in chapters_and_pages(site):
        twin = twin_of(page, site)
        if edition_of(page, site) == LANGUAGES[0] and twin.is_file():
            here, there = (sorted(tag.get_text() for tag in _soup(p).select(".pasted-text")) for p in (page, twin))
            if here != there:
                found.append(f"{_name(page, site)}: editions print {sorted(set(here) ^ set(there))}")
    return found


def edition_of(page: Path, site: Path) -> str:
    """Return the language of the edition that a page stands in."""
    first = page.relative_to(site).parts[0]
    return first if first in LANGUAGES[1:] else LANGUAGES[0]


def twin_of(page: Path, site: Path) -> Path:
    """Return where a page stands in the other edition, whether it exists or not."""
    path = page.relative_to(site)
    if edition_of(page, site) == LANGUAGES[0]:
        return site / LANGUAGES[1] / path
    return site / path.relative_to(LANGUAGES[1])


CHECKS: tuple[Callable[[Path], list[str]], ...] = (
    broken_links,
    foreign_requests,
    missing_alternative_texts,
    bad_structure,
    missing_descriptions,
    wrong_languages,
    unlinked_editions,
    failed_cells,
    unequal_values,
)
"""The checks that need no more than the site."""


@cache
def _soup_at(page: Path, _changed: int) -> BeautifulSoup:
    return BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")


def _soup(page: Path) -> BeautifulSoup:
    return _soup_at(page, page.stat().st_mtime_ns)


def _addresses(page: Path) -> Iterator[str]:
    for tag in _soup(page).find_all(["a", "link"], href=True):
        yield str(tag["href"])
    for tag in _soup(page).find_all(True):
        if address := _loaded_address(tag):
            yield address
        if tag.get("data-solution"):
            yield str(tag["data-solution"])


def _loaded_address(tag: Tag) -> str:
    if tag.name == "link":
        relations = {str(relation) for relation in tag.get_attribute_list("rel")}
        return str(tag.get("href", "")) if relations & _LOADED_RELATIONS else ""
    return str(tag.get(_LOADED.get(tag.name, ""), "")) if tag.name in _LOADED else ""


def _anchors(page: Path) -> set[str]:
    soup = _soup(page)
    return {str(tag["id"]) for tag in soup.find_all(id=True)} | {
        str(tag["name"]) for tag in soup.find_all("a", attrs={"name": True})
    }


def _language(page: Path) -> str:
    html = _soup(page).html
    return "" if html is None else str(html.get("lang", ""))


def _twins(page: Path) -> dict[str, Path]:
    tags = _soup(page).select('link[rel="alternate"][hreflang]')
    return {str(tag["hreflang"]): (page.parent / str(tag["href"])).resolve() for tag in tags}


def _notebook_text(path: Path, raw: str) -> str:
    if path.suffix != ".ipynb":
        return raw
    return "\n".join("".join(cell["source"]) for cell in json.loads(raw)["cells"])


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _name(path: Path, site: Path) -> str:
    return str(path.relative_to(site))
