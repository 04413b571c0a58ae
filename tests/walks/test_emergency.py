"""
The walk of an EMERGENCY: whose seat it has, and what is said of that.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from h323d.call.applications import CallType
from h323d.call.declaration import Declaration
from h323d.call.particulars import Particulars
from h323d.conference.config import ConferenceConfig
from h323d.config.sections import Configuration
from h323d.events.calls import CallPreempted
from h323d.gatekeeper.routing.config import RoutingConfig
from h323d.gatekeeper.trunks.config import TrunkConfig, TrunkProtocol
from h323d.gateway.config import GatewayConfig
from h323d.h323.calls.callsigning import CallSigning
from h323d.h323.calls.leg import H323Leg
from h323d.h323.signalling import tpkt, uuie
from h323d.h323.signalling.callpriority import CallPriority, PriorityValue, designation
from h323d.h323.signalling.messages import addressed, make
from h323d.h323.signalling.q931 import IE, MessageType, encode
from h323d.h323.signalling.uuie import Content
from h323d.values.cause import Cause
from h323d.values.ed25519 import SigningIdentity
from tests.support.guardedhouse import ALICE, RAS, SCRIPT, SIGNALLING, House
from tests.support.guardians import entry, signingKey
from tests.support.h323 import ScriptedPeer as SetupPeer
from tests.support.simulatedphone import Telephone
from tests.support.simulation import Simulation
from tests.support.sippeers import offerBody

ANNA = entry("anna", aliases="e164:1001", may="[ROUTINE, EMERGENCY]")
BERT = entry("bert", public_key="", proof="address", addresses="10.0.0.8", aliases="e164:1008")
EMERGENCY = CallPriority(PriorityValue.EMERGENCY_AUTHORIZED)
EMERGENTLY = Particulars(declaration=Declaration(CallType.EMERGENCY, True))
IDENTITY = SigningIdentity(signingKey("anna"), "if://guardian/anna", "council-1")


def test_anEMERGENCYHasTheSeatOfTheNewestROUTINECall(tmp_path: Path) -> None:
    rooms = Configuration(conference=ConferenceConfig(maxParticipants=2))
    with Simulation(seed=4) as world:
        house = House(world, tmp_path / "registry.yaml", base=rooms)
        house.write(ALICE, SCRIPT, ANNA)
        world.run(6.0)
        house.alice.register()
        world.run(1.0)
        house.alice.call("80001")
        world.run(1.0)
        house.send("INVITE", body=offerBody())
        house.send("ACK", tag=house.phone.messages[-1].toAddress.tag or "")
        urgent = urgentlyCalling(house)
        assert (house.alice.speaking, urgent.speaking) == (True, True)
        bye = house.phone.messages[-1]
        assert bye.headers.lines("Reason") == (
            'preemption;cause=1;text="UA Preemption", Q.850;cause=8',
        )
        (told,) = house.server.told(CallPreempted)
        assert (told.terminalId, told.byTerminalId, told.what) == (
            *("if://guardian/script", "if://guardian/anna", "seat"),
        )
        house.close()
        world.leave()


def test_whereAllRoomsAreFullTheNewestROUTINECallOfAllLeaves(tmp_path: Path) -> None:
    rooms = Configuration(conference=ConferenceConfig(maxTotalParticipants=2))
    with Simulation(seed=4) as world:
        house = House(world, tmp_path / "registry.yaml", base=rooms)
        house.write(ALICE, BERT, ANNA)
        world.run(6.0)
        bert = Telephone(world, "10.0.0.8", "1008", gatekeeper=RAS)
        for phone, room in ((house.alice, "80002"), (bert, "80003")):
            phone.register()
            world.run(1.0)
            phone.call(room)
            world.run(1.0)
        urgent = urgentlyCalling(house)
        assert (house.alice.speaking, bert.cause, urgent.speaking) == (True, Cause.PREEMPTION, True)
        (told,) = house.server.told(CallPreempted)
        assert (told.terminalId, told.what) == ("if://guardian/bert", "seat")
        house.close()
        world.leave()


def test_anEMERGENCYHasTheBandwidthOfACallWithUs(tmp_path: Path) -> None:
    with Simulation(seed=4) as world:
        house = House(world, tmp_path / "registry.yaml", pool=200_000)
        house.write(ALICE, ANNA)
        world.run(6.0)
        house.alice.register()
        world.run(1.0)
        house.alice.call("80001")
        world.run(1.0)
        assert house.alice.speaking
        urgent = urgentlyCalling(house)
        assert (house.alice.cause, urgent.speaking) == (Cause.PREEMPTION, True)
        (told,) = house.server.told(CallPreempted)
        assert (told.terminalId, told.what) == ("if://guardian/alice", "bandwidth")
        house.close()
        world.leave()


def test_anEMERGENCYHasTheBandwidthOfACallThatGoesOnElsewhere(tmp_path: Path) -> None:
    with Simulation(seed=4) as world:
        house = House(world, tmp_path / "registry.yaml", pool=300_000)
        house.write(ALICE, BERT, ANNA)
        world.run(6.0)
        bert = Telephone(world, "10.0.0.8", "1008", gatekeeper=RAS)
        for phone in (house.alice, bert):
            phone.register()
        world.run(1.0)
        house.alice.call("1008")
        world.run(1.0)
        assert (house.alice.speaking, bert.speaking) == (True, True)
        urgent = urgentlyCalling(house)
        assert (house.alice.cause is None, bert.cause is None) == (False, False)
        assert urgent.speaking
        house.close()
        world.leave()


@pytest.mark.parametrize("isAnna", [True, False])
def test_whoIsCalledOnIsToldThatItIsAnEMERGENCY(tmp_path: Path, isAnna: bool) -> None:
    trunks = (
        TrunkConfig("h323", "10.0.0.8", TrunkProtocol.H323, prefixes=("7",)),
        TrunkConfig("sip", "10.0.0.3", prefixes=("9",), checkInterval=0),
    )
    base = Configuration(
        routing=RoutingConfig(trunks=trunks), gateway=GatewayConfig(acceptUnregistered=True)
    )
    with Simulation(seed=4) as world:
        house = House(world, tmp_path / "registry.yaml", base=base)
        isThere = {"public_key": "", "proof": "address", "addresses": "10.0.0.7"}
        weak = entry("anna", aliases="e164:1001", **isThere)
        house.write(SCRIPT, BERT, ANNA if isAnna else weak)
        world.run(6.0)
        bert = Telephone(world, "10.0.0.8", "1008")
        urgent = urgentlyCalling(house, "71008", IDENTITY if isAnna else None)
        assert isinstance(bert.leg, H323Leg)
        said = bert.leg.application()
        assert (said.callType is CallType.EMERGENCY, said.declaredPII) == (isAnna, isAnna)
        urgent.hangup()
        world.run(1.0)
        urgent.call("91003", destination=SIGNALLING, particulars=EMERGENTLY)
        world.run(1.0)
        invite = house.phone.messages[-1]
        assert invite.headers.lines("Resource-Priority") == (("ets.0",) if isAnna else ())
        house.close()
        world.leave()


def urgentlyCalling(
    house: House, target: str = "80001", signs: SigningIdentity | None = IDENTITY
) -> Telephone:
    """
    Anna's, in an EMERGENCY.
    """
    urgent = Telephone(house.world, "10.0.0.7", "1001", signs=signs)
    urgent.call(target, destination=SIGNALLING, particulars=EMERGENTLY)
    house.world.run(1.0)
    return urgent


@pytest.mark.parametrize(("bySignature", "said"), [(True, ""), (False, "priorityUnauthorized")])
def test_aConnectSaysWhetherThePriorityIsGranted(
    tmp_path: Path, bySignature: bool, said: str
) -> None:
    with Simulation(seed=4) as world:
        house = House(world, tmp_path / "registry.yaml")
        house.write(ALICE, SCRIPT, ANNA)
        world.run(6.0)
        connect = connected(house, bySignature)
        assert connect.pdu["genericData"] == [designation(EMERGENCY, said)]
        house.close()
        world.leave()


def connected(house: House, bySignature: bool) -> Content:
    """
    The answer to a Setup that asks for the priority of an emergency.
    """
    caller = SetupPeer(house.world.network, "10.0.0.2", SIGNALLING)
    made = caller.makeSetup()
    body = uuie.read(made.userUser or b"").pdu["h323-message-body"]
    signing = CallSigning(IDENTITY, house.world.clock, random.Random(1))
    body = signing.prepared(body) if bySignature else body
    octets = uuie.write(body, True, generic=[designation(EMERGENCY)])
    others = [each for each in made.elements if each.identifier != IE.USER_USER]
    setup = addressed(make(MessageType.SETUP, octets, others), caller.reference, False)
    caller.write(tpkt.encode(encode(signing.signed(setup) if bySignature else setup)))
    house.world.run(0.5)
    (connect,) = (
        content
        for message, content in caller.received
        if message.messageType == MessageType.CONNECT
    )
    caller.close()
    return connect
