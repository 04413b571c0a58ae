"""
Calls of two that go on in a room: both parties of a bridged call are seated there, and talk on.
"""

from __future__ import annotations

from dataclasses import replace

from twisted.internet.defer import Deferred

from h323d.call.applications import Admission, Door, Refusal
from h323d.call.gates import Gates
from h323d.call.leases import ended, ofCall
from h323d.call.legs import ILeg
from h323d.conference.host import ConferenceHost
from h323d.gateway.bridge import Bridge
from h323d.gateway.host import GatewayHost
from h323d.operation.command import OperatorError
from h323d.values.address import PartyAddress
from h323d.values.identifiers import RoomID

__all__ = ["Merging"]

_TWO = 2


class Merging:
    """
    Moves calls into rooms.
    """

    def __init__(self, gateway: GatewayHost, host: ConferenceHost, gates: Gates) -> None:
        """
        @param gates: what whoever wants a seat passes.
        """
        self._gateway = gateway
        self._host = host
        self._gates = gates

    async def merge(self, name: PartyAddress, roomId: RoomID, call: str) -> None:
        """
        Have both parties of a call go on in a room, be it locked or not.  Where that cannot be, the
        call goes on as it was.

        @param name: of the room, as it is called.
        @param call: the C{callId}, a C{legId}, or the protocol's name for it.

        @raise OperatorError: there is no such call, its parties do not talk, or one of them is not
            let in.
        """
        bridge = self._bridgeOf(call)
        lack = self._host.lackAt(roomId, _TWO)
        if lack is not None:
            raise OperatorError(lack.word)
        admissions: list[Admission] = []
        try:
            for leg in tuple(bridge.legs):
                admission = await self._admitted(leg, roomId)
                admissions.append(admission)
            moved = bridge.disband((name,)) if len(admissions) == _TWO else ()
            if not moved:
                raise OperatorError(f"the parties of {call} do not talk with each other")
        except OperatorError:
            for admission in admissions:
                ended(admission.leases)
            raise
        for leg, admission in zip(moved, admissions, strict=True):
            self._host.takeOver(leg, roomId)
            self._gates.leases.give(ofCall(leg.legId), admission)
            leg.comeOver(self._host.profile)

    def _bridgeOf(self, call: str) -> Bridge:
        for bridge in self._gateway.bridges.values():
            names = ((leg.callId, leg.legId, leg.callIdentifier) for leg in bridge.legs)
            if call and any(call in each for each in names):
                return bridge
        raise OperatorError(f"no call of two is called {call}")

    async def _admitted(self, leg: ILeg, roomId: RoomID) -> Admission:
        verdict = self._gates.judge(replace(leg.application(), door=Door.ROOM, room=roomId))
        if isinstance(verdict, Deferred):
            verdict = await verdict
        if isinstance(verdict, Refusal):
            raise OperatorError(f"{leg.legId} is refused: {verdict.word}")
        return verdict
