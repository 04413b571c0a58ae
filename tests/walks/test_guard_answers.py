"""
The walk of a call out of a guarded server: whom we call is asked who they are when they answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from h323d.config.sections import Configuration
from h323d.events.doors import ApplicationRefused
from h323d.gatekeeper.routing.config import RoutingConfig
from h323d.gatekeeper.trunks.config import TrunkConfig, TrunkProtocol, TrunkTransport
from h323d.guard.config import GuardConfig
from h323d.h323.config import H323Config
from h323d.h323.security.guardtoken import GuardStamp, signRAS
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from h323d.values.ed25519 import SigningIdentity
from tests.support.guardians import entry, signingKey
from tests.support.ras import Peer, rrq
from tests.support.simulatedphone import Telephone
from tests.support.simulation import Simulation
from tests.support.sippeers import SERVER, ScriptedPeer, offerBody, request, responseTo

HOST = SERVER.host
RAS = TransportAddress(HOST, 1719)
ALICE = entry("alice", public_key="", proof="address", addresses="10.0.0.2", aliases="e164:1000")
ANNA = entry("anna", aliases="[h323:anna, e164:1001, 'sip:anna@10.0.0.1']")
BERT = entry(
    "bert",
    public_key="",
    proof="address",
    addresses="10.0.0.4",
    aliases="[e164:1004, 'sip:script@10.0.0.3']",
)
VIA = "SIP/2.0/UDP 10.0.0.4;rport"
TRUNKS = (
    TrunkConfig("plain", "10.0.0.7", TrunkProtocol.H323, prefixes=("7",)),
    TrunkConfig(
        "sip", "10.0.0.7", TrunkProtocol.SIP, TrunkTransport.TCP, prefixes=("9",), checkInterval=0
    ),
)


class House:
    """
    A guarded server, Alice who calls, and somebody at 10.0.0.7 who answers.
    """

    def __init__(
        self, world: Simulation, directory: Path, fastStart: bool = True, unsaid: int = 128_000
    ) -> None:
        self.world = world
        self.file = directory / "registry.yaml"
        self.file.write_text("guardians:\n" + ALICE + ANNA + BERT)
        self.server = world.server(
            HOST,
            Configuration(
                guard=GuardConfig(str(self.file), "council-1", unsaid=unsaid),
                h323=H323Config(fastStart=fastStart),
                routing=RoutingConfig(trunks=TRUNKS),
            ),
        )
        self.alice = Telephone(world, "10.0.0.2", "1000", gatekeeper=RAS)
        self.alice.register()
        world.run(6.0)  # what is signed sooner might have been shown before the start

    def callee(self, host: str, name: str = "", **more: Any) -> Telephone:
        """
        Somebody who takes calls, and signs as they say who they are.
        """
        signs = None
        if name:
            signs = SigningIdentity(signingKey(name), "if://guardian/anna", "council-1")
        return Telephone(self.world, host, "1001", signs=signs, **more)

    def call(self, target: str, seconds: float = 2.0) -> None:
        self.alice.call(target)
        self.world.run(seconds)

    def refusals(self) -> list[tuple[str, str, str]]:
        facts = self.server.told(ApplicationRefused)
        return [(each.door, each.reason, each.detail) for each in facts]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with Simulation(seed=4) as world:
        house = House(world, tmp_path)
        yield house
        world.leave()
        assert world.leftOver() == []


@pytest.mark.parametrize("number", ["71001", "91001"])
def test_aSignedAnswerIsPutThrough(house: House, number: str) -> None:
    callee = house.callee("10.0.0.7", "anna")
    house.call(number)
    assert (house.alice.speaking, callee.speaking) == (True, True)
    assert house.refusals() == []


@pytest.mark.parametrize("number", ["71001", "91001"])
@pytest.mark.parametrize(("name", "detail"), [("", "absent"), ("mallory", "unknownKey")])
def test_anAnswerOfNobodyEndsThatLeg(house: House, number: str, name: str, detail: str) -> None:
    callee = house.callee("10.0.0.7", name)
    house.call(number)
    assert not house.alice.speaking
    assert (house.alice.cause, callee.cause) == (Cause.NORMAL_UNSPECIFIED, Cause.NORMAL_UNSPECIFIED)
    assert house.refusals() == [("answer", "INVALID_SIGNATURE", detail)]


@pytest.mark.parametrize("number", ["71001", "91001"])
def test_whoIsRevokedLosesTheCallThatTheyHaveAnswered(house: House, number: str) -> None:
    callee = house.callee("10.0.0.7", "anna")
    house.call(number)
    house.file.write_text("guardians:\n" + ALICE)
    house.world.run(6.0)
    assert callee.cause is not None


def test_whoIsReachedWhereTheyHaveRegisteredNeedsToSignNothing(house: House) -> None:
    ras = Peer(house.world.network, "10.0.0.5", peer=RAS)
    now = int(house.world.clock.seconds())
    stamp = GuardStamp("if://guardian/anna", "council-1", now, bytes(16))
    ras.port.send(
        signRAS(rrq(1, "10.0.0.5", ("dialledDigits", "1001")), signingKey("anna"), stamp), RAS
    )
    callee = house.callee("10.0.0.5")
    # An H.323 endpoint would be sent to her; a SIP phone is called for.
    phone = ScriptedPeer(house.world, "10.0.0.4")
    phone.send(request("REGISTER", uri=f"sip:1004@{HOST}", via=VIA), SERVER)
    house.world.run(1.0)
    invite = request("INVITE", uri=f"sip:1001@{HOST}", body=offerBody(), via=VIA)
    phone.send(invite, SERVER)
    house.world.run(2.0)
    assert phone.statuses[-1] == 200
    assert callee.speaking
    assert house.refusals() == []
    phone.port.close()
    ras.port.close()
    callee.hangup()
    house.world.run(1.0)


def test_whoIsRefusedLeavesTheOthersRinging(house: House) -> None:
    phones = [ScriptedPeer(house.world, each) for each in ("10.0.0.4", "10.0.0.3")]
    contact = "Contact: <sip:b@10.0.0.4>\n"  # beside that of 10.0.0.3, which is nobody's
    phones[0].send(request("REGISTER", uri=f"sip:1004@{HOST}", extra=contact, via=VIA), SERVER)
    house.world.run(0.2)
    house.alice.call("1004")
    house.world.run(0.2)
    ringing = [each.messages[-1] for each in phones]
    phones[1].send(responseTo(ringing[1], 200, body=offerBody()), SERVER)
    house.world.run(0.2)
    assert phones[1].methods == ["INVITE", "ACK", "BYE"]
    assert house.refusals() == [("answer", "INVALID_SIGNATURE", "absent")]
    assert set(phones[0].methods) == {"INVITE"}
    phones[0].send(responseTo(ringing[0], 200, body=offerBody()), SERVER)
    house.world.run(0.2)
    assert house.alice.speaking
    for phone in phones:
        phone.port.close()


@pytest.mark.parametrize(
    ("fastStart", "refusals"),
    [
        (True, [("answer", "BANDWIDTH_EXCEEDED", "quota")]),  # accepted already
        (False, [("OLC", "BANDWIDTH_EXCEEDED", "quota")]),  # and the other direction is open
    ],
)
def test_whatWhoAnswersOpensByThenTheyAskFor(
    tmp_path: Path, fastStart: bool, refusals: list[tuple[str, str, str]]
) -> None:
    with Simulation(seed=4) as world:
        house = House(world, tmp_path, fastStart, unsaid=64_000)
        house.file.write_text("guardians:\n" + ALICE + ANNA + "    bandwidth_quota_bps: 100000\n")
        world.run(6.0)
        callee = house.callee("10.0.0.7", "anna")
        house.call("71001")
        assert set(house.refusals()) == set(refusals)
        assert callee.cause is (Cause.NO_CIRCUIT_AVAILABLE if fastStart else None)
        world.leave()
        assert world.leftOver() == []
