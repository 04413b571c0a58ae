"""
What a witness is started with.
"""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from twisted.internet.testing import MemoryReactorClock

from h323d.cli.witness.program import main
from h323d.cli.witness.serving import listen, logsIn
from h323d.errors import ConfigurationError, DecodeError
from h323d.values.address import TransportAddress
from h323d.witness.log.checkpoint import Checkpoint
from h323d.witness.log.note import SignatureType, Signer
from h323d.witness.log.tree import EMPTY

LOG = Signer.of("council.example/a", Ed25519PrivateKey.from_private_bytes(bytes(32)))
PRIVATE = Ed25519PrivateKey.from_private_bytes(b"\1" * 32)
WITNESS = Signer.of("w.example", PRIVATE, SignatureType.COSIGNATURE)
HEAD = Checkpoint(LOG.key.name, 0, EMPTY).signed(LOG)


def serve(directory: Path, listen: str = "127.0.0.1:0") -> int:
    if not (directory / "key").exists():
        assert main(["keygen", str(directory / "key"), "--name", "w.example", "--cosigner"]) == 0
    return main(
        [
            "serve", "--name", "w.example", "--private", str(directory / "key"),
            "--log", str(LOG.key), "--directory", str(directory / "state"), "--listen", listen,
        ]
    )  # fmt: skip


def test_eachLogHasAFileOfItsOwn(tmp_path: Path) -> None:
    keys = [str(LOG.key.named(each)) for each in ("a/b", "a_b", "..", "a%2Fb")]
    logs = logsIn(tmp_path, keys, WITNESS)
    assert list(logs) == ["a/b", "a_b", "..", "a%2Fb"]
    for name, each in logs.items():
        signer = Signer.of(name, Ed25519PrivateKey.from_private_bytes(bytes(32)))
        each.cosign(Checkpoint(name, 0, EMPTY).signed(signer), [], 1)
    assert len(list(tmp_path.iterdir())) == 4


def test_aKeyThatIsNotThatOfALogOrStandsThereTwiceIsRefused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="of a cosigner, not of a log"):
        logsIn(tmp_path, [str(WITNESS.key)], WITNESS)
    with pytest.raises(ConfigurationError, match=r"council\.example/a has a key already"):
        logsIn(tmp_path, [str(LOG.key), str(LOG.key)], WITNESS)


def test_whatWasCosignedByAnotherLogIsNamed(tmp_path: Path) -> None:
    logsIn(tmp_path, [str(LOG.key)], WITNESS)[LOG.key.name].cosign(HEAD, [], 1)
    other = Signer.of(LOG.key.name, PRIVATE)
    with pytest.raises(DecodeError, match=r"council\.example%2Fa\.head: is not what was cosigned"):
        logsIn(tmp_path, [str(other.key)], WITNESS)


def test_itDoesNotStartFromABrokenState(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "council.example%2Fa.head").write_text("torn")
    assert serve(tmp_path) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"h323d-witness: {tmp_path}/state/council.example%2Fa.head: is not what")


def test_twoDoNotCosignByOneDirectory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "state").mkdir()
    with (tmp_path / "state" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert serve(tmp_path) == 2
    told = capsys.readouterr().err
    assert told == f"h323d-witness: {tmp_path}/state: another process cosigns by it\n"


@pytest.mark.parametrize(
    "listen", ["", "8323", "127.0.0.1", "w.example:1", "127.0.0.1:x", "127.0.0.1:70000", "::1:1"]
)
def test_whereToListenIsAnAddressAndAPort(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], listen: str
) -> None:
    assert serve(tmp_path, listen) == 2
    assert capsys.readouterr().err.startswith(f"h323d-witness: --listen: {listen!r} is not ADDR")


@pytest.mark.parametrize(
    ("host", "isWarned"),
    [("127.0.0.1", False), ("::1", False), ("192.0.2.1", True), ("2001:db8::1", True)],
)
def test_whereOthersCanReachItItSaysThatItIsPlainHTTP(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], host: str, isWarned: bool
) -> None:
    reactor = MemoryReactorClock()
    logs = logsIn(tmp_path, [str(LOG.key)], WITNESS)
    listen(reactor, TransportAddress(host, 8323), logs, WITNESS.key)
    told = capsys.readouterr().out
    assert ("put a web server with TLS before it" in told) is isWarned
    assert f"cosigns as {WITNESS.key} at http://{TransportAddress(host, 8323)}" in told
    assert "council.example/a had 0 records" in told
    ((port, _, _, interface),) = reactor.tcpServers
    assert (port, interface) == (8323, host)
