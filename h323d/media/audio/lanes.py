"""
What goes on from one party to another without being mixed, and our headers on it.

A L{Lane} is one direction between two.  The payload goes on as it came, or as what another codec
makes of it; source, sequence number, timestamp and payload type are our own, and go on from
whatever was sent before, be it passed or mixed.  What was lost on the way to us stays a gap, so
that the receiver makes up for it; what was meant for us alone leaves none.  Jumps of the peer's
timestamps end here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from h323d.media.audio.course import JUMP_MS, Course
from h323d.media.audio.table import PortTable
from h323d.rtp.columns import numbers, writeHeader
from h323d.rtp.statistics import MAX_DROPOUT, MAX_MISORDER

__all__ = ["SLACK_MS", "Coding", "Renumbering", "Lane", "LaneForm"]

SLACK_MS = 100  # by which a timestamp may lag behind the clock, rather than to jump
_SEQUENCES = 1 << 16
_STAMPS = (1 << 32) - 1
_HALF = 1 << 31
_WEIGHT = 1 / 16  # of a packet in a mean


class Coding(NamedTuple):
    """
    What becomes of packets where another codec is wanted.

    @ivar kind: of that codec.
    @ivar sampleRate: of the sound in between, Hz.
    @ivar units: of the timestamps that come, in a millisecond.
    """

    kind: int
    sampleRate: int
    units: int


class LaneForm(NamedTuple):
    """
    What may pass, and as what.

    @ivar kinds: by the payload types that may pass, the kind of their codec, or what stands for
        one that we cannot mix.
    @ivar payloadType: that they are given.
    @ivar packetMs: milliseconds of sound in each packet; 0 if nothing is sent there.
    @ivar units: of the timestamps that are sent, in a millisecond.
    @ivar coding: C{None} where payloads go on as they came.
    """

    kinds: Mapping[int, int]
    payloadType: int
    packetMs: int
    units: int
    coding: Coding | None = None

    @property
    def wholePacket(self) -> int:
        """
        How much sound is in each packet that comes, in the units of its timestamps.
        """
        return self.packetMs * (self.units if self.coding is None else self.coding.units)


@dataclass(slots=True, eq=False)
class Lane:
    """
    One direction between two.

    @ivar source: the slot whose packets pass.
    @ivar target: the slot whose peer they are sent to.
    @ivar lengths: whether a payload of so many octets holds a packet's sound, where that tells it;
        by kind and octets.
    @ivar begun: whether C{shift} is known.
    @ivar last: the newest sequence number that came; -1 before the first.
    @ivar run: how many of the newest sequence numbers have become as many of ours.
    @ivar shift: from the source's timestamps, in our units, to ours, modulo 2**32.
    @ivar position: the source's last timestamp, in its own units, not reduced.
    @ivar pauses: whether there was nothing to send of the last packet.
    @ivar delay: for how long packets wait with us, seconds; a mean, 0 before the first.
    @ivar course: how it goes on.
    """

    source: int
    target: int
    form: LaneForm
    lengths: dict[tuple[int, int], bool] = field(default_factory=dict)
    begun: bool = False
    last: int = -1
    run: int = 0
    shift: int = 0
    position: int = 0
    pauses: bool = False
    delay: float = 0.0
    course: Course = field(default_factory=Course)

    def waited(self, seconds: float) -> None:
        """
        A packet has waited so long.
        """
        self.delay += (seconds - self.delay) * (_WEIGHT if self.delay else 1.0)

    def inOurUnits(self, stamp: int) -> int:
        """
        @return: a timestamp of the source in the units of those that are sent.
        """
        coding, units = self.form.coding, self.form.units
        if coding is None or coding.units == units:
            return stamp
        self.position += ((stamp - self.position + _HALF) & _STAMPS) - _HALF
        return self.position * units // coding.units

    def beginAnew(self) -> None:
        """
        What comes next has nothing to do with what came before.
        """
        self.begun, self.last, self.run = False, -1, 0


class Renumbering:
    """
    Our sequence numbers and timestamps, of what passes.
    """

    def __init__(self, table: PortTable) -> None:
        self._sequence, self._sent = numbers(table.sequence), numbers(table.sent)
        self._ownSsrc = numbers(table.ownSsrc)
        self._base, self._expected = numbers(table.timestampBase), numbers(table.expected)
        self._units = numbers(table.sendUnits)
        self._octets = numbers(table.sentOctets)

    def write(
        self,
        lane: Lane,
        out: memoryview[int],
        at: int,
        header: tuple[bool, int, int],
        size: int,
        clock: int,
    ) -> bool:
        """
        Write the header of a packet that passes, and count it.

        @param out: octets.
        @param at: where the packet begins.
        @param header: marker, sequence number and timestamp as they came.
        @param size: of the payload, octets.
        @param clock: of the plane, milliseconds.
        @return: whether it can be sent: not if its number was never kept for it.
        """
        marker, sequence, stamp = header
        stamp = lane.inOurUnits(stamp)
        number = self._numberOf(lane, sequence)
        if number < 0:
            return False
        target, units = lane.target, lane.form.units
        natural = self._base[target] + clock * units
        step = ((stamp + lane.shift - natural + _HALF) & _STAMPS) - _HALF
        if not lane.begun or not -JUMP_MS * units < step < JUMP_MS * units:
            begins = self._goingOn(target, natural, units)
            lane.begun, lane.shift = True, (begins - stamp) & _STAMPS
            marker, step = self._expected[target] != begins, begins - natural
        if lane.pauses:
            marker, lane.pauses = True, False
        ours = natural + step
        writeHeader(out, at, lane.form.payloadType, marker, number, ours, self._ownSsrc[target])
        if sequence == lane.last:
            self._base[target] = ours - clock * units
            self._expected[target] = ours + lane.form.packetMs * units
        self._sent[target] += 1
        self._octets[target] += size
        return True

    def foretell(
        self, lane: Lane, payloadType: int, stamp: int, ssrc: int, size: int, clock: int
    ) -> None:
        """
        Have the lane's course go on from its newest packet, which has been written.

        @param payloadType: that it came with; likewise its timestamp and SSRC.
        @param size: of its payload, as it came, octets.
        @param clock: of the plane, milliseconds.
        """
        target, form = lane.target, lane.form
        came = payloadType, lane.last, stamp, ssrc
        ours = self._base[target] + clock * form.units
        sent = form.payloadType, self._sequence[target] - 1, ours, self._ownSsrc[target]
        steps = form.wholePacket, form.packetMs * form.units
        lane.course.begin(form.kinds[payloadType], size, came, sent, steps, clock)

    def note(self, lane: Lane) -> None:
        """
        Count what the lane's course has taken.
        """
        course, target, units = lane.course, lane.target, lane.form.units
        lane.last, lane.run = course.sequence, lane.run + course.count
        lane.inOurUnits(course.stamp)
        self._sequence[target] = course.number + 1
        self._base[target] = course.ours - course.clock * units
        self._expected[target] = course.ours + lane.form.packetMs * units
        self._sent[target] += course.count
        self._octets[target] += course.octets
        course.count = course.octets = 0

    def _goingOn(self, target: int, natural: int, units: int) -> int:
        """
        @param natural: what the timestamp is by the plane's clock.
        @return: what goes on from what was sent before, or that, if it was long ago.
        """
        expected = self._expected[target]
        return expected if expected >= 0 and natural - expected < SLACK_MS * units else natural

    def _numberOf(self, lane: Lane, sequence: int) -> int:
        """
        @return: our sequence number, not reduced; -1 if there is none.
        """
        target = lane.target
        ahead = (sequence - lane.last) % _SEQUENCES if lane.last >= 0 else 1
        if 0 < ahead < MAX_DROPOUT:
            number = self._sequence[target] + ahead - 1
            self._sequence[target] = number + 1
            lane.last, lane.run = sequence, lane.run + ahead
            return number
        behind = _SEQUENCES - ahead
        if behind > MAX_MISORDER and ahead:
            lane.beginAnew()
            return self._numberOf(lane, sequence)
        return self._sequence[target] - 1 - behind if behind < lane.run else -1

    def swallow(self, lane: Lane, sequence: int) -> None:
        """
        A packet came that does not pass.
        """
        ahead = (sequence - lane.last) % _SEQUENCES if lane.last >= 0 else 1
        if 0 < ahead < MAX_DROPOUT:
            self._sequence[lane.target] += ahead - 1
            lane.last, lane.run = sequence, 0

    def pause(self, lane: Lane, sequence: int) -> None:
        """
        A packet came of which there is nothing to send.
        """
        self.swallow(lane, sequence)
        lane.pauses = True

    def align(self, target: int, clock: int) -> None:
        """
        Have what is mixed go on from what has passed.

        @param clock: of the plane at the start of the frame, milliseconds.
        """
        units = self._units[target]
        natural = self._base[target] + clock * units
        self._base[target] += self._goingOn(target, natural, units) - natural
