"""
What the parts of a media tick cost: microseconds of CPU for each stream and frame of 20 ms.

Run as C{python benchmarks/dsp.py [streams]}.  Rooms of twelve in which everyone talks,
G.711, one packet of each stream in each tick.  "of a core" is for as many streams at 50
frames a second.  Figures are the best of several runs; nothing asserts them.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from h323d.dsp.g711 import decodeULaw, encodeULaw
from h323d.dsp.levels import ActiveSpeakers, SpeechActivity, levels
from h323d.dsp.mixing import mix, planMix
from h323d.dsp.plc import Concealment
from h323d.dsp.resample import Resampler
from h323d.rtp.columns import gatherPayloads, parseHeaders, writeHeaders
from h323d.rtp.jitter import JitterBuffers
from h323d.rtp.statistics import ReceiverStatistics

ROOM = 12
SAMPLES = 160
FRAMES = 50  # in a run
RUNS = 5


def measure(name: str, streams: int, frame: Callable[[int], object]) -> float:
    """
    @param frame: does what is measured, for the frame of that number.
    @return: microseconds a stream and frame.
    """
    best, number = float("inf"), 0
    for _ in range(RUNS):
        before = time.process_time()
        for _ in range(FRAMES):
            frame(number)
            number += 1
        best = min(best, time.process_time() - before)
    cost = best / FRAMES / streams * 1e6
    print(f"{name:<44}{cost:8.3f} us {cost * streams * 50 / 1e4:7.2f} % of a core")
    return cost


def main(streams: int) -> None:
    """
    @param streams: how many.
    """
    rng = np.random.default_rng(1)
    rows = np.arange(streams)
    rooms = rows // ROOM
    sound = rng.integers(-3000, 3000, (streams, SAMPLES)).astype(np.int16)
    codes = encodeULaw(sound)
    packets = np.zeros((streams, 12 + SAMPLES), np.uint8)
    packets[:, 12:] = codes
    lengths = np.full(streams, 12 + SAMPLES)
    sequence, ssrc = np.zeros(streams, np.int64), rows + 1
    jitter = np.full(streams, 0.0005)
    quiet = np.zeros((streams, 2), bool)
    everyone = np.ones(streams, bool)

    def write(number: int) -> None:
        writeHeaders(packets, 0, False, sequence + number, sequence + number * SAMPLES, ssrc)

    total = measure("write RTP headers", streams, write)
    total += measure("parse RTP headers", streams, lambda _: parseHeaders(packets, lengths))
    columns = parseHeaders(packets, lengths)
    total += measure(
        "gather payloads",
        streams,
        lambda _: gatherPayloads(packets, rows, columns.payloadOffset, SAMPLES),
    )
    statistics = ReceiverStatistics(streams)

    def count(number: int) -> None:
        statistics.update(
            rows,
            columns.ssrc,
            np.full(streams, number % 65536, np.uint16),
            np.full(streams, number * SAMPLES, np.uint32),
            np.full(streams, number * 0.02 - 0.01),
        )

    total += measure("receiver statistics", streams, count)
    total += measure("decode u-law", streams, lambda _: decodeULaw(codes))
    buffers = JitterBuffers(streams)

    def buffer(number: int) -> None:
        now = number * 0.02
        timestamps = np.full(streams, number * SAMPLES, np.uint32)
        buffers.insert(rows, timestamps, sound, now, np.full(streams, now - 0.01))
        buffers.pull(rows, now, jitter)

    total += measure("jitter buffer, in and out", streams, buffer)
    concealment = Concealment(streams)
    total += measure(
        "concealment, nothing lost", streams, lambda _: concealment.conceal(rows, sound, quiet)
    )
    total += measure("levels", streams, lambda _: levels(sound))
    level = levels(sound)
    activity, speakers = SpeechActivity(streams), ActiveSpeakers(streams, streams)

    def floor(number: int) -> None:
        active = activity.update(rows, level)
        speakers.update(rows, rooms, level, active, number * 0.02)

    total += measure("activity and active speakers", streams, floor)
    plan = planMix(rooms, everyone)
    total += measure("plan the mix", streams, lambda _: planMix(rooms, everyone))
    total += measure("mix N-1", streams, lambda _: mix(sound, plan))
    mixes = mix(sound, plan)
    total += measure("encode u-law", streams, lambda _: encodeULaw(mixes))
    print(
        f"{'all of the above':<44}{total:8.3f} us {total * streams * 50 / 1e4:7.2f} % of a core\n"
    )

    fewTalk = rows % ROOM < 2
    listening = planMix(rooms, fewTalk)
    measure(
        "mix and encode where 2 of 12 talk", streams, lambda _: encodeULaw(mix(sound, listening))
    )
    lossy = Concealment(streams)

    def lose(number: int) -> None:
        lossy.conceal(rows, sound.copy(), (rng.random((streams, 1)) < 0.05) | quiet)

    measure("concealment, 5 % lost", streams, lose)
    measure(
        "concealment, all lost at once (of 4 frames 1)",
        streams,
        lambda number: lossy.conceal(rows, sound.copy(), quiet | (number % 4 == 3)),
    )
    for fromRate, toRate in ((8000, 16000), (16000, 8000), (8000, 48000), (48000, 8000)):
        measureResampler(rows, np.resize(sound, (streams, fromRate // 50)), fromRate, toRate)


def measureResampler(
    rows: npt.NDArray[np.intp], frames: npt.NDArray[np.int16], fromRate: int, toRate: int
) -> None:
    """
    @param frames: C{int16[n, s]}: a frame of each stream.
    """
    resampler = Resampler(len(rows), fromRate, toRate)
    name = f"resample {fromRate} to {toRate} Hz"
    measure(name, len(rows), lambda _: resampler.resample(rows, frames))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 960)
