"""
Who is there: every leg of the server's own, wherever it is at the time.
"""

from __future__ import annotations

from collections.abc import Iterator

from h323d.call.legs import ILeg
from h323d.call.media import IMediaPort
from h323d.call.switch import Switch
from h323d.conference.host import ConferenceHost
from h323d.conference.participant import Participant
from h323d.conference.room import Room
from h323d.gateway.bridge import Bridge
from h323d.gateway.bridgeside import BridgeSide
from h323d.gateway.host import GatewayHost
from h323d.values.identifiers import LegID

__all__ = ["Presence"]


class Presence:
    """
    Looks for legs where they can be.

    @ivar host: the rooms.
    """

    def __init__(self, switch: Switch, host: ConferenceHost, gateway: GatewayHost) -> None:
        self.host = host
        self._switch = switch
        self._gateway = gateway

    def __len__(self) -> int:
        return len(self.arriving()) + self.host.participants + len(list(self.bridged()))

    def arriving(self) -> list[ILeg]:
        """
        Those whom policies still decide on, or who have no seat yet: some are asked for a PIN.
        """
        arrivals = (arrival.leg for arrival in self.host.arrivals.values())
        return [*self._switch.waiting.values(), *arrivals, *self.host.lobby.legs]

    def participants(self) -> Iterator[tuple[Room, Participant]]:
        """
        Those who are in rooms.
        """
        for room in tuple(self.host.rooms.values()):
            for participant in tuple(room.participants.values()):
                yield room, participant

    def bridged(self) -> Iterator[tuple[Bridge, BridgeSide]]:
        """
        Those whom the gateway joins.
        """
        for bridge in tuple(self._gateway.bridges.values()):
            for side in tuple(bridge.sides.values()):
                yield bridge, side

    def legs(self) -> Iterator[tuple[Room | None, ILeg]]:
        """
        All of them, with the room of those who are in one.
        """
        for leg in self.arriving():
            yield None, leg
        for room, participant in self.participants():
            yield room, participant.leg
        for _, side in self.bridged():
            yield None, side.leg

    def ports(self) -> Iterator[tuple[LegID, IMediaPort]]:
        """
        The ports of sound of those in rooms, or joined.
        """
        for _, participant in self.participants():
            if participant.port is not None:
                yield participant.leg.legId, participant.port
        for _, side in self.bridged():
            if side.port is not None:
                yield side.leg.legId, side.port
