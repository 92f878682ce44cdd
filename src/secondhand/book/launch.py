"""Ways to run a chapter elsewhere: on Binder, on Google Colab, or downloaded.

Binder opens the chapter's own Markdown as a notebook in JupyterLab. Colab reads only `.ipynb`, so the site carries a
notebook made of each chapter (`student_notebooks`), and the branch that serves the site is where Colab finds it. It
knows nothing of how notebooks are made.
"""

from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import quote, urlsplit

from secondhand.book.languages import SOURCE_LANGUAGE, site_path
from secondhand.messages import t

BINDER = "https://mybinder.org/v2/gh"
COLAB = "https://colab.research.google.com/github"

SITE_BRANCH = "gh-pages"
"""The branch that holds the built site, as the deploy workflow pushes it."""

NOTEBOOK_FOLDER = "notebooks"
"""Where an edition keeps the notebooks made of its chapters."""


@dataclass(frozen=True)
class Repository:
    """Where the sources of the book live.

    Attributes:
        url: address on GitHub, for example `https://github.com/organisation/name`.
        branch: the branch that Binder opens.
    """

    url: str
    branch: str

    @property
    def slug(self) -> str:
        """The part `organisation/name` of the address.

        Raises:
            ValueError: the address is not one of a GitHub repository.
        """
        address = urlsplit(self.url)
        parts = PurePosixPath(address.path).parts[1:]
        if address.netloc != "github.com" or len(parts) != 2:
            raise ValueError(f"repository url must look like https://github.com/organisation/name, got {self.url!r}")
        return "/".join(parts).removesuffix(".git")


@dataclass(frozen=True)
class Launch:
    """One entry of the menu that runs a chapter.

    Attributes:
        kind: "binder", "colab" or "download".
        label: its words, in the reader's language.
        href: an address; for "download", a path from the root of the edition.
    """

    kind: str
    label: str
    href: str


def notebook_path(page: str) -> str:
    """Return the path of the notebook made of a chapter, from the root of its edition."""
    return f"{NOTEBOOK_FOLDER}/{page}.ipynb"


def launches(repository: Repository, language: str, page: str) -> list[Launch]:
    """Return the menu of the chapter `page` of the edition in `language`."""
    source = f"{page}.md" if language == SOURCE_LANGUAGE else f"{language}/{page}.md"
    binder = f"{BINDER}/{repository.slug}/{quote(repository.branch)}?urlpath={quote(f'lab/tree/{source}', safe='')}"
    colab = f"{COLAB}/{repository.slug}/blob/{SITE_BRANCH}/{quote(site_path(language, notebook_path(page)))}"
    return [
        Launch("binder", t("site.launch-binder"), binder),
        Launch("colab", t("site.launch-colab"), colab),
        Launch("download", t("site.download-notebook"), notebook_path(page)),
    ]
