"""`make` installs what the lock says, once, and again after a change or an installation that was cut short."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Stands in for Python: it makes environments whose pip and command only note that they were called.
FAKE_PYTHON = """#!/usr/bin/env bash
if [ "$1" != "-m" ]; then exec {python} "$@"; fi
mkdir -p "$3/bin"
printf '#!/usr/bin/env bash\\necho "$@" >> calls\\n[ ! -f "break" ]\\n' > "$3/bin/python"
printf '#!/usr/bin/env bash\\necho secondhand "$@" >> calls\\n' > "$3/bin/secondhand"
chmod +x "$3/bin/python" "$3/bin/secondhand"
"""

LOCKED = "-m pip install --quiet -r requirements.lock"
PROJECT = "-m pip install --quiet --no-deps --no-build-isolation -e ."
BUILD = "secondhand build"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        shutil.copyfile(ROOT / name, tmp_path / name)
    fake = tmp_path / "fake-python"
    fake.write_text(FAKE_PYTHON.format(python=sys.executable))
    fake.chmod(0o755)
    return tmp_path


def make(folder: Path, *arguments: str) -> tuple[int, list[str], str]:
    """Run make and return its status, the calls that it made, and what it printed."""
    calls = folder / "calls"
    calls.unlink(missing_ok=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    run = subprocess.run(
        ["make", f"PYTHON={folder / 'fake-python'}", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return run.returncode, calls.read_text().splitlines() if calls.exists() else [], run.stdout + run.stderr


def test_environment_is_installed_once_and_again_when_it_is_stale(folder: Path) -> None:
    assert make(folder, "book")[:2] == (0, [LOCKED, PROJECT, BUILD])
    assert make(folder, "book")[:2] == (0, [BUILD])
    with (folder / "pyproject.toml").open("a") as file:
        file.write("\n")
    assert make(folder, "book")[:2] == (0, [PROJECT, BUILD])
    with (folder / "requirements.lock").open("a") as file:
        file.write("\n")
    assert make(folder, "book")[:2] == (0, [LOCKED, PROJECT, BUILD])


def test_installation_that_was_cut_short_is_done_again(folder: Path) -> None:
    (folder / "break").touch()
    for _ in range(2):
        status, calls, _ = make(folder, "book")
        assert status != 0
        assert calls == [LOCKED]
    (folder / "break").unlink()
    assert make(folder, "book")[:2] == (0, [LOCKED, PROJECT, BUILD])


@pytest.mark.parametrize("version", ["3.10.12", "3.14.0"])
def test_other_pythons_are_refused_by_name(folder: Path, version: str) -> None:
    (folder / "fake-python").write_text(
        "#!/usr/bin/env bash\n"
        f'if [ "$1" = "--version" ]; then echo Python {version}; exit; fi\n'
        f'exec {sys.executable} -c "import sys; sys.version_info = ({version.replace(".", ", ")}); ${{2}}"\n'
    )
    status, calls, output = make(folder, "book")
    assert status != 0
    assert calls == []
    assert f"Python 3.11, 3.12 or 3.13 is needed, but '{folder / 'fake-python'}' is: Python {version}." in output


def test_help_lists_the_commands(folder: Path) -> None:
    status, _, output = make(folder)
    assert status == 0
    for target in ("book", "test", "serve", "lab", "bench", "peers", "lock", "clean"):
        assert f"  make {target} " in output
