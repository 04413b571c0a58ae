"""
Media that goes through us: the addresses in H.245 and fast start are replaced by ours.

A relay carries the packets of one session, found by its C{sessionID} (H.245, B.3).  An
address that a side tells is where that side receives; the other side is told the relay's
instead.  For a side behind a NAT, the relay goes by where its packets come from, and the side is
told how to keep its way open (H.460.19).  A side that repeats what it was told (answers to fast
start do) means the other side's own address, and that is what the other side gets back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol

from twisted.internet.interfaces import IReactorTime
from zope.interface import implementer

from h323d.asn1 import h245
from h323d.call.applications import Priority
from h323d.call.homes import Home
from h323d.call.media import IMediaPool, IRelay, IRelayObserver, Signalling
from h323d.call.silence import SilenceWatch
from h323d.gatekeeper.routed.side import CALLED
from h323d.gatekeeper.traversal import Whereabouts
from h323d.h323.h245.messages import Fields, Message
from h323d.h323.h245.parameters import ASK_MASTER, mediaAddress, mediaAddressValue
from h323d.h323.signalling.traversal import (
    MediaTraversal,
    correlatedCall,
    mediaFeature,
    multiplexes,
    readMediaTraversal,
    replaceMediaFeature,
    withMediaTraversal,
    withoutMediaTraversal,
)
from h323d.values.address import TransportAddress

__all__ = ["MediaProxy", "MediaProxyOwner"]

ENCODED = "MultimediaSystemControlMessage"
MAXIMUM_SESSIONS = 16  # of one call: each takes four ports

_PARAMETERS = ("h2250LogicalChannelParameters", "h2250LogicalChannelAckParameters")
_PRIMARY = {"audioData": 1, "videoData": 2, "data": 3}  # H.245, B.3: the primary sessions


class MediaProxyOwner(Protocol):
    """
    What the proxy needs of the call.

    @ivar priority: whether it goes before others; C{None} while nobody has said.
    """

    priority: Priority | None

    def mediaSilent(self) -> None:
        """Nothing arrived on any side of any session for too long."""


class _Session:
    """
    One relay, and what the sides told of themselves.
    """

    def __init__(self, relay: IRelay, places: tuple[Whereabouts, Whereabouts]) -> None:
        self.relay = relay
        self._places = places
        self._traversal = [MediaTraversal(), MediaTraversal()]
        self._told: list[dict[str, TransportAddress]] = [{}, {}]

    def substitute(self, which: int, parameters: Fields) -> None:
        """
        Replace the addresses in what one side says.
        """
        for field, port in (("mediaChannel", "rtp"), ("mediaControlChannel", "rtcp")):
            address = mediaAddress(parameters.get(field))
            if address is None:
                continue
            if address == getattr(self.relay.sides[which], port):
                theirs = self._told[1 - which].get(port)
                if theirs is not None:
                    parameters[field] = mediaAddressValue(theirs)
                continue
            if self._told[which].get(port) != address:
                self._told[which][port] = address
                self._aim(which)
            ours: TransportAddress = getattr(self.relay.sides[1 - which], port)
            parameters[field] = mediaAddressValue(ours)

    def traverse(self, which: int, message: Fields) -> None:
        """
        Take what a side behind a NAT says of H.460.19 out of an OpenLogicalChannel or its
        acknowledgement, and tell the other what it has to know, if it is behind one.
        """
        said = readMediaTraversal(message)
        if said is not None:
            message.update(withoutMediaTraversal(message))
            if not message["genericInformation"]:
                del message["genericInformation"]
            if self._places[which].traversal and said != self._traversal[which]:
                self._traversal[which] = said
                self._aim(which)
        other = self._places[1 - which]
        if other.traversal:
            side = self.relay.sides[1 - which]
            shared = side.multiplexID is not None
            message.update(
                withMediaTraversal(
                    message,
                    MediaTraversal(
                        side.rtp if shared else None,
                        side.rtcp if shared else None,
                        side.multiplexID,
                        side.rtp,
                        None,
                        other.keepAliveInterval,
                    ),
                )
            )

    def _aim(self, which: int) -> None:
        told = self._told[which]
        rtp, rtcp = told.get("rtp"), told.get("rtcp")
        if rtp is not None and rtcp is None and rtp.port < 0xFFFF:
            rtcp = replace(rtp, port=rtp.port + 1)
        said, where = self._traversal[which], self._places[which]
        if said.multiplexID is not None:
            rtp, rtcp = said.rtp or rtp, said.rtcp or rtcp
        self.relay.sides[which].aim(
            where.seen(rtp),
            where.seen(rtcp),
            where.latching(rtp or rtcp),
            Signalling(where.host, which == CALLED),
            said.multiplexID,
            said.keepAlivePayloadType,
        )


@implementer(IRelayObserver)
class MediaProxy:
    """
    The relays of one call.
    """

    def __init__(
        self,
        owner: MediaProxyOwner,
        pool: IMediaPool,
        homes: tuple[Home, Home],
        places: tuple[Whereabouts, Whereabouts],
        clock: IReactorTime,
    ) -> None:
        """
        @param homes: our address towards each side.
        @param places: where the sides are.
        @param clock: for looking whether anything still comes.
        """
        self._owner = owner
        self._pool = pool
        self._homes = homes
        self._places = places
        self._shared = [False, False]
        self._sessions: dict[int, _Session] = {}
        self._channels: dict[tuple[int, int], int] = {}
        self._watch = SilenceWatch(self, clock, pool.silenceTimeout)

    @property
    def traverses(self) -> bool:
        """
        Whether one of the sides is reached by H.460.18 and .19.
        """
        return any(each.traversal for each in self._places)

    def introduce(self, which: int, body: str, fields: Fields) -> None:
        """
        What one side says of H.460.19 in a Setup or its answer is for us; the other side is
        told what we say, if it is behind a NAT.

        @param body: which message it is.
        @param fields: its fields; changed in place.
        """
        here, there = self._places[which], self._places[1 - which]
        if here.traversal and here.multiplex and multiplexes(fields):
            self._shared[which] = True
        ours = mediaFeature(there.multiplex, True) if there.traversal else None
        replaceMediaFeature(body, fields, ours)

    def opensAll(self, which: int) -> bool:
        """
        Whether a side cannot be connected to, and has to open all connections itself.
        """
        return self._places[which].traversal

    def close(self) -> None:
        """
        Free all ports.
        """
        self._watch.stop()
        sessions, self._sessions = self._sessions, {}
        for session in sessions.values():
            session.relay.close()

    def translateFastStart(self, which: int, channels: Iterable[Fields]) -> list[bytes]:
        """
        @param channels: the C{OpenLogicalChannel}s of one side; changed in place.

        @return: the C{fastStart} for the other.

        @raise h323d.errors.ResourceUnavailable: no ports are left.
        """
        translated = []
        for channel in channels:
            self._channel(which, channel)
            translated.append(h245.encode("OpenLogicalChannel", channel))
        return translated

    def translate(self, which: int, message: Message, octets: bytes) -> bytes | None:
        """
        @param message: what one side says; changed in place.
        @param octets: the same as it came.

        @return: the octets themselves where nothing had to change; C{None} where it was for
            us.

        @raise h323d.errors.ResourceUnavailable: no ports are left.
        """
        match message:
            case ("request", ("openLogicalChannel", dict(channel))):
                changed = self._channel(which, channel)
            case ("response", ("openLogicalChannelAck", dict(answer))):
                changed = self._answer(which, answer)
            case ("indication", indication) if correlatedCall(indication) is not None:
                return None  # it was for us
            case _:
                changed = False
        return h245.encode(ENCODED, message) if changed else octets

    def _channel(self, which: int, channel: Fields) -> bool:
        forward = channel["forwardLogicalChannelParameters"]
        reverse = channel.get("reverseLogicalChannelParameters", {})
        session = None
        for part in (forward, reverse):
            parameters = _parametersOf(part.get("multiplexParameters"))
            if parameters is not None:
                number = parameters["sessionID"] or _primary(forward, reverse)
                session = self._session(number)
                if session is not None:
                    self._channels[which, channel["forwardLogicalChannelNumber"]] = number
                    session.substitute(which, parameters)
        if session is not None:
            session.traverse(which, channel)
        return session is not None

    def _answer(self, which: int, answer: Fields) -> bool:
        number = answer["forwardLogicalChannelNumber"]
        known = self._channels.get((1 - which, number))
        reverse = answer.get("reverseLogicalChannelParameters", {})
        session = None
        for choice in (
            answer.get("forwardMultiplexAckParameters"),
            reverse.get("multiplexParameters"),
        ):
            parameters = _parametersOf(choice)
            if parameters is not None:
                session = self._session(known or parameters.get("sessionID", ASK_MASTER))
                if session is not None:
                    session.substitute(which, parameters)
        if session is not None:
            session.traverse(which, answer)
        return session is not None

    def _session(self, number: int) -> _Session | None:
        session = self._sessions.get(number)
        if session is None and len(self._sessions) < MAXIMUM_SESSIONS:
            shared = (self._shared[0], self._shared[1])
            priority = self._owner.priority or Priority.NORMAL
            relay = self._pool.openRelay(self, self._homes, shared, priority)
            session = self._sessions[number] = _Session(relay, self._places)
            self._watch.start()
        return session

    # What the relays report.

    def relayHeard(self, relay: IRelay, side: int, source: TransportAddress) -> None:
        """
        It is enough that they carry it.
        """

    # What the watch wants to know.

    def silence(self) -> float:
        sides = (side for session in self._sessions.values() for side in session.relay.sides)
        return min((side.statistics().silence for side in sides), default=0.0)

    def fellSilent(self) -> None:
        self._owner.mediaSilent()


def _parametersOf(choice: tuple[str, Fields] | None) -> Fields | None:
    if choice is None or choice[0] not in _PARAMETERS:
        return None
    return choice[1]


def _primary(forward: Fields, reverse: Fields) -> int:
    """
    The session that a slave means that leaves its number to the master.
    """
    for part in (forward, reverse):
        kind = part.get("dataType", ("", None))[0]
        if kind in _PRIMARY:
            return _PRIMARY[kind]
    return ASK_MASTER
