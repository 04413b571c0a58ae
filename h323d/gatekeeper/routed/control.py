"""
A separate H.245 channel that goes through us (H.323, 8.2.3): two connections, coupled.

One side said where it waits for a connection; the other is told a listener of ours
instead.  When it connects, we connect to the first, and carry packet after packet.  A side that
cannot be connected to, behind a NAT, is asked to connect to a second listener instead.  The
connection of a side whose signalling is over TLS is over TLS, too, whichever of the two connects.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from h323d.call.dialrule import DialGuard
from h323d.errors import DecodeError, ResourceUnavailable
from h323d.gatekeeper.routed.channeldoor import ControlWay
from h323d.h323.h245.connection import (
    ControlChannel,
    ControlListener,
    ControlNetwork,
    Dialling,
    dialControl,
)
from h323d.values.address import TransportAddress

__all__ = ["ControlCoupling", "CouplingOwner"]

MAXIMUM_WAITING = 64  # packets from one side while the other's connection opens


class CouplingOwner(Protocol):
    """
    What a coupling needs of the call.
    """

    def translateControl(self, which: int, octets: bytes, way: ControlWay) -> bytes | None:
        """
        What one side's H.245 message is to be for the other; C{None} to drop it.

        @param way: by which it came.
        """

    def admitsKey(self, which: int, key: bytes | None) -> bool:
        """
        Whether who is at the other end of a connection is the one whose side that is.

        @param key: their public key, as L{h323d.call.transport.IStream} has it.
        """

    def controlCoupled(self) -> None:
        """H.245 has begun."""

    def fault(self, door: str, which: int, error: DecodeError) -> None:
        """Something of a side's cannot be read, or not be passed on."""


class _End:
    """
    One of the two connections, a L{h323d.h323.h245.connection.ControlUser}; and the
    L{ControlWay} of what comes by it.
    """

    def __init__(self, coupling: ControlCoupling, which: int) -> None:
        self._coupling = coupling
        self._channel: ControlChannel | None = None
        self._waiting: list[bytes] = []
        self.which = which

    def send(self, octets: bytes) -> None:
        if self._channel is not None:
            self._channel.send(octets)
        elif len(self._waiting) < MAXIMUM_WAITING:
            self._waiting.append(octets)

    def goOn(self, octets: bytes) -> None:
        self._coupling.carry(self, octets)

    def answer(self, octets: bytes) -> None:
        self.send(octets)

    def close(self) -> None:
        channel, self._channel = self._channel, None
        self._waiting.clear()
        if channel is not None:
            channel.close()

    def admitsControl(self, source: TransportAddress) -> bool:
        return self._coupling.endAdmits(self, source)

    def controlOpened(self, channel: ControlChannel) -> None:
        if not self._coupling.endAdmitsKey(self, channel.peerKey):
            channel.close()
            self._coupling.close()
            return
        self._channel = channel
        waiting, self._waiting = self._waiting, []
        for octets in waiting:
            channel.send(octets)
        self._coupling.endOpened(self)

    def controlReceived(self, channel: ControlChannel, octets: bytes) -> None:
        self._coupling.endReceived(self, octets)

    def controlClosed(self, channel: ControlChannel, error: DecodeError | None) -> None:
        self._coupling.endClosed(self, error)


class ControlCoupling:
    """
    Two connections that are to be one channel.

    @ivar address: where the other side is told to connect.
    """

    def __init__(
        self,
        owner: CouplingOwner,
        clock: IReactorTime,
        networkOf: Callable[[int], ControlNetwork],
        guardOf: Callable[[int], DialGuard],
        which: int,
        target: TransportAddress,
        ask: Callable[[int, TransportAddress], None] | None = None,
    ) -> None:
        """
        @param networkOf: how each side's connection is made.
        @param guardOf: whose connection is taken for each side's.
        @param which: the side that waits for a connection.
        @param target: where it does.
        @param ask: has that side connect to an address, where it cannot be connected to.

        @raise h323d.errors.ResourceUnavailable: no port is left.
        """
        self._owner = owner
        self._clock = clock
        self._networkOf = networkOf
        self._guardOf = guardOf
        self._target = target
        self._dialling: Dialling | None = None
        self._far = _End(self, which)
        self._near = _End(self, 1 - which)
        self._ask = ask
        self._closed = False
        self._listener = self._listen(self._near)
        self.address = self._listener.address
        self._farListener = self._listenBehind() if ask is not None else None

    def _listen(self, end: _End) -> ControlListener:
        network = self._networkOf(end.which)
        return ControlListener(end, self._clock, network.listener, network.home, network.tap)

    def _listenBehind(self) -> ControlListener:
        try:
            return self._listen(self._far)
        except ResourceUnavailable:
            self._listener.stop()
            raise

    def aim(self, target: TransportAddress) -> None:
        """
        The side waits somewhere else now; too late where the connection is made.
        """
        self._target = target

    def close(self) -> None:
        """
        End both connections.
        """
        self._closed = True
        self._listener.stop()
        if self._farListener is not None:
            self._farListener.stop()
        dialling, self._dialling = self._dialling, None
        if dialling is not None and not dialling.isOpen:
            dialling.cancel()
        self._near.close()
        self._far.close()

    # What the ends report.

    def endAdmits(self, end: _End, source: TransportAddress) -> bool:
        return self._guardOf(end.which).admitsControl(source)

    def endAdmitsKey(self, end: _End, key: bytes | None) -> bool:
        return self._owner.admitsKey(end.which, key)

    def endOpened(self, end: _End) -> None:
        if self._closed:
            end.close()
        elif end is self._near:
            self._owner.controlCoupled()
            self._reachFar()

    def _reachFar(self) -> None:
        if self._ask is not None and self._farListener is not None:
            self._ask(self._far.which, self._farListener.address)
            return
        network = self._networkOf(self._far.which)
        self._dialling = dialControl(
            self._far,
            self._clock,
            network.opener,
            self._target,
            network.connectTimeout,
            network.home,
            network.tap,
        )

    def endReceived(self, end: _End, octets: bytes) -> None:
        translated = self._owner.translateControl(end.which, octets, end)
        if translated is not None:
            self.carry(end, translated)

    def carry(self, end: _End, octets: bytes) -> None:
        """
        Have the other end send what is to go on from one.
        """
        if not self._closed:
            (self._far if end is self._near else self._near).send(octets)

    def endClosed(self, end: _End, error: DecodeError | None) -> None:
        if error is not None:
            self._owner.fault("h245", end.which, error)
        self.close()
