"""Who made what: the lineage of data and models, what they may be used for, and what their scores have seen."""

from secondhand.lineage.evidence import (
    DECLARED,
    SUSPECTED,
    Evidence,
    SignificanceTest,
    holm_adjusted,
)
from secondhand.lineage.exports import (
    emit_openlineage,
    from_prov,
    to_croissant,
    to_openlineage,
    to_prov,
)
from secondhand.lineage.files import (
    LineageFileError,
)
from secondhand.lineage.graph import (
    LineageGraph,
)
from secondhand.lineage.laundering import (
    ask,
    dialogue,
    hits,
    invent_parts,
    invent_quiz,
    launder,
    library_questions,
    matched_share,
    named_share,
    reworded,
)
from secondhand.lineage.licences import (
    ALL_CLAUSES,
    LICENCES,
    NO_OWN_TERMS,
    NO_TERMS,
    OUTPUT_CLAUSES,
    UNKNOWN_TERMS,
    Answer,
    Clause,
    Terms,
    terms_of,
)
from secondhand.lineage.nodes import (
    Edge,
    Node,
)
from secondhand.lineage.obligations import (
    CONTRACT_ONLY,
    KINDS,
    STRICT,
    Policy,
    Readings,
    Step,
    all_obligations,
    clause_path,
    forbidden_steps,
    obligations,
    readings,
)
from secondhand.lineage.pipelines import (
    Pipeline,
    brute_force_status,
    expected_seen,
    expected_statuses,
    random_lineage,
    random_pipeline,
)
from secondhand.lineage.recording import (
    content_hash,
)
from secondhand.lineage.search import (
    STATUSES,
    Contamination,
)

__all__ = [
    "ALL_CLAUSES",
    "CONTRACT_ONLY",
    "DECLARED",
    "KINDS",
    "LICENCES",
    "NO_OWN_TERMS",
    "NO_TERMS",
    "OUTPUT_CLAUSES",
    "STATUSES",
    "STRICT",
    "SUSPECTED",
    "UNKNOWN_TERMS",
    "Answer",
    "Clause",
    "Contamination",
    "Edge",
    "Evidence",
    "LineageFileError",
    "LineageGraph",
    "Node",
    "Pipeline",
    "Policy",
    "Readings",
    "SignificanceTest",
    "Step",
    "Terms",
    "all_obligations",
    "ask",
    "brute_force_status",
    "clause_path",
    "content_hash",
    "dialogue",
    "emit_openlineage",
    "expected_seen",
    "expected_statuses",
    "forbidden_steps",
    "from_prov",
    "hits",
    "holm_adjusted",
    "invent_parts",
    "invent_quiz",
    "launder",
    "library_questions",
    "matched_share",
    "named_share",
    "obligations",
    "random_lineage",
    "random_pipeline",
    "readings",
    "reworded",
    "terms_of",
    "to_croissant",
    "to_openlineage",
    "to_prov",
]
