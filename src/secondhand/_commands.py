"""How commands end: a clear line instead of a traceback, and a status that is not zero. It knows no command."""

import functools
import signal
from collections.abc import Callable
from types import FrameType
from typing import NoReturn, TypeVar

import typer

Command = TypeVar("Command", bound=Callable[..., None])


def failing_loudly(*errors: type[Exception], stopped: str) -> Callable[[Command], Command]:
    """Let a command print these errors, without the traceback of this program, and end with a status that is not zero.

    Args:
        errors: what a user can mend; anything else is a defect of this program and keeps its traceback.
        stopped: what to print when the user, or the system, stops the command.
    """

    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def run(*arguments: object, **options: object) -> None:
            signal.signal(signal.SIGTERM, _stop)
            try:
                command(*arguments, **options)
            except errors as error:
                fail(str(error))
            except KeyboardInterrupt:
                fail(stopped, status=130)

        return run  # type: ignore[return-value]

    return decorate


def fail(message: str, *, status: int = 1) -> NoReturn:
    """Print why a command failed, and end with `status`."""
    typer.echo(f"\nFAILED: {message}", err=True)
    raise typer.Exit(status)


def _stop(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt  # a request to terminate is taken like one from the keyboard
