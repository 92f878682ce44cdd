"""Which modules of a package a piece of code uses, found by reading the source.

A name imported from a room leads through the room's face (an `__init__.py` of docstring, imports and `__all__` only) to
the one module that defines it. Whatever cannot be followed for certain counts as a use of the whole room: a face with
logic, `import package.room`, a star, a room taken as an object, an import by computed name. Importing a room does run
the rest of its face, so a module must do nothing on import but define its own names.

It knows nothing of notebooks, keys or the science, and runs none of the code that it reads.
"""

import ast
from collections.abc import Iterable, Iterator
from functools import cache, cached_property
from pathlib import Path

from IPython.core.inputtransformer2 import TransformerManager

WORKSHOP = "book"
"""The room that builds the site: no chapter can depend on it."""

NOT_DATA = {"README.md", "py.typed"}
"""Names of files that no code reads."""

SITE_WORDS = "messages/site.yml"
"""The words of the site's own furniture: pages show them, chapters do not."""


class Package:
    """The modules and data files of one package, seen as source.

    Args:
        folder: the folder with the package's `__init__.py`; its name is the package's name.

    Raises:
        ValueError: the folder has no `__init__.py`.
    """

    def __init__(self, folder: Path) -> None:
        if not (folder / "__init__.py").is_file():
            raise ValueError(f"folder must be a package, but {folder} has no __init__.py")
        self.folder = folder
        self.name = folder.name
        self._direct: dict[str, frozenset[str]] = {}

    @cached_property
    def modules(self) -> dict[str, Path]:
        """Dotted name of each module → its file; the workshop's own are left out."""
        found = {}
        for path in sorted(self.folder.rglob("*.py")):
            parts = path.relative_to(self.folder).with_suffix("").parts
            if parts[0] == WORKSHOP:
                continue
            if parts[-1] == "__init__":
                parts = parts[:-1]
            found[".".join((self.name, *parts))] = path
        return found

    def used_by(self, cells: Iterable[str]) -> frozenset[str]:
        """Return the names of all modules that code cells import, directly or through other modules.

        A fact such as `secondhand.generations.gaussian_chain = secondhand.generations.gaussian.gaussian_chain` is
        listed beside the modules, so that a face that points the same name elsewhere changes the result.
        """
        found: set[str] = set()
        for cell in cells:
            tree = _parse_cell(cell)
            found |= self._whole(self.name) if tree is None else self._imported(tree, self.name, is_package=True)
        todo = set(found)
        while todo:
            new = self._direct_uses(todo.pop()) - found
            found |= new
            todo |= new
        return frozenset(found)

    def sources(self, used: Iterable[str]) -> list[Path]:
        """Return the source files of the modules in `used`."""
        return [self.modules[name] for name in sorted(used) if name in self.modules]

    def data_files(self, used: Iterable[str], chapter: str, chapters: Iterable[str]) -> list[Path]:
        """Return the data files that a chapter may read.

        They are the files that are not Python below the folders of the modules in `used`. A file with the name of a
        chapter (`model-collapse.yml`) belongs to that chapter only.

        Args:
            used: the result of `used_by`.
            chapter: name of the chapter, the last part of its document's name.
            chapters: names of all chapters.
        """
        others = set(chapters) - {chapter}
        folders = {path.parent for path in self.sources(used)}
        found = []
        for path in sorted(self.folder.rglob("*")):
            relative = path.relative_to(self.folder)
            if path.is_dir() or path.suffix in {".py", ".pyc"} or path.name in NOT_DATA:
                continue
            if relative.parts[0] == WORKSHOP or relative.as_posix() == SITE_WORDS or path.stem in others:
                continue
            if any(part.startswith(".") for part in relative.parts):
                continue
            below = {parent for parent in path.parents if parent.is_relative_to(self.folder)} - {self.folder}
            if folders & (below or {self.folder}):
                found.append(path)
        return found

    def face(self, package: str) -> dict[str, tuple[str, str]] | None:
        """Return where each name of a package's face comes from: (module, name in it or nothing for the module itself).

        None stands for an `__init__.py` that is more than a face.
        """
        names: dict[str, tuple[str, str]] = {}
        for statement in _parse_file(self.modules[package]).body:
            if isinstance(statement, ast.ImportFrom):
                if statement.module == "__future__":
                    continue
                base = _absolute(statement, package, is_package=True)
                for alias in statement.names:
                    if alias.name == "*":
                        return None
                    names[alias.asname or alias.name] = (base, alias.name)
            elif isinstance(statement, ast.Import):
                for alias in statement.names:
                    if not alias.asname and alias.name.split(".")[0] == self.name:
                        return None
                    names[alias.asname or alias.name.split(".")[0]] = (alias.name, "")
            elif not _is_docstring(statement) and not _is_list_of_names(statement):
                return None
        return names

    def _whole(self, room: str) -> set[str]:
        return {name for name in self.modules if name == room or name.startswith(f"{room}.")}

    def _is_package(self, name: str) -> bool:
        return name in self.modules and self.modules[name].name == "__init__.py"

    def _direct_uses(self, name: str) -> frozenset[str]:
        if name not in self.modules:
            return frozenset()
        if name not in self._direct:
            tree = _parse_file(self.modules[name])
            found = self._imported(tree, name, is_package=self._is_package(name))
            parent = name.rpartition(".")[0]
            while parent:
                # A parent with logic runs it on import; a face only hands names on, which `_bound_name` follows.
                if self.face(parent) is None:
                    found.add(parent)
                parent = parent.rpartition(".")[0]
            self._direct[name] = frozenset(found - {name})
        return self._direct[name]

    def _imported(self, tree: ast.Module, name: str, *, is_package: bool) -> set[str]:
        found: set[str] = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    if alias.name.split(".")[0] == self.name:
                        # Without `as`, the bare package name is bound, and every room can be reached through it.
                        found |= self._bound_module(alias.name) if alias.asname else self._whole(self.name)
            elif isinstance(node, ast.ImportFrom):
                base = _absolute(node, name, is_package=is_package)
                if base.split(".")[0] != self.name:
                    continue
                for alias in node.names:
                    found |= self._whole(base) if alias.name == "*" else self._bound_name(base, alias.name)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in self.modules:
                found |= self._bound_module(node.value)
            elif isinstance(node, ast.Call) and _imports_computed_name(node):
                found |= self._whole(name if is_package else name.rpartition(".")[0])
        return found

    def _bound_module(self, name: str) -> set[str]:
        if self._is_package(name):
            return self._whole(name)
        return {name} & self.modules.keys()

    def _bound_name(self, base: str, name: str, seen: frozenset[tuple[str, str]] = frozenset()) -> set[str]:
        if base not in self.modules or (base, name) in seen:
            return set()
        if not self._is_package(base):
            return {base}
        face = self.face(base)
        submodule = f"{base}.{name}"
        if face is None or (name not in face and submodule not in self.modules):
            return self._whole(base)
        found = self._bound_module(submodule)
        if name in face:
            origin, original = face[name]
            found.add(f"{submodule} = {origin}.{original}")
            if origin.split(".")[0] == self.name:
                if original:
                    found |= self._bound_name(origin, original, seen | {(base, name)})
                else:
                    found |= self._bound_module(origin)
        return found


@cache
def _parse_text(text: str, filename: str) -> ast.Module:
    return ast.parse(text, filename)


def _parse_file(path: Path) -> ast.Module:
    return _parse_text(path.read_text(encoding="utf-8"), str(path))


def _parse_cell(source: str) -> ast.Module | None:
    """Return the syntax tree of a code cell, or None if it cannot be read as Python."""
    text = source.lstrip()
    if text.startswith("%%"):
        text = text.partition("\n")[2]
    try:
        return ast.parse(TransformerManager().transform_cell(text))  # type: ignore[no-untyped-call]
    except SyntaxError:
        return None


def _absolute(node: ast.ImportFrom, name: str, *, is_package: bool) -> str:
    """Return the module that an import statement inside module `name` names, in full."""
    if not node.level:
        return node.module or ""
    parts = name.split(".")
    up = node.level - 1 if is_package else node.level
    return ".".join([*parts[: len(parts) - up], *([node.module] if node.module else [])])


def _imports_computed_name(call: ast.Call) -> bool:
    function = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", None)
    return function in {"import_module", "__import__"} and not all(_constants(call.args))


def _constants(nodes: list[ast.expr]) -> Iterator[bool]:
    return (isinstance(node, ast.Constant) for node in nodes)


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _is_list_of_names(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Assign)
        and [getattr(target, "id", None) for target in statement.targets] == ["__all__"]
        and isinstance(statement.value, ast.List | ast.Tuple)
        and all(isinstance(item, ast.Constant) for item in statement.value.elts)
    )
