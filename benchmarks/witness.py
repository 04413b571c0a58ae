"""
What the witness's log costs: records that are on the disk, by how many are written together, and
records that are verified.

Run from the repository's root::

    python -m benchmarks.witness [--records N] [--directory DIRECTORY]

The directory is to be on the disk whose figures are wanted: in memory, everything is durable at
once.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import tempfile
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from h323d.events.doors import ApplicationPassed
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.witness.log.chain import Entry
from h323d.witness.log.disk import Disk, Identity
from h323d.witness.log.note import VerifierKey
from h323d.witness.log.places import Place
from h323d.witness.log.telling import entryOf
from h323d.witness.log.verdict import verify

BATCHES = (1, 16, 64, 1000)
SECONDS = 3.0  # of each
START = 1_800_000_000.0


def entries(count: int, rng: random.Random) -> deque[Entry]:
    """
    Admissions, as facts tell of them.
    """
    made = deque[Entry]()
    for number in range(count):
        source = TransportAddress(f"10.0.{number % 256}.{number // 256 % 256}", 1719)
        calling = (PartyAddress(AddressKind.DIALLED_DIGITS, f"{number:06}"),)
        fact = ApplicationPassed(
            START, "ARQ", "h323", source, "ep1", (), calling, calling, 128_000, "",
            f"{rng.getrandbits(128):032x}", "", "", "",
        )  # fmt: skip
        entry = entryOf(fact, rng)
        assert entry is not None
        made.append(entry)
    return made


def newDisk(directory: Path) -> Disk:
    return Disk(directory, Identity("bench.example/log", directory / "key", bytes(32)), 1e9)


def append(directory: Path, batch: int) -> None:
    """
    Write for a while, so many together.
    """
    rng, disk, count = random.Random(1), newDisk(directory), 0
    disk.write(deque(), START)
    waits = []
    began, cpu = time.perf_counter(), time.process_time()
    made = 0.0  # of CPU, for the entries themselves
    while time.perf_counter() - began < SECONDS:
        before = time.process_time()
        waiting = entries(batch, rng)
        made += time.process_time() - before
        at = time.perf_counter()
        disk.write(waiting, START + at - began)
        waits.append(time.perf_counter() - at)
        count += batch
    wall, spent = time.perf_counter() - began, time.process_time() - cpu
    disk.close()
    waits.sort()
    half, most = waits[len(waits) // 2] * 1e3, waits[int(len(waits) * 0.99)] * 1e3
    print(
        f"{batch:5} together  {count / wall:8,.0f} records/s"
        f"  {half:6.1f} ms p50  {most:6.1f} ms p99"
        f"  {(spent - made) / count * 1e6:5.1f} us CPU to write, {made / count * 1e6:4.1f} to make"
    )


def fill(directory: Path, count: int) -> None:
    rng, disk = random.Random(1), newDisk(directory)
    for first in range(0, count, 1000):
        disk.write(entries(min(1000, count - first), rng), START + first / 1000)
    disk.write(deque(), START, isLast=True)
    disk.close()


def check(directory: Path, jobs: int) -> None:
    place = Place(directory / "1")
    key = VerifierKey.read((place.path / "key.pub").read_text())
    began, before = time.perf_counter(), _children()
    with ProcessPoolExecutor(jobs) as pool:
        verdict = verify(place, key, each=pool.map)
    wall, spent = time.perf_counter() - began, _children() - before
    assert verdict.isIntact
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(
        f"{verdict.size:,} records, {verdict.openings:,} openings, {jobs} processes: "
        f"{verdict.size / wall:,.0f} records/s, {spent / verdict.size * 1e6:.1f} us CPU each; "
        f"{most:.0f} MB in the largest"
    )


def _children() -> float:
    """
    Seconds of CPU that the processes took that have ended.
    """
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=200_000, help="that are verified")
    parser.add_argument("--directory", type=Path, help="where the logs are written")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(dir=options.directory) as name:
        directory = Path(name)
        for batch in BATCHES:
            append(directory / str(batch), batch)
        fill(directory / "many", options.records)
        for jobs in sorted({1, os.cpu_count() or 1}):
            check(directory / "many", jobs)
        shutil.rmtree(directory / "many" / "1" / "openings")
        check(directory / "many", os.cpu_count() or 1)


if __name__ == "__main__":
    main()
