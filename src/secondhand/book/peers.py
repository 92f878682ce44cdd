"""Times the book's scan for n-grams beside those of other tools, on the same planted passages in one run.

The tools are installed apart: with all that they ask for they would weigh gigabytes, and they need versions of shared
packages that the book does not have. It knows nothing of how a scan works.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from secondhand.book.comparisons import planted_passages
from secondhand.book.project import BuildError

PEERS = (
    ("datatrove==0.10.1", "regex==2026.11.19", "spacy==3.8.18", "xxhash==3.8.2"),
    # Its cleaner needs nothing but the standard library; all that lm-eval asks for would be gigabytes.
    ("--no-deps", "lm-eval==0.4.13"),
)
"""What is installed for the comparison, one call of pip each: the tools, and what their scans import."""

N = 13
"""Words in an n-gram."""


@dataclass(frozen=True)
class Scan:
    """One tool's scan.

    Attributes:
        tool: name and version.
        seconds: time to read the test items and to scan the documents.
        megabytes: size of the documents.
        found: how many of the documents that hold a planted passage were found.
        planted: how many hold one.
        others: how many documents were found that hold none.
    """

    tool: str
    seconds: float
    megabytes: float
    found: int
    planted: int
    others: int


def install(folder: Path, report: Callable[[str], None] = print) -> Path:
    """Install the tools in a virtual environment, unless they are there, and return its Python.

    Raises:
        BuildError: an installation failed; the next call begins anew.
    """
    python, stamp = folder / "bin" / "python", folder / "installed.json"
    if stamp.is_file() and json.loads(stamp.read_text(encoding="utf-8")) == [list(call) for call in PEERS]:
        return python
    report(f"Installing the tools to compare with into {folder} (about 600 MB)")
    commands = [[sys.executable, "-m", "venv", "--clear", str(folder)]]
    commands += [[str(python), "-m", "pip", "install", "--quiet", *arguments] for arguments in PEERS]
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True)  # noqa: S603 - the commands are above
        if done.returncode:
            raise BuildError(f"{' '.join(command)} failed:\n{done.stderr.strip()}")
    stamp.write_text(json.dumps(PEERS), encoding="utf-8")
    return python


def compare(python: Path, *, megabytes: int, seed: int, report: Callable[[str], None] = print) -> list[Scan]:
    """Scan planted passages with the book's tool and with the others; the book's comes first.

    Args:
        python: the Python of the environment of the tools.
        megabytes: size of the documents, about.
        seed: for the documents and the passages.
        report: gets a line for each scan.

    Raises:
        BuildError: a tool failed.
    """
    from secondhand.lineage import ngram_overlap

    train, test = planted_passages(megabytes, seed=seed)
    ngram_overlap(train[:1], test[:1], n=N)
    began = time.perf_counter()
    overlap = ngram_overlap(train, test, n=N)
    ours = {
        "tool": "secondhand.lineage.ngram_overlap",
        "seconds": time.perf_counter() - began,
        "flagged": sorted(set(overlap.pairs[:, 1].tolist())),
    }
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump({"train": train, "test": test, "n": N}, file)
        file.flush()
        command = [str(python), str(Path(__file__).with_name("peer_worker.py")), file.name]
        done = subprocess.run(command, capture_output=True, text=True)  # noqa: S603 - a program of the book
    if done.returncode:
        raise BuildError(f"a scan of another tool failed:\n{done.stderr.strip()}")
    planted = documents_with_an_n_gram(train, test, n=N)
    scans = []
    for result in (ours, *json.loads(done.stdout)):
        flagged = set(result["flagged"])
        scan = Scan(
            tool=str(result["tool"]),
            seconds=float(result["seconds"]),
            megabytes=sum(map(len, train)) / 1e6,
            found=len(flagged & planted),
            planted=len(planted),
            others=len(flagged - planted),
        )
        report(f"{scan.tool}: {scan.megabytes / scan.seconds:.1f} MB/s, {scan.found} of {scan.planted} documents")
        scans.append(scan)
    return scans


def documents_with_an_n_gram(train: Sequence[str], test: Sequence[str], *, n: int) -> set[int]:
    """Return which documents share an n-gram with a test item, by plain comparison of lower-case words."""

    def n_grams(text: str) -> set[tuple[str, ...]]:
        words = text.split()
        return {tuple(words[start : start + n]) for start in range(len(words) - n + 1)}

    wanted = set().union(*map(n_grams, test))
    return {number for number, text in enumerate(train) if not wanted.isdisjoint(n_grams(text))}


def peers_md(scans: Sequence[Scan], machine: str) -> str:
    """Return the text of `PEERS.md`; the first scan is the yardstick."""
    lines = [
        "# The scan for n-grams beside other tools",
        "",
        f"Written by `make peers` on {machine}: the same documents and passages, in one run. Each tool splits",
        "text into words in its own way, and stores other things. What they have in common is the question which",
        f"documents share a run of {N} words with a test item.",
        "",
        "| tool | MB/s | time in units of the first | documents found | others flagged |",
        "|---|---:|---:|---:|---:|",
        *(
            f"| {scan.tool} | {scan.megabytes / scan.seconds:.1f} | {scan.seconds / scans[0].seconds:.1f} "
            f"| {scan.found} of {scan.planted} | {scan.others} |"
            for scan in scans
        ),
    ]
    return "\n".join(lines) + "\n"
