"""
What an operator can see and do, whichever door they came by.

Views are plain values (C{dict}, C{list}, C{str}, numbers), ready for JSON.
The doors are L{h323d.control.server} and L{h323d.control.manhole}.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from twisted.internet.interfaces import IReactorTime

from h323d import __version__
from h323d.call.legs import ILeg
from h323d.call.media import IMediaPool, IMediaPort
from h323d.call.switch import Switch
from h323d.conference.host import ConferenceHost
from h323d.conference.participant import Participant
from h323d.conference.room import Room
from h323d.errors import H323dError
from h323d.events import EventBus, Fact
from h323d.gatekeeper.registrations import EndpointRegistry, Registration
from h323d.values.cause import Cause

__all__ = ["Operator", "OperatorError", "View"]

View = dict[str, Any]  # Any: whatever JSON can say


class OperatorError(H323dError):
    """
    A request that cannot be done; its text is for the operator.
    """


class Operator:
    """
    The server as an operator sees it.
    """

    def __init__(
        self,
        clock: IReactorTime,
        events: EventBus,
        switch: Switch,
        host: ConferenceHost,
        pool: IMediaPool,
        registry: EndpointRegistry | None,
        listeners: dict[str, str],
        records: Callable[[int], list[View]],
    ) -> None:
        """
        @param records: gives the last call detail records, the newest first.
        """
        self._clock = clock
        self._switch = switch
        self._host = host
        self._pool = pool
        self._registry = registry
        self._listeners = listeners
        self._records = records
        self._startedAt = clock.seconds()
        self._facts: Counter[str] = Counter()
        events.subscribe(Fact, self._count)

    def status(self) -> View:
        """
        The server at a glance.
        """
        return {
            "version": __version__,
            "uptime": round(self._clock.seconds() - self._startedAt, 3),
            "listeners": dict(self._listeners),
            "calls": len(self._switch.waiting) + self._host.participants,
            "rooms": len(self._host.rooms),
            "participants": self._host.participants,
            "registrations": 0 if self._registry is None else len(self._registry),
            "media": dict(self._pool.figures()),
            "facts": dict(sorted(self._facts.items())),
        }

    def calls(self) -> list[View]:
        """
        Every leg, with what is known of its media.
        """
        waiting = [_legView(leg) for leg in self._switch.waiting.values()]
        return waiting + [
            self._participantView(room, participant) for room, participant in self._participants()
        ]

    def rooms(self) -> list[View]:
        """
        Every open room, and who is in it.
        """
        return [self._roomView(room) for room in self._host.rooms.values()]

    def registrations(self) -> list[View]:
        """
        Every registered endpoint.
        """
        return (
            [] if self._registry is None else [_registrationView(each) for each in self._registry]
        )

    def cdr(self, count: str = "20") -> list[View]:
        """
        The last call detail records, the newest first.

        @raise OperatorError: C{count} is not a number.
        """
        if not (count.isascii() and count.isdigit()) or len(count) > 9:
            raise OperatorError(f"{count} is not a number of records")
        return self._records(int(count))

    def hangup(self, name: str) -> View:
        """
        End the calls that C{name} means: a call, a leg, or a room's.

        @raise OperatorError: it means none.
        """
        legs = [
            leg
            for room, leg in self._legs()
            if name in (leg.callId, leg.legId, "" if room is None else room.roomId)
        ]
        if not legs:
            raise OperatorError(f"no call, leg or room is called {name}")
        for leg in legs:
            leg.hangup(Cause.NORMAL_CALL_CLEARING)
        return {"ended": [leg.legId for leg in legs]}

    def _count(self, fact: Fact) -> None:
        self._facts[type(fact).__name__] += 1

    def _participants(self) -> Iterator[tuple[Room, Participant]]:
        for room in tuple(self._host.rooms.values()):
            for participant in tuple(room.participants.values()):
                yield room, participant

    def _legs(self) -> Iterator[tuple[Room | None, ILeg]]:
        for leg in tuple(self._switch.waiting.values()):
            yield None, leg
        for room, participant in self._participants():
            yield room, participant.leg

    def _roomView(self, room: Room) -> View:
        return {
            "room": room.roomId,
            "open": round(self._clock.seconds() - room.openedAt, 3),
            "maxParticipants": room.maxParticipants,
            "speaker": room.speaker,
            "participants": [
                {
                    "legId": legId,
                    "displayName": participant.leg.displayName,
                    "presence": participant.presence.value,
                    "level": room.loudness.get(legId),
                }
                for legId, participant in room.participants.items()
            ],
        }

    def _participantView(self, room: Room, participant: Participant) -> View:
        view = _legView(participant.leg) | {
            "room": room.roomId,
            "presence": participant.presence.value,
        }
        if participant.joinedAt is not None:
            view["joined"] = round(self._clock.seconds() - participant.joinedAt, 3)
        if participant.port is not None:
            view["media"] = _mediaView(participant.port)
        return view


def _legView(leg: ILeg) -> View:
    return {
        "callId": leg.callId,
        "legId": leg.legId,
        "protocol": leg.protocol,
        "direction": leg.direction.value,
        "calling": [str(address) for address in leg.calling],
        "called": [str(address) for address in leg.called],
        "displayName": leg.displayName,
        "peer": str(leg.peer),
        "state": leg.state,
    }


def _mediaView(port: IMediaPort) -> View:
    transmit = port.stream.transmit
    return {
        "rtp": str(port.rtp),
        "direction": port.stream.direction.value,
        "format": None if transmit is None else str(transmit.format),
        "remote": None if transmit is None else str(transmit.rtp),
        **dataclasses.asdict(port.statistics()),
    }


def _registrationView(registration: Registration) -> View:
    return {
        "endpointId": registration.endpointId,
        "protocol": registration.protocol,
        "kind": registration.kind.value,
        "aliases": [str(alias) for alias in registration.aliases],
        "signalling": [str(address) for address in registration.signalling],
        "source": str(registration.source),
        "timeToLive": registration.timeToLive,
        "product": registration.product,
    }
