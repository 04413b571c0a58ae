"""
What goes over the wires of calls' signalling, for whoever looks at it later.

The doors of the protocols note each message, with its secrets masked already, under the name
that the protocol has for its call.  Whose call that is, the legs say.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from zope.interface import Attribute, Interface, implementer

from h323d.values.address import TransportAddress

__all__ = [
    "NO_WIRE",
    "IWireLog",
    "NoWireLog",
    "WireFollower",
    "WireMessage",
    "WireProtocol",
]


class WireProtocol(enum.Enum):
    """
    What a message is written in.
    """

    SIP = "SIP"
    H225 = "H.225.0"
    H245 = "H.245"
    RAS = "RAS"


class WireMessage(NamedTuple):
    """
    One message.  A tuple, as there are many, of most of which nobody wants to know.

    @ivar at: seconds since 1970.
    @ivar transport: C{"UDP"}, C{"TCP"} or C{"TLS"}.
    @ivar sent: whether it is ours.
    @ivar octets: as they went over the wire, below TLS, but for what is secret; in a TPKT where
        the protocol has it.
    """

    at: float
    protocol: WireProtocol
    transport: str
    sent: bool
    local: TransportAddress
    peer: TransportAddress
    octets: bytes

    @property
    def source(self) -> TransportAddress:
        return self.local if self.sent else self.peer

    @property
    def target(self) -> TransportAddress:
        return self.peer if self.sent else self.local


class WireFollower(Protocol):
    """
    Who is told of messages as they are noted.
    """

    def noted(self, message: WireMessage) -> None:
        """
        There is one more.  It is told where the message passes: whoever has much to do does it
        later.
        """


class IWireLog(Interface):
    """
    Keeps what is noted, within bounds.
    """

    keeps = Attribute("whether anything is kept; if not, nothing needs to be noted")
    followers = Attribute("how many are told of messages as they are noted")

    def seen(name: str, message: WireMessage) -> None:
        """
        A message has come, or leaves.

        @param name: of its call: SIP's Call-ID, or H.323's call identifier in hexadecimal; empty
            for what is of none.
        """

    def belongs(name: str, callId: str) -> None:
        """
        What has that name is of a call of ours.

        @param callId: as facts have it.
        """

    def conceal(name: str) -> None:
        """
        Keep nothing of a call, neither what was noted nor what is to come, under whatever name.

        @param name: our identifier, or a protocol's.
        """

    def of(name: str) -> Sequence[WireMessage]:
        """
        @param name: a call, by our identifier or a protocol's; an address of a peer, with or
            without its port; empty for everybody.

        @return: what is kept of it, the oldest first.
        """

    def namesOf(name: str) -> Sequence[str]:
        """
        @return: all names of the call that has this one; none if it is no call's of which
            anything is kept.
        """

    def follow(name: str, follower: WireFollower) -> None:
        """
        Tell of each message that L{of} would have from now on.  Where what was noted under
        another name turns out to be of the call, it is told then.
        """

    def unfollow(follower: WireFollower) -> None:
        """
        Tell no more.
        """


@implementer(IWireLog)
class NoWireLog:
    """
    Keeps nothing.
    """

    keeps = False
    followers = 0

    def seen(self, name: str, message: WireMessage) -> None:
        pass

    def belongs(self, name: str, callId: str) -> None:
        pass

    def conceal(self, name: str) -> None:
        pass

    def of(self, name: str) -> Sequence[WireMessage]:
        return ()

    def namesOf(self, name: str) -> Sequence[str]:
        return ()

    def follow(self, name: str, follower: WireFollower) -> None:
        pass

    def unfollow(self, follower: WireFollower) -> None:
        pass


NO_WIRE = NoWireLog()
