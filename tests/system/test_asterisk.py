"""
Asterisk's chan_ooh323 and PJSIP: an H.323 endpoint and a SIP phone that we did not write.

Sound is checked in both directions: Asterisk's echo gives a caller its own tone back only if
both ways carry sound.  Everything that we send is dissected.
"""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.disk import REGISTERED, onDisk
from tests.support.flows import untilHeard
from tests.support.processes import Asterisk, Caller, Capture, Server, waitFor
from tests.support.sound import heardFor

pytestmark = pytest.mark.interop

US, THEM, CALLER = "127.0.21.1", "127.0.21.2", "127.0.21.11"
ROOMS = '[[conference.rooms]]\nname = "council"\naliases = ["801"]\n'
MODES = [(fast, tunnel) for fast in ("yes", "no") for tunnel in ("yes", "no")]
NAMES = [f"fast={fast}-tunnel={tunnel}" for fast, tunnel in MODES]
START_UPS = {
    "fast": (),
    "fast-early": ("--early-h245",),
    "fast-separate": ("--no-tunnelling",),
    "slow": ("--no-fast-start",),
    "slow-early": ("--no-fast-start", "--early-h245"),
    "slow-separate": ("--no-fast-start", "--no-tunnelling"),
}


@pytest.fixture
def capture(tmp_path: Path) -> Iterator[Capture]:
    """
    Dissects what the test's server and callers sent, when the test is over.
    """
    capture = Capture(tmp_path / "capture", "127.0.21.0/24")
    with capture:
        yield capture
    assert capture.complaints("127.0.21.1") == ""
    assert capture.complaints("127.0.21.11") == ""


def caller(directory: Path, *arguments: str, name: str = "caller") -> Caller:
    return Caller(directory, name, "--json", "--bind", CALLER, *arguments)


def events(caller: Caller) -> list[dict[str, object]]:
    return [json.loads(line) for line in caller.output().splitlines() if line.startswith("{")]


def digits(caller: Caller) -> str:
    return "".join(str(each["digit"]) for each in events(caller) if each["event"] == "digit")


@pytest.mark.parametrize(("fast", "tunnel"), MODES, ids=NAMES)
def test_asteriskCallsARoom(fast: str, tunnel: str, tmp_path: Path, capture: Capture) -> None:
    recording = tmp_path / "heard.wav"
    with (
        Server(tmp_path / "server", US) as server,
        Asterisk(tmp_path / "asterisk", THEM, US, faststart=fast, tunneling=tunnel) as asterisk,
    ):
        asterisk.call("OOH323/80001@other", "600")
        waitFor(lambda: len(server.ask("calls")) == 1, 10, "Asterisk is in the room")
        with caller(
            tmp_path, "--tone", "440", "--record", str(recording), "sip:80001@" + US
        ) as phone:
            untilHeard(capture, CALLER, 440)
            assert phone.hangUp() == 0, phone.output()
        (call,) = server.ask("calls")
        assert call["media"]["direction"] == "sendrecv"
        asterisk.tell("channel request hangup all")
        waitFor(lambda: server.ask("calls") == [], 10, "the room is empty")
    assert heardFor(recording, (440, 700), 1.5) == [440]


@pytest.mark.parametrize("start", START_UPS)
@pytest.mark.parametrize(("fast", "tunnel"), [("yes", "yes"), ("no", "no")])
def test_weCallAsterisk(
    start: str, fast: str, tunnel: str, tmp_path: Path, capture: Capture
) -> None:
    recording = tmp_path / "heard.wav"
    with Asterisk(tmp_path / "asterisk", THEM, CALLER, faststart=fast, tunneling=tunnel):
        with caller(
            tmp_path, *START_UPS[start], "--tone", "440", "--record", str(recording),
            "h323:600@" + THEM,
        ) as phone:  # fmt: skip
            untilHeard(capture, CALLER, 440)
            assert phone.hangUp() == 0, phone.output()
    assert heardFor(recording, (440, 700), 1.5) == [440]


def test_asteriskRegistersAndCallsARoomByItsNumber(tmp_path: Path, capture: Capture) -> None:
    recording = tmp_path / "heard.wav"
    with (
        Server(tmp_path / "server", US, ROOMS) as server,
        Asterisk(tmp_path / "asterisk", THEM, US, gk=US, e164="600") as asterisk,
    ):
        waitFor(lambda: server.ask("registrations"), 15, "Asterisk registers")
        (registration,) = server.ask("registrations")
        assert "600" in registration["aliases"]
        asterisk.call("OOH323/801", "600")
        waitFor(lambda: server.ask("rooms"), 10, "Asterisk is in the room")
        with caller(
            tmp_path, "--tone", "440", "--record", str(recording), "h323:council@" + US
        ) as phone:
            untilHeard(capture, CALLER, 440)
            assert phone.hangUp() == 0, phone.output()
        facts = server.ask("status")["facts"]
        assert facts["RASAdmissionGranted"] >= 1
    assert heardFor(recording, (440, 700), 1.5) == [440]


def test_aCallerReachesRegisteredAsteriskThroughTheGatekeeper(
    tmp_path: Path, capture: Capture
) -> None:
    recording = tmp_path / "heard.wav"
    with (
        Server(tmp_path / "server", US) as server,
        Asterisk(tmp_path / "asterisk", THEM, CALLER, gk=US, e164="600"),
    ):
        waitFor(lambda: server.ask("registrations"), 15, "Asterisk registers")
        with caller(
            tmp_path, "--gatekeeper", US, "--alias", "1001", "--tone", "440",
            "--record", str(recording), "600",
        ) as phone:  # fmt: skip
            untilHeard(capture, CALLER, 440)
            assert phone.hangUp() == 0, phone.output()
        assert server.ask("status")["facts"]["RASAdmissionGranted"] >= 2
        (record,) = waitFor(lambda: server.ask("cdr"), 10, "both have disengaged")
        assert (record["model"], record["outcome"]) == ("direct", "answered")
        assert record["duration"] > 1.5  # as the caller has told
        assert (record["calling"], record["called"]) == (["1001"], ["600"])
        assert (record["calledPeer"], record["admissions"]) == (f"{THEM}:1720", 2)
    assert heardFor(recording, (440, 700), 1.5) == [440]


def test_asteriskIsReachedAtOnceAfterTheGatekeeperWasKilledAndIsBack(
    tmp_path: Path, capture: Capture
) -> None:
    recording = tmp_path / "heard.wav"
    with Asterisk(tmp_path / "asterisk", THEM, CALLER, gk=US, e164="600"):
        with Server(tmp_path / "server", US) as server:
            waitFor(lambda: server.ask("registrations"), 15, "Asterisk registers")
            (before,) = server.ask("registrations")
            file = server.state / "registrations.sqlite"
            waitFor(lambda: onDisk(file, REGISTERED), 5, "it is on the disk")
            server.signal(signal.SIGKILL)
            server.wait(5)
            server.socket.unlink()
        with Server(tmp_path / "server", US) as server:
            (after,) = server.ask("registrations")
            assert after["endpointId"] == before["endpointId"]
            with caller(
                tmp_path, "--gatekeeper", US, "--alias", "1001", "--tone", "440",
                "--record", str(recording), "600",
            ) as phone:  # fmt: skip
                untilHeard(capture, CALLER, 440)
                assert phone.hangUp() == 0, phone.output()
    assert heardFor(recording, (440, 700), 1.5) == [440]


def test_asteriskCallsUs(tmp_path: Path, capture: Capture) -> None:
    recording = tmp_path / "heard.wav"
    with (
        Asterisk(tmp_path / "asterisk", THEM, CALLER) as asterisk,
        caller(
            tmp_path, "--h323-port", "1720", "--answer", "--tone", "440",
            "--record", str(recording),
        ) as phone,
    ):  # fmt: skip
        waitFor(lambda: "listening" in phone.output(), 10, "the caller listens")
        asterisk.call("OOH323/1001@other", "600")
        untilHeard(capture, CALLER, 440)
        assert phone.hangUp() == 0, phone.output()
    assert heardFor(recording, (440, 700), 1.5) == [440]


@pytest.mark.parametrize(
    ("mode", "method"),
    [
        ("q931keypad", "q931-keypad"),
        ("h245alphanumeric", "h245-alphanumeric"),
        ("h245signal", "h245-signal"),
    ],
)
def test_digitsBothWaysByH323(mode: str, method: str, tmp_path: Path, capture: Capture) -> None:
    """
    Not RFC 4733: in H.323 calls chan_ooh323 of Asterisk 22 sends its events under payload type 0,
    whatever was announced, and reads none.  SIP peers speak it.
    """
    with Asterisk(tmp_path / "asterisk", THEM, CALLER, dtmf=mode) as asterisk:
        with caller(tmp_path, "h323:603@" + THEM, name="hears") as phone:
            waitFor(lambda: digits(phone) == "0123456789*#", 15, "all digits arrive, each once")
        with caller(
            tmp_path, "--dtmf", "1234", "--dtmf-method", method, "h323:604@" + THEM, name="sends"
        ):
            waitFor(lambda: "READ-DTMF 1234" in asterisk.messages(), 15, "Asterisk has read them")


def test_digitsBothWaysBySIP(tmp_path: Path, capture: Capture) -> None:
    with Asterisk(tmp_path / "asterisk", THEM, US) as asterisk:
        with caller(tmp_path, "sip:603@" + THEM, name="hears") as phone:
            waitFor(lambda: digits(phone) == "0123456789*#", 15, "all digits arrive, each once")
        with caller(tmp_path, "--dtmf", "1234", "sip:604@" + THEM, name="sends"):
            waitFor(lambda: "READ-DTMF 1234" in asterisk.messages(), 15, "Asterisk has read them")


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_weCallAsteriskBySIP(transport: str, tmp_path: Path, capture: Capture) -> None:
    recording = tmp_path / "heard.wav"
    with Asterisk(tmp_path / "asterisk", THEM, US):
        with caller(
            tmp_path, "--tone", "440", "--record", str(recording),
            f"sip:600@{THEM};transport={transport}",
        ) as phone:  # fmt: skip
            untilHeard(capture, CALLER, 440)
            assert phone.hangUp() == 0, phone.output()
    assert heardFor(recording, (440, 700), 1.5) == [440]


def test_asteriskCallsARoomBySIP(tmp_path: Path, capture: Capture) -> None:
    recording = tmp_path / "heard.wav"
    with (
        Server(tmp_path / "server", US) as server,
        Asterisk(tmp_path / "asterisk", THEM, US) as asterisk,
    ):
        asterisk.call("PJSIP/80001@other", "600")
        waitFor(lambda: server.ask("rooms"), 10, "Asterisk is in the room")
        with caller(
            tmp_path, "--tone", "440", "--record", str(recording), "h323:80001@" + US
        ) as phone:
            untilHeard(capture, CALLER, 440)
            assert phone.hangUp() == 0, phone.output()
    assert heardFor(recording, (440, 700), 1.5) == [440]
