"""
A server whose leading process is killed, again and again, while calls of every kind begin and go on:
none of them notices.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import pytest

from h323d.dsp.tones import levelsAt
from tests.support.processes import Asterisk, Baresip, Caller, Capture, together, waitFor
from tests.support.protectedserver import ProtectedServer
from tests.support.sound import readWAV, writeTone

pytestmark = pytest.mark.interop

US, ASTERISK, SOFTPHONE = "127.0.131.1", "127.0.131.2", "127.0.131.3"
CALLERS = "127.0.131.1"
SEED = 13
ROOM = 80001
OURS = {
    "fast": (440, (), f"h323:{ROOM}@{US}"),
    "early": (560, ("--early-h245", "--codec", "PCMA"), f"h323:{ROOM}@{US}"),
    "slow": (700, ("--no-fast-start", "--no-tunnelling"), f"h323:{ROOM}@{US}"),
    "udp": (900, (), f"sip:{ROOM}@{US}"),
    "tcp": (1130, (), f"sip:{ROOM}@{US};transport=tcp"),
    "opus": (1390, ("--codec", "opus"), f"sip:{ROOM}@{US}"),
}
TONES = tuple(tone for tone, _, _ in OURS.values())
MILLIWATT, SOFT, BRIDGED = 1004, 620, 850  # Hz: Asterisk by H.323, baresip, who calls it
ROUTE = f"""\
[gateway]
acceptUnregistered = true
[[routing.routes]]
name = "2600"
to = ["h323:600@{ASTERISK}"]
"""
AUDIBLE = -35.0  # dBov; each tone was sent with -20
APART = 0.4  # seconds, at most, from when another follows until its leader dies


def heardIn(recording: Path, tones: tuple[int, ...] = TONES) -> set[int]:
    """
    The tones that are audible in the best second of the last half of a recording.
    """
    samples, rate = readWAV(recording)
    best: set[int] = set()
    for start in range(len(samples) // 2, len(samples) - rate, rate // 4):
        levels = zip(tones, levelsAt(samples[start : start + rate], tones, rate), strict=True)
        best = max(best, {tone for tone, level in levels if level > AUDIBLE}, key=len)
    return best


class Talking:
    """
    Those who have a call at a server.
    """

    server: ProtectedServer

    def legs(self) -> int:
        return len(self.server.ask("calls"))

    def talk(self) -> None:
        """
        Until everybody has sent a second's packets more.
        """
        before = self.received()

        def done() -> bool:
            now = self.received()
            assert set(before) <= set(now), f"a call is gone:\n{self.server.output()[-3000:]}"
            return all(now[each] - count > 60 for each, count in before.items())

        waitFor(done, 15, "they talk")

    def received(self) -> dict[str, int]:
        """
        How many packets came, of each leg.
        """
        legs = self.server.ask("calls")
        return {leg["legId"]: leg["media"]["packetsReceived"] for leg in legs if leg.get("media")}


class Meeting(Talking):
    """
    Our own callers, in one room.
    """

    def __init__(self, directory: Path, stack: ExitStack) -> None:
        self._stack = stack
        self._rng = random.Random(SEED)
        self.server = ProtectedServer(directory / "server", US, isKept=True)
        together(stack, self.server)
        self.server.protected()
        self.callers = {
            name: Caller(
                directory, name, "--bind", f"{CALLERS}{index}", "--tone", str(tone),
                "--level", "-20", "--record", str(directory / f"{name}.wav"), *options, target,
            )
            for index, (name, (tone, options, target)) in enumerate(OURS.items(), start=1)
        }  # fmt: skip

    def call(self) -> None:
        """
        All call, one after the other, and the leader dies in between, wherever that hits.
        """
        for caller in self.callers.values():
            self._stack.enter_context(caller)
            self.server.protected()
            time.sleep(self._rng.random() * APART)
            self.server.strike()


class Encrypted(Baresip):
    """
    One that speaks by DTLS-SRTP alone.
    """

    CONFIGURATION = Baresip.CONFIGURATION + "module srtp.so\nmodule dtls_srtp.so\n"


class Others(Talking):
    """
    Asterisk, and baresip by DTLS-SRTP, in a room, and a call from SIP in Opus to the Asterisk by H.323.
    """

    def __init__(self, directory: Path, stack: ExitStack) -> None:
        softphone = directory / "baresip"
        softphone.mkdir()
        writeTone(softphone / "tone.wav", SOFT, 300.0)
        self.capture = Capture(directory / "capture", US)
        self.server = ProtectedServer(
            directory / "server", US, f"{Baresip.SERVER}{ROUTE}", isKept=True
        )
        together(stack, self.capture, self.server)
        self.asterisk = Asterisk(directory / "asterisk", ASTERISK, US, tunneling="yes")
        self.phone = Encrypted(
            softphone, SOFTPHONE, f"sip:{ROOM}@{US}", 300, account=";mediaenc=dtls_srtp"
        )
        self.caller = Caller(
            directory, "bridged", "--bind", f"{CALLERS}7", "--tone", str(BRIDGED), "--level", "-16",
            "--record", str(directory / "bridged.wav"), "--codec", "opus", f"sip:2600@{US}",
        )  # fmt: skip
        together(stack, self.asterisk, self.phone)
        self.asterisk.call(f"OOH323/{ROOM}@other", "601")
        stack.enter_context(self.caller)
        waitFor(lambda: self.sounds() == 4, 30, "everybody is heard")

    def sounds(self) -> int:
        return sum(count > 50 for count in self.received().values())


def test_noCallNoticesThatTheServerDies(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with ExitStack() as stack:
        those = Meeting(tmp_path, stack)
        server = those.server
        those.call()
        waitFor(lambda: those.legs() == len(OURS), 20, "all are there")
        those.talk()
        for how in (signal.SIGKILL, signal.SIGSTOP, signal.SIGKILL):
            server.strike(how)
            those.talk()
        deaths = len(OURS) + 3
        assert those.legs() == len(OURS)
        status = server.ask("status")
        assert status["facts"]["TookOver"] == deaths
        assert not {"Diverged", "InputQuarantined"} & set(status["facts"])
        for name in ("fast", "udp"):
            assert those.callers[name].hangUp() == 0, those.callers[name].output()
        waitFor(lambda: those.legs() == len(OURS) - 2, 10, "two have hung up")
        server.handOver()
        for call in {each["callId"] for each in server.ask("calls")}:
            server.ask("hangup", call)
        for name, caller in those.callers.items():
            if name not in ("fast", "udp"):
                assert caller.wait(20) == 0, caller.output()
        records = server.ask("cdr")
        assert Counter((each["outcome"], each["causeName"]) for each in records) == {
            ("answered", "NORMAL_CALL_CLEARING"): len(OURS)
        }
        assert server.ask("status")["calls"] == 0
        with capsys.disabled():
            took = sorted(server.takeOverMs())
            print(f"\ntook over in {took[len(took) // 2]:.0f} ms, at most in {took[-1]:.0f} ms")
        os.kill(server.leader, signal.SIGTERM)
        waitFor(lambda: "Server Shut Down" in server.output(), 20, "it ends")
        assert "Traceback" not in server.output(), server.output()
    for name, (tone, _, _) in OURS.items():
        assert heardIn(tmp_path / f"{name}.wav") == set(TONES) - {tone}


def test_othersThatWeDidNotWriteNoticeNothing(tmp_path: Path) -> None:
    with ExitStack() as stack:
        those = Others(tmp_path, stack)
        server = those.server
        those.talk()
        for how in (signal.SIGKILL, signal.SIGKILL, signal.SIGSTOP, signal.SIGKILL):
            server.strike(how)
            those.talk()
        assert those.legs() == 4
        assert "Diverged" not in server.ask("status")["facts"]
        suites = [each["media"].get("encryption") for each in server.ask("calls")]
        assert sum(each is not None for each in suites) == 1
        assert those.caller.hangUp() == 0, those.caller.output()
        waitFor(lambda: those.legs() == 2, 10, "both legs of the call are gone")
        server.strike()
        for call in {each["callId"] for each in server.ask("calls")}:
            server.ask("hangup", call)
        waitFor(lambda: list((tmp_path / "baresip").glob("dump-*-dec.wav")), 10, "it has recorded")
        waitFor(lambda: not those.legs(), 10, "all have hung up")
        assert Counter(each["causeName"] for each in server.ask("cdr")) == {
            "NORMAL_CALL_CLEARING": 3
        }
        assert "Traceback" not in server.output(), server.output()
    assert heardIn(those.phone.heard, (MILLIWATT, SOFT)) == {MILLIWATT}
    assert heardIn(tmp_path / "bridged.wav", (BRIDGED,)) == {BRIDGED}
    assert those.capture.complaints(US) == ""


def test_callsThroughTheGatekeeperNoticeNothing(tmp_path: Path) -> None:
    with ExitStack() as stack:
        server = ProtectedServer(
            tmp_path / "server", US, '[routed]\nmodel = "proxied"\n', isKept=True
        )
        stack.enter_context(server)
        registered = ("--gatekeeper", f"{US}:1719", "--json", "--tone", "700")
        starts = ((), ("--no-fast-start", "--no-tunnelling"))
        called = [
            Caller(
                tmp_path, f"called{index}", "--bind", f"{CALLERS}{index}", "--alias", f"b{index}",
                "--answer", *registered,
            )
            for index, _ in enumerate(starts)
        ]  # fmt: skip
        together(stack, *called)
        waitFor(lambda: len(server.ask("registrations")) == len(called), 10, "they register")
        callers = []
        for index, start in enumerate(starts):
            caller = Caller(
                tmp_path, f"calls{index}", "--bind", f"{CALLERS}1{index}", "--alias", f"a{index}",
                *registered, *start, f"b{index}",
            )  # fmt: skip
            callers.append(stack.enter_context(caller))
            server.strike()
        answered = '"event": "answered"'
        waitFor(lambda: all(answered in each.output() for each in callers), 10, "all are answered")
        server.strike()
        assert len(server.ask("registrations")) == 2 * len(starts)
        server.strike()
        for caller in callers:
            assert caller.hangUp() == 0, caller.output()
        waitFor(lambda: not server.ask("calls"), 10, "all have hung up")
        records = server.ask("cdr")
        assert [(each["model"], each["causeName"]) for each in records] == [
            ("proxied", "NORMAL_CALL_CLEARING")
        ] * len(starts)
        assert "Traceback" not in server.output(), server.output()
    for each in (*callers, *called):
        assert '"packetsLost": 0' in each.output()
