"""How outputs of cells become images of a page: with the alternative text that the figure carries.

It knows nothing of how figures are drawn, nor of claims beyond the type of their data.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from docutils import nodes
from myst_nb.core.render import MimeData, NbElementRenderer, get_mime_priority
from myst_nb.ext.glue.crossref import generate_any_nodes, read_glue_cache
from myst_nb.ext.glue.utils import PendingGlueReference
from sphinx.transforms.post_transforms import SphinxPostTransform

from secondhand.claims import CLAIM_MIME_TYPE

IMAGE_MIME_TYPES = frozenset({"image/png", "image/svg+xml", "image/jpeg", "image/gif"})


def alternative_text(mime_type: str, metadata: Mapping[str, Any]) -> str:
    """Return the alternative text that an output carries, empty if it has none."""
    return str(metadata.get(mime_type, {}).get("alt", ""))


class AltTextRenderer:
    """Renders images of cells with their alternative text, and warns (so the build stops) about one that has none.

    The text comes from the directive that places the figure (`:alt:`), else from the metadata of the output, where
    `secondhand.figures` writes it. Without this renderer the file name of the image would be read aloud.

    MyST-NB finds the class through an entry point of the package, and calls it for every output.
    """

    mime_priority_overrides: ClassVar[Sequence[tuple[str, str, int | None]]] = ()

    @staticmethod
    def handle_mime(renderer: NbElementRenderer, data: MimeData, inline: bool) -> list[nodes.Element] | None:
        """Return the nodes for one output, or None to leave it to MyST-NB."""
        if data.mime_type == CLAIM_MIME_TYPE:
            return []  # facts for the ledger page; the card beside them is what readers see
        if data.mime_type not in IMAGE_MIME_TYPES:
            return None
        images: list[nodes.Element] = renderer.render_image_inline(data) if inline else renderer.render_image(data)
        text = alternative_text(data.mime_type, data.output_metadata)
        for image in images:
            if not image.get("alt") and text:
                image["alt"] = text
            if not image.get("alt"):
                where = "" if data.cell_index is None else f" of cell {data.cell_index}"
                renderer.logger.warning(
                    f"the image{where} has no alternative text; draw it with secondhand.figures, or give the directive "
                    "that places it an :alt: option",
                    subtype="alt_text",
                    line=data.line,
                )
        return images


class AltTextOfOtherPages(SphinxPostTransform):
    """Gives figures that a page takes from another page (`{glue}` with `:doc:`) their alternative text.

    MyST-NB resolves such references late, by a way of its own that passes no renderer; this runs just before it.
    """

    default_priority = 4

    def run(self, **_: Any) -> None:
        """Resolve the references to images that carry a text, and leave the others to MyST-NB."""
        builder = self.app.builder
        priorities = get_mime_priority(builder.name, self.config["nb_mime_priority_overrides"])
        for reference in list(self.document.findall(PendingGlueReference)):
            glued = read_glue_cache(self.env.mystnb_config.output_folder, reference.refdoc)  # type: ignore[attr-defined]
            output = glued.get(reference.key, {"data": {}, "metadata": {}})
            texts = [alternative_text(mime_type, output.get("metadata", {})) for mime_type in output["data"]]
            if text := next(filter(None, texts), ""):
                images = generate_any_nodes(reference, output, priorities, builder, self.env)
                for image in images:
                    image["alt"] = text
                reference.replace_self(images)
