"""
Streams that stand in for TLS on a simulated network: who speaks plainly to them, or they to
him, reads nothing that makes sense.
"""

from __future__ import annotations

from collections.abc import Iterable

from zope.interface import implementer

from h323d.call.transport import (
    SERVER_DIED,
    IListening,
    IOpening,
    ISecureOpener,
    IStream,
    IStreamListener,
    IStreamOpener,
    IStreamUser,
    NewUser,
    SecureStreams,
)
from h323d.net.stream import StreamListener, StreamOpener
from h323d.values.address import TransportAddress
from tests.support.network import SimulatedHost

__all__ = ["KEYS", "SPOKEN_FOR", "Served", "sealed", "sealedStreams"]


SPOKEN_FOR = {"10.0.0.7": ("", "example.com")}
"""
The SIP domains that whoever connects proves to speak for, by host; there it proves to be at the
address, too.
"""


KEYS = {"10.0.0.70": b"the key of 10.0.0.70"}
"""
Of the certificates that are shown, by host.
"""


def sealed(data: bytes) -> bytes:
    """
    Octets as they are on their way; and what they were, of these.
    """
    return bytes(each ^ 0x5A for each in data)


@implementer(IStream)
class _SealedStream:
    def __init__(self, stream: IStream) -> None:
        self._stream = stream
        self.peerKey = KEYS.get(stream.peer.host)
        self.local, self.peer = stream.local, stream.peer

    def provesToBe(self, host: str, domain: str) -> bool:
        return domain in SPOKEN_FOR.get(host, ())

    def write(self, data: bytes) -> None:
        self._stream.write(sealed(data))

    def close(self) -> None:
        self._stream.close()

    def abort(self) -> None:
        self._stream.abort()


@implementer(IStreamUser)
class _Unsealing:
    def __init__(self, user: IStreamUser, served: Served) -> None:
        self._user = user
        self._served = served
        self._stream: IStream | None = None

    def streamOpened(self, stream: IStream) -> None:
        self._stream = stream
        self._served.open[self] = None
        self._user.streamOpened(_SealedStream(stream))

    def streamReceived(self, data: bytes) -> None:
        self._user.streamReceived(sealed(data))

    def streamClosed(self, reason: str) -> None:
        if self._stream is None or self._served.open.pop(self, self) is None:
            self._user.streamClosed(reason)

    def die(self) -> None:
        assert self._stream is not None
        self._stream.abort()
        self._user.streamClosed(SERVER_DIED)


class Served:
    """
    The connections of one host that its server's process has.
    """

    def __init__(self) -> None:
        self.open: dict[_Unsealing, None] = {}

    def die(self) -> None:
        """
        That process dies, another goes on, and is told so.
        """
        gone, self.open = tuple(self.open), {}
        for each in gone:
            each.die()


@implementer(IStreamListener)
class _SealedListener:
    def __init__(self, listener: IStreamListener, served: Served) -> None:
        self._listener = listener
        self._served = served

    def listen(self, address: TransportAddress, newUser: NewUser) -> IListening:
        def unsealing(peer: TransportAddress) -> IStreamUser | None:
            user = newUser(peer)
            return None if user is None else _Unsealing(user, self._served)

        listening: IListening = self._listener.listen(address, unsealing)
        return listening


@implementer(ISecureOpener)
class _SealedOpener:
    """
    Whoever unseals is believed, whatever domain is expected.
    """

    def __init__(self, opener: IStreamOpener, served: Served) -> None:
        self._opener = opener
        self._served = served

    def expecting(self, domain: str) -> IStreamOpener:
        opener: IStreamOpener = self
        return opener

    def open(
        self,
        address: TransportAddress,
        user: IStreamUser,
        timeout: float,
        local: str = "",
        ports: Iterable[int] | None = None,
    ) -> IOpening:
        unsealing = _Unsealing(user, self._served)
        opening: IOpening = self._opener.open(address, unsealing, timeout, local, ports)
        return opening


class _NothingRead:
    """
    The commit of certificates that there are none of.
    """

    def commit(self) -> None:
        pass


def sealedStreams(host: SimulatedHost, served: Served | None = None) -> SecureStreams:
    """
    A host's.

    @param served: knows those that are open.
    """
    served = served or Served()
    return SecureStreams(
        _SealedListener(StreamListener(host), served),
        _SealedOpener(StreamOpener(host), served),
        _NothingRead,
    )
