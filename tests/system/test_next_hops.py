"""
A domain whose servers are in the DNS, none of which we wrote: Twisted's own name server has the
zone, sipp refuses every call or takes it, and Kamailio passes it on.
"""

from __future__ import annotations

import socket
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.kamailio import Kamailio
from tests.support.nameserver import PORT, NameServer
from tests.support.processes import Capture, Server, together, waitFor
from tests.system.test_trunks import Sipp

pytestmark = pytest.mark.interop

US, REFUSING, SILENT, PROXY, ANSWERING, NAMES = (f"127.0.96.{host}" for host in range(1, 7))
CONFIGURATION = f"""
[routing]
dnsServers = ["{NAMES}:{PORT}"]
"""
ZONE = (
    'NAPTR("example.test", 1, 1, b"s", b"SIP+D2U", b"", "_servers.example.test")',
    'SRV("_servers.example.test", 1, 0, 5060, "refusing.example.test")',
    'SRV("_servers.example.test", 2, 0, 5060, "silent.example.test")',
    'SRV("_servers.example.test", 3, 0, 5060, "proxy.example.test")',
    f'A("refusing.example.test", "{REFUSING}")',
    f'A("silent.example.test", "{SILENT}")',
    f'A("proxy.example.test", "{PROXY}")',
    f'A("us.example.test", "{US}")',
)


def newNameServer(directory: Path) -> NameServer:
    return NameServer(directory, NAMES, "example.test", ZONE)


def test_aCallGoesToTheFirstServerOfADomainThatTakesIt(tmp_path: Path) -> None:
    with ExitStack() as stack:
        silent = stack.enter_context(socket.socket(type=socket.SOCK_DGRAM))
        silent.bind((SILENT, 5060))
        capture = stack.enter_context(Capture(tmp_path / "capture", "127.0.96.0/24"))
        server = Server(tmp_path / "server", US, CONFIGURATION)
        together(
            stack,
            server,
            newNameServer(tmp_path / "names"),
            Sipp(tmp_path, REFUSING, "answer_503"),
            Sipp(tmp_path, ANSWERING, "answer"),
            Kamailio(tmp_path / "proxy", PROXY, ANSWERING),
        )
        for _ in range(2):
            server.ask("call", "80001", "sip:bob@example.test")
            waitFor(lambda: isTalking(server), 20, "it is answered")
            server.ask("hangup", "80001")
            waitFor(lambda: server.ask("calls") == [], 10, "our BYE is answered")
        assert "Traceback" not in server.output()
    assert capture.complaints(US) == ""
    query = f'ip.src == {US} && sip.Method == "INVITE"'
    fields = ("-e", "sip.Call-ID", "-e", "ip.dst", "-e", "sip.r-uri")
    hops: dict[str, dict[str, None]] = {}
    for line in capture.dissect(query, "-T", "fields", *fields).splitlines():
        callId, hop, uri = line.split("\t")
        assert uri == "sip:bob@example.test"
        hops.setdefault(callId, {})[hop] = None
    # Of the second call, those that have failed come last.
    assert [list(each) for each in hops.values()] == [[REFUSING, SILENT, PROXY], [PROXY]]


def isTalking(server: Server) -> bool:
    return [each["state"] for each in server.ask("calls")] == ["established"]


def test_callsToOthersGoByTheOutboundProxy(tmp_path: Path) -> None:
    configuration = f'[sip]\noutboundProxy = "sip:proxy.example.test"\n{CONFIGURATION}'
    with (
        Server(tmp_path / "server", US, configuration) as server,
        newNameServer(tmp_path / "names"),
        Sipp(tmp_path, ANSWERING, "answer"),
        Kamailio(tmp_path / "proxy", PROXY, ANSWERING),
    ):
        server.ask("call", "80001", "sip:bob@elsewhere.test")
        waitFor(lambda: isTalking(server), 20, "it is answered")
        server.ask("hangup", "80001")
        waitFor(lambda: server.ask("calls") == [], 10, "our BYE is answered")


def test_aDomainThatLeadsNowhereOrBackToUsIsNotCalled(tmp_path: Path) -> None:
    with (
        Server(tmp_path / "server", US, CONFIGURATION) as server,
        newNameServer(tmp_path / "names"),
    ):
        for host in ("nobody.example.test", "us.example.test"):
            server.ask("call", "80001", f"sip:bob@{host}")
        waitFor(lambda: "us.example.test leads back to us" in server.output(), 10, "it is a loop")
        waitFor(lambda: "nobody.example.test leads nowhere" in server.output(), 10, "it is gone")
        waitFor(lambda: server.ask("calls") == [], 10, "both are over")
