"""Times the scans of other tools on texts from a file. It runs in their environment, and imports nothing of the book.

Usage: python peer_worker.py TEXTS.json, where the file holds {"train": [...], "test": [...], "n": 13}. It prints a JSON
list of {"tool", "seconds", "flagged"}: the documents that the tool finds to share an n-gram of words with a test item.
"""

import contextlib
import json
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path


def janitor(train: list[str], test: list[str], n: int) -> list[int]:
    """Scan with the Janitor of lm-eval, in Python mode."""
    from lm_eval.decontamination.janitor import Janitor

    tool = Janitor(ngram_n=n)
    for item in test:
        tool.register_contaminant_python(item)
    return [number for number, text in enumerate(train) if tool.clean_python(text) != [text]]


def datatrove(train: list[str], test: list[str], n: int) -> list[int]:
    """Scan with the n-gram filter of datatrove and its English tokenizer.

    Its own indexer needs another large package even for data of one's own. The index is a list of hashes, so it is
    written here, with the tokenizer and the hash of the filter.
    """
    import numpy as np
    from datatrove.data import Document
    from datatrove.pipeline.decont.n_grams import NGramsDecontConfig, NGramsDecontFilter
    from datatrove.utils.text import ngrams, simplify_text

    with tempfile.TemporaryDirectory() as folder:
        config = NGramsDecontConfig(n_grams=n)
        tool = NGramsDecontFilter(folder, config)
        tokens = (tool.tokenizer.word_tokenize(simplify_text(item, config.norm_config)) for item in test)
        hashes = {tool.hash_func(" ".join(n_gram)) for item in tokens for n_gram in ngrams(item, n)}
        np.array(sorted(hashes), dtype=config.hash_config.np_descr).tofile(Path(folder) / "test.index.hashes")
        return [number for number, text in enumerate(train) if tool.filter(Document(text, str(number))) is not True]


def main() -> None:
    """Time each tool once; what its import takes does not count."""
    texts = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    results = []
    for package, scan in (("lm-eval", janitor), ("datatrove", datatrove)):
        # What tools print must not mix with the result.
        with contextlib.redirect_stdout(sys.stderr):
            scan(texts["train"][:1], texts["test"][:1], texts["n"])
            began = time.perf_counter()
            flagged = scan(texts["train"], texts["test"], texts["n"])
            seconds = time.perf_counter() - began
        results.append({"tool": f"{package} {version(package)}", "seconds": seconds, "flagged": flagged})
    print(json.dumps(results))


if __name__ == "__main__":
    main()
