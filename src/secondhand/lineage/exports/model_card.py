"""The lineage of a model as a model card in the format of Hugging Face: YAML for machines, Markdown for people.

A card says what is documented, and what is not; none of its own words vouches for more. Notes and sentences that are
handed in are repeated as they are. The lineage itself travels at its end, so that whoever reads the card can ask the
graph. It knows nothing of other vocabularies.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Protocol, runtime_checkable

import yaml

from secondhand import _validation
from secondhand.lineage.files import LineageFileError
from secondhand.lineage.graph import LineageGraph
from secondhand.lineage.inheritance import CONTRACT_ONLY, STRICT, forbidden_steps
from secondhand.lineage.licences import NO_OWN_TERMS, terms_of
from secondhand.lineage.nodes import WHOLE, Edge, Node, text

LICENCE_NAMES = frozenset(
    {
        *("apache-2.0", "mit", "bsd-2-clause", "bsd-3-clause", "isc", "zlib", "mpl-2.0", "unlicense", "cc0-1.0"),
        *("cc-by-4.0", "cc-by-sa-4.0", "cc-by-nd-4.0", "cc-by-nc-4.0", "cc-by-nc-sa-4.0", "cc-by-nc-nd-4.0"),
        *("creativeml-openrail-m", "llama2", "llama3", "llama3.1"),
    }
)
"""Licences whose lower-case names a card may state as such; any other one is "other", with its name beside."""

NO_WAY_DOCUMENTED = "no documented way; that is all a record can say"

_STATUSES = {
    "direct": "trained on items of it",
    "via-teacher": "items reached it by way of another model",
    "undocumented": "nobody can tell",
    "none-documented": NO_WAY_DOCUMENTED,
}

_ORDER = ("none-documented", "undocumented", "via-teacher", "direct")

_ALWAYS = (
    "All statements about lineage repeat what was declared or tested. Nobody can check a declaration from this card.",
    "What is said of obligations follows from two readings of licences, and is no legal advice.",
)

_HEADING = "## Lineage for machines"
_BLOCK = re.compile(rf"^{_HEADING}\n\n```json\n(.*?)\n```$", re.DOTALL | re.MULTILINE)


@runtime_checkable
class _HasInterval(Protocol):
    """An estimate with its interval, as `secondhand.measures` returns it."""

    @property
    def estimate(self) -> float: ...
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...
    @property
    def confidence(self) -> float: ...


def model_card(
    graph: LineageGraph,
    model: str,
    *,
    scores: Mapping[str, _HasInterval],
    task: str,
    metric: str = "accuracy",
    intended_use: str = "",
    findings: Iterable[str] = (),
    limitations: Iterable[str] = (),
    alpha: float = 0.05,
) -> str:
    """Return the model card of a model, with its lineage, obligations, contamination and scores.

    Every score of the model that the graph holds is reported, those that look bad as well; those come first that have
    no documented way from their benchmark. Contamination is among the tags, too. Where sources ask for more than the
    licence of the model, the front matter does not state it as the whole truth, and the card says so.

    Args:
        graph: the ledger, which holds the model and its scores.
        model: name of the model.
        scores: name of each score of the model → its estimate with an interval, such as a
            `secondhand.measures.Interval`; the estimate is the value that the graph holds.
        task: what the model does, in the words of the hub, such as "image-classification".
        metric: what the scores measure, in the words of the hub.
        intended_use: a sentence for people.
        findings: sentences on tests of contamination, such as how many hits in how many errors; tests that found
            nothing belong here as well.
        limitations: sentences for people; two are always there.
        alpha: see `LineageGraph.contamination`.

    Raises:
        TypeError: an argument has the wrong type.
        KeyError: the graph has no such node.
        ValueError: the node is no model, a text is empty, scores are missing or not those of the model, or a score is
            not the one that the graph holds or lies outside its interval.

    Source:
        M. Mitchell et al. (2019), Model Cards for Model Reporting, for what a card is for; the fields of the YAML part
        are those of the documentation of the Hugging Face Hub.
    """
    if not isinstance(graph, LineageGraph):
        raise TypeError(f"graph must be a LineageGraph, got {graph!r} ({type(graph).__name__})")
    node = graph.node(model)
    if node.kind != "model":
        raise ValueError(f"model must be a model, got {model!r}, a {node.kind}")
    task, metric = text("task", task), text("metric", metric)
    if not isinstance(intended_use, str):
        raise TypeError(f"intended_use must be a string, got {intended_use!r} ({type(intended_use).__name__})")
    sentences = [text("limitations", sentence) for sentence in _validation.strings("limitations", limitations)]
    tested = [text("findings", sentence) for sentence in _validation.strings("findings", findings)]
    tests = _scores_of(graph, model)
    measured = _checked(graph, tests, scores)
    audit = graph.audit(alpha=alpha)
    # A stable sort: in each group, scores keep the order in which they were recorded.
    found = sorted(audit[audit["model"] == model].to_dict("records"), key=lambda row: _ORDER.index(row["status"]))
    kept_back = _kept_back(graph, node, alpha)
    head = _front_matter(graph, node, tests, found, task=task, metric=metric, kept_back=bool(kept_back))
    parts = [
        f"# {_inline(model)}",
        *([_inline(node.note)] if node.note.strip() else []),
        *(["## Intended use", _inline(intended_use)] if intended_use.strip() else []),
        *["## Training data and teachers", _sources(graph, model)],
        *["## Lineage", _lineage(graph, model)],
        *["## Obligations", *kept_back, _obligations(graph, model, alpha)],
        *["## Contamination", _contamination(found)],
        *(["\n".join(f"- {_inline(sentence)}" for sentence in tested)] if tested else []),
        *["## Scores", _score_table(found, measured, metric)],
        *["## Limitations", "\n".join(f"- {_inline(sentence)}" for sentence in (*sentences, *_ALWAYS))],
        *[_HEADING, f"```json\n{_attached(graph, model, tests)}\n```"],
    ]
    front = yaml.safe_dump(head, sort_keys=False, allow_unicode=True)
    return f"---\n{front}---\n\n" + "\n\n".join(parts) + "\n"


def lineage_of_card(card: str) -> LineageGraph:
    """Return the lineage that `model_card` attached to a card.

    Raises:
        TypeError: `card` is not a string.
        LineageFileError: it carries no lineage, or a damaged one.
    """
    if not isinstance(card, str):
        raise TypeError(f"card must be a string, got {card!r} ({type(card).__name__})")
    found = _BLOCK.findall(card.replace("\r\n", "\n"))
    if not found:
        raise LineageFileError(f"the card has no part {_HEADING!r}; only cards of `model_card` carry a lineage")
    try:
        values = json.loads(found[-1])
    except (json.JSONDecodeError, RecursionError) as error:
        raise LineageFileError(f"the lineage of the card is not JSON: {error}") from None
    return LineageGraph.from_dict(values)


def _scores_of(graph: LineageGraph, model: str) -> dict[str, Edge]:
    """Return name of each score of the model → the edge to its benchmark."""
    tests: dict[str, Edge] = {}
    for node in graph.nodes:
        edges = graph.made_from(node.name) if node.kind == "score" else ()
        if any(edge.kind == "generated_by" and edge.made_from == model for edge in edges):
            tests.update((edge.made, edge) for edge in edges if edge.kind == "evaluated_on")
    return tests


def _checked(graph: LineageGraph, tests: Mapping[str, Edge], scores: Mapping[str, Any]) -> dict[str, _HasInterval]:
    if not isinstance(scores, Mapping):
        raise TypeError(f"scores must be a mapping from name to interval, got {scores!r} ({type(scores).__name__})")
    if set(scores) != set(tests):
        missing, foreign = sorted(set(tests) - set(scores)), sorted(map(str, set(scores) - set(tests)))
        raise ValueError(
            f"scores must be just those of the model in the graph; missing: {missing}, not there: {foreign}; "
            "record a score with `LineageGraph.score`"
        )
    for name, interval in scores.items():
        if not isinstance(interval, _HasInterval):
            raise TypeError(f"scores[{name!r}] must have estimate, low, high and confidence, got {interval!r}")
        low, value, high = (
            _validation.number(f"{part} of scores[{name!r}]", getattr(interval, part))
            for part in ("low", "estimate", "high")
        )
        _validation.number(f"confidence of scores[{name!r}]", interval.confidence, above=0, below=1)
        if not low <= value <= high:
            raise ValueError(f"scores[{name!r}] must lie in its interval, got {value:g} outside {low:g} to {high:g}")
        recorded = graph.node(name).value
        if recorded is None or abs(recorded - value) > 1e-9 * max(1.0, abs(value)):
            raise ValueError(f"scores[{name!r}] must be the value of the graph, {recorded}, got {value:g}")
    return dict(scores)


def _kept_back(graph: LineageGraph, node: Node, alpha: float) -> list[str]:
    """Return a warning if a reading grants less than the licence of the model seems to, or nothing."""
    own = terms_of(node.licence)
    if node.licence in (None, NO_OWN_TERMS) or own.commercial != "yes":
        return []
    answers = {policy.name: graph.obligations(node.name, policy, alpha=alpha) for policy in (STRICT, CONTRACT_ONLY)}
    less = [f"{name} reading: commercial use {t.commercial}" for name, t in answers.items() if t.commercial != "yes"]
    if not less:
        return []
    licence = _inline(node.licence)
    return [f"The licence {licence} cannot grant what sources keep back ({_inline('; '.join(less))})."]


def _front_matter(
    graph: LineageGraph,
    node: Node,
    tests: Mapping[str, Edge],
    found: Iterable[Mapping[Any, Any]],
    *,
    task: str,
    metric: str,
    kept_back: bool,
) -> dict[str, Any]:
    edges = [edge for edge in graph.made_from(node.name) if edge.evidence.declared]
    sources = {kind: list(dict.fromkeys(e.made_from for e in edges if e.kind == kind)) for kind in _HOW}
    head: dict[str, Any] = {}
    licence = (node.licence or "unknown").lower()
    if kept_back:
        head |= {"license": "other", "license_name": f"{node.licence}, subject to the obligations in this card"}
    elif licence in LICENCE_NAMES or node.licence is None:
        head["license"] = licence
    else:
        head |= {"license": "other", "license_name": node.licence}
    if sources["trained_on"]:
        head["datasets"] = sources["trained_on"]
    if sources["derived_from"]:
        head["base_model"] = sources["derived_from"]
    synthetic = any(graph.node(name).kind == "synthetic" for name in sources["trained_on"])
    tags = {"lineage": True, "synthetic-data": synthetic, "distillation": synthetic or bool(sources["distilled_from"])}
    statuses = {row["status"] for row in found} - {"none-documented"}
    head["tags"] = [tag for tag, holds in tags.items() if holds]
    head["tags"] += [f"contamination-{status}" for status in _ORDER if status in statuses]
    head["pipeline_tag"] = task
    if tests:
        results = []
        # In the order of the table for people; a score without a split stands there once a split.
        for name in dict.fromkeys(row["score"] for row in found):
            edge = tests[name]
            dataset = {"type": edge.made_from, "name": edge.made_from}
            if edge.split not in (None, WHOLE):
                dataset["split"] = str(edge.split)
            metrics = [{"type": metric, "name": name, "value": graph.node(name).value, "verified": False}]
            results.append({"task": {"type": task, "name": task}, "dataset": dataset, "metrics": metrics})
        head["model-index"] = [{"name": node.name, "results": results}]
    return head


_HOW = {
    "trained_on": "trained on",
    "distilled_from": "distilled from",
    "derived_from": "derived from",
    "generated_by": "generated by",
    "contains": "contains",
    "evaluated_on": "evaluated on",
}


def _sources(graph: LineageGraph, model: str) -> str:
    rows = []
    for edge in graph.made_from(model):
        node = graph.node(edge.made_from)
        rows.append(
            (
                _part(edge),
                _HOW[edge.kind],
                node.kind,
                node.licence or "unknown",
                _said(edge),
                _vouched(node),
                node.note.strip() or "none",
            )
        )
    if not rows:
        return "Nothing is recorded." + ("" if graph.node(model).documented else " Nobody vouches that this is all.")
    table = _table(("Source", "How", "Kind", "Licence", "Evidence", "Documented", "Note"), rows)
    return table if graph.node(model).documented else table + "\n\nNobody vouches that this list leaves nothing out."


def _lineage(graph: LineageGraph, model: str) -> str:
    names = graph.ancestors(model) | {model}
    rows = [
        (edge.made, _HOW[edge.kind], _part(edge), _said(edge), _vouched(graph.node(edge.made)))
        for edge in graph.edges
        if edge.made in names
    ]
    if not rows:
        return "No step is recorded."
    silent = [node.name for node in graph.nodes if node.name in names and not node.documented]
    gaps = ", ".join(map(_inline, silent)) if silent else "none"
    return _table(("Made", "How", "From", "Evidence", "Documented"), rows) + f"\n\nMakers who are silent: {gaps}."


def _obligations(graph: LineageGraph, model: str, alpha: float) -> str:
    rows = []
    for policy in (STRICT, CONTRACT_ONLY):
        terms = graph.obligations(model, policy, alpha=alpha)
        rows.append((policy.name, str(terms), terms.commercial))
    names = graph.ancestors(model) | {model}
    lineage = graph.to_networkx().subgraph(names)
    steps = [
        f"- {_inline(step.made)} {_HOW[step.kind]} {_inline(step.made_from)}: "
        f"{'forbidden' if step.allowed == 'no' else 'may be forbidden'} by {step.because}"
        for step in forbidden_steps(lineage, STRICT)
    ]
    said = "\n".join(["Steps that terms forbid, or may forbid, in the strict reading:\n", *steps])
    table = _table(("Reading", "Asks for", "Commercial use"), rows)
    silent = any(commercial == "unknown" for _, _, commercial in rows)
    nothing = "No recorded term stands against a recorded step" + (
        ", but terms of some sources are not known." if silent else "."
    )
    return f"{table}\n\n{said if steps else nothing}"


def _contamination(found: Iterable[Mapping[Any, Any]]) -> str:
    rows: dict[tuple[str, ...], None] = {}
    for row in found:
        reason = f" ({row['reason']})" if row["reason"] else ""
        status = f"{row['status']}{reason}: {_STATUSES[row['status']]}"
        rows[row["benchmark"], row["split"], status, row["path"] or "none"] = None
    if not rows:
        return "No score was recorded, so that no benchmark was asked about."
    return _table(("Benchmark", "Split", "Status", "Witness"), rows)


def _score_table(found: Iterable[Mapping[Any, Any]], measured: Mapping[str, _HasInterval], metric: str) -> str:
    rows = []
    for row in found:
        interval = measured[row["score"]]
        span = f"{interval.low:.3f} to {interval.high:.3f} ({100 * interval.confidence:g} %)"
        part = f"{row['benchmark']} ({row['split']})"
        rows.append((row["score"], part, metric, f"{interval.estimate:.3f}", span, row["status"]))
    if not rows:
        return "No score was recorded."
    return _table(("Score", "Benchmark", "Metric", "Value", "Interval", "Contamination"), rows)


def _attached(graph: LineageGraph, model: str, tests: Mapping[str, Edge]) -> str:
    """Return the lineage of the model, its scores and their benchmarks as JSON, with no line that starts a fence."""
    names = graph.ancestors(model) | {model, *tests}
    for edge in tests.values():
        names |= graph.ancestors(edge.made_from) | {edge.made_from}
    values = graph.to_dict()
    values["nodes"] = [node for node in values["nodes"] if node["name"] in names]
    values["edges"] = [edge for edge in values["edges"] if edge["made"] in names and edge["made_from"] in names]
    return json.dumps(values, ensure_ascii=True, indent=1)


def _part(edge: Edge) -> str:
    return edge.made_from if edge.split is None else f"{edge.made_from} ({edge.split})"


def _said(edge: Edge) -> str:
    if not edge.evidence.tests:
        return {"declared": "declared", "unknown": "suspected"}[edge.evidence.status]
    smallest = edge.evidence.tests[0]
    return f"{edge.evidence.status}, p = {smallest.p_value:.2g} ({smallest.method})"


def _vouched(node: Node) -> str:
    return "yes" if node.documented else "no"


def _table(heading: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heading, tuple("---" for _ in heading), *rows]
    return "\n".join("| " + " | ".join(_inline(cell) for cell in line) + " |" for line in lines)


def _inline(words: str) -> str:
    """Return text that stays one line of plain words in Markdown, whatever it holds."""
    joined = " ".join(words.split())
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", joined)
