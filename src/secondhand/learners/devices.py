"""Where torch computes. It knows nothing of what is computed."""

import torch


def best_device() -> torch.device:
    """Return the accelerator of this machine if torch sees one, else the processor."""
    return torch.accelerator.current_accelerator(check_available=True) or torch.device("cpu")
