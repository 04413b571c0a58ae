"""
What a rehearsal found, whole: values that are written as JSON, and read again, for another report.

Times at which something happened, C{at}, are seconds since the rehearsal began, by the monotonic
clock; durations whose names end in C{Ms} are milliseconds.  The one thing that is told of the
calendar is L{Environment.began}, a text that nothing is computed from.  What was not measured is
C{None}, and never 0.

How to use it.  A run gathers an L{Environment}, its L{Party}s with their joins, leaves and
receptions, L{Incident}s, L{Load}s and L{LostCall}s; L{h323d.rehearse.analysis.heard} makes L{Heard}
of the recordings.  All of that is a L{Rehearsal}, to which L{h323d.rehearse.promises.judged} adds
its verdicts; L{h323d.rehearse.document} writes it, and reads it.

What latency is of depends on the stamps of the recordings, and is told apart by name: from mouth to
ear, with packetisation and jitter buffers; and that of the server, from the arrival of an RTP
packet to the departure of the first mixed packet that carries its sound.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import ArrayLike

__all__ = [
    "Bin",
    "Distribution",
    "Environment",
    "Fault",
    "FaultKind",
    "Heard",
    "Incident",
    "Join",
    "Leave",
    "Load",
    "LostCall",
    "Pair",
    "Party",
    "Reception",
    "Rehearsal",
    "Verdict",
]

QUANTILES = 101
DECIMALS = 3  # that are kept of what is computed


@dataclass(frozen=True, slots=True)
class Distribution:
    """
    Many values of one thing.

    @ivar count: how many there were.
    @ivar quantiles: L{QUANTILES} of them: the least, that which 1 % do not exceed, and so on to
        the greatest.
    """

    count: int
    quantiles: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.quantiles) != QUANTILES:
            raise ValueError(f"{len(self.quantiles)} quantiles, rather than {QUANTILES}")

    @classmethod
    def of(cls, values: ArrayLike) -> Distribution | None:
        """
        @return: C{None} if there are none.
        """
        array = np.asarray(values, np.float64).reshape(-1)
        if not len(array):
            return None
        quantiles = np.round(np.percentile(array, np.arange(QUANTILES)), DECIMALS)
        return cls(len(array), tuple(quantiles.tolist()))

    @classmethod
    def together(cls, parts: Iterable[Distribution | None]) -> Distribution | None:
        """
        Of all values of several, as well as their quantiles tell.

        @return: C{None} if there are none.
        """
        there = [each for each in parts if each is not None]
        if not there:
            return None
        values = np.concatenate([each.quantiles for each in there])
        weights = np.repeat([each.count / QUANTILES for each in there], QUANTILES)
        order = np.argsort(values, kind="stable")
        reached = np.cumsum(weights[order]) - weights[order] / 2
        wanted = np.linspace(reached[0], reached[-1], QUANTILES)
        quantiles = np.round(np.interp(wanted, reached, values[order]), DECIMALS)
        return cls(sum(each.count for each in there), tuple(quantiles.tolist()))

    @property
    def p50(self) -> float:
        return self.quantiles[50]

    @property
    def p99(self) -> float:
        return self.quantiles[99]

    @property
    def greatest(self) -> float:
        return self.quantiles[100]


@dataclass(frozen=True, slots=True)
class Environment:
    """
    Where it was, and with what.

    @ivar began: a date and time with its zone, to be read by people.
    @ivar server: what was rehearsed: the version of ours, or an address.
    @ivar processors: how many the machine has.
    @ivar seconds: how long it went on.
    @ivar seed: of all that was left to chance.
    @ivar network: what was done to packets on their way, in words; empty for nothing.
    """

    began: str
    server: str
    machine: str
    processors: int
    seconds: float
    seed: int
    network: str = ""
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class Join:
    """
    A party came, or tried to.

    @ivar answeredMs: from INVITE to 200, or from Setup to Connect; C{None} if it was not let in.
    @ivar packetMs: from INVITE, or Setup, to the first packet of sound that came.
    @ivar reason: why it was not let in.
    """

    at: float
    answeredMs: float | None
    packetMs: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Leave:
    """
    A party hung up.

    @ivar confirmedMs: from BYE to 200, or from ReleaseComplete or EndSessionCommand to its answer.
    @ivar packetMs: from there to the last packet of sound that came; 0 if none came after it.
    """

    at: float
    confirmedMs: float | None
    packetMs: float | None = None


@dataclass(frozen=True, slots=True)
class Reception:
    """
    The packets that one party got, by their headers.

    @ivar expected: by their sequence numbers (RFC 3550, A.3).
    @ivar lost: that never came.
    @ivar late: that came after their turn, and were not heard.
    @ivar duplicated: that came more than once.
    @ivar concealed: frames that the party's decoder had to make up.
    @ivar frames: frames that it played in all.
    @ivar jitter: interarrival jitter (RFC 3550, A.8) in ms, a value each second.
    @ivar serverLost: packets from the party that never came to the server, as that reports it.
    """

    expected: int
    lost: int
    late: int = 0
    duplicated: int = 0
    concealed: int = 0
    frames: int = 0
    jitter: Distribution | None = None
    serverLost: int | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """
    @ivar number: by which its marker is known, from 0.
    @ivar startUp: how its call begins: fast start, tunnelled, delayed offer...
    @ivar codecs: that were spoken with it, in the order in which they came: more than one means
        that the first one was dropped.
    @ivar proof: how it proved who it is.
    @ivar callType: of a guarded council; empty for none.
    @ivar group: parties of one number hear each other: a room, or a bridged call.
    @ivar mos: of what it hears, by the E-model (ITU-T G.107); L{h323d.rehearse.opinions} adds it.
    @ivar scale: that of C{mos}, in words: those of two scales do not compare.
    """

    number: int
    name: str
    protocol: str
    startUp: str
    codecs: tuple[str, ...]
    packetMs: int = 20
    proof: str = ""
    callType: str = ""
    group: int = 0
    joins: tuple[Join, ...] = ()
    leaves: tuple[Leave, ...] = ()
    reception: Reception | None = None
    mos: float | None = None
    scale: str = ""


class FaultKind(Enum):
    """
    What may be wrong.
    """

    GAP = "gap"
    """Silence where others spoke."""

    DOUBLE = "double"
    """A piece that came twice."""

    SLIP = "slip"
    """What one party says comes later than before from then on, or earlier."""

    STRANGER = "stranger"
    """Somebody who ought not to be heard, or oneself."""


@dataclass(frozen=True, slots=True)
class Fault:
    """
    Something wrong in the sound that a party heard.

    @ivar speaker: of a slip or a stranger.
    @ivar ms: how long it is; of a slip, how much later.
    """

    kind: FaultKind
    listener: int
    at: float
    ms: float
    speaker: int | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """
    What came of one party's sound at another.

    @ivar said: markers that the speaker sent while the listener was there.
    @ivar heard: of these.
    @ivar mouthToEar: ms, from the mouth of the one to the ear of the other.
    @ivar server: ms, from packet to packet, less what the codecs delay by themselves.
    @ivar drift: by which the latency grows, parts per million of time; C{None} if it
        was heard too shortly to say.
    @ivar accuracyMs: of each latency.
    """

    speaker: int
    listener: int
    said: int
    heard: int
    mouthToEar: Distribution | None = None
    server: Distribution | None = None
    drift: float | None = None
    accuracyMs: float | None = None


@dataclass(frozen=True, slots=True)
class Bin:
    """
    A stretch of time, of all parties together.
    """

    at: float
    count: int
    p5: float
    p50: float
    p95: float
    greatest: float


@dataclass(frozen=True, slots=True)
class Heard:
    """
    What the recordings hold.

    @ivar pairs: everybody with everybody else who ought to hear it.
    @ivar mouthToEar: by time, ms.
    @ivar server: by time, ms.
    """

    pairs: tuple[Pair, ...] = ()
    faults: tuple[Fault, ...] = ()
    mouthToEar: tuple[Bin, ...] = ()
    server: tuple[Bin, ...] = ()


@dataclass(frozen=True, slots=True)
class Incident:
    """
    Something that was done to the server, or to a party, on purpose.

    @ivar what: the verb of its script.
    @ivar isFailOver: another process has to take over.
    @ivar overMs: until the last party heard all others again; C{None} if that was not seen.
    """

    at: float
    what: str
    target: str = ""
    isFailOver: bool = False
    overMs: float | None = None


@dataclass(frozen=True, slots=True)
class Load:
    """
    What one process of the server used, at one moment.

    @ivar cpu: of one processor, since the last sample, per cent.
    @ivar memory: resident, MB.
    """

    at: float
    process: str
    cpu: float
    memory: float


@dataclass(frozen=True, slots=True)
class LostCall:
    """
    A call that ended though neither its party nor a script ended it.
    """

    at: float
    party: int
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    What became of a promise.

    @ivar promise: in words.
    @ivar limit: in words, with its unit.
    @ivar figure: that was measured, in words; empty if it was not.
    @ivar kept: C{None} if it was not measured.
    """

    promise: str
    limit: str
    figure: str
    kept: bool | None


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """
    All of it.

    @ivar jitter: of what came to the parties, ms, by time.
    @ivar notes: what a reader ought to know, in sentences.
    """

    environment: Environment
    parties: tuple[Party, ...]
    heard: Heard = Heard()
    jitter: tuple[Bin, ...] = ()
    incidents: tuple[Incident, ...] = ()
    load: tuple[Load, ...] = ()
    lost: tuple[LostCall, ...] = ()
    promises: tuple[Verdict, ...] = ()
    notes: tuple[str, ...] = ()
