"""Text from the Hugging Face hub, behind a switch, and from local folders of the same form, without one.

The book builds without the hub; readers with a network may carry an experiment over to larger data. It knows nothing
of models.
"""

import os
from pathlib import Path

from secondhand import _quiet  # noqa: F401 - before anything that imports tqdm.auto

# isort: split

import datasets

from secondhand import _validation
from secondhand.sources.text import check_text

ALLOW_HUB_VARIABLE = "SECONDHAND_ALLOW_HUB"
"""The environment variable that must be 1 before anything is downloaded."""


def load_hub_text(
    name: str, *, split: str = "train", column: str = "text", revision: str | None = None
) -> datasets.Dataset:
    """Load one column of text.

    Args:
        name: a dataset on the hub, such as `owner/name`, or a local folder that holds JSON, Parquet, CSV or text
            files, or what `Dataset.save_to_disk` wrote. A local folder wins over the hub.
        split: the part to load.
        column: the column that holds the text.
        revision: the commit, tag or branch on the hub; give a commit to get the same data again. Ignored for folders.

    Returns:
        A dataset with one column, `text`.

    Raises:
        RuntimeError: `name` is no local folder and the hub is not switched on.
        TypeError: an argument is not a string, or the column does not hold strings.
        ValueError: there is no such split or column, or the column holds no text.
    """
    check_text("name", name)
    if Path(name).is_dir():
        dataset = _load_folder(Path(name), split)
    elif os.environ.get(ALLOW_HUB_VARIABLE) == "1":
        dataset = datasets.load_dataset(name, split=split, revision=revision)
    else:
        raise RuntimeError(
            f"name={name!r} is no local folder, and downloading from the Hugging Face hub is switched off; "
            f"set the environment variable {ALLOW_HUB_VARIABLE}=1 to allow it, or give a folder"
        )
    _validation.choice("column", column, dataset.column_names)
    dataset = dataset.select_columns([column])
    if column != "text":
        dataset = dataset.rename_column(column, "text")
    for text in dataset["text"]:
        if not isinstance(text, str):
            raise TypeError(f"column {column!r} must hold strings, got {text!r} ({type(text).__name__})")
    if not any(text.strip() for text in dataset["text"]):
        raise ValueError(f"column {column!r} of {name!r}, split {split!r}, must hold some text, got only empty rows")
    return dataset


def _load_folder(folder: Path, split: str) -> datasets.Dataset:
    if (folder / "dataset_info.json").is_file():
        _validation.choice("split", split, ["train"])
        return datasets.load_from_disk(folder)
    if (folder / "dataset_dict.json").is_file():
        splits = datasets.load_from_disk(folder)
    else:
        splits = datasets.load_dataset(str(folder))
    return splits[_validation.choice("split", split, list(splits))]
