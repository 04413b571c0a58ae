"""
What a log looks like when somebody begins to write it again: after a stop, a crash, a power cut,
or a restored backup.

The last file is read.  What follows its last whole record was torn, unless the newest head says
that there was more: then what that head covers is lost, and the log cannot go on under its name.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from h323d.errors import DecodeError
from h323d.witness.log.chain import Chain
from h323d.witness.log.checkpoint import Checkpoint
from h323d.witness.log.note import VerifierKey, notesIn
from h323d.witness.log.places import Place, linesOf
from h323d.witness.log.record import read
from h323d.witness.log.sealing import Opening

__all__ = ["Recovered", "recovered", "wholeHeads", "wholeOpenings"]


@dataclass(frozen=True, slots=True)
class Recovered:
    """
    @ivar chain: where the log can go on.
    @ivar first: of the file that its last record is in.
    @ivar octets: of that file, as far as it is whole.
    @ivar torn: what follows there.
    @ivar head: the newest; C{None} if there is none yet.
    @ivar lost: why the log cannot go on under its name; empty if it can.
    """

    chain: Chain
    first: int
    octets: int
    torn: bytes
    head: Checkpoint | None
    lost: str = ""


def recovered(place: Place, key: VerifierKey) -> Recovered:
    """
    @param key: the log's.

    @raise OSError: it cannot be read.
    """
    head, lost = _newestHead(place, key)
    chain, firsts = Chain(), place.firsts()
    last = firsts.pop() if firsts and not place.isRemoved(firsts[-1]) else None
    for first in firsts:
        try:
            if first != chain.size:
                raise DecodeError(
                    f"records {chain.size} to {first - 1} are missing", place.path.name
                )
            subtree = place.subtreeOf(first)
        except DecodeError as error:
            return Recovered(chain, first, 0, b"", head, lost or str(error))
        chain.frontier.add(subtree.root, place.level)
        chain.prevHash = subtree.hash
    if last is None:
        last = chain.size
    if last != chain.size:
        lost = lost or f"records {chain.size} to {last - 1} are missing"
        return Recovered(chain, last, 0, b"", head, lost)
    return _lastFile(place.records(last), chain, head, lost)


def _newestHead(place: Place, key: VerifierKey) -> tuple[Checkpoint | None, str]:
    try:
        return Checkpoint.readSigned(place.checkpoint.read_text("utf-8"), key), ""
    except FileNotFoundError:
        return None, ""
    except (DecodeError, UnicodeDecodeError) as error:
        return None, f"the newest head cannot be used: {error}"


def _lastFile(path: Path, chain: Chain, head: Checkpoint | None, lost: str) -> Recovered:
    first = chain.size
    isHead = head is None or head.size <= first  # as far as that can be seen from here
    octets = 0
    for line in linesOf(path) if path.exists() else ():
        try:
            if not line.endswith(b"\n"):
                raise DecodeError("is cut off", "record")
            chain.follow(read(line[:-1]), line[:-1])
        except DecodeError:
            break
        octets += len(line)
        if head is not None and head.size == chain.size:
            isHead = head.root == chain.frontier.root()
    torn = b""
    if path.exists():
        with path.open("rb") as file:
            file.seek(octets)
            torn = file.read()
    if head is not None and head.size > chain.size:
        lost = lost or f"there are {chain.size} records, and the newest head is of {head.size}"
    elif not isHead:
        lost = lost or "the records are not those of the newest head"
    return Recovered(chain, first, octets, torn, head, lost)


def wholeOpenings(octets: bytes, size: int) -> int:
    """
    How many octets of a file of openings are of records that there are.

    @param size: of the log.
    """
    end = octets.rfind(b"\n") + 1
    while end:
        start = octets.rfind(b"\n", 0, end - 1) + 1
        try:
            if Opening.read(octets[start:end])[0] < size:
                break
        except DecodeError:
            pass
        end = start
    return end


def wholeHeads(octets: bytes) -> int:
    """
    How many octets of a file of heads are of whole ones.
    """
    whole = 0
    for each in notesIn(octets.decode("utf-8", "surrogateescape").splitlines(keepends=True)):
        try:
            Checkpoint.read(each.rpartition("\n\n")[0] + "\n")
        except DecodeError:
            break
        if not each.endswith("\n"):
            break
        whole += len(each.encode("utf-8", "surrogateescape"))
    return whole
