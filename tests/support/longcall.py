"""
Calls over a bad network, for as long as one wants: baresip behind it, which says a burst of a tone each second, is
bridged to an Asterisk by H.323, which plays back what it hears.

When each burst passed where is taken from a capture, so that what the server adds is told apart
from what the network does, at the start and at the end of a call.
"""

from __future__ import annotations

import statistics
import wave
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from h323d.dsp.tones import Tone, render
from tests.support.flows import Flow, Flows, decodedFlow
from tests.support.gatewaypeers import (
    ECHO,
    STARTS,
    bridged,
    configuration,
    h323Peer,
)
from tests.support.impairedpath import ImpairedPath, Impairment
from tests.support.impairment import SHIFT
from tests.support.processes import Baresip, Capture, Server, together, waitFor

__all__ = ["LongCall", "Passage", "Stage", "longCalls"]

CODECS = {"PCMU": "PCMU/8000/1", "G722": "G722/16000/1", "opus": "opus/48000/2"}
BURST, PERIOD = 0.2, 1.0  # seconds
FREQUENCY = 1004  # Hz
AUDIBLE = 1000  # of 32767; a burst has ten times as much, the noise of a codec less
BLOCK = 0.001  # seconds that are looked at together
QUIET = 0.3  # seconds before a burst in which nothing is heard
LONGEST = 0.9  # seconds that something may take, and still be told apart from the next burst
PACKETS = 50  # in a second
PHONES, PATHS = (6, 7), (8, 9)  # the last octets of their addresses
SETTLED = 5  # seconds after which a delay is as it is to stay

View = dict[str, Any]  # Any: whatever JSON can say


@dataclass(frozen=True)
class Passage:
    """
    How the bursts of one call came from one place to another.

    @ivar said: how many there were.
    @ivar delays: seconds, of each that came through, by the second in which it was said.
    """

    said: int
    delays: dict[int, float]

    @property
    def missing(self) -> int:
        return self.said - len(self.delays)

    def atStart(self, seconds: int) -> float:
        """
        The delay once the call had settled, seconds.
        """
        first = min(self.delays) + SETTLED
        return statistics.median(
            delay for at, delay in self.delays.items() if first <= at < first + seconds
        )

    def atEnd(self, seconds: int) -> float:
        """
        The delay in the call's last seconds.
        """
        last = max(self.delays)
        return statistics.median(delay for at, delay in self.delays.items() if at > last - seconds)


@dataclass(frozen=True)
class LongCall:
    """
    One call, and what was captured of it.

    @ivar encodings: that of the phone, and that of the H.323 peer.
    @ivar legs: as the server told of them before the end, by protocol.
    @ivar there: from the phone, before the bad network, to what the peer was sent.
    @ivar back: from the peer to what was sent to the phone, before the bad network.
    """

    encodings: tuple[str, str]
    legs: dict[str, View]
    there: Passage
    back: Passage


@dataclass
class Stage:
    """
    Who takes part.
    """

    server: Server
    capture: Capture
    paths: dict[str, str]  # by codec: the address of the bad network
    calls: dict[str, dict[str, View]] = field(default_factory=dict)  # by codec

    def look(self) -> bool:
        """
        @return: whether all calls go on.
        """
        for legs in bridged(self.server):
            self.calls[legs["sip"]["media"]["format"].split("/")[0]] = legs
        return len(self.calls) == len(self.paths) == len(bridged(self.server))

    def hasLasted(self, seconds: float) -> bool:
        """
        Whether everybody has been heard for so long.

        @raise AssertionError: a call is over.
        """
        assert self.look(), f"a call ended:\n{self.server.output()[-2000:]}"
        heard = [legs["h323"]["media"]["packetsReceived"] for legs in self.calls.values()]
        return bool(min(heard) >= seconds * PACKETS)

    def results(self) -> list[LongCall]:
        flows = Flows(self.capture.file)
        flows.read()
        return [self._result(flows, codec, legs) for codec, legs in self.calls.items()]

    def _result(self, flows: Flows, codec: str, legs: dict[str, View]) -> LongCall:
        sip, h323 = (legs[each]["media"] for each in ("sip", "h323"))
        encoding = h323["format"].split("/")[0]
        port = int(sip["rtp"].rpartition(":")[2]) + SHIFT
        said = flows.into(f"{self.paths[codec]}:{port}")
        return LongCall(
            (codec, encoding),
            legs,
            passage(said, codec, flows.outOf(h323["rtp"]), encoding),
            passage(flows.into(h323["rtp"]), encoding, flows.outOf(sip["rtp"]), codec),
        )


@contextmanager
def longCalls(
    directory: Path, network: str, codecs: Sequence[str], seconds: float, impairment: Impairment
) -> Iterator[Stage]:
    """
    Calls of all these codecs, two at most, that go on at the same time.

    @param network: what all addresses begin with.
    @param seconds: for which something is said.
    """
    hosts = dict(zip(codecs, zip(PHONES, PATHS, strict=True), strict=False))
    us, peer = f"{network}1", STARTS[0]
    paths, phones = {}, []
    for codec, (phone, path) in hosts.items():
        here = f"{network}{path}"
        paths[codec] = ImpairedPath(directory, us, f"{network}{phone}", here, impairment)
        place = directory / codec
        place.mkdir(parents=True)
        writeBursts(place / "tone.wav", seconds, int(CODECS[codec].split("/")[1]))
        target = f"sip:{peer.number(ECHO)}@{here}"
        phones.append(Baresip(place, f"{network}{phone}", target, int(seconds) * 2, CODECS[codec]))
    capture = Capture(directory / "capture", f"{network}0/24")
    server = Server(directory / "server", us, configuration(network))
    with ExitStack() as stack:
        together(stack, capture, server, *paths.values())
        stack.enter_context(h323Peer(directory, network, peer))
        waitFor(lambda: server.ask("registrations"), 20, "the peer registers")
        together(stack, *phones)
        stage = Stage(server, capture, {codec: path.here for codec, path in paths.items()})
        waitFor(stage.look, 20, "all calls are bridged")
        yield stage
        assert "Traceback" not in server.output()


def writeBursts(path: Path, seconds: float, rate: int) -> None:
    """
    Write a WAV file that says the tone for a moment in each second.
    """
    period = np.zeros(int(PERIOD * rate), "<i2")
    period[-int(BURST * rate) :] = render(Tone((FREQUENCY,)), 0, int(BURST * rate), rate)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        for _ in range(int(seconds / PERIOD)):
            file.writeframes(period.tobytes())


def passage(said: Flow, encoding: str, heard: Flow, other: str) -> Passage:
    """
    How the bursts of one flow came into another.
    """
    begins, ends = burstsIn(said, encoding), burstsIn(heard, other)
    last = ends[-1] if len(ends) else 0.0
    begins = [begin for begin in begins if begin < last - LONGEST]
    delays = {}
    for number, begin in enumerate(begins):
        after = [end - begin for end in ends if -BLOCK <= end - begin < LONGEST]
        if after:
            delays[number] = after[0]
    return Passage(len(begins), delays)


def burstsIn(flow: Flow, encoding: str) -> list[float]:
    """
    @return: when each began, by the capture's clock.
    """
    if not flow.packets:
        return []
    sound, rate = decodedFlow(flow, encoding)
    kind = Counter(packet.payloadType for packet in flow.packets).most_common(1)[0][0]
    times = [packet.seconds for packet in flow.packets if packet.payloadType == kind]
    perPacket = len(sound) // len(times)
    size = int(BLOCK * rate)
    blocks = np.abs(sound[: len(sound) // size * size].reshape(-1, size).astype(np.int32))
    audible = np.flatnonzero(blocks.max(axis=1) > AUDIBLE)
    begins = audible[np.diff(audible, prepend=-np.inf) > QUIET / BLOCK]
    found = []
    for begin in begins * size:
        packet, within = divmod(int(begin), perPacket)
        found.append(times[min(packet, len(times) - 1)] + within / rate)
    return found
