"""
What a server that is entered in turns has of the world: questions, which are answered at once, and
orders, which are carried out after their turn.

Declared here, and implemented where the sockets are.  What is made - a port, a listener, a
connection - has a number, by which it is meant from then on: what the server has made counts up
from 1, and a connection that the world has accepted has a number of the world's, which is negative.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any, Protocol

from h323d.call.applications import Priority
from h323d.call.protection import Standing
from h323d.values.address import TransportAddress
from h323d.values.media.shaken import Shaken

__all__ = ["Doors", "Kind", "Security"]


class Kind(enum.Enum):
    """
    What enters, beside the L{inputs<h323d.inputs.Input>} of a server that is alone; and the
    arguments of each.
    """

    TICK = "tick"
    """Something is due."""

    DATAGRAM = "datagram"
    """The port's number, the octets, whom it is from."""

    ACCEPTED = "accepted"
    """The listener's number, the connection's, whom it is from."""

    OPENED = "opened"
    """The connection's number, our address, the peer's, the public key that it has shown."""

    RECEIVED = "received"
    """The connection's number, the octets."""

    CLOSED = "closed"
    """The connection's number, the reason."""

    ANSWERED = "answered"
    """The number of what was asked, and the answer, or an error."""

    QUARANTINED = "quarantined"
    """What a leader died of is not done: the turn, kind and arguments of that, and how it died."""

    TOLD = "told"
    """What happened to whoever leads or follows: a fact."""


class Security(enum.Enum):
    """
    How connections are secured.
    """

    NONE = "none"
    CALLS = "H.323"
    SIP = "SIP"


class Doors(Protocol):
    """
    The world, where a server leads.
    """

    def seconds(self) -> float:
        """The time, in seconds since 1970."""

    def wakeAt(self, due: float | None) -> None:
        """Something is due then, and nothing before."""

    # Questions.

    def secret(self) -> bytes:
        """Octets that nobody can guess (L{h323d.ha.chance.SECRET_OCTETS})."""

    def bind(self, number: int, address: TransportAddress) -> TransportAddress:
        """Bind a UDP port; the address with the real port, or ResourceUnavailable."""

    def bindMulticast(
        self, number: int, group: TransportAddress, interface: str
    ) -> TransportAddress:
        """Bind a group's port, and join it."""

    def heardAt(self, number: int, peer: TransportAddress) -> str:
        """The address of ours that a peer sent to last."""

    def listen(
        self, number: int, address: TransportAddress, security: Security
    ) -> TransportAddress:
        """Bind a TCP port; the address with the real port, or ResourceUnavailable."""

    def provesToBe(self, number: int, host: str, domain: str) -> bool:
        """Whether a connection's peer has shown that."""

    def prepareSecurity(self, number: int, security: Security) -> None:
        """Read certificates anew, or raise ConfigurationError."""

    def bindPair(
        self, number: int, host: str, priority: Priority
    ) -> tuple[TransportAddress, TransportAddress]:
        """
        Bind two ports for media, of RTP and of RTCP, or ResourceUnavailable.  Whoever follows gets
        duplicates of the sockets with the answer.
        """

    def launch(self, process: int) -> None:
        """
        Begin a media process.  Whoever follows gets duplicates of our end of its door, and of what
        it can be killed by, with the answer.
        """

    def shake(self, step: Callable[[bytes], Shaken], datagram: bytes) -> Shaken:
        """Do a step of a handshake, or RemoteProtocolError; whoever follows does none."""

    def source(self, host: str) -> str:
        """The address of ours that packets to another leave from."""

    def isOurs(self, host: str) -> bool:
        """Whether an address is of this machine."""

    def read(self, path: str) -> str:
        """The text of a file."""

    def octets(self, path: str, limit: int) -> bytes:
        """The octets of a file."""

    def standing(self) -> Standing:
        """How the server is protected."""

    # Orders.

    def send(self, number: int, data: bytes, destination: TransportAddress, local: str) -> None:
        """Send a datagram."""

    def unbind(self, number: int) -> None:
        """Close a UDP port."""

    def refuse(self, number: int) -> None:
        """A connection that was accepted has no user."""

    def stopListening(self, number: int) -> None:
        """Accept no more."""

    def connect(
        self,
        number: int,
        address: TransportAddress,
        timeout: float,
        local: str,
        ports: tuple[int, ...] | None,
        security: Security,
        domain: str,
    ) -> None:
        """Open a connection."""

    def cancel(self, number: int) -> None:
        """Open it no more."""

    def write(self, number: int, data: bytes) -> None:
        """Send octets by a connection."""

    def close(self, number: int) -> None:
        """End a connection when all was sent."""

    def abort(self, number: int) -> None:
        """End a connection at once."""

    def commitSecurity(self, number: int) -> None:
        """Use what was prepared under that number."""

    def closePair(self, number: int) -> None:
        """Close two ports for media here; a process that has them still has them."""

    def say(self, process: int, octets: bytes, pairs: tuple[int, ...]) -> None:
        """
        Tell a media process something, with the sockets of pairs of ports, by their numbers; it
        takes no notice of what it has been told before.
        """

    def kill(self, process: int) -> None:
        """End a media process, whatever it does."""

    def finish(self, process: int, seconds: float) -> None:
        """Wait for so long until a media process has ended, and close its door."""

    def shut(self, process: int) -> None:
        """Close the door of a media process that has ended."""

    def switchOver(self, epoch: int) -> None:
        """Have the follower lead, as soon as it has done all that has happened in an epoch."""

    def join(self) -> None:
        """Have another follow, unless somebody does."""

    # Orders whose answer enters later.

    def services(self, number: int, name: str) -> None:
        """Look up SRV."""

    def pointers(self, number: int, name: str) -> None:
        """Look up NAPTR."""

    def hosts(self, number: int, name: str) -> None:
        """Look up A and AAAA."""

    def post(self, number: int, url: str, body: bytes, timeout: float, limit: int) -> None:
        """Ask the web."""

    def readAside(self, number: int, path: str) -> None:
        """Read a file where that holds nobody up."""

    def octetsAside(self, number: int, path: str, limit: int) -> None:
        """Likewise, its octets."""

    def defer(self, number: int, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        """Run what waits for a disk; it is asked anew if nobody lives to hear the answer."""
