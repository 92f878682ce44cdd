"""One process that executes one notebook in a fresh kernel and measures it.

Run as `python -m secondhand.book.worker NOTEBOOK RESULT FOLDER KEY`. On success RESULT is the executed notebook, whole;
on failure the process prints what went wrong as JSON and ends with status 1. Its standard input is a lifeline: when the
other end closes, because the build was stopped or killed, the kernel is killed too.

It knows nothing of chapters, languages or the store.
"""

import json
import os
import re
import resource
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellControlSignal, CellExecutionError, DeadKernelError

CELL_SECONDS = 3600
"""How long a cell may take: far beyond any budget, so that only a hang is stopped."""

START_SECONDS = 300
"""How long a kernel may take to start, on a machine that is busy with others."""

TRACEBACK_LINES = 25
"""How much of the end of a traceback is reported."""

_TERMINAL_CODES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def execute(notebook: Any, folder: Path) -> dict[str, Any] | None:
    """Execute a notebook of code cells in place, as if it lay in `folder`.

    Returns:
        None on success, else the `cell` that failed (counted from 1), its `first_line` and the `traceback`'s end.
    """
    # No folder of kernels is searched: `python3` is then the kernel of the running interpreter, whatever is installed.
    manager = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=KernelSpecManager(kernel_dirs=[]))
    running = 0

    def start(cell: Any, cell_index: int) -> None:  # noqa: ARG001 - the hook is called by keyword
        nonlocal running
        running = cell_index

    client = NotebookClient(
        notebook,
        km=manager,
        timeout=CELL_SECONDS,
        startup_timeout=START_SECONDS,
        resources={"metadata": {"path": str(folder)}},
        on_cell_start=start,
        # Times in the cells' metadata would make every execution a different notebook to the cache of Sphinx.
        record_timing=False,
    )
    _kill_kernel_with_parent(manager)
    try:
        client.execute(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cleanup_kc=True)
    except (CellExecutionError, CellControlSignal) as error:
        text = str(error) or repr(error)
    except DeadKernelError:
        text = "the kernel died; it may have run out of memory, or a library crashed it"
    else:
        return None
    lines = _TERMINAL_CODES.sub("", text).rstrip().splitlines()
    source = notebook.cells[running].source.strip().splitlines() if notebook.cells else []
    return {
        "cell": running + 1,
        "first_line": source[0] if source else "",
        "traceback": "\n".join(lines[-TRACEBACK_LINES:]),
    }


def _kill_kernel_with_parent(manager: AsyncKernelManager) -> None:
    def wait() -> None:
        while os.read(sys.stdin.fileno(), 1024):
            pass
        kernel = getattr(manager.provisioner, "pid", None)
        if kernel:
            # A kernel leads its own group, so that its own children end with it.
            os.killpg(kernel, signal.SIGKILL)
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def main(source: Path, result: Path, folder: Path, key: str) -> int:
    """Execute the notebook in `source`, write it to `result` with what it took, and return the exit status."""
    notebook = nbformat.read(source, as_version=4)  # type: ignore[no-untyped-call]
    began = time.monotonic()
    failure = execute(notebook, folder)
    wall = time.monotonic() - began
    if failure:
        print(json.dumps(failure))
        return 1
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    notebook.metadata["secondhand"] = {
        "key": key,
        "cpu_seconds": round(used.ru_utime + used.ru_stime, 1),
        # Linux counts in units of 1,024 bytes, macOS in bytes.
        "peak_memory_mb": round(used.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6),
        "wall_seconds": round(wall, 1),
        "cells": len(notebook.cells),
    }
    with result.open("w", encoding="utf-8") as file:
        nbformat.write(notebook, file)  # type: ignore[no-untyped-call]
        file.flush()
        os.fsync(file.fileno())
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4]))
