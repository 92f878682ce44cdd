"""`python -m secondhand.book` is the command `secondhand`; it knows nothing else."""

from secondhand.book.cli import app

app(prog_name="secondhand")
