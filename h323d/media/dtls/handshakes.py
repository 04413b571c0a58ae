"""
The handshakes of one port: one where its RTP goes and one where its RTCP does (RFC 5764, 4.1), if
that is elsewhere, by which keys are agreed on as signalling has said.

Datagrams are believed from the hosts that packets of sound are (L{h323d.media.audio.latch}); who is
there shows its certificate.  What is to be sent goes to where the peer's last datagram came from,
or else to where its sound goes.
"""

from __future__ import annotations

import contextlib
from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from h323d.call.media import MediaNetworks, Signalling
from h323d.call.timer import Timer
from h323d.errors import RemoteProtocolError
from h323d.media.audio.latch import Latch, newLatch
from h323d.media.dtls.association import Association, Identity
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from h323d.values.media.direction import Direction
from h323d.values.media.encryption import CryptoSuite, KeyAgreement, StreamKeys
from h323d.values.media.fingerprint import Fingerprint
from h323d.values.media.streams import Stream

__all__ = ["Handshakes", "HandshakesOwner", "KeyAgreements"]

MOST_EARLY = 8  # datagrams that wait until it is known with whom keys are agreed on
HANDSHAKE = 20.0  # seconds that it may take until there are keys of RTP
_NOBODY = Latch((), False)


class HandshakesOwner(Protocol):
    """
    The port whose handshakes they are.
    """

    def sendHandshake(self, data: bytes, target: TransportAddress | None, control: bool) -> None:
        """Send a datagram there, or else where RTP goes; by the port of RTCP, if C{control}."""

    def agreed(self, keys: StreamKeys, control: bool) -> None:
        """The keys of RTP, or of RTCP."""

    def agreementFailed(self, error: RemoteProtocolError) -> None:
        """There will be none."""


class KeyAgreements:
    """
    What the handshakes of all ports have in common.

    @ivar networks: what is known of the hosts that peers may name.
    """

    def __init__(self, clock: IReactorTime, identity: Identity, anyHost: bool = False) -> None:
        """
        @param clock: lets answers be waited for.
        @param identity: who we are.
        @param anyHost: whether a peer may be anywhere, wherever its sound is to come from.
        """
        self._anyHost = anyHost
        self.clock = clock
        self.identity = identity
        self.networks = MediaNetworks()

    @property
    def fingerprint(self) -> Fingerprint:
        """
        Of the certificate that we show.
        """
        return self.identity.fingerprint

    def latch(self, host: str | None, signalling: Signalling) -> Latch:
        """
        Whom to believe.

        @param host: where the peer's sound is to come from; C{None} if that is not known.
        """
        return newLatch(host, signalling.host, self._anyHost, self.networks)


class _Side:
    """
    The handshake of RTP, or that of RTCP.
    """

    def __init__(
        self, owner: HandshakesOwner, control: bool, association: Association, clock: IReactorTime
    ) -> None:
        self._owner = owner
        self._control = control
        self._timer = Timer(clock)
        self._target: TransportAddress | None = None
        self.association = association

    def begin(self) -> None:
        self._send(self.association.begin())

    def take(self, datagram: bytes, source: TransportAddress | None) -> None:
        """
        @raise RemoteProtocolError: there will be no keys.
        """
        had = self.association.keys is not None
        if not had:
            self._target = source or self._target
        self._send(self.association.take(datagram))
        if not had and self.association.keys is not None:
            self._owner.agreed(self.association.keys, self._control)

    def stop(self) -> None:
        self._timer.stop()

    def _send(self, datagrams: list[bytes]) -> None:
        for each in datagrams:
            self._owner.sendHandshake(each, self._target, self._control)
        timeout = self.association.timeout
        if timeout is None:
            self._timer.stop()
        else:
            self._timer.start(timeout, self._lapsed)

    def _lapsed(self) -> None:
        # Who has not answered for long is not there; how long that is borne, the port decides.
        with contextlib.suppress(RemoteProtocolError):
            self._send(self.association.retransmit())


class Handshakes:
    """
    Those of one port, as long as it is open.
    """

    def __init__(self, owner: HandshakesOwner, agreements: KeyAgreements) -> None:
        self._owner = owner
        self._agreements = agreements
        self._agreement: KeyAgreement | None = None
        self._sides: dict[bool, _Side] = {}
        self._begun = False
        self._early: list[tuple[bytes, TransportAddress | None, bool]] = []
        self._expects = False
        self._patience = Timer(agreements.clock)
        self._latch = _NOBODY

    @property
    def suite(self) -> CryptoSuite | None:
        """
        By what RTP is encrypted; C{None} before that is agreed on.
        """
        side = self._sides.get(False)
        keys = None if side is None else side.association.keys
        return None if keys is None else keys.ours.suite

    def expect(self) -> None:
        """
        Keep what comes before it is known with whom keys are agreed on.
        """
        self._expects = True

    def follow(self, stream: Stream, signalling: Signalling) -> None:
        """
        Agree on keys as was negotiated; if that is as it was, what was agreed on stays.
        """
        agreement = stream.keys if isinstance(stream.keys, KeyAgreement) else None
        early, self._early, self._expects = self._early, [], False
        if agreement != self._agreement:
            self.close()
            self._agreement = agreement
            if agreement is not None:
                self._associate(agreement)
        if agreement is None:
            return
        self._wait(stream)
        place = None if stream.transmit is None else stream.transmit.rtp
        if place is not None or self._latch is _NOBODY:
            host = None if place is None else place.host
            self._latch = self._agreements.latch(host, signalling)
        if place is not None and not self._begun:
            self._begun = True
            for side in list(self._sides.values()):
                side.begin()
        for each in early:
            self.heard(*each)

    def _wait(self, stream: Stream) -> None:
        """
        Be patient for so long with a peer that has media to send or to receive.
        """
        if stream.direction is Direction.INACTIVE:
            self._patience.stop()
        elif self._sides and self.suite is None and not self._patience.running:
            self._patience.start(HANDSHAKE, self._tooLate)

    def _associate(self, agreement: KeyAgreement) -> None:
        clock, identity = self._agreements.clock, self._agreements.identity
        for control in (False,) if agreement.multiplexed else (False, True):
            association = identity.associate(agreement)
            self._sides[control] = _Side(self._owner, control, association, clock)

    def heard(self, datagram: bytes, source: TransportAddress | None, control: bool) -> None:
        """
        A datagram of DTLS came.

        @param source: C{None} for the one that the port is locked to.
        """
        if self._expects and len(self._early) < MOST_EARLY:
            self._early.append((datagram, source, control))
        side = self._sides.get(control)
        if side is None or not self._isBelieved(source):
            return
        try:
            side.take(datagram, source)
        except RemoteProtocolError as error:
            self._fail(error)
            return
        if self.suite is not None:
            self._patience.stop()

    def _isBelieved(self, source: TransportAddress | None) -> bool:
        latch = self._latch
        return source is None or latch.others or source.host in latch.believed

    def close(self) -> None:
        """
        No more of it.
        """
        self._patience.stop()
        for side in self._sides.values():
            side.stop()
        self._sides.clear()
        self._early.clear()
        self._expects = False
        self._agreement, self._begun, self._latch = None, False, _NOBODY

    def _tooLate(self) -> None:
        reason = f"no keys by DTLS: no handshake within {HANDSHAKE:.0f} seconds"
        self._fail(RemoteProtocolError(Cause.RESOURCE_UNAVAILABLE, reason))

    def _fail(self, error: RemoteProtocolError) -> None:
        for side in self._sides.values():
            side.stop()
        self._sides.clear()
        self._patience.stop()
        self._owner.agreementFailed(error)
