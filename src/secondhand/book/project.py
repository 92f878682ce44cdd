"""What the book consists of: its editions (one tree of pages per language) and their executable chapters.

It reads tables of contents and chapters; it knows nothing of execution, of Sphinx or of what chapters say.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import nbformat
from jupyter_book.config import get_final_config  # type: ignore[import-untyped]
from myst_nb.core.read import is_myst_markdown_notebook, read_myst_markdown_notebook
from myst_parser.config.main import MdParserConfig
from sphinx_external_toc.parsing import parse_toc_yaml

from secondhand.book.dependencies import Package
from secondhand.messages import LANGUAGES


class BuildError(Exception):
    """Something in the book stops the build; the message says what and where, for its author."""


@dataclass(frozen=True, eq=False)
class Chapter:
    """One executable page of one edition.

    Attributes:
        language: language of its edition.
        docname: its name for Sphinx, such as `chapters/limits/model-collapse`.
        path: its source, a MyST notebook in Markdown.
        notebook: its code cells; prose is left out, as editing it changes nothing that is computed.
    """

    language: str
    docname: str
    path: Path
    notebook: Any

    @property
    def name(self) -> str:
        """Last part of the document's name: `model-collapse`."""
        return PurePosixPath(self.docname).name

    @property
    def label(self) -> str:
        """How progress lines call it: `en limits/model-collapse`."""
        return f"{self.language} {self.docname.removeprefix('chapters/')}"


@dataclass(frozen=True)
class Edition:
    """The book in one language: a folder with `_config.yml`, `_toc.yml` and `chapters/`."""

    language: str
    folder: Path

    def chapters(self) -> list[Chapter]:
        """Return the executable chapters in the order of the table of contents.

        Raises:
            BuildError: a page of the table of contents is missing or cannot be read.
        """
        markdown = MdParserConfig(enable_extensions=set(_sphinx_settings(self.folder)["myst_enable_extensions"]))
        found = []
        for docname in parse_toc_yaml(self.folder / "_toc.yml"):
            path = self.folder / f"{docname.removesuffix('.md')}.md"
            if not path.is_file():
                if (self.folder / docname).is_file():
                    continue
                raise BuildError(f"{self.folder / '_toc.yml'} lists {docname!r}, but there is no {path}")
            text = path.read_text(encoding="utf-8")
            if is_myst_markdown_notebook(text):
                notebook = read_myst_markdown_notebook(text, markdown, path=path)
                cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
                metadata = {"kernelspec": notebook.metadata.get("kernelspec", {})}
                code = nbformat.v4.new_notebook(cells=cells, metadata=metadata)  # type: ignore[no-untyped-call]
                found.append(Chapter(self.language, docname.removesuffix(".md"), path, code))
        return found


@dataclass(frozen=True)
class Project:
    """A book: its folder, its package of helpers, and what a build of it checks and adds.

    Attributes:
        root: the folder with `_config.yml`, `_toc.yml`, `chapters/` and `requirements.lock`.
        package_name: the package of helpers, in `src/`.
        claims: id of each claim of the ledger → name of the chapter that must check it.
        finish: does the last work on an assembled site, given its folder.
    """

    root: Path
    package_name: str = "secondhand"
    claims: Mapping[str, str] | None = None
    finish: Callable[[Path], object] | None = None

    @property
    def build_folder(self) -> Path:
        """Where everything made is kept."""
        return self.root / "_build"

    @property
    def site(self) -> Path:
        """The finished site."""
        return self.build_folder / "html"

    @property
    def source_folder(self) -> Path:
        """Where Python finds the package of helpers."""
        return self.root / "src"

    @property
    def lock(self) -> Path:
        """The pinned environment."""
        return self.root / "requirements.lock"

    def package(self) -> Package:
        """Return the package of helpers as it is on disk now."""
        return Package(self.source_folder / self.package_name)

    def editions(self) -> list[Edition]:
        """Return the editions: the first language lives at the root, another in a folder of its name.

        Raises:
            BuildError: the root has no table of contents.
        """
        if not (self.root / "_toc.yml").is_file():
            raise BuildError(f"there is no book in {self.root}: it has no _toc.yml; run this in the book's folder")
        folders = {language: self.root / language for language in LANGUAGES} | {LANGUAGES[0]: self.root}
        return [Edition(language, folder) for language, folder in folders.items() if (folder / "_toc.yml").is_file()]

    def chapter_names(self) -> list[str]:
        """Return the names of all chapters that have a source, in whichever edition and listed or not."""
        folders = [self.root / "chapters", *(self.root / language / "chapters" for language in LANGUAGES)]
        return sorted({path.stem for folder in folders for path in folder.rglob("*.md")})


def find_root(start: Path) -> Path:
    """Return the folder of the book that `start` lies in.

    Raises:
        BuildError: neither `start` nor a folder above it holds a book.
    """
    for folder in (start, *start.parents):
        if (folder / "_toc.yml").is_file() and (folder / "pyproject.toml").is_file():
            return folder
    raise BuildError(f"there is no book in {start} or above it; run this in the folder with _toc.yml")


def secondhand_data(root: Path) -> Project:
    """Return the book Secondhand Data in `root`, with its ledger of claims and the last work on its site."""
    from secondhand.book import languages
    from secondhand.claims import load_ledger

    claims = {name: entry.chapter for name, entry in load_ledger().items()}
    return Project(root, claims=claims, finish=getattr(languages, "finish", None))


def _sphinx_settings(folder: Path) -> dict[str, Any]:
    """Return the settings that Jupyter Book hands to Sphinx, so that both read a chapter alike."""
    settings, _ = get_final_config(
        user_yaml=folder / "_config.yml", cli_config={"latex_individualpages": False}, validate=False
    )
    return dict(settings)
