"""Makes `environment.yml`, which Binder reads, from the lock: one place for versions, two files that carry them.

Torch comes from conda-forge in its CPU build; everything else comes from PyPI as pinned. It knows nothing of the book.
"""

import re
import tomllib
from pathlib import Path

PYTHON = "3.11"
"""The Python that Binder gets."""

FROM_CONDA = {"torch": "pytorch-cpu"}
"""Packages that come from conda-forge, with their names there."""

_HEADER = """\
# Written by `secondhand environment` from requirements.lock and pyproject.toml: change those, then run it again.
# Binder reads this file. Torch is the CPU build of conda-forge; pip finds it satisfying the lock and leaves it alone.
"""


def locked_versions(lock: str) -> dict[str, str]:
    """Return the exact version of each package in the text of a lock, under its normalised name.

    Raises:
        ValueError: a line is not of the form `name==version`.
    """
    versions = {}
    for line in lock.splitlines():
        text = line.partition("#")[0].strip()
        if not text:
            continue
        name, separator, version = text.partition("==")
        if not separator or not re.fullmatch(r"[\w.\-]+", name) or not re.fullmatch(r"[\w.!]+", version):
            raise ValueError(f"lock must hold lines such as 'numpy==2.4.6', got {line!r}; write it with `make lock`")
        versions[_normalised(name)] = version
    return versions


def environment_yml(lock: str, pyproject: str) -> str:
    """Return the text of `environment.yml`.

    Args:
        lock: text of `requirements.lock`.
        pyproject: text of `pyproject.toml`; its dependencies and those of its extra `book` are installed.

    Raises:
        ValueError: a dependency is not in the lock, or the lock has a line that pins nothing.
    """
    versions = locked_versions(lock)
    project = tomllib.loads(pyproject)["project"]
    names = [_name(line) for line in [*project["dependencies"], *project["optional-dependencies"]["book"]]]
    unlocked = [name for name in names if name not in versions]
    if unlocked:
        raise ValueError(f"lock must pin every dependency, but {', '.join(unlocked)} is not in it; run `make lock`")
    conda = [f"{FROM_CONDA[name]}={versions[name]}" for name in names if name in FROM_CONDA]
    pip = [f"{name}=={versions[name]}" for name in names if name not in FROM_CONDA]
    lines = [
        f"name: {project['name']}",
        "channels:",
        "  - conda-forge",
        "dependencies:",
        *(f"  - {line}" for line in [f"python={PYTHON}", "pip", *conda]),
        "  - pip:",
        *(f"      - {line}" for line in ["-c requirements.lock", *pip, "-e ."]),
    ]
    return _HEADER + "\n".join(lines) + "\n"


def expected(root: Path) -> str:
    """Return what `environment.yml` in the folder `root` should hold.

    Raises:
        ValueError: see `environment_yml`.
    """
    lock = (root / "requirements.lock").read_text(encoding="utf-8")
    return environment_yml(lock, (root / "pyproject.toml").read_text(encoding="utf-8"))


def drifted(root: Path) -> bool:
    """Return whether `environment.yml` in the folder `root` is missing or is not what the lock makes it."""
    path = root / "environment.yml"
    return not path.is_file() or path.read_text(encoding="utf-8") != expected(root)


def _name(requirement: str) -> str:
    found = re.match(r"[\w.\-]+", requirement.strip())
    if not found:
        raise ValueError(f"pyproject must list requirements such as 'numpy', got {requirement!r}")
    return _normalised(found.group())


def _normalised(name: str) -> str:
    """Return a package's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()
