"""What all tests share: one thread, no download, and shapes of arrays checked at run time."""

import os
import sys
import typing
from collections.abc import Callable, Iterator
from typing import Any

# Libraries read these as they are imported.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ.pop("SECONDHAND_ALLOW_HUB", None)

import jaxtyping  # noqa: E402
import pytest  # noqa: E402
import torch  # noqa: E402
from beartype import beartype  # noqa: E402
from hypothesis import settings  # noqa: E402


def check_arrays(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let beartype check the arrays of a signature, and leave other arguments to the checks of the package itself."""
    if not isinstance(function, type):
        function.__annotations__ = {
            name: hint if _mentions_an_array(hint) else Any for name, hint in function.__annotations__.items()
        }
    return beartype(function)


def _mentions_an_array(hint: Any) -> bool:
    if isinstance(hint, type) and issubclass(hint, jaxtyping.AbstractArray):
        return True
    return any(_mentions_an_array(part) for part in typing.get_args(hint))


torch.set_num_threads(1)

# The same examples on each run, however busy the machine.
settings.register_profile("reproducible", deadline=None, derandomize=True)
settings.load_profile("reproducible")

# Must come before the first import of these rooms.
jaxtyping.install_import_hook(
    [f"secondhand.{room}" for room in ("sources", "measures", "generations", "learners", "lineage", "distillation")],
    f"{__name__}.check_arrays",
)


@pytest.fixture(autouse=True)
def close_figures() -> Iterator[None]:
    """Close what a test drew; matplotlib warns when many figures stay open."""
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")
