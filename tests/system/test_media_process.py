"""
A server whose media are in a process of their own: one room of Asterisk, baresip (by DTLS-SRTP) and
callers of ours, and a call from SIP in Opus to an Asterisk by H.323.  The process is killed twice; everybody
still hears everybody, and what the server sends are the same streams as before.  So it is where another
process follows the server, and whoever leads is killed, too.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from h323d.dsp.tones import levelsAt
from tests.support.flows import Flow, Flows
from tests.support.processes import (
    Asterisk,
    Baresip,
    Caller,
    Capture,
    Server,
    together,
    waitFor,
)
from tests.support.protectedserver import ProtectedServer
from tests.support.sound import readWAV, writeTone

pytestmark = pytest.mark.interop

US, ASTERISK, SOFTPHONE = "127.0.124.1", "127.0.124.2", "127.0.124.3"
CALLERS = "127.0.125."
ECHO = "600"
ROUTE = f"""\
processes = 1
[gateway]
acceptUnregistered = true
[[routing.routes]]
name = "2600"
to = ["h323:{ECHO}@{ASTERISK}"]
"""
MILLIWATT, SOFT, BRIDGED = 1004, 700, 850  # Hz: Asterisk by H.323, baresip, who calls it
OURS = {
    "h323": (330, ("--no-tunnelling",), f"h323:80001@{US}"),
    "sip": (2700, (), f"sip:80001@{US}"),
    "bridged": (BRIDGED, ("--codec", "opus"), f"sip:2600@{US}"),
}
TONES = (MILLIWATT, SOFT, OURS["h323"][0], OURS["sip"][0])
AUDIBLE = -35.0  # dBov; each tone was sent with -16 or more
DTLS = ";mediaenc=dtls_srtp"
DEATHS = 2
MEDIA_DEATHS = 3  # in the test in which whoever leads dies, too
GAP = 0.3  # seconds, on a machine that has nothing else to do
PATIENT = 10.0  # times as long where that is busy


def isRunning(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def heardIn(recording: Path, tones: Collection[int] = (*TONES, BRIDGED)) -> set[int]:
    """
    Which of some tones are audible in the best second of the last half of a recording, while all
    were there.
    """
    samples, rate = readWAV(recording)
    best: set[int] = set()
    for start in range(len(samples) // 2, len(samples) - rate, rate // 4):
        levels = levelsAt(samples[start : start + rate], list(tones), rate)
        heard = {tone for tone, level in zip(tones, levels, strict=True) if level > AUDIBLE}
        best = max(best, heard, key=len)
    return best


Calls = Mapping[str, tuple[int, tuple[str, ...], str]]
"""
By name: the tone, options, and whom it calls.
"""


def callersOf(directory: Path, calls: Calls) -> dict[str, Caller]:
    """
    Telephones of ours.
    """
    return {
        name: Caller(
            directory, name, "--bind", f"{CALLERS}{index}", "--tone", str(tone),
            "--level", "-16", "--record", str(directory / f"{name}.wav"), *options, target,
        )
        for index, (name, (tone, options, target)) in enumerate(calls.items(), start=1)
    }  # fmt: skip


class Encrypted(Baresip):
    """
    One that speaks by DTLS-SRTP alone.
    """

    CONFIGURATION = Baresip.CONFIGURATION + "module srtp.so\nmodule dtls_srtp.so\n"


class Talking:
    """
    Those who talk, and their server.
    """

    server: Server

    def children(self) -> list[int]:
        """
        @return: its media processes, the one that was begun first first.
        """
        # Whoever has begun them may be dead; but they are of the session that the server began.
        found = subprocess.run(
            ["pgrep", "-s", str(self.server.pid), "-f", "mediaprocess"],
            capture_output=True,
            check=False,
        )
        return sorted(map(int, found.stdout.split()))

    def media(self, name: str) -> float:
        return float(self.server.ask("status")["media"].get(name, 0))

    def received(self) -> list[int]:
        """
        How many packets came, of each leg.
        """
        legs = self.server.ask("calls")
        return [leg["media"]["packetsReceived"] for leg in legs if leg.get("media")]

    def sounds(self) -> int:
        return sum(count > 50 for count in self.received())

    def talk(self) -> None:
        """
        Until everybody has said a second's packets more.
        """
        before = self.received()

        def done() -> bool:
            now = self.received()
            assert len(now) == len(before), f"a call is gone:\n{self.server.output()[-3000:]}"
            return all(b - a > 60 for a, b in zip(before, now, strict=True))

        waitFor(done, 15, "they talk")

    def spared(self) -> float:
        """
        Wait until there is a spare.

        @return: how many processes have died.
        """
        waitFor(lambda: self.media("spareProcesses") == 1, 20, "a spare is ready")
        return self.media("processesLost")

    def kill(self) -> None:
        """
        Kill the process that has the media, when another is ready.
        """
        lost = self.spared()
        os.kill(self.children()[0], signal.SIGKILL)
        waitFor(lambda: self.media("processesLost") > lost, 10, "it is missed")


class Meeting(Talking):
    """
    Those who talk.
    """

    def __init__(self, directory: Path, stack: ExitStack) -> None:
        self.directory = directory
        softphone = directory / "baresip"
        softphone.mkdir()
        writeTone(softphone / "tone.wav", SOFT, 300.0)
        self.capture = Capture(directory / "capture", US)
        self.server = Server(directory / "server", US, f"{Baresip.SERVER}{ROUTE}")
        together(stack, self.capture, self.server)
        self.spared()
        asterisk = Asterisk(directory / "asterisk", ASTERISK, US, tunneling="yes")
        self.phone = Encrypted(softphone, SOFTPHONE, f"sip:80001@{US}", 300, account=DTLS)
        self.callers = callersOf(directory, OURS)
        together(stack, asterisk, self.phone)
        asterisk.call("OOH323/80001@other", "601")
        together(stack, *self.callers.values())
        waitFor(lambda: self.sounds() == len(TONES) + 2, 30, "everybody is heard")


@contextmanager
def meeting(directory: Path) -> Iterator[Meeting]:
    with ExitStack() as stack:
        yield Meeting(directory, stack)


def isOne(flow: Flow) -> bool:
    """
    Whether all is of one source, with no number twice.
    """
    steps = [(b.sequence - a.sequence) & 0xFFFF for a, b in pairwise(flow.packets)]
    return len({each.source for each in flow.packets}) == 1 and all(
        0 < each < 1 << 14 for each in steps
    )


def gaps(flow: Flow) -> list[float]:
    """
    @return: seconds between packets where numbers were left out.
    """
    return [
        after.seconds - before.seconds
        for before, after in pairwise(flow.packets)
        if (after.sequence - before.sequence) & 0xFFFF > 100
    ]


def test_everybodyHearsEverybodyThoughTheMediaProcessDies(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with meeting(tmp_path) as those:
        those.talk()
        for _ in range(DEATHS):
            those.kill()
            those.talk()
        legs = len(those.received())
        status = those.server.ask("status")
        assert status["facts"]["MediaProcessLost"] == DEATHS
        assert legs == len(TONES) + 2
        suites = [each["media"].get("encryption") for each in those.server.ask("calls")]
        assert sum(each is not None for each in suites) == 1
        those.talk()
        for call in {each["callId"] for each in those.server.ask("calls")}:
            those.server.ask("hangup", call)
        for caller in those.callers.values():
            assert caller.wait(20) == 0, caller.output()
        recordings = {name: heardIn(tmp_path / f"{name}.wav") for name in OURS}
        waitFor(lambda: list((tmp_path / "baresip").glob("dump-*-dec.wav")), 10, "it has recorded")
        softphone = heardIn(those.phone.heard)
        assert "Traceback" not in those.server.output()
        left = those.children()
        those.server.signal(signal.SIGKILL)
        waitFor(lambda: not any(map(isRunning, left)), 10, "they end with the server")
    assert len(left) == 2
    flows = Flows(those.capture.file)
    flows.read()
    sent = flows.by(US)
    assert len(sent) == len(TONES) + 2
    lost = [gap for flow in sent for gap in gaps(flow)]
    assert all(isOne(flow) for flow in sent), "a stream begins anew"
    assert [len(gaps(flow)) for flow in sent] == [DEATHS] * len(sent)
    with capsys.disabled():
        print(f"\nwithout sound: median {np.median(lost):.3f} s, at most {max(lost):.3f} s")
    assert max(lost) < GAP * PATIENT
    assert softphone == set(TONES) - {SOFT}
    assert recordings["h323"] == set(TONES) - {OURS["h323"][0]}
    assert recordings["sip"] == set(TONES) - {OURS["sip"][0]}
    assert recordings["bridged"] == {BRIDGED}
    assert those.capture.complaints(US) == ""


ROOM = {
    "slow": (330, ("--no-fast-start", "--no-tunnelling"), f"h323:80001@{US}"),
    "sip": (700, (), f"sip:80001@{US}"),
    "opus": (1390, ("--codec", "opus"), f"sip:80001@{US};transport=tcp"),
}


class Protected(Talking):
    """
    Those in a room of a server that another follows.
    """

    server: ProtectedServer

    def __init__(self, directory: Path, stack: ExitStack) -> None:
        self.capture = Capture(directory / "capture", US)
        self.server = ProtectedServer(directory / "server", US)
        together(stack, self.capture, self.server)
        self.callers = callersOf(directory, ROOM)
        together(stack, *self.callers.values())
        waitFor(lambda: self.sounds() == len(ROOM), 30, "everybody is heard")

    def killBoth(self) -> None:
        """
        Kill whoever leads, and the process that has the media, at once.
        """
        lost, leader = self.spared(), self.server.leader
        self.server.protected()
        os.kill(leader, signal.SIGSTOP)  # it does not learn of what happens now
        os.kill(self.children()[0], signal.SIGKILL)
        os.kill(leader, signal.SIGKILL)
        waitFor(lambda: self.server.leader != leader, 10, "another leads", every=0.01)
        waitFor(lambda: self.media("processesLost") > lost, 10, "it is missed")


def test_theSoundGoesOnWhoeverDies(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with ExitStack() as stack:
        those = Protected(tmp_path, stack)
        fates = (those.server.strike, those.kill, those.server.strike, those.kill, those.killBoth)
        for each in fates:
            those.talk()
            each()
        those.talk()
        assert those.media("processesLost") == MEDIA_DEATHS
        for call in {each["callId"] for each in those.server.ask("calls")}:
            those.server.ask("hangup", call)
        for caller in those.callers.values():
            assert caller.wait(20) == 0, caller.output()
        left = those.children()
        os.kill(those.server.leader, signal.SIGTERM)
        waitFor(lambda: not any(map(isRunning, left)), 20, "they end with the server")
        assert "Traceback" not in those.server.output()
    flows = Flows(those.capture.file)
    flows.read()
    sent = flows.by(US)
    assert len(sent) == len(ROOM)
    assert all(isOne(flow) for flow in sent), "a stream begins anew"
    # Where only whoever leads has died, no number is left out.
    assert [len(gaps(flow)) for flow in sent] == [MEDIA_DEATHS] * len(sent)
    lost = [gap for flow in sent for gap in gaps(flow)]
    with capsys.disabled():
        print(f"\nwithout sound: median {np.median(lost):.3f} s, at most {max(lost):.3f} s")
    assert max(lost) < GAP * PATIENT
    for name, (tone, _, _) in ROOM.items():
        others = {each for each, _, _ in ROOM.values()} - {tone}
        assert heardIn(tmp_path / f"{name}.wav", others) == others
