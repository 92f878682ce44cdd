"""Finding exercises: by chapter, or by the id that a page names. It knows nothing of what they ask."""

import importlib
import pkgutil

import secondhand.exercises as room
from secondhand.exercises.mechanism import Exercise


def exercises_of(chapter: str) -> list[Exercise]:
    """Return the exercises of a chapter in the order in which they are written.

    Raises:
        KeyError: the chapter has no exercises.
    """
    name = chapter.replace("-", "_")
    if name not in _chapter_modules():
        known = ", ".join(module.replace("_", "-") for module in _chapter_modules())
        raise KeyError(f"chapter {chapter!r} has no exercises; chapters that have: {known}")
    module = importlib.import_module(f"secondhand.exercises.{name}")
    return [value for value in vars(module).values() if isinstance(value, Exercise)]


def get(exercise_id: str) -> Exercise:
    """Return the exercise that a page names, for example "model-collapse-one-draw".

    Raises:
        KeyError: no chapter has it; the message lists those of the chapter that the id begins with.
    """
    candidates = [e for name in _chapter_modules() for e in exercises_of(name.replace("_", "-"))]
    for candidate in candidates:
        if candidate.id == exercise_id:
            return candidate
    raise KeyError(f"there is no exercise {exercise_id!r}; there are: {', '.join(e.id for e in candidates)}")


def _chapter_modules() -> list[str]:
    own = {"mechanism", "registry"}
    return sorted(module.name for module in pkgutil.iter_modules(room.__path__) if module.name not in own)
