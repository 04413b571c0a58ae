"""
What logs are answered that hand in their heads.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from twisted.internet.defer import Deferred, execute, fail, succeed
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport

from h323d.call.lookups import LookupFailed
from h323d.cli.witness.desk import LIMIT, Desk, newSite
from h323d.cli.witness.serving import logsIn
from h323d.errors import UnexpectedStatus
from h323d.witness.log.anchors import Anchor, Cosigner
from h323d.witness.log.checkpoint import Checkpoint
from h323d.witness.log.note import Note, Signature, SignatureType, Signer
from h323d.witness.log.proofs import AddCheckpoint
from h323d.witness.log.tree import consistencyProof, leafHash, rootOf
from tests.support.witnesslogs import ORIGIN, append, newDisk, placeOf

LOG = Signer.of(ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
PRIVATE = Ed25519PrivateKey.from_private_bytes(b"\1" * 32)
WITNESS = Signer.of("w.example", PRIVATE, SignatureType.COSIGNATURE)
NOW = 1_800_000_000
RECORDS = [leafHash(b"%d" % number) for number in range(20)]
OTHERS = [leafHash(b"other %d" % number) for number in range(20)]
SIZE = "text/x.tlog.size"


class Web:
    """
    A connection to a witness, without a network.

    @ivar told: what the witness has printed.
    """

    def __init__(self, directory: Path) -> None:
        self.clock = Clock()
        self.clock.advance(NOW)
        self.told: list[str] = []
        logs = logsIn(directory, [str(LOG.key)], WITNESS)
        self._site = newSite(Desk(logs, self.clock, self.told.append), self.clock)
        self._transport = StringTransport()
        self._protocol = self._site.buildProtocol(None)
        self._protocol.makeConnection(self._transport)

    def close(self) -> None:
        self._protocol.connectionLost(None)

    def send(self, octets: bytes) -> tuple[int, str, str]:
        """
        @return: the status, the type and the body of the answer.
        """
        self._transport.clear()
        self._protocol.dataReceived(octets)
        head, _, body = self._transport.value().decode().partition("\r\n\r\n")
        lines = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:])
        return int(head.split(" ", 2)[1]), lines.get("content-type", ""), body

    def ask(self, body: bytes, path: str = "/add-checkpoint") -> tuple[int, str, str]:
        length = len(body)
        return self.send(
            f"POST {path} HTTP/1.1\r\nContent-Length: {length}\r\n\r\n".encode() + body
        )

    def handIn(
        self, old: int, size: int, leaves: list[bytes] = RECORDS, by: Signer = LOG
    ) -> tuple[int, str, str]:
        proof = consistencyProof(min(old, size), size, lambda a, b: rootOf(leaves[a:b]))
        return self.ask(str(AddCheckpoint(old, tuple(proof), str(head(size, leaves, by)))).encode())

    def post(self, url: str, body: bytes, timeout: float, limit: int) -> Deferred[bytes]:
        """
        As the server asks (L{h323d.witness.log.anchors.IPosts}).
        """
        status, _, answer = self.ask(body, url.removeprefix("https://w.example"))
        if status == 200:
            return succeed(answer.encode())
        error = LookupFailed(f"status {status}")
        error.__cause__ = UnexpectedStatus(status, answer.encode())
        return fail(error)


def head(size: int, leaves: list[bytes] = RECORDS, by: Signer = LOG) -> Note:
    return Checkpoint(by.key.name, size, rootOf(leaves[:size])).signed(by)


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    made = Web(tmp_path)
    yield made
    made.close()
    assert made.clock.getDelayedCalls() == []


def test_aHeadThatGoesOnIsAnsweredWithACosignature(web: Web) -> None:
    old = 0
    for size in (5, 5, 13):
        status, _, line = web.handIn(old, size)
        assert status == 200
        assert head(size).with_(Signature.read(line)).cosignedAt(WITNESS.key) == NOW
        old = size
    assert web.told == [f"cosigned {Checkpoint.read(head(size).text)}" for size in (5, 13)]


def test_whoDoesNotKnowTheLastSizeIsTold(web: Web, tmp_path: Path) -> None:
    web.handIn(0, 5)
    assert web.handIn(0, 9) == (409, SIZE, "5\n")
    assert web.handIn(6, 9) == (409, SIZE, "5\n")
    again = Web(tmp_path)
    assert again.handIn(0, 9) == (409, SIZE, "5\n")
    again.close()


def test_aForkIsNotCosigned(web: Web) -> None:
    web.handIn(0, 5)
    assert web.handIn(5, 5, OTHERS) == (409, SIZE, "5\n")
    assert web.handIn(5, 9, OTHERS)[0] == 422
    assert web.handIn(5, 9, OTHERS)[0] == 422
    assert web.handIn(5, 9)[0] == 200
    assert [each.startswith("NOT COSIGNED") for each in web.told] == [False, True, True, False]


def test_aHeadThatGoesBackIsNotCosigned(web: Web) -> None:
    web.handIn(0, 5)
    assert web.handIn(5, 4)[0] == 400
    assert web.handIn(4, 4) == (409, SIZE, "5\n")


def test_aProofThatProvesNothingIsRefused(web: Web) -> None:
    web.handIn(0, 5)
    asked = str(AddCheckpoint(5, (bytes(32),), str(head(5))))
    assert web.ask(asked.encode())[0] == 422
    assert web.ask(str(AddCheckpoint(5, (), str(head(9)))).encode())[0] == 422


def test_aLogThatIsNotCosignedOrAnotherKeyIsRefused(web: Web) -> None:
    other = Ed25519PrivateKey.from_private_bytes(b"\2" * 32)
    assert web.handIn(0, 5, by=Signer.of("unknown.example", other))[0] == 404
    assert web.handIn(0, 5, by=Signer.of(ORIGIN, other))[0] == 403
    assert web.told == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\n\n",
        b"old 0\n\n",
        b"old 0\n\n" + str(head(5)).encode()[:-1],
        b"old 0\n\n" + head(5).text.encode(),
        b"old 0\n" + str(head(5)).encode(),
        b"old x\n\n" + str(head(5)).encode(),
        b"old 0\n\n" + str(Note("a\n", head(5).signatures)).encode(),
    ],
)
def test_whatIsInNoFormIsRefused(web: Web, body: bytes) -> None:
    assert web.ask(body)[0] == 400


def test_aBodyThatIsTooLongIsRefused(web: Web) -> None:
    whole = str(AddCheckpoint(0, (), str(head(5)))).encode()
    assert web.ask(whole + b"x" * LIMIT)[0] == 413
    chunked = b"POST /add-checkpoint HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(each), each) for each in (whole, b"x" * LIMIT))
    assert web.send(chunked + chunks + b"0\r\n\r\n")[0] == 413


def test_nothingElseIsServed(web: Web) -> None:
    assert web.ask(b"", "/")[0] == 404
    assert web.ask(b"", "/other")[0] == 404
    assert web.send(b"GET /add-checkpoint HTTP/1.1\r\n\r\n")[0] == 405


def test_whatCannotBeKeptIsNotCosigned(web: Web, tmp_path: Path) -> None:
    file = tmp_path / "council.example%2Fif-witness%2Fa.head"
    file.mkdir()
    status, _, body = web.handIn(0, 5)
    assert (status, body) == (500, "it cannot be kept\n")
    file.rmdir()
    assert web.handIn(0, 5)[0] == 200


def test_aServersLogIsCosignedAsItGrows(web: Web, tmp_path: Path) -> None:
    disk = newDisk(tmp_path / "log")
    place, clock = placeOf(tmp_path / "log"), Clock()
    anchor = Anchor(Cosigner("https://w.example", WITNESS.key, web, execute), clock)
    kept = place.cosigned / "w.example"
    for count in (20, 40):
        append(disk, range(count - 20, count))
        note = place.checkpoint.read_text()
        anchor.head(place, note)
        cosigned = Note.read(kept.read_text())
        assert (cosigned.text, cosigned.cosignedAt(WITNESS.key)) == (Note.read(note).text, NOW)
        kept.unlink()  # so that it has to ask which was the last
    disk.close()
    assert clock.getDelayedCalls() == []
