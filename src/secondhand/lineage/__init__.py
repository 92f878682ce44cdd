"""Who made what: the lineage of data and models, what they may be used for, and what their scores have seen."""

__all__: list[str] = []
