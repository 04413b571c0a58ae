"""
The walk of guardians whose calls to each other are routed through a guarded server.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from h323d.asn1 import h225, h245
from h323d.call.applications import CallType
from h323d.call.declaration import Declaration
from h323d.config.sections import Configuration
from h323d.gatekeeper.routed.config import CallModel, RoutedConfig
from h323d.gatekeeper.routing.config import RoutingConfig, StaticRoute
from h323d.h323.calls.callstart import StartUpOptions
from h323d.h323.config import H323Config
from h323d.h323.security.guarddata import declared
from h323d.h323.signalling import uuie
from h323d.h323.signalling.messages import facility, make
from h323d.h323.signalling.q931 import IE, MessageType
from h323d.h323.signalling.uuie import Start
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from h323d.values.ed25519 import SigningIdentity
from tests.support.guardedhouse import ALICE, ANNA, HOST, RAS, SIGNALLING, House
from tests.support.guardians import entry, signingKey
from tests.support.h323 import ScriptedCallee, ScriptedControl, ScriptedPeer
from tests.support.modestphone import ModestTelephone
from tests.support.ras import arq
from tests.support.sealed import KEYS, sealedStreams
from tests.support.simulatedphone import Telephone
from tests.support.simulation import Simulation

SLOW = StartUpOptions(fastStart=False)
SEPARATE = StartUpOptions(fastStart=False, tunnelling=False)
FAST = StartUpOptions(fastStart=True)
ROUTES = (
    StaticRoute(name="1001", to=("10.0.0.9",)),
    StaticRoute(name="1071", to=("10.0.0.71",)),
)
KEY, WORDS = (
    h245.encode(
        "MultimediaSystemControlMessage", ("indication", ("userInput", ("alphanumeric", text)))
    )
    for text in ("5", "Anna Lund")
)
MODELS = [CallModel.ROUTED, CallModel.ROUTED_H245, CallModel.PROXIED]
MORE = 1500  # in units of 100 bit/s: there is as much beside half a call, and not beside a whole
NO_QUOTA = ("OLC", "BANDWIDTH_EXCEEDED", "quota")


def bertWith(quota: int) -> str:
    """
    Bert's entry.
    """
    return entry(
        "bert",
        public_key="",
        proof="address",
        addresses="10.0.0.7",
        aliases="e164:1007",
        bandwidth_quota_bps=str(quota),
    )


class Ends:
    """
    Two guardians who are by themselves, and whose call is as grave as it is declared.
    """

    def __init__(self, scene: Scene, callType: CallType) -> None:
        network = scene.world.network
        fields = {"public_key": "", "proof": "address", "may": "[ROUTINE, ESCALATE]"}
        caller = entry("carol", addresses="10.0.0.70", **fields)
        called = entry("dora", addresses="10.0.0.71", aliases="e164:1071", **fields)
        scene.house.write(ALICE, caller, called)
        scene.world.run(6.0)
        self.called = ScriptedCallee(network, "10.0.0.71")
        self.caller = ScriptedPeer(network, "10.0.0.70", SIGNALLING)
        setup = self.caller.makeSetup(called="1071")
        content = uuie.read(setup.userUser or b"")
        pdu = {**content.pdu, "genericData": [declared(Declaration(callType))]}
        octets = h225.encode("H323-UserInformation", {"h323-uu-pdu": pdu})
        others = [each for each in setup.elements if each.identifier != IE.USER_USER]
        self.caller.send(make(MessageType.SETUP, octets, others))
        self.called.connect(tunnelling=True)
        assert self.caller.kinds[-1] is MessageType.CONNECT

    def close(self) -> None:
        self.called.stop()
        self.caller.close()

    def say(self, *control: bytes) -> None:
        """
        Something by H.245, and by H.450.
        """
        pdu = {
            "h323-message-body": uuie.EMPTY,
            "h245Tunnelling": True,
            "h245Control": list(control),
            "h4501SupplementaryService": [b"Anna Lund"],
        }
        octets = h225.encode("H323-UserInformation", {"h323-uu-pdu": pdu})
        self.caller.send(facility(octets))


class Scene:
    """
    Alice, Bert, who asks for little, and who is called by a number that leads to 10.0.0.9.
    """

    def __init__(self, world: Simulation, file: Path, model: CallModel) -> None:
        self.world = world
        base = Configuration(
            h323=H323Config(tlsPort=1300, certificate="ours.pem", privateKey="ours.key"),
            routed=RoutedConfig(model=model, acceptUnregistered=True),
            routing=RoutingConfig(routes=ROUTES),
        )
        self.house = House(world, file, pool=384_000, base=base)
        self.alice = self.house.alice
        self.bert = ModestTelephone(world, "10.0.0.7", "1007", gatekeeper=RAS)

    def register(self, quota: int) -> None:
        self.house.write(ALICE, ANNA, bertWith(quota))
        self.world.run(6.0)
        self.alice.register()
        self.bert.register()
        self.world.run(1.0)

    def call(self, quota: int, options: StartUpOptions) -> None:
        """
        Bert calls Alice.
        """
        self.register(quota)
        self.bert.call("1000", options)
        self.world.run(1.0)

    def callThere(self, name: str, options: StartUpOptions) -> Telephone:
        """
        Alice calls who signs by that key, or by none.
        """
        signs = None
        if name:
            signs = SigningIdentity(signingKey(name), "if://guardian/anna", "council-1")
        callee = Telephone(self.world, "10.0.0.9", "1001", signs=signs)
        self.register(128_000)
        self.alice.call("1001", options)
        self.world.run(2.0)
        return callee

    def othersTake(self, bandwidth: int) -> str:
        """
        How the gatekeeper answers somebody else who wants so much, in units of 100 bit/s.
        """
        asked = arq(2, self.house.register(), ("dialledDigits", "80001"), bandWidth=bandwidth)
        return self.house.ask(self.house.signed(asked)).name


@pytest.fixture
def scene(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Scene]:
    model: CallModel = getattr(request, "param", CallModel.ROUTED_H245)
    with Simulation(seed=4) as world:
        scene = Scene(world, tmp_path / "registry.yaml", model)
        yield scene
        scene.house.close()
        world.leave()
        assert world.leftOver() == []


def theRouted(scene: Scene) -> None:
    zone = scene.house.server.server.zone
    assert zone is not None
    assert len(zone.routed) == 1


@pytest.mark.parametrize("scene", MODELS, indirect=True)
def test_whatTheQuotaHasNoRoomForIsNotOpenedAndTheCallGoesOn(scene: Scene) -> None:
    scene.call(100_000, SLOW)
    theRouted(scene)
    assert len(scene.bert.flowing) == 1
    assert set(scene.house.refusals()) == {NO_QUOTA}
    scene.world.run(5.0)
    assert (scene.alice.cause, scene.bert.cause) == (None, None)
    assert len(scene.bert.flowing) == 1


@pytest.mark.parametrize("options", [SEPARATE, FAST])
def test_itIsAlikeOnAConnectionOfItsOwnAndByFastStart(
    scene: Scene, options: StartUpOptions
) -> None:
    scene.call(100_000, options)
    theRouted(scene)
    assert len(scene.bert.flowing) == 1
    assert set(scene.house.refusals()) == {NO_QUOTA}
    assert (scene.alice.cause, scene.bert.cause) == (None, None)


@pytest.mark.parametrize("options", [SLOW, SEPARATE, FAST])
def test_whoMayHaveMoreOpensItAndItIsTheirsUntilTheyLeave(
    scene: Scene, options: StartUpOptions
) -> None:
    scene.call(128_000, options)
    assert scene.bert.flowing == ["in", "out"]
    assert scene.house.refusals() == []
    assert scene.othersTake(MORE) == "admissionReject"
    scene.bert.hangup()
    scene.world.run(1.0)
    assert scene.othersTake(MORE) == "admissionConfirm"


def test_whatTheCalledOneHasNoRoomForIsNotOpenedEither(scene: Scene) -> None:
    scene.register(100_000)
    scene.alice.call("1007", SLOW)
    scene.world.run(1.0)
    theRouted(scene)
    assert len(scene.bert.flowing) == 1
    assert set(scene.house.refusals()) == {NO_QUOTA}


def test_whoHasAcceptedMoreByFastStartThanTheyMayHasNotAnswered(scene: Scene) -> None:
    scene.register(100_000)
    scene.alice.call("1007", FAST)
    scene.world.run(1.0)
    assert scene.alice.cause is scene.bert.cause is Cause.NO_CIRCUIT_AVAILABLE
    assert scene.house.refusals() == [("answer", "BANDWIDTH_EXCEEDED", "quota")]


@pytest.mark.parametrize("options", [SLOW, FAST])
def test_aSignedAnswerIsPutThrough(scene: Scene, options: StartUpOptions) -> None:
    callee = scene.callThere("anna", options)
    theRouted(scene)
    assert (scene.alice.speaking, callee.speaking) == (True, True)
    assert scene.house.refusals() == []


@pytest.mark.parametrize("options", [SLOW, FAST])
@pytest.mark.parametrize(("name", "detail"), [("", "absent"), ("mallory", "unknownKey")])
def test_anAnswerOfNobodyEndsTheCallBeforeItsCallerHearsOfIt(
    scene: Scene, name: str, detail: str, options: StartUpOptions
) -> None:
    callee = scene.callThere(name, options)
    assert "answered" not in scene.alice.reports
    assert (scene.alice.cause, callee.cause) == (Cause.NORMAL_UNSPECIFIED, Cause.NORMAL_UNSPECIFIED)
    assert scene.house.refusals() == [("answer", "INVALID_SIGNATURE", detail)]


def test_whoIsRevokedLosesTheCallThatTheyHaveAnswered(scene: Scene) -> None:
    callee = scene.callThere("anna", SLOW)
    scene.house.write(ALICE)
    scene.world.run(6.0)
    assert (scene.alice.cause, callee.cause) == (Cause.NORMAL_CALL_CLEARING,) * 2


@pytest.mark.parametrize(("key", "isSpokenWith"), [(KEYS["10.0.0.70"], True), (b"other", False)])
def test_whoHasCalledOverTLSShowsTheSameKeyWhereTheirH245Is(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, key: bytes, isSpokenWith: bool
) -> None:
    digest = hashlib.sha256(KEYS["10.0.0.70"]).hexdigest()
    carol = entry("carol", public_key="", proof="tls", certificate=f"sha256:{digest}")
    scene.house.write(ALICE, carol)
    scene.world.run(6.0)
    scene.alice.register()
    scene.world.run(1.0)
    network = scene.world.network
    streams = sealedStreams(network.host("10.0.0.70"))
    caller = ScriptedPeer(network, "10.0.0.70", TransportAddress(HOST, 1300), streams.opener)
    monkeypatch.setitem(KEYS, "10.0.0.70", key)
    control = ScriptedControl(network, "10.0.0.70", None, streams.listener)
    start = Start(h245Address=control.address)
    caller.send(caller.makeSetup(start, tunnelling=False, called="1000"))
    scene.world.run(1.0)
    assert scene.house.refusals() == []
    assert MessageType.CONNECT in caller.kinds
    assert bool(control.names) is isSpokenWith
    control.stop()
    caller.close()


@pytest.mark.parametrize(
    ("callType", "told", "services"),
    [
        (CallType.ROUTINE, (KEY, WORDS), [b"Anna Lund"]),
        (CallType.ESCALATE, (KEY,), None),
    ],
)
@pytest.mark.parametrize("scene", [CallModel.ROUTED], indirect=True)
def test_theEndsOfAGraveCallTellEachOtherNoWords(
    scene: Scene, callType: CallType, told: tuple[bytes, ...], services: list[bytes] | None
) -> None:
    ends = Ends(scene, callType)
    ends.say(KEY, WORDS)
    _, content = ends.called.received[-1]
    assert content.h245Control == told
    assert content.pdu.get("h4501SupplementaryService") == services
    ends.close()


@pytest.mark.parametrize("scene", [CallModel.ROUTED], indirect=True)
@pytest.mark.parametrize("callType", [CallType.ROUTINE, CallType.ESCALATE])
def test_theH245OfAGraveCallGoesThroughUsWhateverItsModel(scene: Scene, callType: CallType) -> None:
    ends = Ends(scene, callType)
    body = uuie.facility(ends.called.identity, "startH245", TransportAddress("10.0.0.71", 3000))
    ends.called.say(MessageType.FACILITY, body)
    address = ends.caller.received[-1][1].start.h245Address
    assert address is not None
    assert address.host == (HOST if callType is CallType.ESCALATE else "10.0.0.71")
    ends.close()
