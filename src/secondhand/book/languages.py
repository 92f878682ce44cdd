"""The two editions as one site: which pages have a counterpart, and how the pages link to it.

English stands at the root of the site, each other edition in a folder named after its language. All links are
relative, so that the site works at any address and from a folder. It knows nothing of what the pages say.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sphinx.util.osutil import relative_uri
from sphinx_external_toc.parsing import parse_toc_yaml

from secondhand.messages import LANGUAGES, catalogue

SOURCE_LANGUAGE = LANGUAGES[0]

_PAGES_OF_EVERY_EDITION = frozenset({"search"})


@dataclass(frozen=True)
class Alternate:
    """The way from one page to another edition.

    Attributes:
        language: the language of the other edition.
        name: what that language calls itself.
        href: relative address of the page there, or of the home page of that edition.
        same_page: whether the page exists in the other edition.
    """

    language: str
    name: str
    href: str
    same_page: bool


def root_folder(source_folder: Path, language: str) -> Path:
    """Return the root of the repository, given the folder that holds the sources of one edition."""
    return source_folder if language == SOURCE_LANGUAGE else source_folder.parent


def site_path(language: str, page: str) -> str:
    """Return the address of a page, without its ending, from the root of the merged site."""
    return page if language == SOURCE_LANGUAGE else f"{language}/{page}"


@dataclass(frozen=True)
class EditionPages:
    """The pages of one edition.

    Attributes:
        home: its first page.
        pages: all pages of its table of contents, and those that Sphinx adds.
    """

    home: str
    pages: frozenset[str]


@cache
def edition(root: Path, language: str) -> EditionPages | None:
    """Return the pages of the edition in `language`, or None if the book has no such edition yet."""
    toc = (root if language == SOURCE_LANGUAGE else root / language) / "_toc.yml"
    if not toc.is_file():
        return None
    site_map = parse_toc_yaml(toc)
    pages = frozenset(str(name).removesuffix(".md") for name in site_map)
    return EditionPages(str(site_map.root.docname).removesuffix(".md"), pages | _PAGES_OF_EVERY_EDITION)


def alternates(root: Path, language: str, page: str) -> list[Alternate]:
    """Return the ways from `page` of the edition `language` to every other edition."""
    found = []
    here = site_path(language, page) + ".html"
    for other in LANGUAGES:
        there = edition(root, other)
        if other == language or there is None:
            continue
        same_page = page in there.pages
        target = site_path(other, page if same_page else there.home) + ".html"
        name = catalogue("site")["language-name"][other]
        found.append(Alternate(other, name, relative_uri(here, target), same_page))
    return found


def link_tags(root: Path, language: str, page: str) -> str:
    """Return the `<link rel="alternate">` elements of a page that exists in more than one edition, else nothing."""
    twins = {
        alternate.language: alternate.href for alternate in alternates(root, language, page) if alternate.same_page
    }
    if not twins:
        return ""
    addresses = {**twins, language: page.rpartition("/")[2] + ".html"}
    tags = [(code, addresses[code]) for code in LANGUAGES if code in addresses]
    tags.append(("x-default", addresses[SOURCE_LANGUAGE]))
    return "\n".join(f'<link rel="alternate" hreflang="{code}" href="{href}" />' for code, href in tags)


def finish(site: Path) -> None:
    """Add to the merged site what belongs to neither edition: the mark that folders named `_static` be published.

    Raises:
        FileNotFoundError: there is no site in the folder.
    """
    if not (site / "index.html").is_file():
        raise FileNotFoundError(f"site must be a folder with a built site, got {site} without an index.html")
    (site / ".nojekyll").touch()
