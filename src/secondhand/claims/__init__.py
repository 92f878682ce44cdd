"""The ledger: every claim of the book, what would falsify it, and the check that a chapter runs."""

from secondhand.claims.ledger_file import Claim, load_ledger
from secondhand.claims.recording import record
from secondhand.claims.verdict import CLAIM_MIME_TYPE, ClaimError, Verdict, check, evaluate

__all__ = ["CLAIM_MIME_TYPE", "Claim", "ClaimError", "Verdict", "check", "evaluate", "load_ledger", "record"]
