"""
The walk of a decision: from the request to the record, and from the record, after a kill, to what
counts once.
"""

from __future__ import annotations

import json
import shutil
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from h323d.cli.witness.recorded import Recorded, decisionsIn, policiesOf
from h323d.config.sections import Configuration
from h323d.events.doors import ApplicationRefused
from h323d.guard.config import GuardConfig
from h323d.h323.ras.messages import RASMessage, decodeRAS
from h323d.h323.security.guardtoken import GuardStamp, signRAS
from h323d.net.stream import StreamOpener
from h323d.sip.guardheader import SIPStamp, signed
from h323d.sip.messages.message import SIPRequest
from h323d.sip.messages.parser import parse
from h323d.sip.messages.writer import write
from h323d.values.address import TransportAddress
from h323d.witness.log.config import WitnessConfig
from h323d.witness.log.places import Place
from h323d.witness.log.sealing import Opening
from tests.support.guardians import entry, publicKey, signingKey
from tests.support.ras import Peer, arq, rrq
from tests.support.seal import aside
from tests.support.simulation import SimulatedServer, Simulation
from tests.support.sippeers import Wire, offerBody, request

US, AGAIN = "10.0.0.1", "10.0.0.2"
ROOM = ("dialledDigits", "80001")
NONCE = bytes(15) + b"n"
SCRIPT = entry("script", aliases="[h323:script, 'sip:script@10.0.0.3']")
ANNA = entry("anna", aliases="h323:anna", bandwidth_quota_bps="200000")


class House:
    """
    A guarded server that keeps a log, and Anna's endpoint.
    """

    def __init__(self, world: Simulation, directory: Path) -> None:
        self.world = world
        self.directory = directory
        self.registry = directory / "registry.yaml"
        self.registry.write_text(f"guardians:\n{ANNA}")
        self.server = self.start(US, "log")
        self.anna = Peer(world.network, "10.0.0.5", peer=TransportAddress(US, 1719))
        self.nonces = 0
        world.run(6.0)  # what is signed sooner might have been shown before the start

    def start(self, address: str, log: str, **witness: Any) -> SimulatedServer:
        where = self.directory / log
        return self.world.server(
            address,
            Configuration(
                guard=GuardConfig(str(self.registry), "council-1"),
                witness=WitnessConfig(
                    directory=str(where),
                    origin="a.example/log",
                    key=str(self.directory / "key.pem"),
                    **witness,
                ),
            ),
        )

    def kill(self) -> None:
        """
        Keep what is on the disk of the log now, as if nothing more had been written.
        """
        shutil.copytree(self.directory / "log", self.directory / "killed")

    def signed(self, message: RASMessage) -> bytes:
        self.nonces += 1
        now = int(self.world.clock.seconds())
        stamp = GuardStamp("if://guardian/anna", "council-1", now, self.nonces.to_bytes(16))
        return signRAS(message, signingKey("anna"), stamp)

    def ask(self, octets: bytes, server: str = US) -> RASMessage:
        self.anna.received.clear()
        self.anna.port.send(octets, TransportAddress(server, 1719))
        self.world.run(0.3)
        ((data, _),) = self.anna.received
        return decodeRAS(data)

    def register(self) -> str:
        answer = self.ask(self.signed(rrq(1, "10.0.0.5", ("h323-ID", "anna"))))
        return str(answer.fields["endpointIdentifier"])

    def call(self, number: int, endpointId: str) -> bytes:
        identifier = {"guid": number.to_bytes(16)}
        return self.signed(arq(number, endpointId, ROOM, callIdentifier=identifier))

    def decisions(self, log: str = "log") -> list[Recorded]:
        found: list[list[Recorded]] = []
        aside(list, decisionsIn(self.directory / log)).addCallback(found.append)
        return found[0]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with Simulation(seed=4) as world:
        house = House(world, tmp_path)
        yield house
        house.anna.port.close()
        world.leave()
        assert world.leftOver() == []


def test_eachRequestIsOneRecordAndItsDecisionFollowsFromIt(house: House) -> None:
    endpointId = house.register()
    house.ask(house.signed(rrq(2, "10.0.0.5", endpointIdentifier=endpointId, keepAlive=True)))
    house.anna.ask(rrq(3, "10.0.0.5", ("h323-ID", "anna")))
    for number in (4, 5):
        house.ask(house.call(number, endpointId))
    house.world.run(1.0)
    found = house.decisions()
    assert [
        (each.record.msgType, each.judged.asked.door.value, each.judged.decision.gate)
        for each in found
    ] == [
        ("application_passed", "RRQ", ""),
        ("application_passed", "RRQ", ""),
        ("application_refused", "RRQ", "1"),
        ("application_passed", "ARQ", ""),
        ("application_refused", "ARQ", "4"),
    ]
    for each in found:
        assert each.again(policiesOf(each.judged.opinions)) == each.judged.decision
    last = found[-1].judged.asked
    assert (last.stock.held, last.stock.quota) == (128_000, 200_000)
    assert last.asker.terminalId == "if://guardian/anna"


@pytest.mark.parametrize("alias", ["anna", "bert"])
def test_whatWasVerifiedIsShownAndWhatWasSignedIsSealed(house: House, alias: str) -> None:
    octets = house.signed(rrq(1, "10.0.0.5", ("h323-ID", alias)))
    house.ask(octets)
    house.world.run(1.0)
    (found,) = house.decisions()
    (proof,) = found.record.data["proofs"]
    key = b64decode(found.record.data["decision"]["key"])
    assert key == publicKey("anna").raw
    lines = Place(house.directory / "log" / "1").openings(0).read_bytes().splitlines()
    opened = {each.name: each.value for index, _, each in map(Opening.read, lines) if index == found.record.index}  # fmt: skip
    assert opened["source"].startswith("10.0.0.5")
    assert json.loads(opened["identities"]) == ["if://guardian/anna"]
    (signed,) = json.loads(opened["signed_octets"])
    verifying = Ed25519PublicKey.from_public_bytes(key)
    verifying.verify(b64decode(proof["signature"]), b64decode(signed))
    assert b"anna" not in (Place(house.directory / "log" / "1").records(0).read_bytes()).replace(
        b"if://guardian/anna", b""
    )


def test_whatWasNotVerifiedIsNotKept(house: House) -> None:
    octets = house.signed(rrq(1, "10.0.0.5", ("h323-ID", "anna")))
    house.ask(octets[:-1] + bytes([octets[-1] ^ 1]))
    house.world.run(1.0)
    (found,) = house.decisions()
    assert (found.record.data["detail"], found.record.data["proofs"]) == ("badSignature", [])
    assert set(found.record.data["sealed"]) == {"source"}


@pytest.mark.parametrize("again", ["log", "empty"])
def test_whatWasAdmittedBeforeAKillIsNotAdmittedAfterIt(house: House, again: str) -> None:
    octets = house.signed(rrq(1, "10.0.0.5", ("h323-ID", "anna")))
    assert house.ask(octets).name == "registrationConfirm"
    house.kill()
    server = house.start(AGAIN, "killed" if again == "log" else "none")
    assert house.ask(octets, AGAIN).name == "registrationReject"
    detail = "replay" if again == "log" else "stale"
    assert [each.detail for each in refusals(server)] == [detail]


class SIPCaller:
    """
    Who signs a call by SIP over TCP, and sends it to one server or another.
    """

    def __init__(self, house: House) -> None:
        house.registry.write_text(f"guardians:\n{ANNA}{SCRIPT}")
        house.world.run(6.0)
        self.house = house
        text = request("INVITE", via="SIP/2.0/TCP 10.0.0.3", body=offerBody())
        sent = parse(text.replace("\n", "\r\n").encode())
        assert isinstance(sent, SIPRequest)
        now = int(house.world.clock.seconds())
        stamp = SIPStamp("if://guardian/script", "council-1", now, NONCE)
        self.octets = write(signed(sent, signingKey("script"), stamp))

    def send(self, server: str) -> int:
        """
        The last that is answered.
        """
        wire = Wire()
        host = self.house.world.network.host("10.0.0.3")
        StreamOpener(host).open(TransportAddress(server, 5060), wire, 5)
        self.house.world.run(0.1)
        assert wire.stream is not None
        wire.stream.write(self.octets)
        self.house.world.run(0.5)
        wire.stream.close()
        return wire.statuses[-1]


def test_aCallBySIPThatWasAdmittedBeforeAKillIsNotAdmittedAfterIt(house: House) -> None:
    caller = SIPCaller(house)
    assert caller.send(US) == 200
    house.kill()
    server = house.start(AGAIN, "killed")
    assert caller.send(AGAIN) == 403
    assert [each.detail for each in refusals(server)] == ["replay"]


def test_whatWasShownBySIPBeforeAKillIsKnownToRASAfterIt(house: House) -> None:
    caller = SIPCaller(house)
    caller.send(US)
    house.kill()
    server = house.start(AGAIN, "killed")
    now = int(house.world.clock.seconds())
    stamp = GuardStamp("if://guardian/script", "council-1", now, NONCE)
    octets = signRAS(rrq(1, "10.0.0.5", ("h323-ID", "script")), signingKey("script"), stamp)
    assert house.ask(octets, AGAIN).name == "registrationReject"
    assert [each.detail for each in refusals(server)] == ["replay"]


def test_whatWasRefusedAndVerifiedBeforeAKillIsKnownToo(house: House) -> None:
    octets = house.signed(rrq(1, "10.0.0.5", ("h323-ID", "bert")))
    assert house.ask(octets).name == "registrationReject"
    house.kill()
    server = house.start(AGAIN, "killed")
    house.ask(octets, AGAIN)
    assert [each.detail for each in refusals(server)] == ["replay"]


def test_whatWasNotShownBeforeCountsAtOnceWhereTheLogIsKnown(house: House) -> None:
    octets = house.signed(rrq(1, "10.0.0.5", ("h323-ID", "anna")))
    house.kill()
    house.start(AGAIN, "killed")
    house.start("10.0.0.3", "none")
    assert house.ask(octets, AGAIN).name == "registrationConfirm"
    assert house.ask(octets, "10.0.0.3").name == "registrationReject"


def test_whereCallsPassWithoutALogItSaysNothing(house: House) -> None:
    octets = house.signed(rrq(1, "10.0.0.5", ("h323-ID", "anna")))
    house.kill()
    house.start(AGAIN, "killed", required=False)
    assert house.ask(octets, AGAIN).name == "registrationReject"


def test_ofALogThatBeganALittleBeforeOnlyWhatItHasIsKnown(house: House) -> None:
    """
    What was signed when it began may have been shown to a run before that had none.
    """
    early = house.world.clock.seconds() - 6.0
    stamp = GuardStamp("if://guardian/anna", "council-1", int(early), bytes(16))
    octets = signRAS(rrq(1, "10.0.0.5", ("h323-ID", "anna")), signingKey("anna"), stamp)
    house.kill()
    server = house.start(AGAIN, "killed")
    assert house.ask(octets, AGAIN).name == "registrationReject"
    assert [each.detail for each in refusals(server)] == ["stale"]


def refusals(server: SimulatedServer) -> list[Any]:
    return server.told(ApplicationRefused)
