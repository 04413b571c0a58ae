"""
What an operator does with councils: the verbs of the command C{council}.
"""

from __future__ import annotations

from collections.abc import Iterator

from h323d.call.applications import CallType
from h323d.council.council import Council
from h323d.council.councils import Councils
from h323d.council.member import LastRefusal, Member
from h323d.errors import ResourceUnavailable
from h323d.operation.calling import Calling
from h323d.operation.command import OperatorError
from h323d.operation.councilviews import CouncilView, GuardianView
from h323d.values.identifiers import RoomID

__all__ = ["CouncilKeeping"]

ALL = "-"  # guardians that are active
NO_REGISTRY = "there is no registry of guardians: guard.registry is empty"


class CouncilKeeping:
    """
    Convenes, shows and dismisses.
    """

    def __init__(self, councils: Councils | None, calling: Calling) -> None:
        """
        @param councils: C{None} where there is no registry of guardians.
        @param calling: knows which names are those of rooms.
        """
        self._councils = councils
        self._calling = calling

    def all(self, now: float) -> list[CouncilView]:
        """
        Every council.
        """
        return [_councilView(each, now) for each in self._councils or ()]

    def do(
        self, name: str, verb: str, names: str, callType: str, by: str = ""
    ) -> list[GuardianView]:
        """
        @param name: of a room, or an alias of it.
        @param verb: as the table of commands has it.
        @param names: of the guardians that are called, with commas between them; C{-}, or nothing,
            for all that are active.
        @param callType: of the council that is convened; empty for that which there is, or ROUTINE.

        @param by: who has it done.

        @return: who is on the list, and who else is in the room; as it was, of a council that is
            dismissed.

        @raise OperatorError: it cannot be done.
        """
        councils = self._councils
        if councils is None:
            raise OperatorError(NO_REGISTRY)
        roomId = self._calling.roomOf(name)
        if roomId is None:
            raise OperatorError(f"no room is called {name}")
        if verb == "convene":
            council = self._convened(councils, roomId, names, callType, by)
        else:
            if callType or names:
                raise OperatorError(f"{verb} takes neither a type nor names")
            council = self._at(councils, roomId)
        seen = list(_guardianViews(council))
        if verb == "dismiss":
            councils.dismiss(roomId)
        return seen

    def _at(self, councils: Councils, roomId: RoomID) -> Council:
        council = councils.at(roomId)
        if council is None:
            raise OperatorError(f"no council meets in {roomId}")
        return council

    def _convened(
        self, councils: Councils, roomId: RoomID, names: str, callType: str, by: str
    ) -> Council:
        active = councils.guardians
        wanted = active if names in ("", ALL) else tuple(names.split(","))
        unknown = [each for each in wanted if each not in active]
        if unknown:
            raise OperatorError(f"no active guardian is called {', '.join(unknown)}")
        if not wanted:
            raise OperatorError("no guardian is active")
        there = councils.at(roomId)
        default = CallType.ROUTINE if there is None else there.callType
        kind = CallType(callType) if callType else default
        try:
            return councils.convene(roomId, kind, wanted, by)
        except ResourceUnavailable as error:
            raise OperatorError(str(error)) from error


def _councilView(council: Council, now: float) -> CouncilView:
    return CouncilView(
        room=council.roomId,
        callType=council.callType.value,
        since=round(now - council.convening.at, 3),
        left=round(council.convening.until - now, 3),
        seats=council.seats,
        guardians=sum(each.isExpected for each in council.members.values()),
        present=sum(each.isExpected for each in council.present),
        waiting=len(council.queued),
        guests=sum(not each.isExpected for each in council.present) + len(council.guests),
        by=council.convening.by or None,
    )


def _guardianViews(council: Council) -> Iterator[GuardianView]:
    for member in council.members.values():
        state = _stateOf(member)
        if not state:
            continue
        legId, wasCalled = next(iter(member.calls.items()), (None, False))
        came = "called" if wasCalled else "calling"
        yield GuardianView(
            guardian=member.name,
            state=state,
            came=None if legId is None else came,
            attempts=member.attempts,
            why=member.why or None,
            refused=_refusal(member.refusal),
            place=council.placeOf(member) or None,
            attended=member.attended,
            legId=legId,
        )
    for guest in sorted(council.guests):
        yield GuardianView("-", GUEST, "calling", 0, None, None, None, True, guest)


def _stateOf(member: Member) -> str:
    """
    What people call the state of a summons; empty for who was never expected, and has gone.
    """
    if member.isExpected:
        return _STATES.get(member.state, member.state)
    if member.calls:
        return GUEST
    return "" if member.state == "out" else member.state


GUEST = "guest"
_STATES = {"out": "absent", "over": "dismissed"}


def _refusal(refusal: LastRefusal | None) -> str | None:
    if refusal is None:
        return None
    told = f"{refusal.reason} {refusal.detail}".strip()
    return told if refusal.isProven else f"{told}, by who says so"
