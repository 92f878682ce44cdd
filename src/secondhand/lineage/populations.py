"""Random markets of models, generation upon generation: what follows where everybody builds on what others built?

It knows nothing of what terms follow, only of who was made from what.
"""

from collections.abc import Mapping

import networkx as nx
import numpy as np
from jaxtyping import Float

from secondhand import _validation
from secondhand.lineage.licences import NO_OWN_TERMS


def random_market(
    licences: Mapping[str | None, float], *, generations: int, size: int, parents: int, seed: int
) -> nx.DiGraph:
    """Return a graph of sources with random licences, and of generations of models that are trained on them.

    A model of generation 1 is trained on sources, one of generation 2 on texts that models of generation 1 wrote, and
    so on; models and the texts that they write are one node here. Each is trained on `parents` things, drawn at random
    from the generation before. Makers of models add no terms.

    Args:
        licences: licence of sources → probability; None is an unknown licence. They must sum to 1.
        generations: how many generations of models follow the sources.
        size: things in each generation.
        parents: how many things each model is trained on.
        seed: for licences and parents.

    Returns:
        A graph whose nodes are pairs (generation, number), with the attribute `licence`.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range.
    """
    if not isinstance(licences, Mapping):
        raise TypeError(f"licences must be a mapping from licence to probability, got {licences!r}")
    chances = _validation.probabilities("licences", list(licences.values()))
    generations = _validation.integer("generations", generations, minimum=1)
    size = _validation.integer("size", size, minimum=1)
    parents = _validation.integer("parents", parents, minimum=1)
    if parents > size:
        raise ValueError(f"parents must be at most the size of a generation, {size}, got {parents}")
    generator = np.random.default_rng(_validation.seed(seed))
    names = list(licences)
    graph = nx.DiGraph()
    for number, index in enumerate(generator.choice(len(names), size, p=chances).tolist()):
        graph.add_node((0, number), licence=names[index])
    for generation in range(1, generations + 1):
        for number in range(size):
            graph.add_node((generation, number), licence=NO_OWN_TERMS)
            for source in generator.choice(size, parents, replace=False).tolist():
                graph.add_edge((generation, number), (generation - 1, source), kind="trained_on")
    return graph


def expected_free_share(share: float, *, parents: int, generations: int) -> Float[np.ndarray, " generations_and_0"]:
    """Return the share of things, by generation, none of whose sources has a property that a share of sources lacks.

    A thing is free of the property if all that it was made from is: f_{t+1} = f_t^k for k random parents, in a large
    population, hence f_t = f_0^(k^t).

    Args:
        share: of sources without the property.
        parents: how many things each thing was made from.
        generations: how many generations after the sources.

    Raises:
        TypeError: an argument is no number.
        ValueError: an argument is out of range.

    Source:
        Derived here.
    """
    share = _validation.number("share", share, minimum=0, maximum=1)
    parents = _validation.integer("parents", parents, minimum=1)
    generations = _validation.integer("generations", generations, minimum=0)
    return share ** (float(parents) ** np.arange(generations + 1))
