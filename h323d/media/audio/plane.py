"""
The tick: a plain object without thread, clock or socket.

L{MediaPlane.tick} is called on an absolute grid, with the time and an L{IPacketIO}.  Each
tick obeys what was asked since the last one, and runs the mix groups that are due: drain,
judge, buffer, pull, mix, encode, send.  The drivers are C{thread} and C{stepped}.
"""

from __future__ import annotations

import math
import random
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from h323d.dsp.codec import ICodec
from h323d.dsp.mixing import mix
from h323d.media.audio.codecs import BUILT_IN
from h323d.media.audio.coders import untimed
from h323d.media.audio.commands import Commands
from h323d.media.audio.groups import LocalParty, MixGroup
from h323d.media.audio.negotiated import Negotiated
from h323d.media.audio.rtcp import RTCPSide
from h323d.media.audio.speaking import Speaking
from h323d.media.audio.stages import Stages
from h323d.media.audio.survey import survey
from h323d.media.config import MediaConfig
from h323d.media.packets import PASSING, IPacketIO, PacketBatch
from h323d.media.reports import HandshakeHeard, PassingTurned, Report, Surveyed
from h323d.media.srtp import SecuredIO
from h323d.rtp.steady import FEW

__all__ = ["Command", "MediaPlane"]

_CATCH_UP = 2  # frames that are made good after a stall; what is older is given up
_EARLY = 0.1  # of a tick; what a clock's rounding may take
_CONTROL = 0.1  # seconds between two looks at RTCP and at events without end
_SURVEY = 0.5  # seconds between two surveys, but for those of who came since the last

Command = Callable[[IPacketIO], None]


class MediaPlane:
    """
    All ports, rooms and parties of one media thread.

    @ivar formats: what can be mixed, best first.
    @ivar commands: what can be asked, within a tick only.
    @ivar inbox: commands to be run in the next tick, as callables that take the
        L{IPacketIO}; any thread may append.
    """

    def __init__(
        self,
        config: MediaConfig,
        rng: random.Random,
        epoch: float = 0.0,
        codecs: Sequence[ICodec] = BUILT_IN,
        departure: float = 0.0,
        few: int = FEW,
        number: int = 0,
        spent: Callable[[], float] = untimed,
    ) -> None:
        """
        @param rng: draws SSRCs and where sequence numbers and timestamps begin.
        @param epoch: what makes seconds since 1970 of the tick's time, for RTCP.
        @param codecs: best first.
        @param departure: how long after a point of the grid the packets of many leave, seconds.
        @param few: how many packets and members at most are dealt with one by one, where all is
            as expected; it changes nothing but the time that it takes.
        @param number: which of C{media.threads} planes this is: they work at different times.
        @param spent: the processor's time of the thread that ticks it, in seconds.
        """
        self._tickSeconds = config.tickMs / 1000
        self._departure, self._few, self._epoch = departure, few, epoch
        self._tickMs = config.tickMs
        stages = Stages(config, codecs, few, number, spent)
        self._table = table = stages.table
        self._known, self.formats = stages.known, stages.known.formats
        self._coders, self._stores, self._decoding = stages.coders, stages.stores, stages.decoding
        self._receiver, self._sender = receiver, sender = stages.receiver, stages.sender
        self._digits, self._consent = digits, consent = stages.digits, stages.consent
        self._strays, self._forwarding = stages.strays, stages.forwarding
        self._passing, self._rooms = passing, rooms = stages.passing, stages.rooms
        self._control = control = RTCPSide(
            config, rng, table, stages.known, receiver, sender, consent, epoch
        )
        self._speaking = speaking = Speaking(config, table, stages.known)
        self._secured = secured = SecuredIO()
        negotiated = Negotiated(
            config, table, stages.known, receiver, sender, digits, passing, secured
        )
        self.commands = Commands(
            rng, table, rooms, negotiated, receiver, consent, digits, control, speaking
        )
        self.inbox: deque[Command] = deque()
        self._reports: list[Report] = []
        self._origin = np.nan
        self._last = -1
        self._now = 0.0
        self._nextControl = self._nextSurvey = -np.inf
        self._late = self._givenUp = 0
        self._worst = 0.0
        self._spent = spent

    def tick(self, now: float, packets: IPacketIO) -> list[Report]:
        """
        @param now: seconds, monotonic; at or after a point of the grid that the first call
            began.  A second call for the same point only obeys commands.
        @return: what happened.
        """
        if np.isnan(self._origin):
            self._origin = now
        packets = self._secured.over(packets)
        self._now = now
        index = int((now - self._origin) / self._tickSeconds + _EARLY)
        self._noteLateness(now - self._origin - self.nextDue() * self._tickSeconds)
        self._passOver(index - 1)
        self._forwarding.clock = self._clockAt(now)
        self._forwarding.note()
        self._obey(packets, index)
        for group in self._rooms.inhabited:
            due = group.dueIn(self._last, index)
            if not due:
                continue
            self._receive(group, packets)
            if due > _CATCH_UP:
                group.skip(due - 1, now)
                self._givenUp += (due - 1) * len(group.members)
                due = 1
            for behind in range(due - 1, -1, -1):
                self._mix(group, group.lastDue(index) - behind * group.period, packets)
        self._last = max(self._last, index)
        if now >= self._nextControl:
            self._nextControl = now + _CONTROL
            self._keepHouse(packets, index)
        return self._told()

    def passOn(self, now: float, packets: IPacketIO) -> list[Report]:
        """
        Between two ticks: send on what has come to those whose packets pass.

        @param now: seconds, monotonic; as in L{tick}, which has been called before.
        @return: what happened.
        """
        packets = self._secured.over(packets)
        self._now = now
        self._forwarding.clock = self._clockAt(now)
        self._passOver(int((now - self._origin) / self._tickSeconds))
        batch = packets.drain(PASSING, now)
        if batch.slots.size:
            self._pass(packets, batch)
        return self._told()

    def _told(self) -> list[Report]:
        reports, self._reports = self._reports, []
        if self._secured.handshakes:
            reports += [
                HandshakeHeard(int(self._table.portId[each.slot]), *each[1:])
                for each in self._secured.handshakes
            ]
            self._secured.handshakes.clear()
        return reports

    def _passOver(self, index: int) -> None:
        """
        Be done with the points of the grid at which nothing was due, up to C{index}: whoever is
        mixed from now on has missed nothing there.
        """
        self._last = max(self._last, min(index, self.nextDue() - 1))

    def _clockAt(self, now: float) -> int:
        """
        @return: of the plane, milliseconds.
        """
        return round((now - self._origin) * 1000)

    def nextDue(self) -> int:
        """
        The next point of the grid, counted from the first call, at which there is more to
        do than to obey commands.  Where nothing is open, that is a survey; where all that
        is open passes, a look at RTCP.
        """
        if not self._table.taken:
            return self._pointAt(self._nextSurvey)
        if self._rooms.allPass:
            return self._pointAt(self._nextControl)
        return min(group.nextDue(self._last) for group in self._rooms.inhabited)

    def _pointAt(self, seconds: float) -> int:
        """
        The first point of the grid that is not before then, of those to come.
        """
        if math.isinf(seconds):
            return self._last + 1
        return max(self._last + 1, math.ceil((seconds - self._origin) / self._tickSeconds))

    @property
    def copies(self) -> bool:
        """
        Whether there is anybody whose packets pass as they are, and so without delay.
        """
        return self._rooms.copies

    def departure(self, index: int) -> float:
        """
        @param index: a point of the grid, counted from the first call.
        @return: how long after it the packets of its mixes leave, seconds: at once where few are
            due, as their mixes take about as long each time.
        """
        due = [group for group in self._rooms.inhabited if group.lastDue(index) == index]
        return self._departure if sum(len(each.members) for each in due) > self._few else 0.0

    def _noteLateness(self, lateness: float) -> None:
        if lateness > self._tickSeconds:
            self._late += 1
        self._worst = max(self._worst, lateness)

    def _obey(self, packets: IPacketIO, index: int) -> None:
        """
        Run the commands that have come.
        """
        self.commands.now = self._now
        self.commands.moment = self._now + self._epoch
        self.commands.clock = index * self._tickMs
        while self.inbox:
            self.inbox.popleft()(packets)
        self._settle(packets)
        self._reports += self.commands.reports
        self.commands.reports.clear()

    def _receive(self, group: MixGroup, packets: IPacketIO) -> None:
        batch = packets.drain(group.number, self._now)
        if batch.slots.size:
            if self._strays.watched:
                self._strays.watch(batch)
            self._reports += self._receiver.take(batch, packets, group.frameMs, self._now)
            if self._receiver.changed:
                self._settle(packets)

    def _pass(self, packets: IPacketIO, batch: PacketBatch) -> None:
        """
        Send on what may pass, and mix what may not.
        """
        reports, strayed = self._forwarding.take(packets, batch, self._now)
        self._reports += reports
        if self._strays.astray or self._receiver.changed:
            self._settle(packets)
        if strayed is not None:
            self._takeStrayed(packets, strayed)

    def _takeStrayed(self, packets: IPacketIO, batch: PacketBatch) -> None:
        """
        Let what came to be passed be mixed after all.
        """
        numbers = self._table.group[batch.slots]
        for number in sorted(set(numbers.tolist())):
            group = self._rooms.groups[number]
            part = batch.only(np.flatnonzero(numbers == number).tolist())
            due = self._origin + group.nextDue(self._last) * self._tickSeconds
            self._reports += self._receiver.take(part, packets, group.frameMs, due)

    def _settle(self, packets: IPacketIO) -> None:
        """
        Let the rooms follow what has changed in their members.
        """
        for slots in (self._receiver.changed, self._strays.astray, self._digits.ended):
            for slot in slots:
                self._rooms.refit(slot)
            slots.clear()
        self._rooms.settle(packets, self._now)
        self._reports += [PassingTurned(*turned) for turned in self._rooms.turned]
        self._rooms.turned.clear()

    def _mix(self, group: MixGroup, index: int, packets: IPacketIO) -> None:
        """
        Play, mix and send one frame of a group.

        @param index: the tick that the frame is due at.
        """
        members = group.members
        if not members.size:
            return
        frames, sounding = group.pull(self._now, self._receiver.jitter(members))
        for position, party in group.parties:
            sounding[position] = _readParty(party, frames[position], group.sampleRate)
        self._speaking.leaveOut(group, frames, sounding)
        plan = group.plan(sounding)
        mixes = mix(frames, plan)
        clock = index * self._tickMs
        pausing = self._digits.send(packets, members, clock)
        if self._passing.resuming:
            pausing = self._passing.resume(members, sounding, pausing, clock)
        for hearing in group.hearings(mixes, plan, clock, pausing):
            self._sender.send(packets, hearing.members, hearing.mixes, clock, hearing.pausing)
        for position, party in group.parties:
            if party.sink is not None:
                party.sink.write(mixes[plan.mixOf[position]], group.sampleRate)
        self._reports += self._speaking.listen(group, frames, self._now)
        self._reports += self._digits.reports
        self._digits.reports.clear()

    def _keepHouse(self, packets: IPacketIO, index: int) -> None:
        """
        What is done some times a second, after the sound has left.
        """
        now = self._now
        self._control.receive(packets)
        self._rooms.lower(now)
        self._forwarding.missSilent(now)
        if self._strays.astray:
            self._settle(packets)
        self._consent.expire(packets, now)
        self._control.report(packets, now, index * self._tickMs)
        self._reports += self._digits.expire(now)
        for slot, mode in self._decoding.requests():
            self._sender.heed(slot, mode)
        if now >= self._nextSurvey or self._hasBegun(now):
            self._nextSurvey = now + _SURVEY
            self._receiver.settle(packets, now)
            last = self._last
            departures = [self.departure(group.nextDue(last)) for group in self._rooms.groups]
            figures = survey(
                self._table,
                self._receiver.statistics,
                self._rooms.groups,
                self._known,
                self._stores,
                self._forwarding.lanes,
                np.array(departures),
                now,
                self._clockAt(now),
            )
            self._control.survey = figures = replace(figures, at=now + self._epoch)
            shields = self.commands.shieldsOf(figures.rows)
            self._reports.append(Surveyed(figures, self._figures(), shields))

    def _hasBegun(self, now: float) -> bool:
        """
        Whether somebody's sound has begun a moment ago: the call may be over before the others are
        surveyed.
        """
        age = now - self._table.waitsFrom
        return bool(np.any((age >= 0.0) & (age < _SURVEY)))

    def _figures(self) -> Mapping[str, float]:
        """
        How the plane itself fares; the worst lateness is that since the last survey.
        """
        worst, self._worst = self._worst, 0.0
        return {
            "ports": int(np.count_nonzero(self._table.portId >= 0)),
            "rooms": sum(len(group.rooms) for group in self._rooms.groups),
            "ticks": self._last + 1,
            "lateTicks": self._late,
            "worstLateness": round(worst, 4),
            "framesGivenUp": self._givenUp + self._forwarding.givenUp,
            "codecFailures": self._coders.failures,
            "busySeconds": round(self._spent(), 6),
            "codecSeconds": round(self._coders.seconds, 6),
        }


def _readParty(party: LocalParty, frame: npt.NDArray[np.int16], sampleRate: int) -> bool:
    """
    @param frame: C{int16[s]}: filled with what the party plays.
    @return: whether it plays anything.
    """
    if party.source is None:
        return False
    samples = party.source.read(len(frame), sampleRate)[: len(frame)]
    frame[: len(samples)] = samples
    frame[len(samples) :] = 0
    return len(samples) > 0
