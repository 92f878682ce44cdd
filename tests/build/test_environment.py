"""The two files that carry versions say the same, and Binder reads them as meant."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from secondhand.book.environment import drifted, environment_yml, expected, locked_versions

ROOT = Path(__file__).parents[2]

PYPROJECT = """
[project]
name = "tiny"
dependencies = ["numpy", "torch", "PyYAML"]
[project.optional-dependencies]
book = ["jupyter-book<2"]
test = ["pytest"]
"""
LOCK = "# versions\njupyter-book==1.0.4.post1\nnumpy==2.4.6\npytest==9.2.0\nPyYAML==6.0.3\ntorch==2.13.0\n"


def test_environment_carries_the_locked_versions() -> None:
    environment = yaml.safe_load(environment_yml(LOCK, PYPROJECT))
    assert environment == {
        "name": "tiny",
        "channels": ["conda-forge"],
        "dependencies": [
            "python=3.11",
            "pip",
            "pytorch-cpu=2.13.0",
            {"pip": ["-c requirements.lock", "numpy==2.4.6", "pyyaml==6.0.3", "jupyter-book==1.0.4.post1", "-e ."]},
        ],
    }


@pytest.mark.parametrize("line", ["numpy>=2", "numpy", "numpy == 2", "torch==2.13.0+cpu", "-e ."])
def test_lock_holds_exact_versions_only(line: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"got {line!r}")):
        locked_versions(line)


def test_dependency_that_is_not_locked_is_named() -> None:
    with pytest.raises(ValueError, match="but torch is not in it"):
        environment_yml(LOCK.replace("torch==2.13.0\n", ""), PYPROJECT)


def test_files_of_the_book_have_not_drifted_apart() -> None:
    assert (ROOT / "environment.yml").read_text(encoding="utf-8") == expected(ROOT)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("requirements.lock", "torch==2.13.0", "torch==2.13.1"),
        ("requirements.lock", "numpy==", "numpy==9"),
        ("environment.yml", "pytorch-cpu=", "pytorch-cpu=9"),
        ("environment.yml", "python=3.11", "python=3.12"),
        ("environment.yml", "- numpy==", "- numpy==9"),
        ("pyproject.toml", '"numpy",', '"coverage",'),
    ],
)
def test_drift_of_either_file_is_found(tmp_path: Path, name: str, old: str, new: str) -> None:
    for file in ("requirements.lock", "environment.yml", "pyproject.toml"):
        shutil.copyfile(ROOT / file, tmp_path / file)
    assert not drifted(tmp_path)
    text = (tmp_path / name).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / name).write_text(text.replace(old, new), encoding="utf-8")
    assert drifted(tmp_path)
    (tmp_path / "environment.yml").unlink()
    assert drifted(tmp_path)


def test_running_environment_is_the_locked_one() -> None:
    from importlib.metadata import version

    for name, pinned in locked_versions((ROOT / "requirements.lock").read_text(encoding="utf-8")).items():
        assert version(name).partition("+")[0] == pinned, name


def test_binder_reads_the_repository(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug", str(ROOT)]
    read = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    output = read.stdout + read.stderr
    assert read.returncode == 0, output
    assert "Building conda environment for python=3.11" in output
    assert '--file "environment.yml"' in output
    assert "RUN ./postBuild" in output
    copied = re.search(r"COPY --chown=\S+ src/ \$\{REPO_DIR\}/", output)
    assert copied
    assert copied.start() < output.index("env update -p"), "the lock must be in place before pip reads it"


def test_binder_opens_chapters_as_notebooks(tmp_path: Path) -> None:
    subprocess.run(
        [str(ROOT / "postBuild")],
        cwd=ROOT,
        env={"NB_PYTHON_PREFIX": str(tmp_path), "PATH": "/usr/bin:/bin"},
        check=True,
    )
    installed = tmp_path / "share" / "jupyter" / "lab" / "settings" / "overrides.json"
    viewers = yaml.safe_load(installed.read_text())["@jupyterlab/docmanager-extension:plugin"]["defaultViewers"]
    assert viewers == {"markdown": "Jupytext Notebook", "myst": "Jupytext Notebook"}
