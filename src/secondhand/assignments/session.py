"""Runs a student's notebook and asks for what it defines: the trusted end of the protocol.

Each request carries a number that only its own reply can know, and waits for that reply with a limit of time, of size
and of output. A process that breaks a limit is killed; the next request starts a new one and runs the cells again,
without those that a process did not survive. What comes back are plain values (`codec`), which are no more than what
the student claims. It knows nothing of tasks and of right answers.
"""

import base64
import binascii
import os
import secrets
import selectors
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Literal, Self

from secondhand.assignments import codec
from secondhand.assignments.limits import Limits
from secondhand.assignments.sandbox import MEGABYTE, Process, Sandbox
from secondhand.assignments.text import printable
from secondhand.messages import t

Stop = Literal["slow", "died", "flooded", "crowded", "garbled"]
"""Why a process was stopped: it took too long, ended itself or was ended by the system, printed too much, made too many
files, or replied with something that is no reply."""
_WATCH_SECONDS = 0.25
"""How often a process is looked after while it works."""


_PNG = b"\x89PNG\r\n\x1a\n"
_MAX_IMAGES = 4
_MAX_IMAGE_BYTES = 500_000
_MAX_IMAGE_SIDE = 5000
_MAX_ERROR = 4500


class AskError(Exception):
    """A question had no answer; the message is for the student."""


class StoppedError(Exception):
    """The process had to be stopped."""

    def __init__(self, stop: Stop) -> None:
        super().__init__(stop)
        self.stop: Stop = stop


@dataclass(frozen=True)
class Cell:
    """A code cell of a submission: the `name` by which it is reported, and its source."""

    name: str
    source: str


@dataclass(frozen=True)
class CellRun:
    """What came of a cell.

    Attributes:
        cell: which one.
        output: what it printed, as much as is kept.
        cut: whether it printed more.
        error: why it failed; nothing if it did not.
        stopped: whether that is because its process had to be stopped.
        images: the figures that it drew, as PNG.
    """

    cell: Cell
    output: str = ""
    cut: bool = False
    error: str = ""
    stopped: bool = False
    images: tuple[bytes, ...] = ()


class Session:
    """One submission while it is judged. Use it with `with`; the process ends with it."""

    def __init__(self, sandbox: Sandbox, cells: Sequence[Cell]) -> None:
        self.sandbox = sandbox
        self.limits = sandbox.limits
        self.cells = list(cells)
        self.restarts = -1
        self._fatal: set[int] = set()
        self._process: Process | None = None
        self._ready = False
        self._shown_left = self.limits.all_shown_kb * 1024
        self._images_left = self.limits.images
        self._output = bytearray()
        self._printed = 0
        self._ends = float("inf")

    def __enter__(self) -> Self:
        self._ends = time.monotonic() + self.limits.total_seconds
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._kill()

    def run(self) -> list[CellRun]:
        """Run all cells in order and return what came of each; one that fails does not stop those after it."""
        runs = [CellRun(cell, error=t("assignments.cell.not-run")) for cell in self.cells]
        done = 0
        while done < len(self.cells):
            try:
                self._start(until=done)
                for index in range(done, len(self.cells)):
                    done = index
                    if index not in self._fatal:
                        runs[index] = self._kept(self._run_cell(index))
                    done = index + 1
            except AskError as error:
                return [*runs[:done], *(replace(run, error=str(error)) for run in runs[done:])]
            except StoppedError as stopped:
                # `_run_cell` has marked the cell: the next process goes without it.
                output, cut = self._taken_output()
                reason = _why(stopped.stop, self.limits.cell_seconds, self.limits)
                told = t("assignments.cell.stopped", reason=reason)
                runs[done] = self._kept(CellRun(self.cells[done], output, cut, told, stopped=True))
                done += 1
        return runs

    def call(self, name: str, *arguments: Any, **keywords: Any) -> Any:
        """Return what the student's function returns.

        Raises:
            AskError: there is no such function, or it returns nothing plain, raises, or breaks a limit.
        """
        request = {
            "do": "call",
            "name": name,
            "arguments": [codec.encode(argument) for argument in arguments],
            "keywords": {key: codec.encode(argument) for key, argument in keywords.items()},
        }
        return self._ask(request, f"{name}(…)")

    def get(self, name: str) -> Any:
        """Return the value of the student's variable.

        Raises:
            AskError: there is no such variable, or its value is not plain.
        """
        return self._ask({"do": "get", "name": name}, name)

    def _ask(self, request: dict[str, Any], what: str) -> Any:
        name = request["name"]
        try:
            self._start(until=len(self.cells))
            reply = self._request(request, self.limits.question_seconds)
        except StoppedError as stopped:
            reason = _why(stopped.stop, self.limits.question_seconds, self.limits)
            raise AskError(t("assignments.ask.stopped", name=what, reason=reason)) from None
        if reply.get("missing") is True:
            raise AskError(t("assignments.ask.undefined", name=name))
        if "not_plain" in reply:
            raise AskError(t("assignments.ask.not-plain", name=what, reason=_not_plain(reply["not_plain"])))
        if "error" in reply:
            failed = "assignments.ask.value-failed" if request["do"] == "get" else "assignments.ask.call-failed"
            raise AskError(t(failed, name=what, error=_error(reply)))
        try:
            return codec.decode(reply["value"])
        except KeyError:
            self._kill()
            reason = _why("garbled", 0, self.limits)
            raise AskError(t("assignments.ask.stopped", name=what, reason=reason)) from None
        except codec.NotPlainError as error:
            raise AskError(t("assignments.ask.not-plain", name=what, reason=str(error))) from None
        except codec.CodecError:
            raise AskError(t("assignments.ask.no-value", name=what)) from None

    def _run_cell(self, index: int) -> CellRun:
        cell = self.cells[index]
        try:
            request = {"do": "run", "source": cell.source, "name": f"<{cell.name}>"}
            reply = self._request(request, self.limits.cell_seconds)
        except StoppedError:
            self._fatal.add(index)
            raise
        output, cut = self._taken_output()
        return CellRun(cell, output, cut, _error(reply), images=_images(reply.get("images", [])))

    def _kept(self, run: CellRun) -> CellRun:
        """Return what is kept of a cell, so that many cells cannot fill the gradebook either."""
        output, images = run.output[: self._shown_left], run.images[: self._images_left]
        self._shown_left -= len(output)
        self._images_left -= len(images)
        return replace(run, output=output, cut=run.cut or len(output) < len(run.output), images=images)

    def _start(self, until: int) -> None:
        """Have a process that has run the cells before `until`."""
        attempts = 0
        while self._process is None:
            if self.restarts >= self.limits.restarts:
                raise AskError(t("assignments.ask.restarts", restarts=self.restarts))
            self.restarts += 1
            attempts += 1
            self._process = self.sandbox.start()
            self._ready = False
            try:
                self._receive("ready", self.limits.start_seconds)
                self._ready = True
            except StoppedError:
                if attempts > 1:
                    shown, _ = self._taken_output()
                    raise AskError(t("assignments.cell.not-started", shown=shown).strip()) from None
                continue
            try:
                for index in range(until):
                    if index not in self._fatal:
                        self._run_cell(index)
            except StoppedError:
                # A cell that went well before and does not now is left out like one that never did.
                continue

    def _request(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        nonce = secrets.token_hex(16)
        data = codec.dumps({"nonce": nonce, **request})
        return self._receive(nonce, seconds, len(data).to_bytes(8, "big") + data)

    def _receive(self, nonce: str, seconds: float, to_send: bytes = b"") -> dict[str, Any]:
        """Send a request and return its reply, or kill the process and raise `StoppedError`."""
        assert self._process
        now = time.monotonic()
        if now >= self._ends:
            self._kill()
            raise AskError(t("assignments.ask.used-up", seconds=f"{self.limits.total_seconds:g}"))
        self._output.clear()
        self._printed = 0
        try:
            reply = codec.loads(self._exchange(to_send, min(now + seconds, self._ends)))
            # No other reply knows the number of this request.
            if not isinstance(reply, dict) or reply.get("nonce") != nonce:
                raise StoppedError("garbled")
        except codec.CodecError:
            self._kill()
            raise StoppedError("garbled") from None
        except StoppedError:
            self._kill()
            raise
        return reply

    def _exchange(self, to_send: bytes, deadline: float) -> bytes:
        process = self._process
        assert process
        assert process.popen.stdout
        printed = process.popen.stdout.fileno()
        reply, wanted, length_known = bytearray(), 8, False
        left = memoryview(to_send)
        with selectors.DefaultSelector() as selector:
            selector.register(process.replies, selectors.EVENT_READ)
            selector.register(printed, selectors.EVENT_READ)
            if left:
                selector.register(process.requests, selectors.EVENT_WRITE)
            while True:
                remaining = deadline - time.monotonic()
                if remaining <= 0:
                    raise StoppedError("slow")
                if self._ready and process.files() > self.limits.files:
                    raise StoppedError("crowded")
                for key, _ in selector.select(min(remaining, _WATCH_SECONDS)):
                    if key.fd == process.requests:
                        left = left[_send(process.requests, left) :]
                        if not left:
                            selector.unregister(process.requests)
                    elif key.fd == printed:
                        if not self._read_output(printed):
                            selector.unregister(printed)
                    else:
                        chunk = os.read(process.replies, min(wanted - len(reply), 1 << 20))
                        if not chunk:
                            self._drain(printed)
                            raise StoppedError("died")
                        reply += chunk
                if len(reply) == wanted and not length_known:
                    wanted, length_known = int.from_bytes(reply, "big"), True
                    if not 0 < wanted <= self.limits.answer_mb * MEGABYTE:
                        raise StoppedError("garbled")
                    reply.clear()
                elif len(reply) == wanted and length_known:
                    self._drain(printed)
                    return bytes(reply)

    def _read_output(self, descriptor: int) -> bool:
        try:
            chunk = os.read(descriptor, 1 << 16)
        except BlockingIOError:
            return False
        self._printed += len(chunk)
        self._output += chunk[: max(self.limits.shown_kb * 1024 - len(self._output), 0)]
        if self._printed > self.limits.output_mb * MEGABYTE:
            raise StoppedError("flooded")
        return bool(chunk)

    def _drain(self, descriptor: int) -> None:
        while self._read_output(descriptor):
            pass

    def _taken_output(self) -> tuple[str, bool]:
        return _text(self._output.decode("utf-8", errors="replace"), most=None), self._printed > len(self._output)

    def _kill(self) -> None:
        if self._process is not None:
            process, self._process = self._process, None
            process.kill()


def _send(descriptor: int, data: memoryview) -> int:
    try:
        return os.write(descriptor, data)
    except BlockingIOError:
        return 0
    except BrokenPipeError:
        raise StoppedError("died") from None


def _why(stop: Stop, seconds: float, limits: Limits) -> str:
    return t(f"assignments.stop.{stop}", seconds=f"{seconds:g}", megabytes=limits.output_mb, files=limits.files)


def _error(reply: Mapping[str, Any]) -> str:
    """Return what a reply says of an error, and of where it arose; nothing if it says of none."""
    told = _text(reply.get("error", ""))
    match reply.get("where"):
        case [str(cell), int(line), str(text)] if told:
            number = cell.removeprefix("cell ")
            key = "assignments.cell.where" if cell else "assignments.cell.line"
            told += "\n" + t(key, cell=_text(number, 20), line=line, text=_text(text))
    return told[:_MAX_ERROR]


def _not_plain(claim: Any) -> str:
    """Return why a value is not plain, in words, as the student's process claims it."""
    match claim:
        case {"reason": str(reason), "values": dict(values)} if reason in codec.NotPlainError.REASONS:
            named = {name: values.get(name) for name in codec.NotPlainError.REASONS[reason]}
            if all(isinstance(value, str | int) for value in named.values()):
                return str(
                    codec.NotPlainError(reason, **{name: _text(str(value), 80) for name, value in named.items()})
                )
    return t("assignments.plain.unknown")


def _text(value: Any, most: int | None = _MAX_ERROR) -> str:
    """Return what a student's process sent as text that can be written to any file and terminal."""
    if not isinstance(value, str):
        return t("assignments.cell.no-description")
    return printable(value, most, "\n\t")


def _images(value: Any) -> tuple[bytes, ...]:
    if not isinstance(value, list):
        return ()
    images = []
    for entry in value[:_MAX_IMAGES]:
        try:
            image = base64.b64decode(entry, validate=True) if isinstance(entry, str) else b""
        except (binascii.Error, ValueError):
            continue
        # The header holds width and height; few bytes can stand for more pixels than a browser has memory for.
        sides = [int.from_bytes(image[at : at + 4], "big") for at in (16, 20)]
        if image.startswith(_PNG) and len(image) <= _MAX_IMAGE_BYTES and max(sides) <= _MAX_IMAGE_SIDE:
            images.append(image)
    return tuple(images)
