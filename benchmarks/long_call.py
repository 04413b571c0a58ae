"""
Two long calls over a network that loses one packet in a hundred, and has the others come up to
30 ms later than they might: does the delay grow, and is anything ever missing?

baresip behind that network says a burst of a tone each second, in a codec of its own in each call;
the server bridges it to an Asterisk by H.323, which speaks G.711 and plays back what it hears.  A
delay is that between two places in a capture, from before the bad network to behind the server: so
the way I{there} has what the network adds (half of the 30 ms), and the way I{back} has not.

Run: C{ASTERISK_ROOT=... python -m benchmarks.long_call --minutes 10}
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from h323d.control.client import CommandFailed
from tests.support.impairedpath import Impairment
from tests.support.longcall import Passage, Stage, longCalls
from tests.support.processes import waitFor

NETWORK = "127.0.38."
GRACE = 30  # seconds that the phones say something for longer than is asked


def rowOf(way: str, passage: Passage, window: int) -> str:
    start, end = passage.atStart(window) * 1000, passage.atEnd(window) * 1000
    return f"{way} | {passage.said} | {passage.missing} | {start:.1f} | {end:.1f}"


def lasted(stage: Stage, seconds: float) -> bool:
    with suppress(CommandFailed):  # a machine that does much else may give no answer in time
        return stage.hasLasted(seconds)
    return False


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--codecs", nargs="+", default=["opus", "PCMU"], help="two at most")
    parser.add_argument("--loss", type=float, default=0.01, help="part of the packets")
    parser.add_argument("--jitter", type=float, default=0.03, help="seconds")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    seconds = options.minutes * 60
    window = min(60, int(seconds / 4))
    impairment = Impairment(options.loss, options.jitter, options.seed)
    with tempfile.TemporaryDirectory() as name:
        with longCalls(Path(name), NETWORK, options.codecs, seconds + GRACE, impairment) as stage:
            waitFor(lambda: lasted(stage, seconds), seconds + GRACE, "the calls last", 1.0)
            media = stage.server.ask("status")["media"]
        print(
            f"| formats | way | bursts | missing | delay, ms, median of the first {window} s |"
            f" of the last {window} s | packets received | lost |"
        )
        print("|---|---|---|---|---|---|---|---|")
        for call in stage.results():
            formats = " / ".join(call.encodings)
            for way, passage, leg in (("there", call.there, "sip"), ("back", call.back, "h323")):
                heard = call.legs[leg]["media"]
                row = rowOf(way, passage, window)
                print(
                    f"| {formats} | {row} | {heard['packetsReceived']} | {heard['packetsLost']} |"
                )
    print(
        f"{media['codecFailures']} failures of codecs, {media['framesGivenUp']} frames given up,"
        f" {media['lateTicks']} of {media['ticks']} ticks late"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
