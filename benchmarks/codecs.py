"""
What each codec costs: microseconds of CPU for 20 ms of one stream, and the octets of its packets.

Run as C{python -m benchmarks.codecs}.  Those without memory are timed alone, as one row, though a
tick codes all their streams at once, which costs next to nothing for each (C{benchmarks/dsp.py}).
"lost" is what a lost packet costs; "calls" is how many calls between codec and G.711 fill a core
if nothing else cost anything: its own limit.  Figures are the best of several runs; nothing asserts
them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from h323d.dsp.codec import LARGEST_PAYLOAD, ICodec, IRowCodec, IStreamCodec
from h323d.dsp.provisions import provisions

SECONDS = 4
RUNS = 5
PACKET_MS = 20
LOSSES = 50
PARAMETERS = (("useinbandfec", "1"),)  # of Opus; the others have none

Samples = npt.NDArray[np.int16]
Octets = npt.NDArray[np.uint8]


def voice(rate: int, packetMs: int = PACKET_MS) -> list[Samples]:
    """
    @return: packets of something like a voice.
    """
    time_ = np.arange(rate * SECONDS) / rate
    sway = time_ * (1 + 0.01 * np.sin(2 * np.pi * 3 * time_))
    wave = sum(
        np.sin(2 * np.pi * frequency * sway) / number
        for number, frequency in enumerate((140, 280, 420, 700, 1200, 2300), 1)
    )
    breath = np.random.default_rng(1).normal(0, 200, len(time_))
    loud = 0.5 + 0.5 * np.sin(2 * np.pi * 4 * time_)
    sound = (wave * loud * 5000 + breath).astype(np.int16)
    count = rate * packetMs // 1000
    return list(sound[: len(sound) // count * count].reshape(-1, count))


def best(work: Callable[[Any], object], items: Sequence[Any]) -> float:
    """
    @param work: Any: on whatever the items are.
    @return: microseconds an item.
    """
    costs = []
    for _ in range(RUNS):
        before = time.thread_time()
        for item in items:
            work(item)
        costs.append((time.thread_time() - before) / len(items))
    return min(costs) * 1e6


def timeRows(codec: IRowCodec) -> None:
    rate = int(codec.sampleRate)
    spoken = [packet[None] for packet in voice(rate)]
    payloads = [codec.encodeRows(packet) for packet in spoken]
    encoding, decoding = best(codec.encodeRows, spoken), best(codec.decodeRows, payloads)
    tell(codec, rate, encoding, decoding, None, float(payloads[0].shape[1]))


def timeStreams(codec: IStreamCodec, rate: int) -> None:
    packetMs = int(np.lcm(PACKET_MS, codec.frameMs))
    share = PACKET_MS / packetMs
    spoken = voice(rate, packetMs)
    out, back = np.zeros(LARGEST_PAYLOAD, np.uint8), np.zeros(len(spoken[0]), np.int16)
    encoder = codec.newEncoder(rate, PARAMETERS)
    payloads = [out[: encoder.encode(packet, out)].copy() for packet in spoken]
    encoding = best(lambda packet: encoder.encode(packet, out), spoken)
    decoder = codec.newDecoder(rate, PARAMETERS)
    decoding = best(lambda payload: decoder.decode(payload, back), payloads)
    losing = best(
        lambda payload: (decoder.decode(payload, back), decoder.recover(back)), payloads[:LOSSES]
    )
    size = sum(map(len, payloads)) / len(payloads)
    costs = encoding * share, decoding * share, (losing - decoding) * share
    tell(codec, rate, *costs, size * share)


def tell(
    codec: ICodec,
    rate: int,
    encoding: float,
    decoding: float,
    recovering: float | None,
    size: float,
) -> None:
    """
    A line of the table.
    """
    lost = "" if recovering is None else f"{recovering:.0f}"
    calls = PACKET_MS * 1000 / (encoding + decoding)
    print(
        f"{codec.format.name:<13}{rate:>6}{encoding:>9.1f}{decoding:>9.1f}{lost:>6}{size:>8.0f}{calls:>8.0f}"
    )


def main() -> None:
    """
    Time all that this machine can do.
    """
    print(f"{'codec':<13}{'Hz':>6}{'encode':>9}{'decode':>9}{'lost':>6}{'octets':>8}{'calls':>8}")
    for each in provisions():
        if each.codec is None:
            print(f"{each.format.name:<13} {each.missing}")
        elif IRowCodec.providedBy(each.codec):
            timeRows(IRowCodec(each.codec))
        else:
            stream = IStreamCodec(each.codec)
            for rate in stream.sampleRates:
                timeStreams(stream, rate)


if __name__ == "__main__":
    main()
