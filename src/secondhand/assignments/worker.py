"""The process that runs a student's code, inside the sandbox: `python worker.py REPLIES SETTINGS`.

It reads requests on its standard input and writes replies on the file descriptor REPLIES. Nothing in it guards
anything: student code can change all of it, and can then answer as it likes. What guards is the sandbox around it, and
the judge outside, which takes each reply as a claim of the student. It knows nothing of tasks or of right answers.
"""

import ast
import base64
import contextlib
import json
import linecache
import os
import re
import resource
import sys
import traceback
import types
from typing import Any

MAX_ERROR = 2000
MAX_IMAGES = 4
MAX_IMAGE_BYTES = 500_000


def drop_privileges(user: int | None) -> None:
    """Become an ordinary user, where the sandbox was made by root."""
    if user is not None:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)


def limit(limits: dict[str, int]) -> None:
    """Set the limits of this process for good."""
    for name, most in limits.items():
        kind = getattr(resource, name)
        _, hard = resource.getrlimit(kind)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, most))


def exactly(descriptor: int, length: int) -> bytes:
    """Read so many bytes; end this process when the judge has gone."""
    data = bytearray()
    while len(data) < length:
        chunk = os.read(descriptor, min(length - len(data), 1 << 20))
        if not chunk:
            os._exit(0)
        data += chunk
    return bytes(data)


def write(descriptor: int, data: bytes) -> None:
    """Write all of the data."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def plain_python(source: str) -> str:
    """Return the source of a cell without the magic commands of IPython, if it is not Python with them."""
    try:
        ast.parse(source)
    except (SyntaxError, ValueError):
        return re.sub(r"(?m)^([ \t]*)[%!].*$", r"\1pass", source)
    return source


def run_cell(source: str, name: str, namespace: dict[str, Any]) -> None:
    """Run a cell as a notebook does: show the value of a last line that is an expression."""
    source = plain_python(source)
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    tree = ast.parse(source, filename=name)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, name, "exec"), namespace)  # noqa: S102 - to run the code is what this process is for
    if isinstance(last, ast.Expr):
        value = eval(compile(ast.Expression(last.value), name, "eval"), namespace)  # noqa: S307
        if value is not None:
            print(repr(value))


def describe(error: BaseException) -> dict[str, Any]:
    """Return what a student is told of an error: its kind, its message and where in their cell it arose."""
    lines = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith("<cell ")]
    # The message of a syntax error ends with the place, which is told apart.
    text = str(error.msg if isinstance(error, SyntaxError) else error)
    kind = type(error).__name__
    told: dict[str, Any] = {"error": (f"{kind}: {text}" if text else kind)[:MAX_ERROR]}
    if isinstance(error, SyntaxError) and error.lineno:
        told["where"] = ["", error.lineno, (error.text or "").strip()[:MAX_ERROR]]
    elif lines:
        told["where"] = [lines[-1].filename[1:-1], lines[-1].lineno, (lines[-1].line or "")[:MAX_ERROR]]
    return told


def figures() -> list[str]:
    """Return the figures that were drawn since last time, as PNG in base64, and close them."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return []
    import io

    images = []
    for number in pyplot.get_fignums()[:MAX_IMAGES]:
        file = io.BytesIO()
        pyplot.figure(number).savefig(file, format="png", dpi=80)
        if len(file.getvalue()) <= MAX_IMAGE_BYTES:
            images.append(base64.b64encode(file.getvalue()).decode("ascii"))
    pyplot.close("all")
    return images


def answer(request: dict[str, Any], namespace: dict[str, Any], codec: Any) -> dict[str, Any]:
    """Do what is asked and return the reply, without its nonce."""
    kind = request["do"]
    if kind == "run":
        run_cell(request["source"], request["name"], namespace)
        return {"images": figures()}
    if request["name"] not in namespace:
        return {"missing": True}
    value = namespace[request["name"]]
    if kind == "call":
        arguments = [codec.decode(argument) for argument in request["arguments"]]
        keywords = {key: codec.decode(argument) for key, argument in request["keywords"].items()}
        value = value(*arguments, **keywords)
    try:
        return {"value": codec.encode(value)}
    except codec.NotPlainError as error:
        return {"not_plain": {"reason": error.reason, "values": error.values}}


def serve(requests: int, replies: int) -> None:
    """Answer requests for ever."""
    from secondhand.assignments import codec

    main = types.ModuleType("__main__")
    sys.modules["__main__"] = main
    namespace = main.__dict__
    reply: dict[str, Any] = {}
    nonce = "ready"
    while True:
        for stream in (sys.stdout, sys.stderr):
            # A student who closes a stream loses their own output.
            with contextlib.suppress(BaseException):
                stream.flush()
        data = codec.dumps({"nonce": nonce, **reply})
        write(replies, len(data).to_bytes(8, "big") + data)
        request = json.loads(exactly(requests, int.from_bytes(exactly(requests, 8), "big")))
        nonce = request["nonce"]
        try:
            reply = answer(request, namespace, codec)
        except BaseException as error:
            try:
                reply = describe(error)
            except BaseException:
                reply = {"error": None}


def main() -> None:
    """Set the process up and answer requests."""
    settings = json.loads(sys.argv[2])
    # When the machine runs out of memory, the system ends this process before the judge. Only root could take it back.
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
        file.write("1000")
    drop_privileges(settings["user"])
    os.makedirs(os.environ["TMPDIR"], exist_ok=True)
    os.chdir(os.environ["HOME"])
    sys.path[:0] = settings["packages"]
    requests = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    limit(settings["limits"])
    serve(requests, int(sys.argv[1]))


if __name__ == "__main__":
    main()
