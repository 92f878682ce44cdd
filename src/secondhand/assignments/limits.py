"""How much a submission may use before it is stopped. It knows nothing of how limits are enforced."""

from dataclasses import dataclass

from secondhand import _validation as validate


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    Attributes:
        start_seconds: time by the clock for its process to start.
        cell_seconds: time by the clock for one cell.
        question_seconds: time by the clock for one question of the judge, such as a call of a function.
        total_seconds: time by the clock for everything, restarts included.
        cpu_seconds: processor time of one process.
        restarts: how often its process is started anew after it was stopped.
        memory_mb: address space of its process, in units of 2²⁰ bytes.
        home_mb: all files that it writes together, in units of 2²⁰ bytes.
        file_mb: one file that it writes, in units of 2²⁰ bytes.
        files: how many files and folders it may have at once.
        open_files: files open at once.
        threads: threads at once (other processes cannot be started at all).
        shown_kb: output kept for one cell or question, in units of 2¹⁰ bytes; what comes after is dropped.
        all_shown_kb: output kept for all cells together, in units of 2¹⁰ bytes.
        images: figures kept of all cells together.
        output_mb: output of one cell or question at which its process is stopped, in units of 2²⁰ bytes.
        answer_mb: size of one answer as it is sent, in units of 2²⁰ bytes.
    """

    start_seconds: float = 60.0
    cell_seconds: float = 60.0
    question_seconds: float = 10.0
    total_seconds: float = 300.0
    cpu_seconds: int = 240
    restarts: int = 12
    memory_mb: int = 4096
    home_mb: int = 64
    file_mb: int = 32
    files: int = 2000
    open_files: int = 128
    threads: int = 64
    shown_kb: int = 64
    all_shown_kb: int = 1024
    images: int = 40
    output_mb: int = 4
    answer_mb: int = 16

    def __post_init__(self) -> None:
        for name in ("start_seconds", "cell_seconds", "question_seconds", "total_seconds"):
            validate.number(name, getattr(self, name), above=0.0)
        validate.integer("restarts", self.restarts, minimum=0)
        for name in self.__dataclass_fields__:
            if not name.endswith("_seconds") and name != "restarts":
                validate.integer(name, getattr(self, name), minimum=1)
        validate.integer("cpu_seconds", self.cpu_seconds, minimum=1)
