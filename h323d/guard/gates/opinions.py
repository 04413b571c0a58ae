"""
What an operator's policy says of what it is asked about, and what is made of what it may say.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any

from zope.interface import Interface

from h323d.call.applications import Reason
from h323d.guard.gates.inputs import Failure, GateInput

__all__ = ["MAX_DETAIL", "REASONS", "Answer", "IGuardPolicy", "Opinion", "heard"]

MAX_DETAIL = 64  # characters of a policy's own word

REASONS = frozenset(
    (
        Reason.NOT_PERMITTED,
        Reason.PII_POLICY_VIOLATION,
        Reason.BANDWIDTH_EXCEEDED,
        Reason.CAPACITY_EXCEEDED,
        Reason.RATE_EXCEEDED,
    )
)
"""
For what a policy may refuse.  Who somebody is, and whether the guard fails, is not its to say.
"""


class IGuardPolicy(Interface):
    """
    A gate of the operator's, between personal data (3) and bandwidth (4).
    """

    def judge(asked: GateInput) -> Failure | None:
        """
        C{None} lets it pass; a L{Failure} refuses, for one of L{REASONS}, with a word of letters,
        digits and C{.:+-_} that the record has.

        It is a pure function: of the same input it says the same, whenever and wherever, and it
        changes nothing.  It answers at once; who waits for something, has all calls wait.
        """


class Answer(enum.Enum):
    """
    What became of the question.
    """

    OPENS = "opens"
    REFUSES = "refuses"
    FAILED = "failed"
    """It raised."""

    INVALID = "invalid"
    """It said what no policy may say."""

    LATE = "late"
    """It took too long."""

    OFF = "off"
    """It was not asked, as it took too long too often."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """
    What a policy has said.

    @ivar failure: why it refuses, or is taken to; C{None} if it does not.
    """

    policy: str
    answer: Answer
    failure: Failure | None = None

    @classmethod
    def none(cls, policy: str, answer: Answer) -> Opinion:
        """
        It has said nothing that could count: who relies on it refuses.
        """
        return cls(policy, answer, Failure(Reason.GATEKEEPER_ERROR, f"{policy}:{answer.value}"))


def heard(policy: str, said: Any) -> Opinion:
    """
    @param said: by a policy; Any, as it is somebody else's code.
    """
    if said is None:
        return Opinion(policy, Answer.OPENS)
    if not _isAnswer(said):
        return Opinion.none(policy, Answer.INVALID)
    failure = Failure(said.reason, f"{policy}:{said.detail}")
    return Opinion(policy, Answer.REFUSES, failure)


def _isAnswer(said: Any) -> bool:
    if type(said) is not Failure or type(said.reason) is not Reason:
        return False
    return said.reason in REASONS and _isWord(said.detail)


def _isWord(detail: Any) -> bool:
    if not isinstance(detail, str) or not 1 <= len(detail) <= MAX_DETAIL:
        return False
    return detail.isascii() and all(each.isalnum() or each in ".:+-_" for each in detail)
