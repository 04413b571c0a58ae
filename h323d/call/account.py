"""
What a gate tells for the record, of how it came to its verdict.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from h323d.values.proof import Proof

__all__ = ["Account"]


@dataclass(frozen=True, slots=True)
class Account:
    """
    How a gate came to its verdict, for the record.

    @ivar decision: as JSON has it, without numbers that are no integers (Any: whatever the gate
        tells); nothing of it is personal.
    @ivar proofs: those that have been verified there.
    """

    decision: Mapping[str, Any]
    proofs: tuple[Proof, ...] = ()
