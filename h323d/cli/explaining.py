"""
C{h323ctl explain}: what a word means that somebody was refused with, be it ours, a cause of
Q.850, a status code of SIP or a reason of RAS; and what each door answers to it.
"""

from __future__ import annotations

from collections.abc import Iterator

from h323d.call.applications import CAUSES, Reason
from h323d.h323.ras.reasons import REASONS
from h323d.operation.command import OperatorError
from h323d.operation.explanations import EXPLANATIONS
from h323d.sip.calls.causes import statusOf
from h323d.sip.reasons import statusOfReason
from h323d.values.cause import Cause

__all__ = ["explain"]

_REJECTS = {
    "registrationRequest": "RRJ",
    "admissionRequest": "ARJ",
    "bandwidthRequest": "BRJ",
    "unregistrationRequest": "URJ",
    "disengageRequest": "DRJ",
    "infoRequestResponse": "INAK",
}


def explain(word: str) -> str:
    """
    All that there is to say of a word, in lines.

    @param word: of ours, as C{roomFull} or C{CAPACITY_EXCEEDED}, what stands behind a colon in
        it ignored; the number or name of a cause; a status code; or a reason of RAS.

    @raise OperatorError: it is none of these.
    """
    sections = [*_ours(word), *_causes(word), *_statuses(word), *_rejects(word)]
    if not sections:
        raise OperatorError(
            f"nothing is called {word}: it is a word of a refusal, as roomFull; a cause of Q.850,"
            " as 17 or USER_BUSY; a status of SIP, as 486; or a reason of RAS, as securityDenial"
        )
    return "\n\n".join(sections)


def _ours(word: str) -> Iterator[str]:
    known = next((each for each in (word, *word.split(":")) if each in EXPLANATIONS), None)
    if known is None:
        return
    told = EXPLANATIONS[known]
    lines = [f"{known}: {told.means}", f"  look at  {told.then}"]
    if known in Reason.__members__:
        lines += _answers(Reason[known])
    yield "\n".join(lines)


def _answers(reason: Reason) -> list[str]:
    rejects = ", ".join(f"{_REJECTS[request]} {REASONS[request][reason]}" for request in _REJECTS)
    cause = CAUSES[reason]
    return [
        f"  told by  SIP {statusOfReason(reason)}; Q.850 cause {cause} {cause.name}",
        f"           {rejects}",
    ]


def _causes(word: str) -> Iterator[str]:
    for cause in Cause:
        if word.upper() == cause.name or word == str(cause.value):
            yield "\n".join(
                (
                    f"Q.850 cause {cause.value}: {cause.name}",
                    f"  told by  SIP {statusOf(cause)}, before an answer",
                    *_given(sorted(each.name for each, told in CAUSES.items() if told is cause)),
                )
            )


def _statuses(word: str) -> Iterator[str]:
    reasons = sorted(each.name for each in Reason if word == str(statusOfReason(each)))
    causes = [f"{each.value} {each.name}" for each in Cause if word == str(statusOf(each))]
    if reasons or causes:
        lines = [f"SIP {word}: one of several things, which Reason and Warning of the answer tell"]
        lines += _given(reasons)
        if causes:
            lines.append(f"  causes   {', '.join(causes)}")
        yield "\n".join(lines)


def _rejects(word: str) -> Iterator[str]:
    for request, answers in REASONS.items():
        reasons = sorted(each.name for each, told in answers.items() if told == word)
        if reasons:
            yield "\n".join((f"{_REJECTS[request]} {word}", *_given(reasons)))


def _given(reasons: list[str]) -> list[str]:
    return [f"  reasons  {', '.join(reasons)}"] if reasons else []
