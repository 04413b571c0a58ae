"""
A softphone that calls through a proxy, both of which we did not write, into a room of a server
that talks to nobody but the proxy.
"""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from tests.support.kamailio import Kamailio
from tests.support.processes import Baresip, Caller, Capture, Server, waitFor
from tests.support.sound import heardFor, writeTone

pytestmark = pytest.mark.interop

US, PROXY, PHONE, CALLER = "127.0.23.81", "127.0.23.82", "127.0.23.83", "127.0.23.84"
THEIR_TONE, OUR_TONE = 700, 440
TONES = (THEIR_TONE, OUR_TONE)
T1 = 0.05  # seconds
UNACKNOWLEDGED = 64 * T1  # seconds that a call lives whose ACK does not arrive
CONFIGURATION = f'[sip]\nT1 = {T1}\n[security]\nallow = ["{PROXY}", "{CALLER}"]\n'


def phone(directory: Path) -> Baresip:
    directory.mkdir()
    writeTone(directory / "tone.wav", THEIR_TONE, 40.0)  # it plays a file once
    return Baresip(directory, PHONE, f"sip:80001@{PROXY}", 90)


def tell(command: str, params: str = "") -> None:
    """
    Give the softphone a command, as its remote control does.
    """
    text = json.dumps({"command": command, "params": params, "token": "t"})
    with socket.create_connection((PHONE, 4444), 3) as connection:
        connection.sendall(f"{len(text)}:{text},".encode())
        connection.recv(65536)


def state(server: Server) -> tuple[str, str, str] | None:
    """
    Of the call through the proxy: how far it is, whether it is in the room, and which way its
    sound flows.
    """
    for call in server.ask("calls"):
        if call["protocol"] == "sip":
            direction = call["media"]["direction"] if "media" in call else "none"
            return call["state"], call.get("presence", "arriving"), direction
    return None


TALKING = ("established", "present", "sendrecv")
HELD = ("established", "on hold", "recvonly")


@pytest.mark.parametrize("routes", [1, 2])
def test_aCallThroughAProxyLivesIsHeldAndIsEndedByEitherSide(routes: int, tmp_path: Path) -> None:
    with (
        Capture(tmp_path / "capture", US) as capture,
        Server(tmp_path / "server", US, CONFIGURATION) as server,
        Kamailio(tmp_path / "proxy", PROXY, US, routes),
        Caller(
            tmp_path, "caller", "--bind", CALLER, "--tone", str(OUR_TONE),
            "--record", str(tmp_path / "heard.wav"), f"h323:80001@{US}",
        ) as caller,
        phone(tmp_path / "phone") as softphone,
    ):  # fmt: skip
        waitFor(lambda: len(server.ask("calls")) == 2, 15, "both call")
        waitFor(lambda: state(server) == TALKING, 15, "its ACK arrives")
        began = server.ask("status")["uptime"]
        waitFor(
            lambda: server.ask("status")["uptime"] > began + UNACKNOWLEDGED + 1,
            15,
            "a call without its ACK would be over",
        )
        assert state(server) == TALKING
        tell("hold")
        waitFor(lambda: state(server) == HELD, 5, "its hold is answered")
        tell("resume")
        waitFor(lambda: state(server) == TALKING, 5, "its resuming is answered")
        tell("hangup")
        waitFor(lambda: state(server) is None, 5, "its BYE arrives")
        tell("dial", f"sip:80001@{PROXY}")
        waitFor(lambda: state(server) == TALKING, 15, "it calls again")
        server.ask("hangup", "80001")
        assert caller.wait(10) == 0, caller.output()
        waitFor(lambda: "session closed" in softphone.output(), 5, "our BYE arrives")
        assert server.ask("status")["facts"].get("SourceRefused") is None
    assert heardFor(tmp_path / "heard.wav", TONES, UNACKNOWLEDGED) == [THEIR_TONE]
    recordings = (tmp_path / "phone").glob("dump-*-dec.wav")
    assert any(heardFor(each, TONES, UNACKNOWLEDGED) == [OUR_TONE] for each in recordings)
    assert capture.complaints(US) == ""
    query = f"sip.Status-Code == 200 && sip.Record-Route && ip.src == {US}"
    recorded = capture.dissect(query, "-T", "fields", "-e", "sip.Record-Route")
    assert [each.count("sip:") for each in set(recorded.splitlines())] == [routes] * 2
