"""
What a caller may call itself: a question that is asked before anybody sees the name, whatever
protocol the call came by.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from zope.interface import Interface, implementer

from h323d.call.applications import Admission
from h323d.call.inquiry import Inquiry
from h323d.call.legs import ILeg, IOffer, namesOf
from h323d.values.address import PartyAddress
from h323d.values.proof import verified

__all__ = ["ANY_NAME", "CallerName", "ICallerNames", "identitiesOf", "introduce", "partyOf"]


@dataclass(frozen=True, slots=True)
class CallerName:
    """
    How a caller is shown.

    @ivar calling: its names, best first; may be empty.
    @ivar displayName: its name for people to read; may be empty.
    @ivar party: its endpoint identifier, if it is registered, or who answers for it; the same
        name is the same whoever has it.
    @ivar isOwn: whether C{calling} is the caller's for certain: registered, or proved.
    """

    calling: tuple[PartyAddress, ...]
    displayName: str
    party: str = field(default="", compare=False)
    isOwn: bool = field(default=False, compare=False)


class ICallerNames(Interface):
    """
    Who knows which names are whose.
    """

    def nameOf(offer: IOffer) -> CallerName:
        """
        How the caller of an offer is to be shown: as it calls itself, or otherwise.
        """


@implementer(ICallerNames)
class _AnyName:
    def nameOf(self, offer: IOffer) -> CallerName:
        return CallerName(offer.calling, offer.displayName)


ANY_NAME = _AnyName()
"""
L{ICallerNames} where nobody is known: callers are who they say.
"""


def partyOf(leg: ILeg, callers: ICallerNames) -> str:
    """
    Who is at the other end of a leg, whoever has called: an endpoint identifier, or who answers for
    them; empty if nobody does.
    """
    names, display = namesOf(leg), leg.displayName
    who = Inquiry(leg.protocol, leg.peer, names, (), display, proofs=leg.proofs)
    party: str = callers.nameOf(who).party
    return party


def identitiesOf(offer: IOffer, callers: ICallerNames, vouched: bool = False) -> tuple[str, ...]:
    """
    Names that are a caller's for certain: it has proved or registered them, or somebody who is
    trusted answers for them.

    @param vouched: whether somebody does (RFC 3325).
    """
    proved = tuple(each.identity for each in verified(offer.proofs) if each.identity)
    if not (vouched or callers.nameOf(offer).isOwn):
        return proved
    return (*proved, *(name.value for name in offer.calling))


def introduce(leg: ILeg, admission: Admission) -> None:
    """
    Show the caller of a leg as it is admitted, and have it go before others if it may.
    """
    if admission.priority is not None:
        leg.prioritize(admission.priority)
    texts = admission.texts
    if texts is not None:
        leg.introduce(texts.among(leg.calling), texts.displayName)
