"""Exercises: one source each, from which come the stub, the self-check, the hints and the worked solution."""

from secondhand.exercises.mechanism import Exercise, Outcome, WrongAnswerError, exercise
from secondhand.exercises.registry import exercises_of, get

__all__ = ["Exercise", "Outcome", "WrongAnswerError", "exercise", "exercises_of", "get"]
