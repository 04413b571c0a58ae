"""
H.235.1 between processes: C{h323d-call} and a real server, and what is on the wire.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support import tshark
from tests.support.processes import Caller, Capture, Server, waitFor
from tests.support.signatures import isSignedWith

US, THEM = "127.0.35.1", "127.0.35.2"
CONFIGURATION = """
[security]
h2351 = "required"
[[security.passwords]]
alias = "anna"
passwordFile = "{}"
"""


@pytest.fixture
def server(tmp_path: Path) -> Server:
    (tmp_path / "anna").write_text("open sesame\n")
    (tmp_path / "guess").write_text("guess\n")
    return Server(tmp_path, US, CONFIGURATION.format(tmp_path / "anna"))


def newCaller(directory: Path, alias: str, file: str, *more: str) -> Caller:
    return Caller(
        directory, f"call-{alias}-{file}", "80001", "--bind", THEM, "--alias", alias,
        "--gatekeeper", US, "--seconds", "1", "--json", *more,
    )  # fmt: skip


def test_aCallByWhoKnowsThePassword(tmp_path: Path, server: Server) -> None:
    password = ("--gatekeeper-password-file", str(tmp_path / "anna"))
    with server, newCaller(tmp_path, "anna", "anna", *password) as caller:
        assert caller.wait(20) == 0
        waitFor(lambda: not server.ask("registrations"), 5, "it is gone")
    events = [json.loads(line)["event"] for line in caller.output().splitlines()]
    assert events.index("registered") < events.index("answered") < events.index("released")
    assert "not believed" not in server.output()
    assert "Traceback" not in server.output()


@pytest.mark.parametrize(("alias", "file"), [("anna", "guess"), ("anna", "")])
def test_noCallByWhoDoesNot(tmp_path: Path, server: Server, alias: str, file: str) -> None:
    password = ("--gatekeeper-password-file", str(tmp_path / file)) if file else ()
    with server, newCaller(tmp_path, alias, file, *password) as caller:
        assert caller.wait(20) == 1
        assert server.ask("registrations") == []
        facts = server.ask("status")["facts"]
    assert facts["AuthenticationFailed"] >= 1
    assert "not registered" in caller.output()
    for secret in ("open sesame", "guess"):
        assert secret not in server.output()


@pytest.mark.skipif(not tshark.available(), reason="no tshark")
def test_everyHashOnTheWireIsTheHMAC(tmp_path: Path, server: Server) -> None:
    password = ("--gatekeeper-password-file", str(tmp_path / "anna"))
    with Capture(tmp_path, "127.0.35.0/24") as capture:
        with server, newCaller(tmp_path, "anna", "wire", *password) as caller:
            assert caller.wait(20) == 0
            waitFor(lambda: not server.ask("registrations"), 5, "it is gone")
    assert capture.complaints(US) == ""
    assert capture.complaints(THEM) == ""
    fields = ("-T", "fields", "-e", "udp.payload", "-e", "h235.hash")
    rows = capture.dissect("h225.RasMessage && h235.tokenOID", *fields).splitlines()
    assert len(rows) >= 6  # RRQ, ARQ, DRQ, URQ, and what answers them
    for row in rows:
        payload, found = row.split("\t")
        data, digest = bytes.fromhex(payload), bytes.fromhex(found.replace(":", ""))
        assert isSignedWith("open sesame", data, digest)
