"""
baresip, a SIP softphone that we did not write, in a room with a caller by H.323.
"""

from __future__ import annotations

import json
import signal
import socket
from pathlib import Path

import pytest

from tests.support.flows import untilHeard
from tests.support.processes import Baresip, Caller, Capture, Server, waitFor
from tests.support.sound import heard, heardFor, writeTone

pytestmark = pytest.mark.interop

US, THEM, CALLER = "127.0.41.41", "127.0.41.42", "127.0.41.43"
THEIR_TONE, OUR_TONE = 700, 440
TONES = (THEIR_TONE, OUR_TONE)
CODEC = {
    "PCMU": "PCMU/8000/1",
    "PCMA": "PCMA/8000/1",
    "G722": "G722/16000/1",
    "opus": "opus/48000/2",
    "GSM": "GSM/8000/1",
    "G726-32": "G726-32/8000/1",
    "AMR": "AMR/8000/1",
}
SERVER = f"{Baresip.SERVER}[conference]\naudioFormats = {list(CODEC)}\n"


def baresip(directory: Path, codec: str = "PCMU") -> Baresip:
    """
    A softphone that plays a tone into a room.
    """
    directory.mkdir()
    rate = int(CODEC[codec].split("/")[1])  # at which it wants its file
    writeTone(directory / "tone.wav", THEIR_TONE, 300.0, rate)  # it plays a file once
    return Baresip(directory, THEM, f"sip:80001@{US}", 300, CODEC[codec])


def caller(directory: Path, *arguments: str) -> Caller:
    return Caller(
        directory, "caller", "--json", "--bind", CALLER, "--tone", str(OUR_TONE),
        "--record", str(directory / "heard.wav"), *arguments, f"h323:80001@{US}",
    )  # fmt: skip


def tell(command: str, params: str = "") -> str:
    return tellTo(THEM, command, params)


def tellTo(address: str, command: str, params: str = "") -> str:
    """
    Give a softphone a command, as its remote control does.
    """
    text = json.dumps({"command": command, "params": params, "token": "t"})
    with socket.create_connection((address, 4444), 3) as connection:
        connection.sendall(f"{len(text)}:{text},".encode())
        return connection.recv(65536).decode()


def inRoom(server: Server, count: int) -> bool:
    calls = server.ask("calls")
    return len(calls) == count and all(call.get("presence") == "present" for call in calls)


def haveSpoken(server: Server, packets: int, room: str = "") -> bool:
    """
    Whether so much has come from everybody, or from everybody in a room.
    """
    calls = [call for call in server.ask("calls") if room in ("", call.get("room"))]
    heard = [call.get("media") for call in calls]
    return all(media and media["packetsReceived"] >= packets for media in heard)


@pytest.mark.parametrize("codec", CODEC)
def test_theyHearEachOther(codec: str, tmp_path: Path) -> None:
    with (
        Capture(tmp_path / "capture", US) as capture,
        Server(tmp_path / "server", US, SERVER) as server,
    ):
        with baresip(tmp_path / "baresip", codec) as phone:
            waitFor(lambda: inRoom(server, 1), 10, "the softphone is in the room")
            with caller(tmp_path) as ours:
                waitFor(lambda: inRoom(server, 2), 10, "both are in the room")
                (theirs,) = (each for each in server.ask("calls") if each["protocol"] == "sip")
                assert theirs["media"]["format"].startswith(codec)
                untilHeard(capture, CALLER, THEIR_TONE)
                waitFor(lambda: haveSpoken(server, 150), 10, "both have spoken for three seconds")
                assert ours.hangUp() == 0, ours.output()
            tell("hangup")
            waitFor(lambda: server.ask("calls") == [], 5, "its hanging up is noticed")
    assert heardFor(tmp_path / "heard.wav", TONES, 1.5) == [THEIR_TONE]
    everything = [
        start / 2 for start in range(20) if _heardAt(phone.heard, start / 2) == [OUR_TONE]
    ]
    assert len(everything) >= 4, "it heard our tone for two seconds"
    assert capture.complaints(US) == ""


def _heardAt(recording: Path, start: float) -> list[int]:
    try:
        return heard(recording, TONES, start, 0.5)
    except AssertionError:  # the recording ends before
        return []


def test_itsKeysAreFacts(tmp_path: Path) -> None:
    with Server(tmp_path / "server", US, Baresip.SERVER) as server, baresip(tmp_path / "baresip"):
        waitFor(lambda: inRoom(server, 1), 10, "the softphone is in the room")
        tell("sndcode", "1234")
        waitFor(
            lambda: server.ask("status")["facts"].get("DigitReceived") == 4, 5, "the digits arrive"
        )


def test_whoHoldsIsNotHeardAndComesBack(tmp_path: Path) -> None:
    with (
        Server(tmp_path / "server", US, Baresip.SERVER) as server,
        baresip(tmp_path / "baresip"),
        caller(tmp_path) as ours,
    ):
        waitFor(lambda: inRoom(server, 2), 10, "both are in the room")
        tell("hold")
        waitFor(lambda: state(server) == ("on hold", "recvonly"), 5, "its hold is answered")
        tell("resume")
        waitFor(lambda: state(server) == ("present", "sendrecv"), 5, "its resuming is answered")
        server.ask("hangup", "80001")
        assert ours.wait(10) == 0, ours.output()


def test_itRegistersAndLeaves(tmp_path: Path) -> None:
    directory = tmp_path / "baresip"
    directory.mkdir()
    phone = Baresip(directory, THEM, "", 300, registrar=US)
    with (
        Capture(tmp_path / "capture", US) as capture,
        Server(tmp_path / "server", US, Baresip.SERVER) as server,
    ):
        with phone:
            (registration,) = waitFor(lambda: server.ask("registrations"), 10, "it registers")
            assert registration["protocol"] == "sip"
            assert f"sip:b@{US}" in registration["aliases"]
            assert registration["timeToLive"] == 60
            assert registration["product"].startswith("baresip")
        waitFor(lambda: server.ask("registrations") == [], 5, "it unregisters when it leaves")
    assert "200 OK" in phone.output()
    assert capture.complaints(US) == ""


def test_overTCPItIsReachedHoweverOftenItWasKilledAndStartedAgain(tmp_path: Path) -> None:
    with Server(tmp_path / "server", US, Baresip.SERVER) as server:
        known: set[str] = set()
        for number in range(12):
            directory = tmp_path / f"baresip{number}"
            directory.mkdir()
            writeTone(directory / "tone.wav", THEIR_TONE, 40.0)
            with Baresip(directory, THEM, "", 60, registrar=f"{US};transport=tcp") as phone:
                known |= newSources(server, known)
                if number < 11:
                    phone.signal(signal.SIGKILL)
                    phone.wait(5)
                    continue
                server.ask("call", "b", f"h323:{CALLER}")
                waitFor(lambda: "Call established" in phone.output(), 10, "it answers")


def newSources(server: Server, known: set[str]) -> set[str]:
    def look() -> set[str]:
        return {each["source"] for each in server.ask("registrations")} - known

    found: set[str] = waitFor(look, 10, "it registers from where it has not been yet")
    return found


def state(server: Server) -> tuple[str, str]:
    (theirs,) = (each for each in server.ask("calls") if each["protocol"] == "sip")
    return theirs["presence"], theirs["media"]["direction"]
