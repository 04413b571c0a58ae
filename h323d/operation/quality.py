"""
How good the sound of every leg is, each way, as it is now.

Ports count since they were opened, and a call that was good for an hour would look good for
minutes after it broke.  So their figures are looked at every L{INTERVAL} while there is sound, and
what is told is what has changed within L{WINDOW}.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from twisted.internet.interfaces import IReactorTime

from h323d.call.media import IMediaPort
from h323d.call.statistics import PortStatistics
from h323d.call.timer import Timer
from h323d.events.bus import EventBus
from h323d.events.calls import SoundBegan, SoundEnded, SoundRated
from h323d.events.rooms import ParticipantJoined, ParticipantLeft
from h323d.operation.presence import Presence
from h323d.rtp.rating import burstRatio, ratingOf
from h323d.values.identifiers import CallID, LegID
from h323d.values.media.formats import MediaFormat
from h323d.values.quality import (
    CallQuality,
    DirectionQuality,
    LegQuality,
    Rating,
    Scale,
    worst,
)

__all__ = ["INTERVAL", "WINDOW", "Heard", "Qualities"]

INTERVAL = 2.0  # seconds between two looks
WINDOW = 10.0  # seconds
REMOTE_DELAY = 0.04  # seconds that a telephone takes, which does not tell: two packets of 20 ms


@dataclass(frozen=True, slots=True)
class Heard:
    """
    The sound of one leg at present.

    @ivar received: of what comes; C{None} while nothing does.
    @ivar sent: of what we send; likewise.
    """

    callId: CallID
    legId: LegID
    received: MediaFormat | None
    sent: MediaFormat | None
    quality: LegQuality


class Qualities:
    """
    Looks at the ports of whoever is in a room, or joined with somebody.
    """

    def __init__(self, clock: IReactorTime, events: EventBus, presence: Presence) -> None:
        self._clock = clock
        self._events = events
        self._presence = presence
        self._timer = Timer(clock)
        self._trails: dict[LegID, _Trail] = {}
        events.subscribe(ParticipantJoined, self._began)
        events.subscribe(SoundBegan, self._began)
        events.subscribe(ParticipantLeft, self._ended)
        events.subscribe(SoundEnded, self._ended)

    def of(self, legId: LegID) -> LegQuality | None:
        """
        @return: over the last L{WINDOW}; C{None} for a leg that has no sound, or not for long.
        """
        trail = self._trails.get(legId)
        return None if trail is None else trail.quality()

    def all(self) -> Iterator[Heard]:
        """
        Every leg of which something is known.
        """
        for legId, trail in self._trails.items():
            quality = trail.quality()
            if quality is not None:
                last = trail.looks[-1]
                yield Heard(trail.callId, legId, last.received, last.sent, quality)

    def _began(self, fact: ParticipantJoined | SoundBegan) -> None:
        self._trails[fact.legId] = _Trail(fact.callId)
        if not self._timer.running:
            self._timer.start(INTERVAL, self._look)

    def _ended(self, fact: ParticipantLeft | SoundEnded) -> None:
        trail = self._trails.pop(fact.legId, None)
        if not self._trails:
            self._timer.stop()
        rated = None if trail is None else trail.inAll()
        if rated is not None:
            self._events.publish(SoundRated(fact.at, fact.callId, fact.legId, rated))

    def _look(self) -> None:
        now = self._clock.seconds()
        for legId, port in self._presence.ports():
            trail = self._trails.get(legId)
            if trail is not None:
                trail.add(_lookAt(port, now))
        self._timer.start(INTERVAL, self._look)


@dataclass(frozen=True, slots=True)
class _Look:
    """
    A port at one time.
    """

    at: float
    figures: PortStatistics
    received: MediaFormat | None
    sent: MediaFormat | None


def _lookAt(port: IMediaPort, now: float) -> _Look:
    figures, receive, transmit = port.statistics(), port.stream.receive, port.stream.transmit
    formats = {} if receive is None else receive.formats
    first = next(iter(formats.values()), None)
    heard = figures.payloadType
    received = first if heard is None else formats.get(heard, first)
    return _Look(now, figures, received, None if transmit is None else transmit.format)


class _Trail:
    """
    What was seen of one leg.

    @ivar looks: of the last L{WINDOW}.
    """

    def __init__(self, callId: CallID) -> None:
        self.callId = callId
        self.looks: deque[_Look] = deque(maxlen=round(WINDOW / INTERVAL) + 1)
        self._fresh = 0  # looks of which nothing is in the whole yet
        self._whole = _Whole()

    def add(self, look: _Look) -> None:
        """
        It goes on; or another source does, which is counted from its beginning.
        """
        expected = look.figures.packetsExpected
        if self.looks and expected < self.looks[-1].figures.packetsExpected:
            self._reckon()
            self.looks.clear()
            self._fresh = 0
        self.looks.append(look)
        self._fresh += 1
        if self._fresh == self.looks.maxlen:
            self._reckon()
            self._fresh = 1

    def quality(self) -> LegQuality | None:
        if len(self.looks) < 2:
            return None
        first, last = self.looks[0], self.looks[-1]
        return LegQuality(_incoming(first, last), _outgoing(first, last))

    def inAll(self) -> CallQuality | None:
        """
        @return: C{None} if it did not last long enough.
        """
        self._reckon()
        return self._whole.told()

    def _reckon(self) -> None:
        quality = self.quality()
        if quality is not None and self._fresh > 1:
            self._whole.add(quality)


class _Whole:
    """
    All that was seen of one leg, a L{WINDOW} after another.
    """

    def __init__(self) -> None:
        self._received, self._sent = _Opinions(), _Opinions()
        self._grade = worst(())
        self._isSomething = False

    def add(self, quality: LegQuality) -> None:
        self._received.add(quality.incoming.rating)
        self._sent.add(quality.outgoing.rating)
        self._grade = worst((self._grade, quality.grade))
        self._isSomething = True

    def told(self) -> CallQuality | None:
        if not self._isSomething:
            return None
        received, sent = self._received, self._sent
        return CallQuality(received.mean, received.lowest, sent.mean, sent.lowest, self._grade)


class _Opinions:
    """
    Those of one way; where the codec changes to one of another scale, of the last scale.
    """

    def __init__(self) -> None:
        self._scale: Scale | None = None
        self._scores: list[float] = [0.0, 0.0, 5.0]  # how many, their sum, the lowest

    def add(self, rating: Rating | None) -> None:
        if rating is None:
            return
        if rating.scale is not self._scale:
            self._scale, self._scores = rating.scale, [0.0, 0.0, 5.0]
        count, total, lowest = self._scores
        self._scores = [count + 1, total + rating.mos, min(lowest, rating.mos)]

    @property
    def mean(self) -> float | None:
        count, total, _ = self._scores
        return round(total / count, 2) if count else None

    @property
    def lowest(self) -> float | None:
        count, _, lowest = self._scores
        return round(lowest, 2) if count else None


def _incoming(first: _Look, last: _Look) -> DirectionQuality:
    """
    What we hear.
    """
    before, now = first.figures, last.figures
    expected = now.packetsExpected - before.packetsExpected
    comes = now.packetsReceived > before.packetsReceived
    lost = max(0, now.packetsLost - before.packetsLost)
    late = max(0, now.packetsLate - before.packetsLate)
    loss = min(1.0, (lost + late) / expected) if expected > 0 else None
    delay = None if now.roundTrip is None or not comes else now.roundTrip / 2 + now.delay
    bursts = burstRatio(lost, now.lostRuns - before.lostRuns, loss or 0.0)
    return DirectionQuality(
        delay,
        loss,
        now.jitter if comes else None,
        _rating(last.received, delay, loss, bursts),
        _rate(now.octetsReceived - before.octetsReceived, last.at - first.at),
        max(0, now.concealed - before.concealed),
        now.silence,
    )


def _outgoing(first: _Look, last: _Look) -> DirectionQuality:
    """
    What the peer hears, as it tells us.
    """
    before, now = first.figures, last.figures
    if now.packetsSent == before.packetsSent:
        return DirectionQuality(reported=now.remoteMOS)
    there = REMOTE_DELAY if now.remoteDelay is None else now.remoteDelay
    delay = None if now.roundTrip is None else now.roundTrip / 2 + there
    loss = now.remoteLost
    if loss is not None and now.remoteDiscarded is not None:
        loss = min(1.0, loss + now.remoteDiscarded)
    return DirectionQuality(
        delay,
        loss,
        now.remoteJitter,
        _rating(last.sent, delay, loss),
        _rate(now.octetsSent - before.octetsSent, last.at - first.at),
        reported=now.remoteMOS,
    )


def _rating(
    spoken: MediaFormat | None, delay: float | None, loss: float | None, bursts: float = 1.0
) -> Rating | None:
    if spoken is None or delay is None or loss is None:
        return None
    return ratingOf(spoken, delay, loss, bursts)


def _rate(octets: int, seconds: float) -> float | None:
    return 8 * octets / seconds if octets > 0 and seconds > 0 else None
