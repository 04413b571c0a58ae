"""
Calls between two Asterisks that are registered with us, routed through us in each model.

One of them plays back what it hears (echo).  Somebody in a conference of the other one hears
himself only if sound passes both ways between the two.  Everything that we send is dissected.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.flows import untilHeard
from tests.support.processes import Asterisk, Caller, Capture, Server, waitFor
from tests.support.sound import heardFor

pytestmark = pytest.mark.interop

US, ONE, OTHER, CALLER = "127.0.43.1", "127.0.43.2", "127.0.43.3", "127.0.43.11"
MODELS = ("routed", "routedH245", "proxied")
MODES = [("yes", "yes"), ("yes", "no"), ("no", "yes"), ("no", "no")]
NAMES = [f"fast={fast}-tunnel={tunnel}" for fast, tunnel in MODES]
G711 = 1280  # both directions, in units of 100 bit/s
ROOMS = '[[conference.rooms]]\nname = "council"\naliases = ["801"]\n'


def settings(model: str) -> str:
    return f'[routed]\nmodel = "{model}"\n{ROOMS}'


def facts(server: Server, kind: str) -> int:
    """
    How many facts of a kind the server has told.
    """
    return int(server.ask("status")["facts"].get(kind, 0))


def used(server: Server) -> int | None:
    """
    What the one call is known to use, in units of 100 bit/s.
    """
    (call,) = server.ask("calls")
    bandwidth: int | None = call["used"]
    return bandwidth


@pytest.fixture
def capture(tmp_path: Path) -> Iterator[Capture]:
    """
    Dissects what the test's server and callers sent, when the test is over.
    """
    capture = Capture(tmp_path / "capture", "127.0.43.0/24")
    with capture:
        yield capture
    assert capture.complaints(US) == ""


@pytest.mark.parametrize(("fast", "tunnel"), MODES, ids=NAMES)
@pytest.mark.parametrize("model", MODELS)
def test_asteriskCallsAsterisk(
    model: str, fast: str, tunnel: str, tmp_path: Path, capture: Capture
) -> None:
    recording = tmp_path / "heard.wav"
    modes = {"faststart": fast, "tunneling": tunnel, "gk": US}
    with (
        Server(tmp_path / "server", US, settings(model)) as server,
        Asterisk(tmp_path / "one", ONE, US, e164="500", **modes) as one,
        Asterisk(tmp_path / "other", OTHER, US, e164="600", **modes) as other,
    ):
        waitFor(lambda: len(server.ask("registrations")) == 2, 20, "both register")
        one.call("OOH323/600", "80009")
        waitFor(lambda: facts(server, "CallAnswered"), 10, "the call is answered")
        if model != "routed":  # where the channels may pass us by
            waitFor(lambda: used(server) == G711, 5, "both channels are counted")
        with Caller(
            tmp_path, "caller", "--json", "--bind", CALLER, "--tone", "440", "--record",
            str(recording), f"sip:80009@{ONE}",
        ) as phone:  # fmt: skip
            untilHeard(capture, CALLER, 440)
            assert phone.hangUp() == 0, phone.output()
        other.tell("channel request hangup all")
        waitFor(lambda: facts(server, "CallEnded"), 10, "the call is over")
    assert heardFor(recording, (440, 700), 1.5) == [440]


@pytest.mark.parametrize("model", MODELS)
def test_asteriskCallsARoomOfOurs(model: str, tmp_path: Path, capture: Capture) -> None:
    recording = tmp_path / "heard.wav"
    with (
        Server(tmp_path / "server", US, settings(model)) as server,
        Asterisk(tmp_path / "one", ONE, US, gk=US, e164="600") as asterisk,
    ):
        waitFor(lambda: server.ask("registrations"), 20, "Asterisk registers")
        asterisk.call("OOH323/801", "600")
        waitFor(lambda: server.ask("rooms"), 10, "Asterisk is in the room")
        with Caller(
            tmp_path, "caller", "--json", "--bind", CALLER, "--tone", "440", "--record",
            str(recording), "h323:council@" + US,
        ) as phone:  # fmt: skip
            untilHeard(capture, CALLER, 440)
            assert phone.hangUp() == 0, phone.output()
    assert heardFor(recording, (440, 700), 1.5) == [440]


@pytest.mark.parametrize("start", [(), ("--no-fast-start",), ("--no-tunnelling",)])
@pytest.mark.parametrize("model", MODELS)
def test_weCallAsteriskThroughTheGatekeeper(
    model: str, start: tuple[str, ...], tmp_path: Path, capture: Capture
) -> None:
    recording = tmp_path / "heard.wav"
    with (
        Server(tmp_path / "server", US, settings(model)) as server,
        Asterisk(tmp_path / "other", OTHER, US, gk=US, e164="600"),
    ):
        waitFor(lambda: server.ask("registrations"), 20, "Asterisk registers")
        with Caller(
            tmp_path, "caller", "--json", "--bind", CALLER, *start, "--gatekeeper", US, "--alias",
            "1001", "--tone", "440", "--record", str(recording), "600",
        ) as phone:  # fmt: skip
            untilHeard(capture, CALLER, 440)
            assert phone.hangUp() == 0, phone.output()
        assert facts(server, "CallAnswered") == 1
    assert heardFor(recording, (440, 700), 1.5) == [440]
