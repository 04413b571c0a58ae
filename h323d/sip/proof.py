"""
What a source gets from us before it has shown that it is real.

Anybody can send a datagram in the name of somebody else, and have our answers go to a victim.
A source is I{proven} once it has used what only a receiver of our answers can know: a tag of
ours, in an ACK or in any other request of the dialog, a PRACK among them.  A connection proves
its other end by itself, and whom we call first needs no proof.

Until then, an answer leaves once for each request that comes, and all that goes to a source on
account of what it sent - answers, repetitions, the BYE at the end - stays below
L{AMPLIFICATION} times that (the rule and its number are those of RFC 9000, 8.1).  L{UnprovenCredit}
counts it, for a request and its repetitions: who stays within that for each request stays
within it for all of them, and there is no table of sources that could be filled.

Who has had a provisional response does not ask again, and hears nothing for 64*T1 if the answer is
lost.  So one leaves only where the answer still fits L{ANSWERS} times after it, and, unless it says
that it rings, one that does; where that is not so, the repetition of the request, half a second
later, makes room for both.  Where a PRACK is to come, one answer is enough: the PRACK shows that
the source is real.

L{Unproven} bounds the calls that meanwhile hold a media port.
"""

from __future__ import annotations

from typing import Protocol

from twisted.internet.interfaces import IReactorTime

__all__ = ["AMPLIFICATION", "ANSWERS", "PROVEN", "Unproven", "UnprovenCall", "UnprovenCredit"]

AMPLIFICATION = 3  # times what came
ANSWERS = 2  # times that an answer can be sent: it may be lost

# What else an answer has, in octets.
_ALLOWED = 220  # what we allow and support, how long the session lasts
_DESCRIPTION = 300  # a session description, at least
_OFFER = 700  # one that nobody has asked for
_TAGGED = 60  # our tag and our Contact, which are not in a 100

_PROVISIONAL = b"SIP/2.0 1"
_TRYING = b"SIP/2.0 100 "
_RINGS = b"SIP/2.0 180 ", b"SIP/2.0 183 "
_RELIABLE = b"\r\nRSeq: "


class UnprovenCredit:
    """
    How many octets may go to the source of a request, on account of it.

    @ivar proven: the source has shown that it is real: nothing is counted any more.
    """

    __slots__ = ("_described", "_received", "_sent", "proven")

    def __init__(self, received: int, described: int = 0) -> None:
        """
        @param received: octets of the request.
        @param described: how many of them are its body: the answer's is hardly longer; where there
            is none, the offer is ours.
        """
        self._received = received
        self._described = max(described, _DESCRIPTION) if described else _OFFER
        self._sent = 0
        self.proven = False

    def prove(self) -> None:
        """
        The source has shown that it is real.
        """
        self.proven = True

    def add(self, other: UnprovenCredit) -> None:
        """
        The request came again.

        @param other: of the repetition, for which nothing was sent.
        """
        self._received += other._received

    def covers(self, octets: int, kept: int = 0) -> bool:
        """
        Whether so much may be sent, which then counts as sent.

        @param kept: octets that must be covered after it.
        """
        if self.proven:
            return True
        if self._sent + octets + kept >= AMPLIFICATION * self._received:
            return False
        self._sent += octets
        return True

    def keptAfter(self, data: bytes) -> int:
        """
        @param data: a message.

        @return: how many octets must be covered after it: it may be provisional, and an answer is
            to follow, which says the same and more.
        """
        if self.proven or not data.startswith(_PROVISIONAL):
            return 0
        head, _, body = data.partition(b"\r\n\r\n")
        rings = len(head) + (_TAGGED if data.startswith(_TRYING) else 0)
        answer = rings + _ALLOWED + (len(body) or self._described)
        answers = 1 if _RELIABLE in head else ANSWERS
        return answers * answer + (0 if data.startswith(_RINGS) else rings)


PROVEN = UnprovenCredit(0)
"""
Of connections, and of those whom we turned to first.
"""
PROVEN.prove()


class UnprovenCall(Protocol):
    """
    A call whose source has not shown that it is real.
    """

    def giveUp(self) -> None:
        """End, and give everything back."""


class Unproven:
    """
    The calls that hold a media port for sources that may not be real.

    Where there are too many, the one that has waited longest gives way: who is real needs
    one round trip, and a flood of forged requests takes away no more than its own.
    """

    def __init__(self, clock: IReactorTime, maximum: int, perSource: int, roundTrip: float) -> None:
        """
        @param maximum: of such calls at one time.
        @param perSource: of one host.
        @param roundTrip: seconds that each call gets, whoever comes after it.
        """
        self._clock = clock
        self._maximum = maximum
        self._perSource = perSource
        self._roundTrip = roundTrip
        self._since: dict[UnprovenCall, float] = {}
        self._hosts: dict[UnprovenCall, str] = {}
        self._byHost: dict[str, dict[UnprovenCall, None]] = {}

    def __len__(self) -> int:
        return len(self._since)

    def enter(self, call: UnprovenCall, host: str) -> bool:
        """
        @param host: where the call comes from, or seems to.

        @return: whether there is a place for it.
        """
        if call in self._since:
            return True
        others = self._byHost.get(host, {})
        if len(others) >= self._perSource and not self._makeRoom(next(iter(others))):
            return False
        if len(self._since) >= self._maximum and not self._makeRoom(next(iter(self._since))):
            return False
        self._since[call] = self._clock.seconds()
        self._hosts[call] = host
        self._byHost.setdefault(host, {})[call] = None
        return True

    def leave(self, call: UnprovenCall) -> None:
        """
        Its source is real, or it is over.  Does nothing if it never came in.
        """
        if self._since.pop(call, None) is None:
            return
        host = self._hosts.pop(call)
        del self._byHost[host][call]
        if not self._byHost[host]:
            del self._byHost[host]

    def _makeRoom(self, oldest: UnprovenCall) -> bool:
        if self._clock.seconds() - self._since[oldest] < self._roundTrip:
            return False
        oldest.giveUp()
        return True
