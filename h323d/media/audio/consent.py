"""
Whom we may send to: the defence against having us flood others.

Signalling can name any host as the place of its sound.  The host that the signalling comes
from is sent to at once, and so is one in C{security.thirdParties}; but a stream of whose
receiver nothing was heard, though sound is expected of it, stops after L{UNHEARD} seconds, and
goes on when something is.  Any other host is sent nothing before a valid packet came from there.
Those seconds are of sound that was sent: whom nobody spoke to so far cannot have answered, be it
that packets pass and none came, or that we were late.

Whom we called ourselves has L{UNHEARD} seconds at any other host, once in a call, and reports
by RTCP after that: or else two servers that are both behind a gatekeeper or proxy would wait for
each other for ever, from the start or after the called one has rung for long.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from h323d.call.media import MediaNetworks, Signalling
from h323d.media.audio.latch import canonicalHost
from h323d.media.audio.table import PortTable
from h323d.media.packets import IPacketIO
from h323d.values.address import TransportAddress

__all__ = ["UNHEARD", "Aim", "Consent", "Credit", "isOwn"]

UNHEARD = 10.0  # seconds

_SLACK = 0.5  # seconds: what is sent is not counted more closely
_NEVER = float("-inf")


def isOwn(host: str, signalling: Signalling, networks: MediaNetworks) -> bool:
    """
    Whether a peer's word is enough for where its media is.

    @param host: a literal address.
    """
    return canonicalHost(host) == canonicalHost(signalling.host) or host in networks.thirdParties


class Credit:
    """
    For how long one peer is sent to though nothing was heard of it.
    """

    def __init__(self) -> None:
        self._venturesUntil: float | None = None

    def until(
        self,
        host: str,
        signalling: Signalling,
        networks: MediaNetworks,
        expected: bool,
        now: float,
    ) -> float:
        """
        @param host: where its media is to be.
        @param expected: whether it should send, too.
        @return: in the seconds of C{now}; infinite for as long as it is wanted.
        """
        if isOwn(host, signalling, networks):
            return now + UNHEARD if expected else float("inf")
        if not signalling.called:
            return _NEVER
        if self._venturesUntil is None:
            self._venturesUntil = now + UNHEARD
        return self._venturesUntil

    def prolong(self, until: float) -> None:
        """
        It was sent less than it might have been: have its one time in a call last longer.
        """
        if self._venturesUntil is not None:
            self._venturesUntil = max(self._venturesUntil, until)


@dataclass(slots=True)
class Aim:
    """
    Where one slot's peer is, and what speaks for it.

    @ivar begins: whether it is sent to though nothing was heard.
    @ivar ownControl: whether its word is enough for where its RTCP goes.
    @ivar reports: whether RTCP goes on though sound does not.
    @ivar sounds: whether there is sound to send, and not only RTCP.
    @ivar sentBefore: packets, when it was aimed at.
    @ivar heard: the hosts that a valid packet has come from.
    @ivar control: where RTCP comes from, if that is not where it was to go to.
    @ivar rests: nothing is to be sent for now.
    """

    rtp: TransportAddress
    rtcp: TransportAddress | None
    begins: bool
    ownControl: bool
    reports: bool
    sounds: bool
    sentBefore: int
    heard: set[str] = field(default_factory=set)
    control: TransportAddress | None = None
    rests: bool = False


class Consent:
    """
    Sends, or does not, by slot.

    @ivar networks: what is known of the hosts that peers may name; holds for whoever is aimed
        at from now on.
    """

    def __init__(self, table: PortTable) -> None:
        self._table = table
        self._credits: dict[int, Credit] = {}
        self._aims: dict[int, Aim] = {}
        self.networks = MediaNetworks()

    def aim(
        self,
        packets: IPacketIO,
        slot: int,
        places: tuple[TransportAddress, TransportAddress | None],
        signalling: Signalling,
        sounds: bool,
        expected: bool,
        now: float,
    ) -> None:
        """
        Signalling named where the peer is, or named it again.

        @param places: its RTP and RTCP.
        @param sounds: whether there is sound to send.
        @param expected: whether the peer should send, too.
        """
        rtp, rtcp = places
        credit = self._credits.setdefault(slot, Credit())
        until = credit.until(rtp.host, signalling, self.networks, expected, now)
        ownControl = rtcp is not None and isOwn(rtcp.host, signalling, self.networks)
        before = self._aims.get(slot)
        sent = int(self._table.sent[slot])
        if before is not None and not isOwn(rtp.host, signalling, self.networks):
            sent = before.sentBefore  # once in a call
        aim = self._aims[slot] = Aim(
            rtp, rtcp, until > now, ownControl, signalling.called, sounds, sent
        )
        if before is not None and before.rtp == rtp:
            aim.heard, aim.control = before.heard, before.control
        self._table.stopsAt[slot] = np.inf if aim.heard or not aim.begins else until
        self._apply(packets, slot, aim)

    def rest(self, packets: IPacketIO, slot: int) -> None:
        """
        There is nobody to send to for now.
        """
        self._table.stopsAt[slot] = np.inf
        self._table.sends[slot] = False
        packets.aim(slot, None, None)
        aim = self._aims.get(slot)
        if aim is not None:
            aim.rests = True

    def heard(self, packets: IPacketIO, slot: int, source: TransportAddress) -> None:
        """
        The slot is locked to C{source}.
        """
        aim = self._aims.get(slot)
        if aim is None:
            return
        if source.host == canonicalHost(aim.rtp.host):
            aim.control = None
        self._hear(packets, slot, aim, source)

    def controlHeard(self, packets: IPacketIO, slot: int, source: TransportAddress) -> None:
        """
        Valid RTCP came from a host that the slot's peer is at.
        """
        aim = self._aims.get(slot)
        if aim is None:
            return
        elsewhere = source.host != canonicalHost(aim.rtp.host) and source != aim.control
        if elsewhere:
            aim.control = source
        if elsewhere or source.host not in aim.heard:
            self._hear(packets, slot, aim, source)

    def expire(self, packets: IPacketIO, now: float) -> None:
        """
        Stop what was not heard in its time, though it was sent to for as long.
        """
        for slot in np.flatnonzero(self._table.stopsAt <= now).tolist():
            aim = self._aims[slot]
            left = UNHEARD - self._sentTo(slot, aim)
            if aim.sounds and left > _SLACK:
                self._table.stopsAt[slot] = now + left
                self._credits[slot].prolong(now + left)
                continue
            self._table.stopsAt[slot] = np.inf
            aim.begins = False
            self._apply(packets, slot, aim)

    def _sentTo(self, slot: int, aim: Aim) -> float:
        """
        @return: how much sound was sent, seconds.
        """
        packets = int(self._table.sent[slot]) - aim.sentBefore
        return packets * int(self._table.packetMs[slot]) / 1000

    def forget(self, slot: int) -> None:
        """
        The slot's port closed.
        """
        self._table.stopsAt[slot] = np.inf
        self._aims.pop(slot, None)
        self._credits.pop(slot, None)

    def release(self, slot: int) -> tuple[Credit | None, Aim | None]:
        """
        The slot's port leaves.

        @return: whom it may send to, for L{adopt}; how long, is in the columns.
        """
        released = self._credits.get(slot), self._aims.get(slot)
        self.forget(slot)
        return released

    def adopt(self, slot: int, consent: tuple[Credit | None, Aim | None]) -> None:
        """
        A port came that was released elsewhere.
        """
        credit, aim = consent
        if credit is not None:
            self._credits[slot] = credit
        if aim is not None:
            self._aims[slot] = aim

    def _hear(self, packets: IPacketIO, slot: int, aim: Aim, source: TransportAddress) -> None:
        aim.heard.add(source.host)
        self._table.stopsAt[slot] = np.inf
        self._apply(packets, slot, aim)

    def _apply(self, packets: IPacketIO, slot: int, aim: Aim) -> None:
        """
        Send RTP to the peer that was found, or to where it is to be found; RTCP to where that
        comes from, or else to the named place, unless that is at a host of which nothing is known.
        """
        if aim.rests:
            return
        sends = aim.begins or bool(aim.heard)
        self._table.sends[slot] = sends and aim.sounds
        rtcp = aim.control
        if rtcp is None and aim.rtcp is not None:
            known = aim.ownControl or canonicalHost(aim.rtcp.host) in aim.heard
            begins = aim.begins or aim.reports
            if known or (begins and aim.rtcp.host == aim.rtp.host):
                rtcp = aim.rtcp
        reports = sends or aim.reports
        packets.aim(slot, aim.rtp if sends else None, rtcp if reports else None)
