"""
Call signalling over TLS between processes.
"""

from __future__ import annotations

import hashlib
import json
import signal
import socket
from pathlib import Path

import pytest

from tests.support.certificates import issue
from tests.support.processes import Caller, Server, clearOnceHeard, waitFor

US, THEM = "127.0.36.1", "127.0.36.2"
CONFIGURATION = """
[h323]
tlsPort = 1300
certificate = "{0.certificate}"
privateKey = "{0.privateKey}"
"""


@pytest.fixture
def server(tmp_path: Path) -> Server:
    return Server(tmp_path, US, CONFIGURATION.format(issue(tmp_path, "ours", US)))


def newCaller(directory: Path, name: str, *more: str) -> Caller:
    return Caller(
        directory, name, f"h323:80001@{US}", "--bind", THEM, "--tls", "--seconds", "1",
        "--json", "--tone", "440", *more,
    )  # fmt: skip


@pytest.mark.parametrize(
    "options",
    [[], ["--no-fast-start"], ["--no-fast-start", "--no-tunnelling"]],
    ids=["fast start", "tunnelled", "H.245 on its own"],
)
def test_aCallOverTLS(tmp_path: Path, server: Server, options: list[str]) -> None:
    with server, newCaller(tmp_path, "caller", "--seconds", "0", *options) as caller:
        clearOnceHeard(server)
        assert caller.wait(20) == 0, caller.output()
    summary = json.loads(caller.output().splitlines()[-1])
    assert summary["packetsReceived"] > 20
    assert "Traceback" not in server.output()


def test_onlyWhoIsSignedForIsBelieved(tmp_path: Path, server: Server) -> None:
    issue(tmp_path, "other", US)
    certificate = tmp_path / "ours.pem"
    with server:
        with newCaller(tmp_path, "believes", "--tls-authorities", str(certificate)) as caller:
            assert caller.wait(20) == 0
        other = ("--tls-authorities", str(tmp_path / "other.pem"))
        with newCaller(tmp_path, "doubts", *other) as caller:
            assert caller.wait(20) == 1


def test_onlyWhoHasTheAddressInItsCertificateIsBelieved(tmp_path: Path) -> None:
    ours = issue(tmp_path, "ours", "192.0.2.1")
    believing = ("--tls-authorities", ours.certificate)
    key = "sha256:" + hashlib.sha256(ours.publicKey).hexdigest()
    with Server(tmp_path, US, CONFIGURATION.format(ours)):
        with newCaller(tmp_path, "doubts", *believing) as caller:
            assert caller.wait(20) == 1
        with newCaller(tmp_path, "knows", *believing, "--tls-key", key) as caller:
            assert caller.wait(20) == 0
        with newCaller(tmp_path, "errs", "--tls-key", "sha256:" + 64 * "0") as caller:
            assert caller.wait(20) == 1


def test_whatIsNoTLSAndWhoStallsHarmNobody(tmp_path: Path, server: Server) -> None:
    with server, socket.create_connection((US, 1300)), socket.create_connection((US, 1300)) as bad:
        bad.sendall(b"\x03\x00\x00\x08 not TLS at all" * 10)
        bad.settimeout(5)
        while bad.recv(4096):
            pass  # an alert, and the end
        with newCaller(tmp_path, "caller") as caller:
            assert caller.wait(20) == 0, caller.output()
    assert "Traceback" not in server.output()


def test_aNewCertificateIsTakenWithoutARestart(tmp_path: Path, server: Server) -> None:
    with server:
        with newCaller(tmp_path, "before", "--seconds", "0") as before:
            waitFor(lambda: "answered" in before.output(), 10, "a call")
            other = issue(tmp_path, "other", US)
            (tmp_path / "ours.pem").write_text(Path(other.certificate).read_text())
            (tmp_path / "ours.key").write_text(Path(other.privateKey).read_text())
            server.signal(signal.SIGHUP)
            waitFor(lambda: "configuration reloaded" in server.output(), 5, "a reload")
            with newCaller(tmp_path, "after", "--tls-authorities", other.certificate) as after:
                assert after.wait(20) == 0
            server.ask("hangup", "80001")
            assert before.wait(20) == 0


def test_aCertificateThatCannotBeUsedChangesNothing(tmp_path: Path, server: Server) -> None:
    with server:
        (tmp_path / "ours.pem").write_text("nothing")
        server.signal(signal.SIGHUP)
        waitFor(lambda: "not reloaded: h323.certificate" in server.output(), 5, "a complaint")
        with newCaller(tmp_path, "caller") as caller:
            assert caller.wait(20) == 0


def test_withoutItsFilesTheServerDoesNotStart(tmp_path: Path, server: Server) -> None:
    (tmp_path / "ours.key").unlink()
    with pytest.raises(AssertionError, match=r"h323d: h323\.privateKey: .*No such file"), server:
        pass
