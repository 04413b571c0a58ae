"""
What a RAS transaction costs, by the number of registered endpoints.

    python -m benchmarks.ras [N ...]

First in memory (L{benchmarks.rasmemory}): the gatekeeper's own work, with no
socket and no thread.  Then over UDP, against C{twistd h323d} as an operator
runs it, registrations kept on the disk: L{benchmarks.rasload} is N endpoints in
a process of its own.  CPU is user and system time of the server's process,
divided by the transactions: once when it is asked as fast as it answers, and
once at an even pace, which is what the latencies are of.  An ARQ and a DRQ count
as one transaction together; their latency is that of each.  Memory is what the
server's resident set grew by, for each registration, after the first RRQs.

Linux only.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.support.processes import Server

SIZES = (100, 500, 2000, 20000, 100000)
SERVER = "127.0.40.1"
CONFIGURATION = "[routing]\nacceptUnknownLRQ = true\n"
KINDS = ("first RRQ", "full RRQ", "keepalive", "ARQ + DRQ", "LRQ")


def inMemory(sizes: list[int]) -> None:
    """
    Print a line for each size.
    """
    print("in memory: microseconds of CPU per transaction")
    print(f"{'N':>8} {'full RRQ':>10} {'keepalive':>10} {'ARQ+DRQ':>10}", flush=True)
    for size in sizes:
        subprocess.run([sys.executable, "-m", "benchmarks.rasmemory", str(size)], check=True)


def overUDP(size: int, rate: int) -> None:
    """
    Print a line for each kind of transaction.
    """
    with tempfile.TemporaryDirectory() as directory:
        with Server(Path(directory), SERVER, CONFIGURATION) as server:
            done = subprocess.run(
                [sys.executable, "-m", "benchmarks.rasload", SERVER, str(server.pid), str(size),
                 "--rate", str(rate)],
                stdout=subprocess.PIPE, text=True, check=True,
            )  # fmt: skip
        assert "Traceback" not in server.output(), server.output()
    found = json.loads(done.stdout)
    for kind in KINDS:
        cells = [f"{found[kind]['cpu']:10.0f}"]
        if "paced" in found[kind]:
            cells.append(f"{found[kind]['paced']:10.0f}")
            cells += [f"{found[kind][each]:8.2f}" for each in ("p50", "p99")]
        else:
            cells.append(f"{'':28} {found['memory']:8.0f}")
        print(f"{size:8} {kind:>10} " + " ".join(cells), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="what a RAS transaction costs")
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES, metavar="N")
    parser.add_argument("--rate", type=int, default=1000, help="transactions a second, paced")
    options = parser.parse_args()
    inMemory(options.sizes)
    print("over UDP: microseconds of CPU per transaction, in a hurry and paced; milliseconds")
    print(f"from request to answer at {options.rate} a second; octets per registration")
    heads = ("hurry", "paced", "p50 ms", "p99 ms", "memory")
    print(f"{'N':>8} {'':>10} " + "{:>10} {:>10} {:>8} {:>8} {:>8}".format(*heads), flush=True)
    for size in options.sizes:
        overUDP(size, options.rate)


if __name__ == "__main__":
    main()
