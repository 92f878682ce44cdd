"""Whose words a text repeats: from spans found in a corpus to the sources of its documents, character by character.

It knows nothing of models, nor of what a licence asks for.
"""

from collections.abc import Iterable, Sequence

from secondhand import _validation
from secondhand.lineage.suffix_index import Span


def attribute(spans: Iterable[Span], labels: Sequence[str], *, length: int) -> tuple[frozenset[str], ...]:
    """Return, for each character of a text, the labels of all documents that it may have been copied from.

    A character outside all spans has none. One that lies in several spans, or in a span that occurs in several
    documents, has the labels of all of them: the text alone does not say which of them it came from.

    Args:
        spans: verbatim spans of one text.
        labels: of each document of the corpus: its author, package or licence.
        length: the number of characters of the text.

    Raises:
        TypeError: `length` is not an integer, `labels` is a single string, or `spans` holds something else than spans.
        ValueError: `length` is negative, a span reaches beyond it, or a document has no label.
    """
    length = _validation.integer("length", length, minimum=0)
    if isinstance(labels, str):
        raise TypeError(f"labels must hold one label a document, got the string {labels!r}")
    found: list[frozenset[str]] = [frozenset()] * length
    for span in spans:
        if not isinstance(span, Span):
            raise TypeError(f"spans must hold spans, got {span!r} ({type(span).__name__})")
        if span.stop > length:
            raise ValueError(f"length must be that of the text, but a span ends at {span.stop}, got {length}")
        if max(span.documents) >= len(labels):
            raise ValueError(
                f"labels must hold one label a document, got {len(labels)} for document {max(span.documents)}"
            )
        sources = frozenset(labels[document] for document in span.documents)
        for place in range(span.start, span.stop):
            found[place] |= sources
    return tuple(found)
