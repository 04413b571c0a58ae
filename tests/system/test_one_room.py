"""
Everybody in one room: Asterisk by H.323 and by SIP, baresip, and callers of ours by H.323 in
fast and slow start and by SIP.  Each recording holds all the others and not the recorder,
and all that the server sent is dissected.
"""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import pytest

from h323d.dsp.tones import levelsAt
from tests.support.processes import Asterisk, Baresip, Caller, Capture, Server, waitFor
from tests.support.sound import readWAV, writeTone

pytestmark = pytest.mark.interop

US, ASTERISK, SOFTPHONE = "127.0.42.61", "127.0.42.62", "127.0.42.63"
MILLIWATT, BEEPS, SOFT = 1004, 425, 700  # Hz: Asterisk by H.323 and by SIP, baresip
OURS = {
    "fast": (330, ("--no-tunnelling",), "h323"),
    "slow": (1500, ("--no-fast-start", "--no-tunnelling"), "h323"),
    "tunnelled": (2100, ("--no-fast-start",), "h323"),
    "sip": (2700, (), "sip"),
}
TONES = (MILLIWATT, BEEPS, SOFT, *(tone for tone, _, _ in OURS.values()))
AUDIBLE, INAUDIBLE = -35.0, -42.0  # dBov; each tone was sent with -16 or more


def heardIn(recording: Path) -> set[int]:
    """
    The tones that are audible in the best second of a recording: somebody is always the
    first to come and the last to go.
    """
    samples, rate = readWAV(recording)
    best: set[int] = set()
    for start in range(0, len(samples) - rate, rate // 4):
        levels = levelsAt(samples[start : start + rate], TONES, rate)
        heard = {tone for tone, level in zip(TONES, levels, strict=True) if level > AUDIBLE}
        best = max(best, heard, key=len)
    return best


def everSaid(recording: Path, tone: int) -> bool:
    samples, rate = readWAV(recording)
    return any(
        levelsAt(samples[start : start + rate], (tone,), rate)[0] > INAUDIBLE
        for start in range(0, len(samples) - rate, rate // 2)
    )


def test_everybodyHearsAllOthersAndNotThemselves(tmp_path: Path) -> None:
    recordings = {name: tmp_path / f"{name}.wav" for name in OURS}
    softphone = tmp_path / "baresip"
    softphone.mkdir()
    writeTone(softphone / "tone.wav", SOFT, 300.0)
    with ExitStack() as stack:
        capture = stack.enter_context(Capture(tmp_path / "capture", US))
        server = stack.enter_context(Server(tmp_path / "server", US, Baresip.SERVER))
        asterisk = stack.enter_context(
            Asterisk(tmp_path / "asterisk", ASTERISK, US, faststart="no", tunneling="no")
        )
        phone = stack.enter_context(Baresip(softphone, SOFTPHONE, f"sip:80001@{US}", 300))
        asterisk.call("OOH323/80001@other", "601")
        asterisk.call("PJSIP/80001@other", "602")
        callers = [
            stack.enter_context(
                Caller(
                    tmp_path, name, "--bind", f"127.0.42.{65 + index}", "--tone", str(tone),
                    "--level", "-16", "--record", str(recordings[name]), *options,
                    f"{protocol}:80001@{US}",
                )
            )
            for index, (name, (tone, options, protocol)) in enumerate(OURS.items())
        ]  # fmt: skip
        waitFor(lambda: present(server) == len(OURS) + 3, 20, "everybody is in the room")
        began = server.ask("status")["uptime"]
        waitFor(lambda: server.ask("status")["uptime"] > began + 2.5, 10, "they talk")
        server.ask("hangup", "80001")
        for caller in callers:
            assert caller.wait(10) == 0, caller.output()
        waitFor(lambda: list(softphone.glob("dump-*-dec.wav")), 5, "baresip has recorded")
        recording = phone.heard
        assert "Traceback" not in server.output()
    for name, (tone, _, _) in OURS.items():
        assert heardIn(recordings[name]) == set(TONES) - {tone}
        assert not everSaid(recordings[name], tone)
    assert heardIn(recording) == set(TONES) - {SOFT}
    assertDissected(capture)


def present(server: Server) -> int:
    return sum(call.get("presence") == "present" for call in server.ask("calls"))


def assertDissected(capture: Capture) -> None:
    """
    All that the server sent was understood as what it is, and nothing is wrong with it.
    """
    assert capture.complaints(US) == ""
    lines = capture.dissect(f"ip.src == {US}", "-T", "fields", "-e", "frame.protocols")
    seen = Counter(line.split("ip:", 1)[1] for line in lines.splitlines())
    found = {layer for layers in seen for layer in layers.split(":")}
    assert found >= {"sip", "sdp", "q931", "h225", "h245", "rtp", "rtcp"}, seen
    assert any("h245" in layers and "h225" not in layers for layers in seen), (
        "H.245 on a connection of its own was dissected"
    )
    assert sum(count for layers, count in seen.items() if layers.endswith(":rtp")) > 500, seen
