"""
A conference under load: h323d beside Asterisk's ConfBridge, in the same run.

The load generator (C{benchmarks/confload}) is a process of its own, with one RTP socket for each
participant and the kernel's arrival times.  Every participant talks; rooms have twelve seats.
For each number of participants the two servers take turns, so that ratios hold where the
machine's speed drifts.  Without C{ASTERISK_ROOT}, h323d is measured alone.

Run: C{python -m benchmarks.conference --numbers 12 60 120 240 --out conference.jsonl}
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.support.processes import Asterisk, Server

HERE = Path(__file__).parent / "confload"
OURS, THEIRS, LOAD = "127.0.31.1", "127.0.31.2", "127.0.31.10"
COLUMNS = (
    ("answered", "up"),
    ("srv_cpu_ms_per_part_s", "CPU ms/p-s"),
    ("lat_p50_ms", "latency p50"),
    ("lat_p99_ms", "p99"),
    ("jit_p50_ms", "jitter p50"),
    ("jit_p99_ms", "p99"),
    ("loss_pct_mean", "loss %"),
    ("join200_p50_ms", "join p50"),
    ("join200_p99_ms", "p99"),
    ("joinrtp_p99_ms", "first RTP p99"),
    ("srv_rss_mb", "RSS MB"),
    ("gen_tick_late_p99_ms", "generator late p99"),
    ("host_idle_s_per_s", "idle"),
)


def main() -> int:
    options = _parser().parse_args()
    subprocess.run(["make", "-C", str(HERE)], check=True, capture_output=True)
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        servers = {"h323d": (OURS, _ours(stack, directory, options.tick))}
        if os.environ.get("ASTERISK_ROOT"):
            servers["ConfBridge"] = (THEIRS, _theirs(stack, directory))
        print("| server | n | " + " | ".join(title for _, title in COLUMNS) + " |")
        print("|" + "---|" * (len(COLUMNS) + 2))
        for number in options.numbers:
            for name, (address, pid) in servers.items():
                runs = [_run(address, pid, number, options) for _ in range(options.runs)]
                _tell(name, number, runs, options.out)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--numbers", type=int, nargs="+", default=[12, 60, 120, 240])
    parser.add_argument(
        "--group", type=int, default=12, help="participants in a room; 0: all in one"
    )
    parser.add_argument("--codecs", default="ulaw")
    parser.add_argument("--seconds", type=int, default=12)
    parser.add_argument("--rate", type=int, default=40, help="calls a second, while joining")
    parser.add_argument(
        "--runs", type=int, default=1, help="runs of each, of which the median counts"
    )
    parser.add_argument(
        "--tick", type=int, default=0, help="the media plane's tickMs, if not default"
    )
    parser.add_argument("--out", type=Path, help="a line of JSON for each run is added there")
    return parser


def _ours(stack: ExitStack, directory: Path, tick: int) -> int:
    configuration = f"[media]\ntickMs = {tick}\n" if tick else ""
    configuration += "[conference]\nmaxTotalParticipants = 4000\n[sip]\nmaxCalls = 4000\n"
    configuration += '[security]\ntrunks = ["127.0.0.0/8"]\n'  # all participants have one host
    return stack.enter_context(Server(directory / "ours", OURS, configuration)).pid


def _theirs(stack: ExitStack, directory: Path) -> int:
    peer = Asterisk(directory / "theirs", THEIRS, OURS, ooh323="no", trace="0")
    return stack.enter_context(peer).pid


def _run(address: str, pid: int, number: int, options: argparse.Namespace) -> dict[str, Any]:
    with tempfile.NamedTemporaryFile(suffix=".jsonl") as out:
        command = [
            str(HERE / "confload"), "-t", address, "-l", LOAD, "-n", str(number),
            "-g", str(options.group), "-c", options.codecs, "-d", str(options.seconds),
            "-r", str(options.rate), "-P", str(pid), "-q", "-j", out.name,
        ]  # fmt: skip
        subprocess.run(command, check=True, timeout=120 + options.seconds, capture_output=True)
        figures: dict[str, Any] = json.loads(Path(out.name).read_text().splitlines()[-1])
    return figures


def _tell(name: str, number: int, runs: list[dict[str, Any]], out: Path | None) -> None:
    median = {key: statistics.median(float(run[key]) for run in runs) for key, _ in COLUMNS}
    cells = " | ".join(f"{median[key]:.2f}".rstrip("0").rstrip(".") for key, _ in COLUMNS)
    print(f"| {name} | {number} | {cells} |", flush=True)
    if out is not None:
        with out.open("a") as file:
            for run in runs:
                file.write(json.dumps({"server": name, **run}) + "\n")


if __name__ == "__main__":
    sys.exit(main())
