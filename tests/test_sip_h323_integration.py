"""
SIP phones and H.323 terminals call each other: where to begin to read.

Everything here is real but for the time and the network: one server, as C{twistd h323d} runs
it, and telephones that register with it, call, speak and listen.  Each plays a tone of its own
into the call, so what the other hears can be measured.  Time is the simulation's, and a minute of a call
takes a second or two.  In the end, L{TestRealProcesses} does the same with processes, sockets and clocks as
they are; with telephones that we did not write, L{tests.system.test_gateway} does.

What goes on inside is told by L{tests.walks.test_gateway}, and C{docs/explanation/walks.rst}.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from h323d.config.sections import Configuration
from h323d.media.config import MediaConfig
from h323d.values.cause import Cause
from h323d.values.media.direction import Direction
from h323d.values.media.formats import G711_ALAW, G711_ULAW, MediaFormat
from tests.support.bridged import SERVER, Phone, h323Phone, sipPhone
from tests.support.processes import Caller, Server, waitFor
from tests.support.simulation import SimulatedServer, Simulation
from tests.support.sound import heardFor

ALICE, BOB = 400, 700  # Hz: what each of them plays
LAWS = pytest.mark.parametrize(
    ("alices", "bobs"),
    [
        pytest.param(alices, bobs, id=f"{alices.name} to {bobs.name}")
        for alices in (G711_ALAW, G711_ULAW)
        for bobs in (G711_ALAW, G711_ULAW)
    ],
)
DIRECTIONS = pytest.mark.parametrize(
    ("newAlice", "newBob", "number"),
    [
        pytest.param(sipPhone, h323Phone, f"sip:1002@{SERVER}", id="from SIP to H.323"),
        pytest.param(h323Phone, sipPhone, "1002", id="from H.323 to SIP"),
        pytest.param(sipPhone, sipPhone, f"sip:1002@{SERVER}", id="from SIP to SIP"),
    ],
)

NewPhone = Callable[[Simulation, str, str, int, MediaFormat], Phone]


@pytest.fixture
def world() -> Iterator[Simulation]:
    with Simulation(seed=3) as simulation:
        yield simulation


@pytest.fixture
def server(world: Simulation) -> SimulatedServer:
    return world.server(SERVER, Configuration(media=MediaConfig(tickMs=20)))


def theyHearEachOther(alice: Phone, bob: Phone) -> bool:
    tones = (ALICE, BOB)
    return (alice.heard.heard(tones), bob.heard.heard(tones)) == ([BOB], [ALICE])


def call(world: Simulation, alice: Phone, bob: Phone, number: str) -> None:
    """
    Alice calls Bob, who answers.
    """
    alice.dial(number)
    world.until(lambda: alice.speaking and bob.speaking)
    world.run(0.6)
    assert theyHearEachOther(alice, bob)


@LAWS
@DIRECTIONS
def test_aCallFromTheFirstRingToTheLastWord(
    world: Simulation,
    server: SimulatedServer,
    newAlice: NewPhone,
    newBob: NewPhone,
    number: str,
    alices: MediaFormat,
    bobs: MediaFormat,
) -> None:
    # Two telephones register.  Each speaks one codec only.
    alice = newAlice(world, "10.0.1.1", "1001", ALICE, alices)
    bob = newBob(world, "10.0.1.2", "1002", BOB, bobs)
    bob.answers = False

    # Alice dials Bob's number.  Bob's telephone rings, and Alice is told.
    alice.dial(number)
    world.until(lambda: "alerting" in alice.reports)

    # Bob picks up, and they hear each other.
    bob.pickUp()
    world.until(lambda: alice.speaking and bob.speaking)
    world.run(0.6)
    assert theyHearEachOther(alice, bob)

    # Bob has somebody else at the door, and puts Alice on hold; she hears nothing of it.
    assert bob.leg is not None
    bob.leg.changeMedia(bob.speaks.directed(Direction.SENDONLY))
    world.run(1.0)
    assert not alice.heard.heard((BOB,))

    # He is back.
    bob.leg.changeMedia(bob.speaks)
    world.run(1.0)
    assert theyHearEachOther(alice, bob)

    # Alice presses keys; Bob's side sees each of them once.
    assert alice.leg is not None
    for digit in "1234#":
        alice.leg.sendDigit(digit, 100)
        world.run(0.4)
    world.run(1.0)
    assert "".join(digit for digit, _ in bob.digits) == "1234#"

    # Alice hangs up.  Bob sees a normal end, and nothing is left anywhere.
    alice.hangup()
    world.until(lambda: bob.cause is not None)
    assert bob.cause is Cause.NORMAL_CALL_CLEARING
    world.leave()
    assert world.leftOver() == []


def test_twoHundredChangesInOneCallAndSoundAfterEach(
    world: Simulation, server: SimulatedServer
) -> None:
    alice = sipPhone(world, "10.0.1.1", "1001", ALICE, G711_ALAW)
    bob = h323Phone(world, "10.0.1.2", "1002", BOB, G711_ULAW)
    call(world, alice, bob, f"sip:1002@{SERVER}")
    for change in range(100):
        holder = (alice, bob)[change % 2]
        assert holder.leg is not None
        holder.leg.changeMedia(holder.speaks.directed(Direction.SENDONLY))
        world.run(0.4)
        assert not theyHearEachOther(alice, bob)
        holder.leg.changeMedia(holder.speaks)
        world.run(0.5)
        assert theyHearEachOther(alice, bob), f"no sound after change {2 * change + 2}"
    world.leave()
    assert world.leftOver() == []


@DIRECTIONS
def test_aCallOverABadNetworkIsAsLateInItsEndAsInItsBeginning(
    world: Simulation,
    server: SimulatedServer,
    newAlice: NewPhone,
    newBob: NewPhone,
    number: str,
) -> None:
    alice = newAlice(world, "10.0.1.1", "1001", ALICE, G711_ALAW)
    bob = newBob(world, "10.0.1.2", "1002", BOB, G711_ULAW)
    call(world, alice, bob, number)
    world.network.conditions.spread = 0.03
    world.network.conditions.loss = 0.01
    world.run(5.0)
    early = alice.statistics().delay, bob.statistics().delay
    world.run(30.0)
    late = alice.statistics().delay, bob.statistics().delay
    assert late == pytest.approx(early, abs=0.03)
    assert theyHearEachOther(alice, bob)


@DIRECTIONS
def test_whoIsBusySaysSo(
    world: Simulation,
    server: SimulatedServer,
    newAlice: NewPhone,
    newBob: NewPhone,
    number: str,
) -> None:
    alice = newAlice(world, "10.0.1.1", "1001", ALICE, G711_ALAW)
    bob = newBob(world, "10.0.1.2", "1002", BOB, G711_ULAW)
    bob.answers = False
    alice.dial(number)
    world.until(lambda: "alerting" in alice.reports)
    bob.refuse(Cause.USER_BUSY)
    world.until(lambda: alice.cause is not None)
    assert alice.cause is Cause.USER_BUSY


class TestRealProcesses:
    """
    A server and two telephones, each a process of its own: C{twistd h323d}, and C{h323d-call} for
    each protocol.
    """

    US, ALICES, BOBS = "127.0.48.1", "127.0.48.2", "127.0.48.3"

    @pytest.fixture
    def running(self, tmp_path: Path) -> Iterator[Server]:
        with Server(tmp_path / "server", self.US) as server:
            yield server
            assert "Traceback" not in server.output()

    def phone(self, directory: Path, host: str, alias: str, *arguments: str) -> Caller:
        """
        A telephone that says the tone of its owner, and records what it hears.
        """
        tone = str(ALICE if host == self.ALICES else BOB)
        return Caller(
            directory, alias, "--json", "--bind", host, "--alias", alias, "--tone", tone,
            "--record", str(directory / f"{alias}.wav"), *arguments,
        )  # fmt: skip

    def registerBySIP(self, host: str, alias: str) -> None:
        """
        Register a SIP phone, which C{h323d-call} does not do itself.
        """
        with socket.socket(type=socket.SOCK_DGRAM) as port:
            port.bind((host, 0))
            port.settimeout(10.0)
            port.sendto(
                (
                    f"REGISTER sip:{self.US} SIP/2.0\r\n"
                    f"Via: SIP/2.0/UDP {host}:{port.getsockname()[1]};branch=z9hG4bK1\r\n"
                    f"Max-Forwards: 70\r\nFrom: <sip:{alias}@{self.US}>;tag=1\r\n"
                    f"To: <sip:{alias}@{self.US}>\r\nCall-ID: 1\r\nCSeq: 1 REGISTER\r\n"
                    f"Contact: <sip:{alias}@{host}:5060>\r\nContent-Length: 0\r\n\r\n"
                ).encode(),
                (self.US, 5060),
            )
            assert port.recv(2000).startswith(b"SIP/2.0 200 ")

    def talk(self, server: Server, directory: Path, alice: Caller, bob: Caller) -> None:
        """
        Both speak until each has been sent two seconds of the other, and then the server ends it.
        """

        def done() -> bool:
            calls = server.ask("calls")
            return len(calls) == 2 and all(
                call.get("media", {}).get("packetsSent", 0) > 100 for call in calls
            )

        waitFor(done, 15, "both have heard something")
        server.ask("hangup", server.ask("calls")[0]["callId"])
        for phone in (alice, bob):
            assert phone.wait(10) == 0, phone.output()
        assert heardFor(directory / f"{alice.name}.wav", (ALICE, BOB), 1.0) == [BOB]
        assert heardFor(directory / f"{bob.name}.wav", (ALICE, BOB), 1.0) == [ALICE]

    def test_aSIPPhoneWithOpusCallsATerminalWithG711(self, running: Server, tmp_path: Path) -> None:
        self.registerBySIP(self.ALICES, "1001")
        with self.phone(
            tmp_path, self.BOBS, "1002", "--gatekeeper", self.US, "--answer", "--h323-port", "1720"
        ) as bob:
            waitFor(lambda: len(running.ask("registrations")) == 2, 10, "both are registered")
            target = f"sip:1002@{self.US}"
            with self.phone(tmp_path, self.ALICES, "1001", "--codec", "opus", target) as alice:
                self.talk(running, tmp_path, alice, bob)

    def test_aTerminalWithG711CallsASIPPhoneWithG722(self, running: Server, tmp_path: Path) -> None:
        self.registerBySIP(self.BOBS, "1002")
        with self.phone(
            tmp_path, self.BOBS, "1002", "--codec", "G722", "--answer", "--sip-port", "5060"
        ) as bob:
            waitFor(lambda: "listening" in bob.output(), 10, "it can be called")
            with self.phone(
                tmp_path, self.ALICES, "1001", "--gatekeeper", self.US, "1002"
            ) as alice:
                self.talk(running, tmp_path, alice, bob)
