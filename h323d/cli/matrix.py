"""
All codecs against each other: what becomes of a tone between two telephones that have no codec in
common, joined by a server of its own.

One telephone calls by SIP; the other speaks H.323, but for codecs that H.245 has no name for.
Both play a tone after a silence, so that each hears how late it comes, how pure, and whether it
ever breaks off.  Both are in this process, so that both go by one clock.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread
from zope.interface import implementer

from h323d.call.media import ISampleSink, ISampleSource, PortStatistics
from h323d.cli.freeports import freePorts
from h323d.cli.party import PartyFailed
from h323d.cli.phone import Phone
from h323d.cli.phonesettings import PhoneSettings
from h323d.cli.serverprocess import ServerProcess
from h323d.control.client import CommandFailed, ask
from h323d.dsp.codec import ICodec
from h323d.dsp.tones import Tone, levelsAt, render, signalToNoise
from h323d.h323.h245.capabilities.audio import AUDIO
from h323d.media.config import MediaConfig
from h323d.values.cause import Cause
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile

__all__ = ["Heard", "Matrix", "heard"]

HOST = "127.0.0.1"
READY = 60.0  # seconds that the server may take to start
JOINED = 10.0  # seconds that a call may take to be heard
SILENCE = 0.5  # seconds before the tone: what the beginning of a stream sounds like is over
LISTENED = 2.0  # seconds of the tone
FREQUENCY = 1000  # Hz
LEVEL = -16.0  # dBov
PIECE = 0.25  # seconds whose purity is measured at once
WINDOW = 0.02  # seconds that are too quiet, or not
BROKEN_OFF = 6.0  # dB that a window is below the others
AUDIBLE = 1000  # of 32767: more than comfort noise

Samples = npt.NDArray[np.int16]
Piece = tuple[float, Samples, int]
"""
When sound came, by the monotonic clock; what; and its rate, Hz.
"""


@implementer(ISampleSource)
class Mouth:
    """
    Plays a tone from the moment that it is told to.

    @ivar began: when its first sample left, by the monotonic clock, seconds; C{None} before.
    """

    def __init__(self) -> None:
        self.began: float | None = None
        self._speaking = False
        self._position = 0

    def speak(self) -> None:
        self._speaking = True

    def read(self, count: int, sampleRate: int) -> Samples:
        if not self._speaking:
            return np.zeros(count, np.int16)
        if self.began is None:
            self.began = time.monotonic()
        samples = render(Tone((FREQUENCY,), LEVEL), self._position, count, sampleRate)
        self._position += count
        return samples


@implementer(ISampleSink)
class Ear:
    """
    Keeps what it hears.

    @ivar pieces: all of it.
    """

    def __init__(self) -> None:
        self.pieces: list[Piece] = []

    def write(self, samples: Samples, sampleRate: int) -> None:
        self.pieces.append((time.monotonic(), samples.copy(), sampleRate))


@dataclass(frozen=True, slots=True)
class Heard:
    """
    What became of the tone on its way.

    @ivar delay: from mouth to ear, seconds, with the jitter buffers of both.
    @ivar purity: the tone over all else, dB, in the middle one of all pieces.
    @ivar gaps: how often it broke off.
    """

    delay: float
    purity: float
    gaps: int


def heard(began: float, pieces: Sequence[Piece]) -> Heard | None:
    """
    @param began: when the tone left, by the clock of the pieces.

    @return: C{None} if no tone came.
    """
    rate = max((each for _, _, each in pieces), default=0)
    chosen = [(came, samples) for came, samples, each in pieces if each == rate]
    onset = _onset(chosen, rate)
    if onset is None:
        return None
    steady = [samples for came, samples in chosen if came >= onset + PIECE]
    sound = np.concatenate([np.empty(0, np.int16), *steady])
    purities = [signalToNoise(each, FREQUENCY, rate) for each in _cut(sound, PIECE, rate)]
    purity = float(np.median(purities)) if purities else float("-inf")
    return Heard(onset - began, purity, sum(1 for _ in _gaps(sound, rate)))


def _onset(pieces: Iterable[tuple[float, Samples]], rate: int) -> float | None:
    """
    @return: when the first sample came that is no silence.
    """
    for came, samples in pieces:
        loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > AUDIBLE)
        if len(loud):
            return came + int(loud[0]) / rate
    return None


def _cut(sound: Samples, seconds: float, rate: int) -> list[Samples]:
    """
    Whole pieces, of so many seconds each.
    """
    count = int(seconds * rate)
    return [sound[at : at + count] for at in range(0, len(sound) - count + 1, count)]


def _gaps(sound: Samples, rate: int) -> Iterator[int]:
    """
    @return: where the tone breaks off, in windows.
    """
    windows = _cut(sound, WINDOW, rate)
    levels = [float(levelsAt(each, (FREQUENCY,), rate)[0]) for each in windows]
    usual = float(np.median(levels)) if levels else 0.0
    quiet = False
    for number, level in enumerate(levels):
        was, quiet = quiet, level < usual - BROKEN_OFF
        if quiet and not was:
            yield number


class End:
    """
    One telephone of a call.
    """

    def __init__(self, reactor: Any, protocol: str, codec: ICodec) -> None:
        # Any: a reactor of many interfaces.
        self.protocol = protocol
        self.format = codec.format
        self.mouth, self.ear = Mouth(), Ear()
        self.speaks = ""
        self.over = ""
        settings = PhoneSettings(
            HOST,
            protocol,
            MediaProfile.audio((codec.format,)),
            media=MediaConfig(threads=1, maximumPorts=16, tickMs=20),
            codecs=(codec,),
        )
        self._phone = Phone(settings, self, self.mouth, self.ear, reactor)
        self.address = self._phone.start()[protocol]

    @property
    def target(self) -> str:
        return f"{self.protocol}:{self.protocol}@{self.address}"

    def leave(self) -> None:
        self._phone.hangup()

    def stop(self) -> None:
        self._phone.stop()

    # What the telephone tells.

    def phoneRegistered(self) -> None:
        """There is no gatekeeper for it."""

    def phoneDialled(self) -> None:
        """It does not call."""

    def phoneHappened(self, what: str, **details: Any) -> None:
        if what == "media" and details["direction"] == "sendrecv":
            self.speaks = details["sending"]

    def phoneFailed(self, reason: str) -> None:
        self.over = reason

    def phoneReleased(self, cause: Cause, statistics: PortStatistics) -> None:
        self.over = cause.name


class Matrix:
    """
    One run of all pairs.

    @ivar status: what the process exits with: 0 if every tone was heard.
    """

    def __init__(self, reactor: Any, codecs: Sequence[ICodec]) -> None:
        self.status = 1
        self._reactor = reactor
        self._codecs = codecs
        self._directory = Path(tempfile.mkdtemp(prefix="h323d-matrix-"))
        sip, h323, ras = freePorts(HOST, 3)
        self._server = ServerProcess(reactor, self._directory, HOST, (sip, h323, ras))

    def start(self) -> None:
        """
        Begin when the reactor runs; it is stopped in the end.
        """
        self._reactor.callWhenRunning(self._begin)

    def _begin(self) -> None:
        Deferred.fromCoroutine(self._run())

    async def _run(self) -> None:
        """
        From the server's start to its end, a line for each pair as it comes.
        """
        try:
            self._server.start()
            await self._until(self._server.ready, READY, "the server starts")
            print(HEADING, flush=True)
            results = [await self._pair(*pair) for pair in product(self._codecs, repeat=2)]
            self.status = 0 if all(results) else 1
        except (PartyFailed, CommandFailed) as error:
            print(f"h323d-call: {error}", file=sys.stderr)
        finally:
            await self._server.stop()
            shutil.rmtree(self._directory, ignore_errors=True)
            self._reactor.stop()

    async def _pair(self, first: ICodec, second: ICodec) -> bool:
        """
        @return: whether each heard the other.
        """
        one = End(self._reactor, "sip", first)
        hasName = bool(AUDIO.sendable(MediaProfile.audio((second.format,)).of(Medium.AUDIO)))
        other = End(self._reactor, "h323" if hasName else "sip", second)
        try:
            await self._join(one, other)
            await deferLater(self._reactor, SILENCE)
            for end in (one, other):
                end.mouth.speak()
            await deferLater(self._reactor, LISTENED)
            results = [_between(one, other), _between(other, one)]
            print(_line(one, other, results), flush=True)
            one.leave()
            await self._until(lambda: other.over, JOINED, "the call ends")
        finally:
            one.stop()
            other.stop()
        return None not in results

    async def _join(self, one: End, other: End) -> None:
        socket = str(self._server.socket)
        await deferToThread(ask, socket, "call", one.target, other.target)
        pair = f"{one.format} and {other.format}"
        await self._until(lambda: one.speaks and other.speaks, JOINED, f"{pair} hear each other")

    async def _until(self, condition: Any, seconds: float, what: str) -> None:
        deadline = self._reactor.seconds() + seconds
        while not condition():
            if self._reactor.seconds() > deadline:
                raise PartyFailed(f"{what}: not within {seconds:.0f} s")
            await deferLater(self._reactor, 0.02)


def _between(speaker: End, listener: End) -> Heard | None:
    began = speaker.mouth.began
    return None if began is None else heard(began, tuple(listener.ear.pieces))


HEADING = (
    f"{'by SIP':<18} {'to':<5} {'':<18} {'there':<34} {'back':<34}\n"
    f"{'':<18} {'':<5} {'':<18} {'purity':>10} {'delay':>10} {'gaps':>6}        "
    f"{'purity':>10} {'delay':>10} {'gaps':>6}"
)


def _line(one: End, other: End, results: Sequence[Heard | None]) -> str:
    told = "       ".join(map(_told, results))
    return f"{one.format!s:<18} {other.protocol:<5} {other.format!s:<18} {told}"


def _told(result: Heard | None) -> str:
    if result is None:
        return f"{'nothing':>10} {'':>10} {'':>6}"
    return f"{result.purity:>7.1f} dB {result.delay * 1000:>7.0f} ms {result.gaps:>6}"
