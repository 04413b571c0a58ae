"""
Telephone events: digits as RTP packets (RFC 4733, 2).

An event is sent as a row of packets that all carry the timestamp of its beginning and tell
how long it has lasted; the last is sent three times.  L{EventReceiver} makes one report of
each event out of what arrives of that; L{EventSender} makes the row.
"""

from __future__ import annotations

import struct
from collections import deque
from dataclasses import dataclass

from h323d.errors import DecodeError

__all__ = [
    "DIGITS",
    "EndedEvent",
    "EventPacket",
    "EventReceiver",
    "EventSender",
    "MOST_WAITING",
    "TelephoneEvent",
    "decode",
    "encode",
    "isDigit",
]

DIGITS = "0123456789*#ABCD!"  # by event code; 16 is the hook flash
END_PACKETS = 3  # RFC 4733, 2.5.1.4
EVENT_TIMEOUT = 0.2  # seconds without an update, after which an event has ended
PAUSE = 0.05  # seconds between two events that we send
SHORTEST = 0.04  # seconds (RFC 4733, 2.3.5)
DEFAULT_VOLUME = 10  # -10 dBm0
_LONGEST = 0xFFFF  # units of the clock that one segment of an event can last
_PAYLOAD = struct.Struct("!BBH")
MOST_WAITING = 64  # events that wait to be sent


def isDigit(text: str) -> bool:
    """
    Whether it is one that there is an event for.
    """
    return len(text) == 1 and text.upper() in DIGITS


@dataclass(frozen=True, slots=True)
class TelephoneEvent:
    """
    The payload of one packet (2.3).

    @ivar event: 0 to 255; 0 to 15 are the DTMF digits.
    @ivar duration: since the packet's timestamp, in units of the clock, 16 bits.
    @ivar end: the event is over.
    @ivar volume: 0 to 63, in -dBm0.
    """

    event: int
    duration: int
    end: bool = False
    volume: int = DEFAULT_VOLUME


def decode(payload: bytes) -> TelephoneEvent:
    """
    Read a payload.  Where a sender packs several events (2.5.1.5), the first is read.

    @raise DecodeError: it is shorter than an event.
    """
    if len(payload) < _PAYLOAD.size:
        raise DecodeError("shorter than an event", "telephone-event", len(payload))
    event, flags, duration = _PAYLOAD.unpack_from(payload)
    return TelephoneEvent(event, duration, bool(flags & 0x80), flags & 0x3F)


def encode(event: TelephoneEvent) -> bytes:
    """
    Write a payload.
    """
    flags = (0x80 if event.end else 0) | event.volume
    return _PAYLOAD.pack(event.event, flags, event.duration)


@dataclass(frozen=True, slots=True)
class EndedEvent:
    """
    An event that is over.

    @ivar event: its code.
    @ivar seconds: how long it lasted.
    """

    event: int
    seconds: float

    @property
    def digit(self) -> str | None:
        """
        Its character; C{None} if it is no digit.
        """
        return DIGITS[self.event] if self.event < len(DIGITS) else None


class EventReceiver:
    """
    The events of one stream; each is reported once, when it is over.
    """

    __slots__ = ("_before", "_clockRate", "_current", "_last", "_timestamp")

    def __init__(self, clockRate: int = 8000) -> None:
        """
        @param clockRate: of the timestamps, Hz.
        """
        self._clockRate = clockRate
        self._current: TelephoneEvent | None = None
        self._timestamp: int | None = None  # of the present or the last event
        self._before = 0  # units that its earlier segments lasted
        self._last = 0.0

    def receive(self, event: TelephoneEvent, timestamp: int, now: float) -> list[EndedEvent]:
        """
        A packet arrived.

        @param timestamp: of the packet.
        @param now: seconds.
        @return: what is over now; none, one, or two if the end of one was lost.
        """
        ended: list[EndedEvent] = []
        if self._timestamp is None or not self._isOld(timestamp):
            if self._continues(event, timestamp):
                self._before += _LONGEST
            elif timestamp != self._timestamp:
                ended += self._finish()
                self._before = 0
            elif self._current is None:
                return []  # the end of this event was seen before
            if timestamp != self._timestamp or self._longer(event):
                self._current = event
            self._timestamp = timestamp
            self._last = now
            if event.end:
                ended += self._finish()
        return ended

    def _isOld(self, timestamp: int) -> bool:
        """
        Whether a packet belongs to an event before the present one.
        """
        assert self._timestamp is not None
        return 0 < (self._timestamp - timestamp) % (1 << 32) < 1 << 31

    def _continues(self, event: TelephoneEvent, timestamp: int) -> bool:
        """
        Whether this is the next segment of an event that outlasts 16 bits (2.5.1.3).
        """
        return (
            self._current is not None
            and self._timestamp is not None
            and event.event == self._current.event
            and timestamp == (self._timestamp + _LONGEST) % (1 << 32)
        )

    def _longer(self, event: TelephoneEvent) -> bool:
        return self._current is None or event.duration > self._current.duration

    def expire(self, now: float) -> list[EndedEvent]:
        """
        Time went on: an event whose last packets are all lost is over after a while.
        """
        if self._current is None or now - self._last < EVENT_TIMEOUT:
            return []
        return self._finish()

    def _finish(self) -> list[EndedEvent]:
        event, self._current = self._current, None
        if event is None:
            return []
        units = self._before + event.duration
        return [EndedEvent(event.event, units / self._clockRate)]


@dataclass(frozen=True, slots=True)
class EventPacket:
    """
    What to send instead of sound.

    @ivar timestamp: of the beginning of the event.
    @ivar marker: the first packet of the event.
    @ivar last: no more of it comes.
    """

    payload: bytes
    timestamp: int
    marker: bool
    last: bool = False


class EventSender:
    """
    The events that one stream sends, one after the other.
    """

    __slots__ = (
        "_clockRate",
        "_code",
        "_duration",
        "_endsLeft",
        "_interval",
        "_pauseLeft",
        "_pending",
        "_timestamp",
        "_total",
    )

    def __init__(self, clockRate: int = 8000, packetMilliseconds: int = 20) -> None:
        """
        @param clockRate: of the timestamps, Hz.
        @param packetMilliseconds: between two calls of L{next}.
        """
        self._clockRate = clockRate
        self._interval = clockRate * packetMilliseconds // 1000
        self._pending: deque[tuple[int, int, int | None]] = deque()
        self._code = 0
        self._total = 0  # units that the present event shall last
        self._duration = 0  # units that it has lasted; 0: none is being sent
        self._timestamp = 0
        self._endsLeft = 0
        self._pauseLeft = 0  # units

    @property
    def busy(self) -> bool:
        """
        Whether an event is being sent or waits.
        """
        return bool(self._pending or self._duration or self._endsLeft)

    def send(self, digit: str, milliseconds: int, begun: int | None = None) -> bool:
        """
        Have a digit sent after those that wait already.

        @param milliseconds: at least 40 and at most 8,190 are sent.
        @param begun: the timestamp with which another has begun to send it, and sends no more.
        @return: false if it is no digit, or too many wait.
        """
        if not isDigit(digit) or len(self._pending) >= MOST_WAITING:
            return False
        code = DIGITS.index(digit.upper())
        units = max(self._clockRate * milliseconds // 1000, round(self._clockRate * SHORTEST))
        self._pending.append((code, min(units, _LONGEST), begun))
        return True

    def next(self, timestamp: int) -> EventPacket | None:
        """
        The packet of this interval.

        @param timestamp: where the stream's clock stands.
        @return: C{None}: send sound.
        """
        if self._endsLeft:
            self._endsLeft -= 1
            return self._packet(self._total, marker=False, end=True, last=not self._endsLeft)
        if self._pauseLeft > 0:
            self._pauseLeft -= self._interval
            return None
        first = not self._duration
        if first:
            if not self._pending:
                return None
            self._code, self._total, begun = self._pending.popleft()
            self._timestamp = timestamp
            if begun is not None:
                first, self._timestamp = False, begun
                self._duration = max(0, timestamp - begun)
        self._duration = min(self._duration + self._interval, self._total)
        if self._duration < self._total:
            return self._packet(self._duration, marker=first, end=False)
        self._duration = 0
        self._endsLeft = END_PACKETS - 1
        self._pauseLeft = round(self._clockRate * PAUSE)
        return self._packet(self._total, marker=first, end=True)

    def _packet(self, duration: int, marker: bool, end: bool, last: bool = False) -> EventPacket:
        event = TelephoneEvent(self._code, duration, end)
        return EventPacket(encode(event), self._timestamp, marker, last)
