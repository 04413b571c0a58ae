"""
Where heads are sent to.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from twisted.internet.defer import Deferred, execute, fail, succeed
from twisted.internet.task import Clock
from twisted.logger import LogEvent, formatEvent, globalLogPublisher

from h323d.call.lookups import LookupFailed
from h323d.errors import UnexpectedStatus
from h323d.witness.log.anchors import RETRY, Anchor, Cosigner, FileAnchor, WebAnchor, newAnchors
from h323d.witness.log.checkpoint import Checkpoint
from h323d.witness.log.config import CosignerConfig, WitnessConfig
from h323d.witness.log.note import Note, SignatureType, Signer, notesIn
from h323d.witness.log.places import Place
from h323d.witness.log.tree import EMPTY, provesConsistency
from tests.support.witnesslogs import keyOf, newLog

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(32))
COSIGNER = Signer.of("w.example/one", PRIVATE, SignatureType.COSIGNATURE)
NOW = 1_800_000_000


class Witness:
    """
    A cosigner as C2SP tlog-witness has it, that takes POST.

    @ivar asked: what it was sent.
    """

    def __init__(self, place: Place) -> None:
        self._key = keyOf(place)
        self.seen = Checkpoint(self._key.name, 0, EMPTY)
        self.asked: list[str] = []
        self.isThere = True

    def post(self, url: str, body: bytes, timeout: float, limit: int) -> Deferred[bytes]:
        assert url == "https://w.example/prefix/add-checkpoint"
        self.asked.append(body.decode())
        if not self.isThere:
            return fail(LookupFailed("no answer"))
        old, *rest = body.decode().split("\n")
        proof = [*iter(rest.pop(0) for _ in iter(lambda: rest[0], ""))]
        note = Note.read("\n".join(rest[1:]))
        head = Checkpoint.readSigned(str(note), self._key)
        if old != f"old {self.seen.size}":
            return self._refuse(409, f"{self.seen.size}\n".encode())
        hashes = [Checkpoint.read(f"x\n1\n{each}\n").root for each in proof]
        if self.seen.size and not provesConsistency(
            self.seen.size, head.size, self.seen.root, head.root, hashes
        ):
            return self._refuse(422, b"")
        self.seen = head
        return succeed(str(COSIGNER.cosign(note.text, NOW)).encode())

    def _refuse(self, status: int, body: bytes) -> Deferred[bytes]:
        error = LookupFailed(f"status {status}")
        error.__cause__ = UnexpectedStatus(status, body)
        return fail(error)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return newLog(tmp_path / "log", 40)


def headsOf(place: Place) -> list[str]:
    return [
        note
        for first in place.firsts()
        for note in notesIn(place.heads(first).read_text().splitlines(keepends=True))
    ]


def anchorOf(witness: Witness, clock: Clock | None = None) -> Anchor:
    cosigner = Cosigner("https://w.example/prefix/", COSIGNER.key, witness, execute)
    return Anchor(cosigner, clock or Clock())


def cosignedIn(place: Place) -> Note:
    return Note.read((place.cosigned / "w.example_one").read_text())


@pytest.fixture
def told() -> Iterator[list[str]]:
    """
    What is logged.
    """
    lines: list[str] = []

    def observe(event: LogEvent) -> None:
        lines.append(formatEvent(event))

    globalLogPublisher.addObserver(observe)  # type: ignore[arg-type]  # zope does not see that a function is callable
    yield lines
    globalLogPublisher.removeObserver(observe)  # type: ignore[arg-type]  # likewise


def test_headsAreAppendedToAFile(place: Place, tmp_path: Path) -> None:
    anchor = Anchor(FileAnchor(tmp_path / "deep" / "heads", execute), Clock())
    for note in headsOf(place):
        anchor.head(place, note)
    kept = (tmp_path / "deep" / "heads").read_text().splitlines(keepends=True)
    assert list(notesIn(kept)) == headsOf(place)


def test_headsAreSentByHTTPTheNewestNext() -> None:
    sent: list[tuple[str, bytes]] = []
    waiting: list[Deferred[bytes]] = []

    class Web:
        def post(self, url: str, body: bytes, timeout: float, limit: int) -> Deferred[bytes]:
            sent.append((url, body))
            waiting.append(Deferred())
            return waiting[-1]

    anchor = Anchor(WebAnchor("https://a.example/heads", Web()), Clock())
    for note in ("one", "two", "three"):
        anchor.head(Place(Path()), note)
    assert sent == [("https://a.example/heads", b"one")]
    waiting[0].callback(b"")
    assert [body for _, body in sent] == [b"one", b"three"]


def test_aCosignerSignsEachHeadThatGoesOnFromTheOneBefore(place: Place) -> None:
    witness = Witness(place)
    anchor = anchorOf(witness)
    for note in headsOf(place):
        anchor.head(place, note)
    assert len(witness.asked) == len(headsOf(place))
    cosigned = cosignedIn(place)
    assert cosigned.cosignedAt(COSIGNER.key) == NOW
    assert cosigned.isSignedBy(keyOf(place))
    assert Checkpoint.read(cosigned.text).size == 40


def test_aCosignerThatHasSeenAnotherHeadSaysWhich(place: Place) -> None:
    witness = Witness(place)
    anchor = anchorOf(witness)
    first, *_, last = headsOf(place)
    anchor.head(place, first)
    (place.cosigned / "w.example_one").unlink()
    anchor.head(place, last)
    assert [each.split("\n")[0] for each in witness.asked] == ["old 0", "old 0", "old 2"]
    assert Checkpoint.read(cosignedIn(place).text).size == 40


def test_oneThatHasSeenMoreThanThereIsIsTold(place: Place, told: list[str]) -> None:
    witness = Witness(place)
    witness.seen = Checkpoint(keyOf(place).name, 50, EMPTY)
    anchorOf(witness).head(place, headsOf(place)[-1])
    assert any("it has seen 50 records, and there are 40" in each for each in told)
    assert not place.cosigned.exists()


def test_aLogOfFewerRecordsThanItsCosignedHeadIsToldOfAndNotSent(
    place: Place, told: list[str]
) -> None:
    witness = Witness(place)
    anchor = anchorOf(witness)
    first, *_, last = headsOf(place)
    anchor.head(place, last)
    anchor.head(place, first)
    assert any("it has seen 40 records, and there are 2" in each for each in told)
    assert len(witness.asked) == 1


def test_whoIsNotThereIsToldOfOnceAndTriedWithTheNextHead(place: Place, told: list[str]) -> None:
    witness = Witness(place)
    witness.isThere = False
    anchor = anchorOf(witness)
    for note in headsOf(place)[:3]:
        anchor.head(place, note)
    assert sum("takes no heads: no answer" in each for each in told) == 1
    witness.isThere = True
    anchor.head(place, headsOf(place)[-1])
    assert any("takes heads again" in each for each in told)
    assert cosignedIn(place).cosignedAt(COSIGNER.key) == NOW


def test_whoIsNotThereIsTriedAgainThoughThereIsNoOtherHead(place: Place) -> None:
    witness, clock = Witness(place), Clock()
    witness.isThere = False
    anchor = anchorOf(witness, clock)
    anchor.head(place, headsOf(place)[0])
    clock.advance(RETRY)
    assert len(witness.asked) == 2
    witness.isThere = True
    clock.advance(RETRY)
    assert cosignedIn(place).cosignedAt(COSIGNER.key) == NOW
    assert clock.getDelayedCalls() == []


def test_atTheEndNobodyIsTriedAgain(place: Place) -> None:
    witness, clock = Witness(place), Clock()
    witness.isThere = False
    anchor = anchorOf(witness, clock)
    anchor.head(place, headsOf(place)[0])
    anchor.close()
    anchor.head(place, headsOf(place)[-1])
    assert len(witness.asked) == 2
    assert clock.getDelayedCalls() == []


def test_anAnswerWithoutASignatureByTheKeyIsNotKept(place: Place) -> None:
    class Stranger(Witness):
        def post(self, url: str, body: bytes, timeout: float, limit: int) -> Deferred[bytes]:
            return succeed(b"")

    anchorOf(Stranger(place)).head(place, headsOf(place)[-1])
    assert not place.cosigned.exists()


def test_theConfiguredAreAllThere(place: Place, tmp_path: Path) -> None:
    config = WitnessConfig(
        anchors=("heads", "https://a.example"),
        cosigners=(CosignerConfig("https://w.example", str(COSIGNER.key)),),
    )
    anchors = newAnchors(config, tmp_path.joinpath, Witness(place), Clock(), execute)
    assert len(anchors) == 3
