"""
The connections that one call's H.245 can go by: the port where one is waited for, one that is
dialled, and the one that is spoken on (H.323, 8.2).

The machine in L{h323d.h323.h245.controlpath} says which of them there are at a time.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from h323d.errors import DecodeError, ResourceUnavailable
from h323d.h323.h245.connection import (
    ControlChannel,
    ControlListener,
    ControlNetwork,
    Dialling,
    dialControl,
)
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause

__all__ = ["ControlConnections", "ControlConnectionsOwner"]


class ControlConnectionsOwner(Protocol):
    """
    What the connections tell the link, and ask of it.
    """

    def admitsControl(self, source: TransportAddress) -> bool:
        """Whether who connects from there may speak the H.245 of this call."""

    def admitsKey(self, key: bytes | None) -> bool:
        """
        Whether who is at the other end is the one whose call it is.

        @param key: their public key, as L{h323d.call.transport.IStream} has it.
        """

    def listens(self, address: TransportAddress) -> None:
        """We wait there for a connection."""

    def starved(self, cause: Cause) -> None:
        """We have no port to wait on for a connection."""

    def connected(self) -> None:
        """A connection is there, whoever opened it."""

    def packetReceived(self, octets: bytes) -> None:
        """An H.245 message came by it."""

    def disconnected(self) -> None:
        """The connection is gone, or could not be opened."""

    def connectionFault(self, error: DecodeError) -> None:
        """What came by it could not be read; C{disconnected} follows."""


class ControlConnections:
    """
    Those of one call.  Closing what is not open does nothing.
    """

    def __init__(
        self, owner: ControlConnectionsOwner, clock: IReactorTime, network: ControlNetwork
    ) -> None:
        """
        @param owner: the link.
        @param clock: runs the timers of connections.
        @param network: where connections come from.
        """
        self._owner = owner
        self._clock = clock
        self._network = network
        self._listener: ControlListener | None = None
        self._dialling: Dialling | None = None
        self._channel: ControlChannel | None = None

    @property
    def advertised(self) -> TransportAddress | None:
        """
        Where we wait for a connection, if we do.
        """
        return self._listener.address if self._listener else None

    @property
    def isOpen(self) -> bool:
        """
        Whether there is one to speak on.
        """
        return self._channel is not None

    def listen(self) -> TransportAddress | None:
        """
        Wait for a connection.

        @return: where; C{None} if no port is left.
        """
        network = self._network
        try:
            self._listener = ControlListener(
                self, self._clock, network.listener, network.home, network.tap
            )
        except ResourceUnavailable as error:
            self._owner.starved(error.cause)
            return None
        self._owner.listens(self._listener.address)
        return self._listener.address

    def stopListening(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.stop()

    def dial(self, address: TransportAddress) -> None:
        """
        Connect; C{connected} or C{disconnected} follows.
        """
        network = self._network
        self._dialling = dialControl(
            self,
            self._clock,
            network.opener,
            address,
            network.connectTimeout,
            network.home,
            network.tap,
        )

    def cancelDial(self) -> None:
        dialling, self._dialling = self._dialling, None
        if dialling is not None and not dialling.isOpen:
            dialling.cancel()

    def send(self, messages: Iterable[bytes]) -> None:
        """
        Write encoded H.245 messages to the connection.
        """
        if self._channel is not None:
            for octets in messages:
                self._channel.send(octets)

    def closeChannel(self) -> None:
        channel, self._channel = self._channel, None
        if channel is not None:
            channel.close()

    # ControlUser

    def admitsControl(self, source: TransportAddress) -> bool:
        return self._owner.admitsControl(source)

    def controlOpened(self, channel: ControlChannel) -> None:
        if self._channel is not None:
            channel.close()
            return
        if not self._owner.admitsKey(channel.peerKey):
            channel.close()
            self._owner.disconnected()
            return
        self._channel = channel
        self._owner.connected()

    def controlReceived(self, channel: ControlChannel, octets: bytes) -> None:
        if channel is self._channel:
            self._owner.packetReceived(octets)

    def controlClosed(self, channel: ControlChannel, error: DecodeError | None) -> None:
        if error is not None:
            self._owner.connectionFault(error)
        if self._channel is None or channel is self._channel:
            self._channel = None
            self._owner.disconnected()
