"""
A separate H.245 control channel: one TCP connection (H.323, 8.2).

It is waited for on a free port that some call signalling message advertises, or dialled.
Packets in, packets out: what stands in them is the session's matter.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from twisted.internet.interfaces import IReactorTime
from zope.interface import implementer

from h323d.call.homes import Home
from h323d.call.timer import Timer
from h323d.call.transport import (
    IListening,
    IOpening,
    IStream,
    IStreamListener,
    IStreamOpener,
    IStreamUser,
)
from h323d.errors import DecodeError
from h323d.h323.h245.wiretap import ControlTap
from h323d.h323.signalling import tpkt
from h323d.values.address import TransportAddress

__all__ = [
    "ControlChannel",
    "ControlListener",
    "ControlNetwork",
    "ControlUser",
    "Dialling",
    "dialControl",
]

PACKET_TIMEOUT = 15.0  # seconds that a packet may take from its first octet to its last
MAXIMUM_STRANGERS = 64  # who may connect to one listener before it waits for nobody any more


class ControlUser(Protocol):
    """
    What a channel tells the call that it belongs to.
    """

    def admitsControl(self, source: TransportAddress) -> bool:
        """
        Whether a connection from there is the one that is waited for.  It is asked once of
        each that comes.
        """

    def controlOpened(self, channel: ControlChannel) -> None:
        """The connection is there."""

    def controlReceived(self, channel: ControlChannel, octets: bytes) -> None:
        """A packet arrived: one or more H.245 messages."""

    def controlClosed(self, channel: ControlChannel, error: DecodeError | None) -> None:
        """
        It is gone, or could not be opened.

        @param error: what we could not read, if we closed it for that.
        """


@dataclass(frozen=True, slots=True)
class ControlNetwork:
    """
    How control channels reach the network.

    @ivar home: our address towards the peer.
    @ivar connectTimeout: seconds that a connection may take to open.
    @ivar tap: notes what is said; C{None} where nobody does.
    """

    listener: IStreamListener
    opener: IStreamOpener
    home: Home
    connectTimeout: float = 5.0
    tap: ControlTap | None = None

    def ofCall(self, callIdentifier: bytes) -> ControlNetwork:
        """
        The same for one call.
        """
        return replace(self, tap=self.tap and self.tap.named(callIdentifier.hex()))


@implementer(IStreamUser)
class ControlChannel:
    """
    One H.245 connection.
    """

    def __init__(
        self, user: ControlUser, clock: IReactorTime, tap: ControlTap | None = None
    ) -> None:
        """
        @param tap: notes what is said, if anybody does.
        """
        self._user: ControlUser | None = user
        self._tap = tap
        self._reader = tpkt.TPKTReader()
        self._stream: IStream | None = None
        self._partial = Timer(clock)

    @property
    def isOpen(self) -> bool:
        return self._stream is not None

    @property
    def peerKey(self) -> bytes | None:
        """
        Of whoever is at the other end, as L{IStream} has it.
        """
        return None if self._stream is None else self._stream.peerKey

    def send(self, octets: bytes) -> None:
        """
        Write one encoded H.245 message; ignored when the connection is not there.
        """
        if self._stream is not None:
            self._note(True, octets)
            self._stream.write(tpkt.encode(octets))

    def close(self) -> None:
        """
        End the connection when all is sent, and report nothing any more.
        """
        self._user = None
        self._partial.stop()
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()

    def streamOpened(self, stream: IStream) -> None:
        if self._user is None:
            stream.close()
            return
        self._stream = stream
        self._user.controlOpened(self)

    def streamReceived(self, data: bytes) -> None:
        try:
            for packet in self._reader.feed(data):
                self._partial.stop()
                if self._user is None:
                    return
                self._note(False, packet)
                self._user.controlReceived(self, packet)
        except DecodeError as error:
            self._end(error)
            return
        self._watchPartial()

    def streamClosed(self, reason: str) -> None:
        self._end(None)

    def _note(self, sent: bool, octets: bytes) -> None:
        if self._tap is not None and self._stream is not None:
            self._tap.note(self._stream, sent, octets)

    def _end(self, error: DecodeError | None) -> None:
        user = self._user
        self.close()
        if user is not None:
            user.controlClosed(self, error)

    def _watchPartial(self) -> None:
        if not self._reader.pending:
            self._partial.stop()
        elif not self._partial.running and self._user is not None:
            self._partial.start(PACKET_TIMEOUT, self._tooSlow)

    def _tooSlow(self) -> None:
        self._end(DecodeError("a packet took too long", "TPKT"))


class ControlListener:
    """
    Waits on a port of its own for the one connection of one call.  Strangers who find the port
    are turned away, and it goes on waiting.

    @ivar address: what to advertise.
    """

    def __init__(
        self,
        user: ControlUser,
        clock: IReactorTime,
        listener: IStreamListener,
        home: Home,
        tap: ControlTap | None = None,
    ) -> None:
        """
        @param home: our address towards the peer.
        @param tap: notes what is said, if anybody does.

        @raise h323d.errors.ResourceUnavailable: no port is left.
        """
        self._user = user
        self._clock = clock
        self._tap = tap
        self._listening: IListening = listener.listen(TransportAddress(home.bind, 0), self._newUser)
        self._stopped = False
        self._strangers = 0
        self.address = TransportAddress(home.told, self._listening.address.port)

    def stop(self) -> None:
        """
        Wait no more.
        """
        if not self._stopped:
            self._stopped = True
            self._listening.stop()

    def _newUser(self, peer: TransportAddress) -> IStreamUser | None:
        """
        @return: C{None} if that is not the one who is waited for, or it has come already.
        """
        if self._stopped:
            return None
        if self._user.admitsControl(peer):
            self.stop()
            channel: IStreamUser = ControlChannel(self._user, self._clock, self._tap)
            return channel
        self._strangers += 1
        if self._strangers >= MAXIMUM_STRANGERS:
            self.stop()
        return None


class Dialling:
    """
    A control connection of ours on its way.
    """

    def __init__(self, channel: ControlChannel, opening: IOpening) -> None:
        self._channel = channel
        self._opening = opening

    @property
    def isOpen(self) -> bool:
        """
        Whether it has arrived; it cannot be cancelled any more.
        """
        return self._channel.isOpen

    def cancel(self) -> None:
        """
        Stop trying; nothing is reported.
        """
        self._channel.close()
        self._opening.cancel()


def dialControl(
    user: ControlUser,
    clock: IReactorTime,
    opener: IStreamOpener,
    address: TransportAddress,
    timeout: float,
    home: Home,
    tap: ControlTap | None = None,
) -> Dialling:
    """
    Open a control channel to C{address}.

    @param timeout: seconds until it counts as failed.
    @param home: our address towards the peer.
    @param tap: notes what is said, if anybody does.
    """
    channel = ControlChannel(user, clock, tap)
    return Dialling(channel, opener.open(address, channel, timeout, home.bind))
