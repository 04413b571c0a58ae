"""
The walk of a guarded server: who is in its registry, what they prove, and what becomes of them
when it changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from h323d.asn1 import h225
from h323d.call.applications import CallType
from h323d.call.declaration import Declaration
from h323d.config.sections import Configuration
from h323d.errors import ConfigurationError
from h323d.events.calls import CallAdmitted
from h323d.gatekeeper.config import GatekeeperConfig
from h323d.gatekeeper.security.config import Requirement
from h323d.guard.config import GuardConfig
from h323d.h323.ras.messages import decodeRAS, reasonOf
from h323d.h323.security.guarddata import declared
from h323d.h323.signalling import uuie
from h323d.h323.signalling.messages import make
from h323d.h323.signalling.q931 import IE, MessageType
from h323d.sip.messages.message import SIPResponse
from h323d.sip.sdp.description import parse
from h323d.values.cause import Cause
from h323d.values.ed25519 import SigningIdentity
from tests.support.guardedhouse import ALICE, ANNA, HOST, RAS, SCRIPT, SIGNALLING, House, SignedCall
from tests.support.guardians import entry, pem, publicKey, signingKey
from tests.support.h323 import ScriptedPeer as SetupPeer
from tests.support.ras import Peer, arq, brq, drq, irr, rrq, urq
from tests.support.rasendpoint import CALL, Endpoint
from tests.support.secured import secured
from tests.support.simulatedphone import Telephone
from tests.support.simulation import Simulation
from tests.support.sippeers import offerBody


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with Simulation(seed=4) as world:
        house = House(world, tmp_path / "registry.yaml")
        yield house
        house.close()
        world.leave()
        assert world.leftOver() == []


def test_whoIsWhereTheRegistrySaysRegistersAndJoins(house: House) -> None:
    house.alice.register()
    house.world.run(1.0)
    house.alice.call("80001")
    house.world.run(1.0)
    assert house.alice.speaking
    assert house.refusals() == []


def test_aStrangerIsToldNothing(house: House) -> None:
    house.stranger.call("80001", destination=SIGNALLING)
    house.world.run(1.0)
    assert house.stranger.cause is Cause.NORMAL_UNSPECIFIED
    assert house.refusals() == [("Setup", "INVALID_SIGNATURE", "absent")]
    assert house.server.told(CallAdmitted) == []


def test_aSIPPhoneIsAdmittedByItsAddress(house: House) -> None:
    house.send("REGISTER", uri=f"sip:script@{HOST}", extra="")
    house.send("INVITE", body=offerBody())
    tag = house.phone.messages[-1].toAddress.tag or ""
    house.send("ACK", tag=tag)
    assert house.phone.statuses[-1] == 200
    house.send("INVITE", 2, tag, body=offerBody(direction="sendonly"))
    assert house.phone.statuses[-1] == 200


def test_whoAsksForTooMuchBySIPIsToldHowMuchThereIs(house: House) -> None:
    house.write(SCRIPT + "    bandwidth_quota_bps: 300000\n")
    house.world.run(6.0)
    house.send("INVITE", body=offerBody() + "b=TIAS:150001\n")
    answer = house.phone.messages[-1]
    assert isinstance(answer, SIPResponse)
    assert (answer.status, parse(answer.body).bandwidths) == (
        488,
        (("TIAS", 150_000), ("AS", 166)),
    )
    house.send("INVITE", 2, callId="less", body=offerBody() + "b=AS:166\n")
    assert house.phone.statuses[-1] == 200


def test_whoHasProvenNothingIsNotToldHowMuchThereIs(house: House) -> None:
    house.write(ALICE)
    house.world.run(6.0)
    house.send("INVITE", body=offerBody() + "b=TIAS:150000000\n")
    answer = house.phone.messages[-1]
    assert isinstance(answer, SIPResponse)
    assert (answer.status, answer.body) == (403, b"")


def test_whoAsksForTooMuchByRASIsToldHowMuchThereIs(house: House) -> None:
    house.write(entry("anna", aliases="[h323:anna]", bandwidth_quota_bps="300000"))
    house.world.run(6.0)
    endpointId = house.register()
    house.ask(house.signed(arq(2, endpointId, ("dialledDigits", "80001"))))
    answer = house.ask(house.signed(brq(3, endpointId, 3001)))
    assert (answer.name, answer.fields["allowedBandWidth"]) == ("bandwidthReject", 3000)
    answer = house.ask(house.signed(brq(4, endpointId, 3000)))
    assert answer.name == "bandwidthConfirm"


def test_aSIPPhoneDoesNotRegisterAsAnotherGuardian(house: House) -> None:
    house.send("REGISTER", uri=f"sip:anna@{HOST}")
    assert house.phone.statuses[-1] == 403
    assert house.refusals() == [("REGISTER", "INVALID_SIGNATURE", "wrongName")]


def test_aSignatureRegistersAndCalls(house: House) -> None:
    endpointId = house.register()
    answer = house.ask(house.signed(arq(2, endpointId, ("dialledDigits", "80001"))))
    assert answer.name == "admissionConfirm"


@pytest.mark.parametrize(
    ("name", "audience", "alias", "detail"),
    [
        ("mallory", "council-1", "anna", "unknownKey"),
        ("anna", "council-2", "anna", "wrongAudience"),
        ("anna", "council-1", "1000", "wrongName"),
    ],
)
def test_aSignatureThatIsNotForThisIsRefusedAlike(
    house: House, name: str, audience: str, alias: str, detail: str
) -> None:
    kind = "dialledDigits" if alias.isdigit() else "h323-ID"
    answer = house.ask(house.signed(rrq(1, "10.0.0.5", (kind, alias)), name, audience))
    assert (answer.name, answer.fields["rejectReason"][0]) == (
        "registrationReject",
        "securityDenial",
    )
    assert house.refusals() == [("RRQ", "INVALID_SIGNATURE", detail)]


def test_aSignatureDoesNotCountTwice(house: House) -> None:
    octets = house.signed(rrq(1, "10.0.0.5", ("h323-ID", "anna")))
    house.ask(octets)
    house.world.run(16.0)
    assert house.ask(octets).name == "registrationReject"
    assert house.refusals() == [("RRQ", "INVALID_SIGNATURE", "replay")]


def test_aRequestThatIsNotSignedIsNotHers(house: House) -> None:
    endpointId = house.register()
    answer = house.anna.ask(arq(2, endpointId, ("dialledDigits", "80001")))
    assert answer.fields["rejectReason"][0] == "securityDenial"


def test_theQuotaIsForAllCallsTogether(house: House) -> None:
    house.write(entry("anna", aliases="[h323:anna]", bandwidth_quota_bps="200000"))
    house.world.run(6.0)
    endpointId = house.register()
    answers = [
        house.ask(
            house.signed(
                arq(
                    2 + number,
                    endpointId,
                    ("dialledDigits", "80001"),
                    callIdentifier={"guid": number.to_bytes(16)},
                )
            )
        ).name
        for number in range(2)
    ]
    assert answers == ["admissionConfirm", "admissionReject"]
    assert house.refusals() == [("ARQ", "BANDWIDTH_EXCEEDED", "quota")]


def test_whoIsRevokedLosesCallsAndRegistrationWhenTheFileChanges(house: House) -> None:
    house.alice.register()
    house.world.run(1.0)
    house.alice.call("80001")
    house.world.run(1.0)
    assert (house.alice.speaking, house.registrations()) == (True, 1)
    house.write(ALICE + "    status: revoked\n", SCRIPT)
    house.world.run(6.0)
    assert house.registrations() == 0
    assert house.alice.cause is not None
    house.alice.call("80001")
    house.world.run(1.0)
    assert house.refusals()[-1][1:] == ("NOT_REGISTERED", "revoked")


def test_aKeyThatIsGoneTakesItsRegistrationAlong(house: House) -> None:
    house.register()
    other = entry("anna", public_key=str(signingKey("later").public), aliases="h323:anna")
    house.write(ALICE, other)
    house.world.run(6.0)
    assert house.registrations() == 0


def test_aBadFileLeavesTheOldOneInForce(house: House) -> None:
    house.register()
    house.file.write_text("guardians:\n  - status: on\n")
    house.world.run(12.0)
    assert house.registrations() == 1
    with pytest.raises(ConfigurationError, match="status"):
        house.server.server.reload(house.configuration)
    house.file.unlink()
    house.world.run(6.0)
    assert house.registrations() == 1


def test_aReloadReadsTheFile(house: House) -> None:
    house.register()
    house.write(ALICE)
    house.server.server.reload(house.configuration)
    assert house.registrations() == 0


@pytest.mark.parametrize("change", [{"registry": "/none"}, {"name": ""}])
def test_aServerDoesNotStartWithoutItsRegistryAndItsName(
    tmp_path: Path, change: dict[str, str]
) -> None:
    file = tmp_path / "registry.yaml"
    file.write_text("")
    with Simulation(seed=4) as world:
        with pytest.raises((ConfigurationError, ValueError), match=r"No such file|name"):
            start(world, **({"registry": str(file), "name": "council-1"} | change))


def start(world: Simulation, registry: str, name: str) -> None:
    world.server(HOST, Configuration(guard=GuardConfig(registry, name)))


def test_aGuardTakesAGatekeeper(tmp_path: Path) -> None:
    file = tmp_path / "registry.yaml"
    file.write_text("")
    configuration = Configuration(
        guard=GuardConfig(str(file), "council-1"), gatekeeper=GatekeeperConfig(enabled=False)
    )
    with Simulation(seed=4) as world:
        with pytest.raises(ConfigurationError, match="takes a gatekeeper"):
            world.server(HOST, configuration)


def test_whoKeepsARegistrationAliveSignsThatToo(house: House) -> None:
    endpointId = house.register()
    short = {"keepAlive": True, "endpointIdentifier": endpointId}
    house.world.run(20.0)
    assert house.ask(house.signed(rrq(2, "10.0.0.5", **short))).name == "registrationConfirm"
    assert house.anna.ask(rrq(3, "10.0.0.5", **short)).name == "registrationReject"


def test_whoLeavesSignsThatToo(house: House) -> None:
    endpointId = house.register()
    leaving = {"endpointIdentifier": endpointId}
    forged = house.anna.ask(urq(2, "10.0.0.5", **leaving))
    assert (reasonOf(forged), house.registrations()) == ("securityDenial", 1)
    left = house.ask(house.signed(urq(3, "10.0.0.5", **leaving)))
    assert (left.name, house.registrations()) == ("unregistrationConfirm", 0)


def test_whatIsSaidOfACallIsSignedToo(house: House) -> None:
    endpointId = house.register()
    house.ask(house.signed(arq(2, endpointId, ("dialledDigits", "80001"))))
    forged = [
        house.anna.ask(drq(3, endpointId)),
        house.anna.ask(irr(4, "10.0.0.5", endpointId)),
    ]
    assert [reasonOf(each) for each in forged] == ["securityDenial"] * 2
    house.anna.received.clear()
    house.anna.send(irr(7, "10.0.0.5", endpointId, needResponse=False))
    house.world.run(0.1)
    assert house.anna.received == []
    assert house.ask(house.signed(irr(5, "10.0.0.5", endpointId))).name == "infoRequestAck"
    assert house.ask(house.signed(drq(6, endpointId))).name == "disengageConfirm"
    assert house.refusals() == [
        ("DRQ", "INVALID_SIGNATURE", "absent"),
        ("IRR", "INVALID_SIGNATURE", "absent"),
        ("IRR", "INVALID_SIGNATURE", "absent"),
    ]


def test_whoProvesAnAddressLeavesFromThere(house: House) -> None:
    house.alice.register()
    house.world.run(1.0)
    assert house.registrations() == 1
    house.alice.stop()
    house.world.run(1.0)
    assert (house.registrations(), house.refusals()) == (0, [])


def test_aRegistrationThatLeadsElsewhereIsRefused(house: House) -> None:
    answer = house.ask(house.signed(rrq(1, "10.0.0.66", ("h323-ID", "anna"))))
    assert answer.name == "registrationReject"
    assert house.refusals() == [("RRQ", "INVALID_SIGNATURE", "wrongAddress")]


@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
def test_whatChangesASignedCallIsSigned(house: House, method: str) -> None:
    call = SignedCall(house)
    changed = offerBody(direction="sendonly")
    assert call.say(method, False, changed) == 403
    assert call.say(method, True, changed) == 200
    assert house.refusals() == [("re-INVITE", "INVALID_SIGNATURE", "absent")]


def test_anUpdateWithoutABodyNeedsNoSignature(house: House) -> None:
    assert SignedCall(house).say("UPDATE", False) == 200


def test_whatTransfersASignedCallIsSigned(house: House) -> None:
    call = SignedCall(house)
    whither = f"Refer-To: <sip:80002@{HOST}>\n"
    assert call.say("REFER", False, extra=whither) == 403
    assert call.say("REFER", True, extra=whither) == 603  # the room transfers nobody
    assert house.refusals() == [("REFER", "INVALID_SIGNATURE", "absent")]


@pytest.mark.parametrize(("name", "speaks"), [("anna", True), ("mallory", False)])
def test_aSetupThatIsSignedNeedsNoGatekeeper(house: House, name: str, speaks: bool) -> None:
    identity = SigningIdentity(signingKey(name), "if://guardian/anna", "council-1")
    phone = Telephone(house.world, "10.0.0.7", "1001", signs=identity)
    phone.call("80001", destination=SIGNALLING)
    house.world.run(1.0)
    assert phone.speaking is speaks
    details = [detail for _, _, detail in house.refusals()]
    assert details == ([] if speaks else ["unknownKey"])


def test_aCallTypeIsDeclaredInASetup(house: House) -> None:
    house.write(ALICE + "    may: [ROUTINE, ESCALATE]\n")
    house.world.run(6.0)
    caller = SetupPeer(house.world.network, "10.0.0.2", SIGNALLING)
    for callType in (CallType.ROUTINE, CallType.ESCALATE):
        made = caller.makeSetup()
        content = uuie.read(made.userUser or b"")
        pdu = {**content.pdu, "genericData": [declared(Declaration(callType, True))]}
        octets = h225.encode("H323-UserInformation", {"h323-uu-pdu": pdu})
        others = [each for each in made.elements if each.identifier != IE.USER_USER]
        caller.send(make(MessageType.SETUP, octets, others), int(callType is CallType.ESCALATE) + 1)
        house.world.run(0.5)
    assert len(house.server.told(CallAdmitted)) == 1
    assert house.refusals() == [("Setup", "PII_POLICY_VIOLATION", "declared")]
    caller.close()


def test_aSignatureDoesWhereAPasswordIsRequired(tmp_path: Path) -> None:
    with Simulation(seed=4) as world:
        house = House(world, tmp_path / "registry.yaml", secured(Requirement.REQUIRED))
        assert house.anna.ask(rrq(9, "10.0.0.5", ("h323-ID", "anna"))).name == "registrationReject"
        endpointId = house.register()
        room = ("dialledDigits", "80001")
        asked = [
            house.ask(house.signed(arq(2, endpointId, room))),
            house.ask(house.signed(irr(3, "10.0.0.5", endpointId))),
            house.ask(house.signed(drq(4, endpointId))),
        ]
        assert [each.name for each in asked] == [
            "admissionConfirm",
            "infoRequestAck",
            "disengageConfirm",
        ]
        assert reasonOf(house.anna.ask(arq(5, endpointId, room))) == "securityDenial"
        assert house.ask(house.signed(arq(6, endpointId, room), "mallory")).name != asked[0].name
        assert house.refusals() == [("ARQ", "INVALID_SIGNATURE", "unknownKey")]
        house.close()
        world.leave()


class SigningHouse:
    """
    A guarded server that signs its answers, and Anna's telephone, which knows by which key.
    """

    def __init__(self, world: Simulation, directory: Path) -> None:
        file = directory / "council.pem"
        file.write_text(pem("council"))
        self.house = House(world, directory / "registry.yaml", key=str(file))
        server = publicKey("council")
        identity = SigningIdentity(signingKey("anna"), "if://guardian/anna", "council-1", server)
        self.anna = Endpoint(world, "10.0.0.9", {"signs": identity})

    def close(self) -> None:
        self.anna.client.close()
        self.house.close()


@pytest.fixture
def signing(tmp_path: Path) -> Iterator[SigningHouse]:
    with Simulation(seed=4) as world:
        signing = SigningHouse(world, tmp_path)
        yield signing
        signing.close()
        world.leave()
        assert world.leftOver() == []


def test_aGuardianWhoKnowsTheServersKeyRegistersCallsAndLeaves(signing: SigningHouse) -> None:
    world, client = signing.house.world, signing.anna.client
    client.start()
    world.run(1)
    assert signing.anna.reports == [("registered", "anna")]
    granted: list[object] = []
    client.calls.admit(CALL).addCallback(granted.append)
    world.run(1)
    assert len(granted) == 1
    client.calls.disengage(CALL, Cause.NORMAL_CALL_CLEARING)
    client.stop()
    world.run(1)
    assert signing.anna.reports[1:] == [("unregistered",)]
    assert signing.house.refusals() == []


def test_whatIsAskedOfAGuardianIsSignedToo(signing: SigningHouse) -> None:
    world = signing.house.world
    signing.anna.client.start()
    world.run(1)
    zone = signing.house.server.server.zone
    assert zone is not None
    zone.unregister(zone.registrations()[0].endpointId)
    world.run(1)
    assert [each[0] for each in signing.anna.reports] == ["registered", "lost", "registered"]


def test_aServerOfAnotherKeyIsNotBelieved(house: House) -> None:
    identity = SigningIdentity(
        signingKey("anna"), "if://guardian/anna", "council-1", publicKey("council")
    )
    anna = Endpoint(house.world, "10.0.0.9", {"signs": identity})
    anna.client.start()
    house.world.run(15)
    assert anna.reports == [("failed", "unverified: registrationConfirm is not signed", False)]
    anna.client.close()


def answersTo(house: House, octets: bytes) -> bytes:
    house.ask(octets)
    ((data, _),) = house.anna.received
    return data


def test_whoProvesNothingIsAnsweredUnsigned(signing: SigningHouse) -> None:
    house = signing.house
    request = rrq(1, "10.0.0.5", ("h323-ID", "anna"))
    assert house.signerOf(answersTo(house, house.signed(request))) == "council-1"
    forged = house.signed(rrq(2, "10.0.0.5", ("h323-ID", "anna")), "mallory")
    assert house.signerOf(answersTo(house, forged)) == ""


def test_aRefusalIsSignedForWhoProvedWhoTheyAre(signing: SigningHouse) -> None:
    house = signing.house
    wrong = house.signed(rrq(1, "10.0.0.5", ("dialledDigits", "1000")))
    assert house.signerOf(answersTo(house, wrong)) == "council-1"
    # Whom nobody has registered is told so before any gate is asked.
    unknown = house.signed(arq(2, "nobody", ("dialledDigits", "80001")))
    assert house.signerOf(answersTo(house, unknown)) == "council-1"


def test_aRepetitionIsAnsweredByTheSameOctets(signing: SigningHouse) -> None:
    house = signing.house
    octets = house.signed(rrq(1, "10.0.0.5", ("h323-ID", "anna")))
    first = answersTo(house, octets)
    assert answersTo(house, octets) == first


def test_whoShowsASignatureOnceMoreIsAnsweredUnsigned(signing: SigningHouse) -> None:
    house = signing.house
    octets = house.signed(rrq(1, "10.0.0.5", ("h323-ID", "anna")))
    answersTo(house, octets)
    mallory = Peer(house.world.network, "10.0.0.66", peer=RAS)
    mallory.port.send(octets, RAS)
    house.world.run(0.1)
    ((data, _),) = mallory.received
    assert (decodeRAS(data).name, house.signerOf(data)) == ("registrationReject", "")
    mallory.port.close()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "guard.key: .*No such file"),
        (b"nothing", "has no private key"),
        (b"\xff", "has no private key"),
        (pem("anna").encode(), "guard.key: is the key of if://guardian/anna"),
    ],
)
def test_aKeyThatCannotBeUsedIsTold(tmp_path: Path, text: bytes | None, said: str) -> None:
    registry, key = tmp_path / "registry.yaml", tmp_path / "council.pem"
    registry.write_text("guardians:\n" + ANNA)
    if text is not None:
        key.write_bytes(text)
    guard = GuardConfig(str(registry), "council-1", key=str(key))
    with Simulation(seed=4) as world:
        with pytest.raises(ConfigurationError, match=said):
            world.server(HOST, Configuration(guard=guard))


def test_aRegistryWithTheServersOwnKeyIsRefused(signing: SigningHouse) -> None:
    house = signing.house
    house.write(ANNA, entry("council", aliases="h323:council"))
    with pytest.raises(ConfigurationError, match="is the key of if://guardian/council"):
        house.server.server.reload(house.configuration)
