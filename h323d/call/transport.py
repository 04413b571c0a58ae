"""
The seam between signalling and its sockets.

A user of a stream or a datagram port hands over octets and is told of octets;
it never sees a socket.  C{net} implements this over a reactor, and a simulated
network does so in tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from zope.interface import Attribute, Interface

from h323d.call.parts import Commit
from h323d.values.address import TransportAddress

__all__ = [
    "NO_LOCAL_PORT",
    "SERVER_DIED",
    "IDatagramPort",
    "IDatagramUser",
    "IDatagrams",
    "IListening",
    "IOpening",
    "ISecureOpener",
    "IStream",
    "IStreamListener",
    "IStreamOpener",
    "IStreamUser",
    "NewUser",
    "SecureStreams",
]


NO_LOCAL_PORT = "no local port is free"
"""
Why a connection could not be made for which there was no port on our side.
"""

SERVER_DIED = "the process that served it has died"
"""
Why a connection is gone that could not be handed on to the process that leads now, and whose peer
has not ended it.
"""


class IStream(Interface):
    """
    One connection, over TCP or TLS.

    Nothing is read from a peer while much waits for it; one that takes nothing any more is
    cut off.
    """

    local = Attribute("our L{TransportAddress}")
    peer = Attribute("the peer's L{TransportAddress}")
    peerKey = Attribute(
        "the public key of the peer's certificate, as the DER of its SubjectPublicKeyInfo "
        "(RFC 5280, 4.1); C{None} over TCP, and where the peer showed none"
    )

    def provesToBe(host: str, domain: str) -> bool:
        """
        Whether somebody who has connected to us has shown what is asked of who is dialled there;
        nobody does over TCP.

        @param host: a literal address.
        @param domain: the SIP domain that is looked for there; empty for none.
        """

    def write(data: bytes) -> None:
        """
        Send; ignored after the connection is gone, or to be closed.
        """

    def close() -> None:
        """
        End it when all that was written is sent.
        """

    def abort() -> None:
        """
        End it at once.
        """


class IStreamUser(Interface):
    """
    Who uses a connection.
    """

    def streamOpened(stream: IStream) -> None:
        """
        The connection is there, over TLS with its handshake done; called once, first.
        """

    def streamReceived(data: bytes) -> None:
        """
        Octets arrived, in any portions.
        """

    def streamClosed(reason: str) -> None:
        """
        The connection is gone, or could not be made; called once, last.

        @param reason: L{SERVER_DIED}, L{NO_LOCAL_PORT}, or something for people to read.
        """


class IOpening(Interface):
    """
    A connection on its way.
    """

    def cancel() -> None:
        """
        Stop trying; C{streamClosed} follows.  Nothing, if it is open already.
        """


class IStreamOpener(Interface):
    """
    Makes connections.
    """

    def open(
        address: TransportAddress,
        user: IStreamUser,
        timeout: float,
        local: str = "",
        ports: Iterable[int] | None = None,
    ) -> IOpening:
        """
        Connect to C{address}.

        @param timeout: seconds until it counts as failed.
        @param local: the address of ours that it leaves from; empty for any.
        @param ports: the local ports to leave from: the first that is free; C{None} takes any.
            Where none is, it fails for the reason L{NO_LOCAL_PORT}.
        """


NewUser = Callable[[TransportAddress], IStreamUser | None]
"""
Who is to use a connection that was accepted from there, before anything is read or written,
also the handshake of TLS; C{None} closes it.  A user is told of the end of its connection
even if it never opened.
"""


class ISecureOpener(IStreamOpener):
    """
    Makes connections over TLS.
    """

    def expecting(domain: str) -> IStreamOpener:
        """
        One whose peers have to prove that they speak for a domain (RFC 5922), which they are
        told too (RFC 6066, 3), and not that they are at the address that is dialled.
        """


class IListening(Interface):
    """
    An open listener.
    """

    address = Attribute("the L{TransportAddress} that was bound, with its real port")

    def stop() -> None:
        """
        Accept no more; connections that are open stay so.
        """


class IStreamListener(Interface):
    """
    Waits for connections.
    """

    def listen(address: TransportAddress, newUser: NewUser) -> IListening:
        """
        @param address: what to bind; port 0 takes any free one.
        @param newUser: called for each connection.

        @raise h323d.errors.ResourceUnavailable: it cannot be bound.
        """


@dataclass(frozen=True)
class SecureStreams:
    """
    Connections over TLS, by one certificate of ours.

    @ivar prepare: reads certificates and keys again, to be used once that is
        committed; raises L{h323d.errors.ConfigurationError} if they cannot be.
    """

    listener: IStreamListener
    opener: ISecureOpener
    prepare: Callable[[], Commit]


class IDatagramPort(Interface):
    """
    A bound UDP port.
    """

    address = Attribute("the L{TransportAddress} that was bound, with its real port")

    def heardAt(peer: TransportAddress) -> str:
        """
        The address of ours that a peer sent to last, literal; empty if that is not known.
        """

    def send(data: bytes, destination: TransportAddress, local: str = "") -> None:
        """
        Send one datagram; errors are dropped, as UDP drops.

        @param local: the address of ours that it leaves from, where several are bound;
            empty for the one that C{heardAt} tells.
        """

    def close() -> None:
        """
        Unbind.
        """


class IDatagramUser(Interface):
    """
    Who uses a UDP port.
    """

    def datagramReceived(data: bytes, source: TransportAddress) -> None:
        """
        One datagram arrived.
        """


class IDatagrams(Interface):
    """
    Makes UDP ports.
    """

    def bind(address: TransportAddress, user: IDatagramUser) -> IDatagramPort:
        """
        @param address: what to bind; port 0 takes any free one.

        @raise h323d.errors.ResourceUnavailable: it cannot be bound.
        """

    def bindMulticast(
        group: TransportAddress, interface: str, user: IDatagramUser
    ) -> IDatagramPort:
        """
        Bind a multicast group's address and port, and join it.

        @param group: as in 224.0.1.41, port 1718.
        @param interface: the address of the interface to join on.

        @raise h323d.errors.ResourceUnavailable: it cannot be bound or joined.
        """
