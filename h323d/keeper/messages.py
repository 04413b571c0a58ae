"""
What the keeper and whoever leads tell each other, by two doors.

By the first, questions and orders to the keeper, and its answers.  A question has a name that no
other process uses, as who has asked may be dead when the answer comes, and whoever leads next is
not to take it for one of its own.  By the second, connections that the keeper has accepted, each
with its one descriptor.

Each is a JSON array: both sides are of one version, and a person can read it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from h323d.errors import H323dError
from h323d.values.address import TransportAddress

__all__ = [
    "Accepted",
    "BadMessage",
    "Bound",
    "Lead",
    "Listen",
    "Message",
    "NotBound",
    "StopListening",
    "decode",
    "encode",
]


class BadMessage(H323dError):
    """
    Octets that are none of these.
    """


@dataclass(frozen=True, slots=True)
class Listen:
    """
    Listen for connections.  What is asked for again is there already.

    @ivar ask: the name of the question.
    @ivar number: the listener's, as L{h323d.ha.doors.Doors} has it.
    """

    ask: str
    number: int
    address: TransportAddress


@dataclass(frozen=True, slots=True)
class StopListening:
    """
    Accept no more.
    """

    number: int


@dataclass(frozen=True, slots=True)
class Lead:
    """
    Who sends this leads, and has all the listeners that it wants: others that are open were of a
    server before it, and are closed.  It comes with a descriptor of the process (pidfd).
    """

    pid: int


@dataclass(frozen=True, slots=True)
class Bound:
    """
    The keeper listens.

    @ivar address: with the real port.
    """

    ask: str
    address: TransportAddress


@dataclass(frozen=True, slots=True)
class NotBound:
    """
    It cannot.
    """

    ask: str
    reason: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """
    A connection was accepted, and comes along.

    @ivar listener: its listener's number.
    @ivar number: its own, negative; none is used twice while the machine runs.
    """

    listener: int
    number: int
    peer: TransportAddress


Message = Listen | StopListening | Lead | Bound | NotBound | Accepted  # in either direction


def encode(message: Message) -> bytes:
    """
    @return: the octets of one message of a door.
    """
    return json.dumps(_told(message), separators=(",", ":")).encode()


def _told(message: Message) -> list[Any]:
    match message:
        case Listen(ask, number, address):
            return ["listen", ask, number, address.host, address.port]
        case StopListening(number):
            return ["stop", number]
        case Lead(pid):
            return ["lead", pid]
        case Bound(ask, address):
            return ["bound", ask, address.host, address.port]
        case NotBound(ask, reason):
            return ["not bound", ask, reason]
        case Accepted(listener, number, peer):
            return ["accepted", listener, number, peer.host, peer.port]


def decode(octets: bytes) -> Message:
    """
    @raise BadMessage: they are none.
    """
    try:
        told = json.loads(octets)
    except ValueError as error:
        raise BadMessage(f"no JSON: {error}") from error
    match told:
        case ["listen", str(ask), int(number), str(host), int(port)]:
            return Listen(ask, number, TransportAddress(host, port))
        case ["stop", int(number)]:
            return StopListening(number)
        case ["lead", int(pid)]:
            return Lead(pid)
        case ["bound", str(ask), str(host), int(port)]:
            return Bound(ask, TransportAddress(host, port))
        case ["not bound", str(ask), str(reason)]:
            return NotBound(ask, reason)
        case ["accepted", int(listener), int(number), str(host), int(port)]:
            return Accepted(listener, number, TransportAddress(host, port))
    raise BadMessage("none that either side knows")
