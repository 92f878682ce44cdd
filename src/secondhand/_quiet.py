"""Imports tqdm's notebook bar once without its complaint that ipywidgets are missing.

Several libraries import it on their own account, and their readers see the warning at the top of every chapter. Import
this module before them. It knows nothing else.
"""

import warnings

from tqdm import TqdmWarning

with warnings.catch_warnings():
    warnings.simplefilter("ignore", TqdmWarning)
    import tqdm.auto  # noqa: F401
