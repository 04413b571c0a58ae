"""
A server in a process of its own, asked by HTTP: by who may, and by who means it harm.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import ssl
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from h323d.web.metrics import TABLE, Kind
from tests.support.certificates import issue
from tests.support.processes import Caller, Server, waitFor
from tests.support.promtool import promtool
from tests.support.protectedserver import ProtectedServer

pytestmark = pytest.mark.interop

US, FOLLOWED, SEALED, PHONE = "127.0.145.1", "127.0.145.2", "127.0.145.3", "127.0.145.4"
HAS_NONE = {
    *("h323_guardian_bandwidth_bps", "h323_gatekeeper_rejections_total", "h323_bad_input_total"),
    *("h323_audio_quality_mos", "h323_audio_quality_mos_min"),  # which takes ten seconds
    *("h323_video_codec_usage", "h323_ha_protected", "h323_audit_records_total"),
    *(
        "h323_ha_lag_turns",
        "h323_ha_lag_seconds",
        "h323_ha_divergence_total",
        "h323_ha_unprotected_deaths_total",
    ),
    *("h323_audit_head_age_seconds", "h323_audit_unwritten", "h323_gate_seconds"),
}
"""Of which a server without a guard, a witness and a follower, that nobody has harmed, has no series."""

PORT = 8323
WEB = '[web]\nenabled = true\nbind = "{0}"\ninstance = "here"\n'


@pytest.fixture
def server(tmp_path: Path) -> Server:
    return Server(tmp_path, US, WEB.format(US))


def get(path: str, host: str = US, method: str = "GET") -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(host, PORT, timeout=10)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_healthIsThatOfTheOperator(server: Server) -> None:
    with server:
        code, body = get("/health")
        assert (code, json.loads(body)) == (
            *(200, {"state": "ok", "ok": True, "draining": False, "standby": "off"}),
        )
        server.ask("maintenance", "on")
        code, body = get("/health")
        assert (code, json.loads(body)["state"]) == (503, "down")
        assert "may see by HTTP from this machine" in server.output()


def test_theOperatorsCommandSaysItByItsStatus(server: Server) -> None:
    with server:
        assert server.ask("health")["state"] == "ok"


def test_theDoorIsShutUnlessItIsOpened(tmp_path: Path) -> None:
    with Server(tmp_path, US), pytest.raises(ConnectionRefusedError):
        get("/health")


def test_overTLSTheCertificateIsOurs(tmp_path: Path) -> None:
    ours = issue(tmp_path, "ours", SEALED)
    files = f'certificate = "{ours.certificate}"\nprivateKey = "{ours.privateKey}"\n'
    with Server(tmp_path, SEALED, WEB.format(SEALED) + files):
        context = ssl.create_default_context(cafile=ours.certificate)
        connection = http.client.HTTPSConnection(SEALED, PORT, timeout=10, context=context)
        connection.request("GET", "/health")
        assert connection.getresponse().status == 200
        connection.close()
        with socket.create_connection((SEALED, PORT), 10) as plain:
            plain.sendall(b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
            assert b"200" not in plain.recv(4096)


def test_afterATakeOverItAnswersAgain(tmp_path: Path) -> None:
    with ProtectedServer(tmp_path, FOLLOWED, WEB.format(FOLLOWED)) as server:
        server.protected()
        waitFor(lambda: standby(FOLLOWED) == "protected", 10, "that somebody follows is seen")
        server.strike()
        assert get("/health", FOLLOWED)[0] == 200
        with socket.create_connection((FOLLOWED, PORT), 10) as held:  # while the next is forked
            server.protected()
            waitFor(lambda: standby(FOLLOWED) == "protected", 10, "another follows")
            held.sendall(b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
            assert held.recv(4096).startswith(b"HTTP/1.1 200 ")
            server.handOver()
            assert held.recv(4096) == b""
        assert get("/health", FOLLOWED)[0] == 200
        assert "Traceback" not in server.output()


def standby(host: str) -> str:
    told: str = json.loads(get("/health", host)[1])["standby"]
    return told


def scrape(host: str = US) -> dict[str, float]:
    """
    All series, by their names and labels as they are written.
    """
    code, text = get("/metrics", host)
    assert code == 200
    found = text_string_to_metric_families(text.decode())
    return {
        sample.name + "".join(f" {each}" for each in sorted(sample.labels.values())): sample.value
        for family in found
        for sample in family.samples
    }


def calling(directory: Path, host: str) -> Caller:
    """
    Somebody in a room, who speaks until told to stop.
    """
    return Caller(
        directory, "caller", f"h323:80001@{host}", "--bind", PHONE, "--seconds", "0", "--tone", "440",
    )  # fmt: skip


def test_everyFigureIsScrapedAndThoseOfACallAreThere(tmp_path: Path, server: Server) -> None:
    with server, calling(tmp_path, US):
        waitFor(lambda: scrape()["h323_rtp_latency_ms_count"] > 100, 20, "packets are counted")
        found = scrape()
        names = {each.partition(" ")[0] for each in found}
        assert {each.name for each in TABLE if not HAS_NONE & {each.name}} <= {
            each.removesuffix("_count") for each in names
        }
        assert found["h323_gatekeeper_up active here"] == 1
        assert (
            found["h323_mcu_active_participants"] == found["h323_gatekeeper_active_sessions"] == 1
        )
        assert found["h323_gatekeeper_total_admissions"] == 1
        assert found["h323_audio_codec_usage PCMU"] + found["h323_audio_codec_usage opus"] == 1
        assert 0 < found["h323_mcu_cpu_percent"] < 100
        assert (
            found["h323_facts_total CallAdmitted"] == server.ask("status")["facts"]["CallAdmitted"]
        )


def test_promtoolCanReadWhatAServerTells(server: Server) -> None:
    with server:
        text = get("/metrics")[1]
    units = "metric names should not contain abbreviated units"  # which users have named so
    assert [each for each in promtool("check", "metrics", given=text) if units not in each] == []


def test_countersGoOnAfterATakeOver(tmp_path: Path) -> None:
    web = WEB.format(FOLLOWED)
    with ProtectedServer(tmp_path, FOLLOWED, web) as server, calling(tmp_path, FOLLOWED):
        waitFor(lambda: scrape(FOLLOWED)["h323_rtp_latency_ms_count"] > 100, 20, "it is counted")
        server.protected()
        before = scrape(FOLLOWED)
        server.strike()
        after = scrape(FOLLOWED)
        assert before["h323_gatekeeper_failover_total"] == 0
        assert after["h323_gatekeeper_failover_total"] == 1
        counted = [each.name for each in TABLE if each.kind is Kind.COUNTER]
        fell = [
            name
            for name, value in before.items()
            if name.startswith(tuple(counted)) and after.get(name, 0) < value
        ]
        assert [name for name in fell if not name.startswith("h323_http")] == []
        assert after["h323_mcu_active_participants"] == 1
        server.protected()
        waitFor(lambda: scrape(FOLLOWED)["h323_ha_protected"] == 1, 10, "another follows")


def descriptors(server: Server) -> int:
    return len(os.listdir(f"/proc/{server.pid}/fd"))


def openAtRest(server: Server) -> int:
    """
    How many descriptors are open, once all that a server begins with are.
    """
    assert get("/health")[0] == 200
    waitFor(lambda: "open: " in server.output(), 10, "it has begun")
    return descriptors(server)


def sendAll(stranger: socket.socket, count: int) -> int:
    """
    @return: how many pieces of 100 kB could be sent.
    """
    for sent in range(count):
        try:
            stranger.sendall(b"x" * 100_000)
        except ConnectionError:
            return sent
    return count


def test_aHundredMegabytesAreNotKept(server: Server) -> None:
    with server:
        before = openAtRest(server)
        with socket.create_connection((US, PORT), 10) as stranger:
            head = b"POST /health HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n"
            stranger.sendall(head)
            assert stranger.recv(4096).startswith(b"HTTP/1.1 413 ")
            assert sendAll(stranger, 1000) < 1000
        assert get("/health")[0] == 200
        waitFor(lambda: descriptors(server) <= before, 10, "nothing is left open")


def test_tenThousandConnectionsAreNotHadAtOnce(server: Server) -> None:
    with server, ExitStack() as opened:
        before = openAtRest(server)
        for number in range(10_000):
            here = (f"127.0.145.{10 + number % 200}", 0)
            with suppress(ConnectionResetError):  # as it is one too many
                stranger = socket.create_connection((US, PORT), 10, source_address=here)
                if number % 20:
                    stranger.close()
                else:
                    opened.callback(stranger.close)  # that one stays
        waitFor(lambda: descriptors(server) <= before + 64, 10, "as many as may be are open")
        assert server.ask("health")["state"] == "ok"
        opened.close()
        waitFor(lambda: get("/health")[0] == 200, 15, "there is room again")
        assert "Traceback" not in server.output()
