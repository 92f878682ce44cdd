"""The comparison with other tools: what counts as found, what is reported, and that a failure is said."""

import json
import sys
from pathlib import Path

import pytest

from secondhand.book import peers
from secondhand.book.comparisons import dictionary_scan, planted_passages
from secondhand.book.project import BuildError


def fake_python(folder: Path, program: str) -> Path:
    """Return a program that stands for the Python of the other tools' environment."""
    script = folder / "python"
    script.write_text(f"#!{sys.executable}\nimport json, sys\n{program}\n", encoding="utf-8")
    script.chmod(0o755)
    return script


def test_planted_documents_are_those_with_a_passage() -> None:
    train, test = planted_passages(1, seed=10_001)
    planted = peers.documents_with_an_n_gram(train, test, n=13)
    assert 0 < len(planted) < len(train)
    # The same pairs from the other side: every second item is planted, and in one document or two.
    assert dictionary_scan([train[number] for number in sorted(planted)], test) == set(range(0, 500, 2))
    assert not dictionary_scan([text for number, text in enumerate(train) if number not in planted], test)


def test_each_scan_is_held_against_what_was_planted(tmp_path: Path) -> None:
    program = (
        "texts = json.load(open(sys.argv[2]))\n"
        "everything = list(range(len(texts['train'])))\n"
        "print(json.dumps([{'tool': 'all', 'seconds': 2.0, 'flagged': everything},\n"
        "                  {'tool': 'none', 'seconds': 4.0, 'flagged': []}]))"
    )
    lines: list[str] = []
    scans = peers.compare(fake_python(tmp_path, program), megabytes=1, seed=10_002, report=lines.append)
    ours, everything, nothing = scans
    assert [scan.tool for scan in scans] == ["secondhand.lineage.ngram_overlap", "all", "none"]
    assert (ours.found, ours.others) == (ours.planted, 0)
    assert everything.found == everything.planted == ours.planted
    assert everything.others == 100 - ours.planted
    assert (nothing.found, nothing.others) == (0, 0)
    assert len(lines) == 3
    text = peers.peers_md(scans, "a machine")
    assert "on a machine:" in text
    assert f"| all | {everything.megabytes / 2:.1f} | {2 / ours.seconds:.1f} |" in text


def test_a_tool_that_fails_says_why(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="a scan of another tool failed:\nno such tool"):
        peers.compare(fake_python(tmp_path, "sys.exit('no such tool')"), megabytes=1, seed=10_003)


def test_tools_are_installed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "PEERS", (("--no-such-option",),))
    folder = tmp_path / "peers"
    with pytest.raises(BuildError, match="pip install --quiet --no-such-option failed:"):
        peers.install(folder, lambda _: None)
    assert not (folder / "installed.json").exists()
    (folder / "installed.json").write_text(json.dumps(peers.PEERS), encoding="utf-8")
    lines: list[str] = []
    assert peers.install(folder, lines.append) == folder / "bin" / "python"
    assert lines == []
