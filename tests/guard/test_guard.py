"""
The guard as a gate: who is identified by what, and what is kept for them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from twisted.internet.task import Clock
from zope.interface.verify import verifyObject

from h323d.call.applications import (
    PASSED,
    Admission,
    Application,
    CallType,
    Door,
    IGate,
    Priority,
    Refusal,
    Texts,
)
from h323d.guard.config import GuardConfig
from h323d.guard.guard import Guard
from h323d.guard.registry.registry import Registry
from h323d.values.address import ANONYMOUS, AddressKind, PartyAddress, TransportAddress
from h323d.values.proof import Proof, malformed
from tests.support.guardians import entry, publicKey, registry, signingKey
from tests.support.recorder import Recorder

START = 1_800_000_000
ANNA_ID = PartyAddress(AddressKind.H323_ID, "anna")
ANNA = PartyAddress(AddressKind.URL, "sip:anna@council.example")
BERT = PartyAddress(AddressKind.URL, "sip:bert@council.example")
ROOM = PartyAddress(AddressKind.DIALLED_DIGITS, "80001")
SOURCE = TransportAddress("10.0.0.2", 5060)
ELSEWHERE = TransportAddress("10.0.0.66", 5060)
SECRET = f"sha256:{'ab' * 32}"
WHO = registry(
    entry("anna", aliases="['sip:anna@council.example', h323:anna]", may="[ROUTINE, EMERGENCY]"),
    entry("bert", proof="digest", secret=SECRET, aliases="'sip:bert@council.example'"),
    entry("carl", proof="address", addresses="10.0.0.2", aliases="e164:1003"),
    entry("dora", proof="h235", aliases="h323:dora", public_key=""),
)
DIGEST = Proof("digest", "bert", START)
INVITE = Application(
    Door.INVITE, "sip", ELSEWHERE, calling=(ANNA,), called=(ROOM,), callIdentifier="c1", legId="l1"
)


class House:
    """
    A guard, and its time.
    """

    def __init__(self, who: Registry = WHO, **config: Any) -> None:
        self.clock = Clock()
        self.clock.advance(START)
        self.owner = Recorder()
        settings = GuardConfig("r.yaml", "council-1", **config)
        self.guard = Guard(settings, who, self.clock, owner=self.owner)
        self.clock.advance(10)
        self.nonces = 0

    def signature(self, name: str = "anna", **changed: Any) -> Proof:
        self.nonces += 1
        key = signingKey(name)
        proof = Proof(
            "ed25519",
            f"if://guardian/{name}",
            int(self.clock.seconds()),
            self.nonces.to_bytes(16),
            key.public.raw,
            b"octets",
            key.sign(b"octets"),
            "council-1",
        )
        return replace(proof, **changed)

    def ask(self, application: Application = INVITE, *proofs: Proof, **changed: Any) -> Any:
        given = proofs or (self.signature(),)
        return self.guard.judge(replace(application, proofs=given, **changed))

    def admitted(self, application: Application = INVITE, *proofs: Proof, **changed: Any) -> Any:
        verdict = self.ask(application, *proofs, **changed)
        assert isinstance(verdict, Admission), verdict
        return verdict

    def detail(self, application: Application = INVITE, *proofs: Proof, **changed: Any) -> str:
        verdict = self.ask(application, *proofs, **changed)
        assert isinstance(verdict, Refusal), verdict
        return f"{verdict.reason.value} {verdict.detail}"

    def held(self, name: str = "anna") -> int:
        return self.guard.holdings.ledger.held(f"if://guardian/{name}")


@pytest.fixture
def house() -> House:
    return House()


def test_theGuardIsAGate(house: House) -> None:
    verifyObject(IGate, house.guard)


def test_aSignatureOpensTheGates(house: House) -> None:
    assert len(house.admitted().leases) == 1
    assert house.held() == 128_000


def test_aPasswordOpensThemForWhoListsIt(house: House) -> None:
    house.admitted(INVITE, DIGEST, calling=(BERT,))
    assert house.detail(INVITE, replace(DIGEST, identity="anna")) == "INVALID_SIGNATURE absent"


def test_whoHasNoEntryIsNobodyWhateverTheyProve(house: House) -> None:
    proof = replace(DIGEST, identity="erna")
    assert house.detail(INVITE, proof) == "INVALID_SIGNATURE notListed"


def test_theKeyOfAConnectionOpensThemForWhoListsIt(house: House) -> None:
    key = publicKey("anna").spki
    house.admitted(INVITE, Proof("tls", "", START, key=key))
    assert house.guard.userOfKey(key) == ""
    digest = publicKey("bert").spki
    assert house.detail(INVITE, Proof("tls", "", START, key=digest)) == "INVALID_SIGNATURE absent"
    assert house.guard.userOfKey(digest) is None
    unknown = Proof("tls", "", START, key=publicKey("erna").spki)
    assert house.detail(INVITE, unknown) == "INVALID_SIGNATURE unknownKey"


def test_anAddressOpensThemForWhoListsIt(house: House) -> None:
    number = PartyAddress(AddressKind.DIALLED_DIGITS, "1003")
    asked = replace(INVITE, source=SOURCE, calling=(number,))
    assert isinstance(house.guard.judge(asked), Admission)
    refused = house.guard.judge(replace(asked, source=ELSEWHERE))
    assert isinstance(refused, Refusal)
    assert refused.detail == "absent"


def test_thereIsNothingToFallBackTo(house: House) -> None:
    number = PartyAddress(AddressKind.DIALLED_DIGITS, "1003")
    forged = house.signature(signature=bytes(64))
    asked = {"source": SOURCE, "calling": (number,)}
    assert house.detail(INVITE, forged, **asked) == "INVALID_SIGNATURE badSignature"
    assert house.detail(INVITE, malformed("ed25519"), **asked) == "INVALID_SIGNATURE malformed"
    two = (house.signature(), house.signature())
    assert house.detail(INVITE, *two, **asked) == "INVALID_SIGNATURE malformed"


@pytest.mark.parametrize(
    ("calling", "own"),
    [
        ((ANNA,), True),
        ((ANNA, PartyAddress(AddressKind.H323_ID, "Anna L.")), True),
        ((PartyAddress(AddressKind.URL, "sip:anna@192.0.2.1"),), True),
        ((ANONYMOUS,), True),
        ((BERT,), False),
        ((ANNA, BERT), False),
        ((PartyAddress(AddressKind.DIALLED_DIGITS, "1003"),), False),
        ((PartyAddress(AddressKind.DIALLED_DIGITS, "4711"),), False),
    ],
)
def test_nobodyCallsInAnothersName(
    house: House, calling: tuple[PartyAddress, ...], own: bool
) -> None:
    verdict = house.ask(calling=calling)
    assert isinstance(verdict, Admission) == own
    if not own:
        assert verdict.detail == "wrongName"


def test_whoSignsIsWhoTheySayTheyAre(house: House) -> None:
    proof = house.signature(identity="if://guardian/bert")
    assert house.detail(INVITE, proof) == "INVALID_SIGNATURE wrongName"


def test_aRegistrationIsOfNamesThatAreOwn(house: House) -> None:
    register = Application(Door.REGISTER, "sip", ELSEWHERE, calling=(ANNA,))
    house.admitted(register)
    assert house.detail(register, calling=(BERT,)) == "INVALID_SIGNATURE wrongName"
    assert house.detail(register, calling=()) == "INVALID_SIGNATURE wrongName"
    assert house.held() == 0


RRQ = Application(Door.RRQ, "h323", ELSEWHERE, calling=(ANNA_ID,))


@pytest.mark.parametrize(
    ("nat", "addresses", "passes"),
    [
        ("false", (ELSEWHERE,), True),
        ("false", (SOURCE, ELSEWHERE), True),
        ("false", (SOURCE,), False),
        ("false", (), False),
        ("true", (SOURCE,), True),
    ],
)
def test_aSignedRRQComesFromWhereItLeadsUnlessThereIsANAT(
    nat: str, addresses: tuple[TransportAddress, ...], passes: bool
) -> None:
    house = House(registry(entry("anna", aliases="h323:anna", nat=nat)))
    verdict = house.ask(RRQ, addresses=addresses)
    assert isinstance(verdict, Admission) == passes
    if not passes:
        assert verdict.detail == "wrongAddress"


def test_whoProvesAnAddressIsReachedThere(house: House) -> None:
    carl = PartyAddress(AddressKind.DIALLED_DIGITS, "1003")
    asked = replace(RRQ, source=SOURCE, calling=(carl,), addresses=(SOURCE,))
    assert isinstance(house.guard.judge(asked), Admission)
    refused = house.guard.judge(replace(asked, addresses=(SOURCE, ELSEWHERE)))
    assert isinstance(refused, Refusal)
    assert refused.detail == "wrongAddress"


def test_anARQIsOfWhoIsRegisteredByOwnNames(house: House) -> None:
    arq = Application(
        Door.ARQ,
        "h323",
        ELSEWHERE,
        "e1",
        called=(ROOM,),
        callIdentifier="c1",
        registered=(ANNA_ID,),
    )
    house.admitted(arq)
    assert house.detail(arq, registered=(BERT,)) == "INVALID_SIGNATURE wrongName"
    assert house.detail(arq, registered=()) == "INVALID_SIGNATURE wrongName"


def test_aSetupTakesOverWhatItsARQHasProven(house: House) -> None:
    dora = PartyAddress(AddressKind.H323_ID, "dora")
    arq = Application(
        Door.ARQ, "h323", ELSEWHERE, "e1", called=(ROOM,), callIdentifier="c1", registered=(dora,)
    )
    house.admitted(arq, Proof("h2351", "dora", START), bandwidth=500_000)
    setup = Application(
        Door.SETUP, "h323", ELSEWHERE, called=(ROOM,), callIdentifier="c1", legId="l1"
    )
    assert isinstance(house.guard.judge(setup), Admission)
    assert house.held("dora") == 500_000
    refused = house.guard.judge(replace(setup, legId="l2"))
    assert isinstance(refused, Refusal)


def test_whoAnswersLeavesNothingToASetup(house: House) -> None:
    dora = PartyAddress(AddressKind.H323_ID, "dora")
    arq = Application(
        Door.ARQ,
        "h323",
        ELSEWHERE,
        "e1",
        called=(ROOM,),
        texts=Texts(names=("a@example.org",)),
        callIdentifier="c1",
        registered=(dora,),
        answering=True,
    )
    house.admitted(arq, Proof("h2351", "dora", START))
    setup = Application(Door.SETUP, "h323", ELSEWHERE, called=(ROOM,), callIdentifier="c1")
    assert isinstance(house.guard.judge(setup), Refusal)


def test_theQuotaIsForAllCallsTogether() -> None:
    house = House(sipCaller=300_000)
    first = house.admitted(bandwidth=200_000)
    second = replace(INVITE, callIdentifier="c2", legId="l2", bandwidth=200_000)
    assert house.detail(second) == "BANDWIDTH_EXCEEDED quota"
    for lease in first.leases:
        lease.end()
    house.admitted(second)


def test_aCallerBySIPHasWhatTheirEntrySaysOrLess() -> None:
    house = House(sipCaller=300_000)
    assert house.detail(bandwidth=400_000) == "BANDWIDTH_EXCEEDED quota"
    entries = entry("anna", aliases="'sip:anna@council.example'", bandwidth_quota_bps="400000")
    own = House(registry(entries), sipCaller=300_000)
    own.admitted(bandwidth=400_000)


def test_whoSendsTheSameInviteAgainHasOneCall(house: House) -> None:
    house.admitted(bandwidth=2_000_000)
    house.admitted(bandwidth=2_000_000, legId="l2")
    assert house.held() == 2_000_000


def test_thePoolIsForAll() -> None:
    house = House(pool=300_000)
    house.admitted(bandwidth=200_000)
    other = replace(INVITE, calling=(BERT,), callIdentifier="c2", legId="l2", bandwidth=200_000)
    assert house.detail(other, DIGEST) == "CAPACITY_EXCEEDED poolEmpty"


def test_aCallIsResizedWithinTheQuota(house: House) -> None:
    house.admitted()
    again = replace(INVITE, door=Door.REINVITE, bandwidth=1_000_000)
    assert house.ask(again) == PASSED
    assert house.held() == 1_000_000
    assert house.detail(again, bandwidth=4_000_000) == "BANDWIDTH_EXCEEDED quota"
    assert house.held() == 1_000_000


def test_channelsThatNeedMoreAreJudgedAndTheOthersAreNot(house: House) -> None:
    house.admitted(bandwidth=100_000)
    channel = replace(INVITE, door=Door.OLC, protocol="h323")
    assert house.guard.judge(replace(channel, bandwidth=100_000)) is PASSED
    assert house.held() == 100_000
    assert house.guard.judge(replace(channel, bandwidth=128_000)) == PASSED
    assert house.guard.judge(replace(channel, bandwidth=64_000)) is PASSED
    assert house.held() == 128_000
    refused = house.guard.judge(replace(channel, bandwidth=11_000_000))
    assert isinstance(refused, Refusal)
    assert refused.word == "quota"
    assert house.held() == 128_000


@pytest.mark.parametrize("door", [Door.REINVITE, Door.REFER])
def test_whoBeganByASignatureSignsWhatComesWithinTheCall(house: House, door: Door) -> None:
    proof = house.signature()
    house.admitted(INVITE, proof)
    within = replace(INVITE, door=door, calling=(BERT,))  # they may be called otherwise by now
    bare = house.guard.judge(within)
    assert isinstance(bare, Refusal)
    assert bare.detail == "absent"
    assert house.detail(within, DIGEST) == "INVALID_SIGNATURE absent"
    assert house.detail(within, proof) == "INVALID_SIGNATURE replay"
    assert house.detail(within, house.signature("mallory")) == "INVALID_SIGNATURE unknownKey"
    assert house.ask(within) == PASSED


def test_anotherGuardianSignsNothingInAnothersCall() -> None:
    house = House(registry(entry("anna", aliases="'sip:anna@council.example'"), entry("bert")))
    house.admitted()
    within = replace(INVITE, door=Door.REFER)
    assert house.detail(within, house.signature("bert")) == "INVALID_SIGNATURE wrongName"


def test_whoBeganByAPasswordNeedsNoneWithinTheCall(house: House) -> None:
    house.admitted(INVITE, DIGEST, calling=(BERT,))
    for door in (Door.REINVITE, Door.REFER):
        assert house.guard.judge(replace(INVITE, door=door, calling=(BERT,))) == PASSED


def test_aTransferIsJudgedAsItsTransferorsCall(house: House) -> None:
    proof = house.signature()
    house.admitted(INVITE, proof)
    again = replace(INVITE, proofs=(proof,), legId="l2", continues="l1", called=(BERT,))
    assert isinstance(house.guard.judge(again), Admission)
    assert house.held() == 128_000
    unknown = house.guard.judge(replace(again, legId="l3", continues="ours"))
    assert isinstance(unknown, Refusal)
    assert unknown.detail == "replay"


def test_aCallOfOursIsNobodys(house: House) -> None:
    for door in (Door.REINVITE, Door.OLC, Door.REFER):
        again = replace(INVITE, door=door, bandwidth=9_000_000, legId="ours")
        assert house.guard.judge(again) == PASSED
    assert house.held() == 0


def test_personalDataIsRefusedInGraveRooms() -> None:
    house = House(escalateRooms=("80001",))
    texts = Texts("Anna 219-09-9998")
    assert house.detail(texts=texts) == "PII_POLICY_VIOLATION found:SSN"
    assert house.detail(declaredPII=True) == "PII_POLICY_VIOLATION declared"
    elsewhere = replace(INVITE, called=(ANNA,), texts=texts)
    assert house.admitted(elsewhere).texts is None


def test_aNameOfTheEntryIsNoPersonalDataWhereverItStands() -> None:
    who = registry(entry("anna", aliases="['sip:anna@council.example', 'h323:pbx-10.0.0.2']"))
    house = House(who, escalateRooms=("80001",))
    house.admitted(texts=Texts("pbx-10.0.0.2", ("pbx-10.0.0.2",)))
    assert house.detail(texts=Texts("pbx-10.0.0.3")) == "PII_POLICY_VIOLATION found:IP"


def test_anEmergencyGoesFirstAndIsRedactedInAGraveRoom() -> None:
    house = House(escalateRooms=("80001",))
    verdict = house.admitted(callType=CallType.EMERGENCY, texts=Texts("a@example.org"))
    assert verdict.priority is Priority.HIGH
    assert verdict.texts == Texts("[REDACTED:EMAIL]")


@pytest.mark.parametrize("configured", ["council", "Council"])
def test_aGraveRoomIsGraveHoweverACallComesThere(configured: str) -> None:
    house = House(escalateRooms=(configured,))
    house.admitted()
    seat = replace(INVITE, door=Door.ROOM, room="COUNCIL")
    assert house.guard.judge(seat) != PASSED
    assert house.guard.judge(replace(seat, room="80001")) == PASSED
    refused = house.guard.judge(replace(seat, declaredPII=True))
    assert isinstance(refused, Refusal)
    assert refused.detail == "declared"


def test_inAGraveRoomNamesAreShownWithoutPersonalData() -> None:
    house = House(escalateRooms=("council",))
    house.admitted(callType=CallType.EMERGENCY)
    seat = replace(INVITE, door=Door.ROOM, room="council", callType=CallType.EMERGENCY)
    shown = house.guard.judge(replace(seat, texts=Texts("Anna 219-09-9998")))
    assert isinstance(shown, Admission)
    assert shown.texts == Texts("Anna [REDACTED:SSN]")


@pytest.mark.parametrize(("room", "isGrave"), [("council", True), ("80001", False)])
def test_whoComesIntoAGraveRoomIsInAGraveCall(room: str, isGrave: bool) -> None:
    house = House(escalateRooms=("council",))
    house.admitted()
    house.guard.judge(replace(INVITE, door=Door.ROOM, room=room))
    assert house.guard.holdings.isGrave("if://guardian/anna") is isGrave


def test_whoGoesOnFromAGraveCallIsInOneStill() -> None:
    house = House(registry(entry("anna", aliases="'sip:anna@council.example'")))
    house.admitted(callType=CallType.ESCALATE)
    again = replace(INVITE, legId="l2", continues="l1", called=(BERT,), declaredPII=True)
    refused = house.guard.judge(again)
    assert isinstance(refused, Refusal)
    assert refused.detail == "declared"
    house.guard.judge(replace(again, declaredPII=False, callId="k2"))
    assert house.guard.holdings.goesOnGravely("l2", "")


def test_whoAnswersAGraveCallIsInOneToo() -> None:
    house = House(
        registry(entry("anna", aliases="['sip:anna@council.example', h323:anna]"), entry("bert"))
    )
    house.admitted(callType=CallType.ESCALATE, callId="k1")
    answer = replace(CALLED, callId="k1", callIdentifier="c9")
    house.admitted(answer)
    assert house.guard.holdings.goesOnGravely("l9", "")
    assert not house.guard.holdings.goesOnGravely("l8", "k2")


def test_whoMayNotDeclareATypeMayNotInATransferEither() -> None:
    house = House(escalateRooms=("80001",))
    house.admitted(INVITE, DIGEST, calling=(BERT,), called=(ANNA,))
    again = replace(INVITE, calling=(BERT,), legId="l2", continues="l1", declaredPII=True)
    refused = house.guard.judge(replace(again, callType=CallType.EMERGENCY))
    assert isinstance(refused, Refusal)
    assert refused.detail == "declared"


def test_whoMayNotDeclareATypeIsJudgedAsROUTINE(house: House) -> None:
    verdict = house.admitted(
        INVITE, DIGEST, calling=(BERT,), callType=CallType.EMERGENCY, declaredPII=True
    )
    assert verdict.priority is Priority.NORMAL


def test_anEMERGENCYHasAQuotaOfItsOwnAlsoWhenItIsResized(house: House) -> None:
    urgent = replace(INVITE, callType=CallType.EMERGENCY, bandwidth=15_000_000)
    house.admitted(urgent)
    again = replace(urgent, door=Door.REINVITE, callType=None, bandwidth=20_000_000)
    assert house.ask(again) == PASSED
    assert house.detail(again, bandwidth=20_000_001) == "BANDWIDTH_EXCEEDED quota"


def test_anEMERGENCYTakesTheBandwidthOfANewerROUTINECall() -> None:
    house = House(pool=300_000)
    house.admitted(INVITE, DIGEST, calling=(BERT,), bandwidth=200_000)
    urgent = replace(INVITE, callIdentifier="c2", legId="l2", bandwidth=200_000)
    assert house.detail(urgent) == "CAPACITY_EXCEEDED poolEmpty"
    house.admitted(urgent, callType=CallType.EMERGENCY)
    assert house.owner.calls == [("callPreempted", "l1")]
    assert (house.held("bert"), house.held("anna")) == (0, 200_000)


def test_whoMayNotDeclareAnEMERGENCYTakesNobodysBandwidth() -> None:
    house = House(pool=300_000)
    house.admitted(bandwidth=200_000)
    other = replace(INVITE, calling=(BERT,), callIdentifier="c2", legId="l2", bandwidth=200_000)
    refused = house.detail(other, DIGEST, callType=CallType.EMERGENCY)
    assert refused == "CAPACITY_EXCEEDED poolEmpty"
    assert house.owner.calls == []


def test_whoAnswersIsNotPutOutByThemselves() -> None:
    house = House(pool=300_000)
    house.admitted(
        replace(INVITE, door=Door.ARQ, protocol="h323", answering=True, registered=(ANNA_ID,)),
        party="e1",
        bandwidth=200_000,
    )
    urgent = replace(INVITE, callIdentifier="c2", legId="l2", callType=CallType.EMERGENCY)
    assert house.detail(urgent, bandwidth=200_000) == "CAPACITY_EXCEEDED poolEmpty"


def test_whoIsSuspendedIsToldSo() -> None:
    house = House(registry(entry("anna", status="suspended", aliases="'sip:anna@x'")))
    anna = PartyAddress(AddressKind.URL, "sip:anna@x")
    assert house.detail(calling=(anna,)) == "NOT_REGISTERED suspended"


def test_anotherRegistryEndsWhatItWouldNotGive(house: House) -> None:
    house.admitted()
    house.admitted(INVITE, DIGEST, calling=(BERT,), callIdentifier="c2", legId="l2")
    assert house.guard.use(registry(entry("bert", proof="digest", secret=SECRET))) == ["l1"]


@pytest.mark.parametrize(
    ("names", "now", "stays"),
    [
        ((ANNA,), entry("anna", aliases="'sip:anna@council.example'"), True),
        ((ANNA, ANNA_ID), entry("anna", aliases="'sip:anna@council.example'"), True),
        ((ANNA,), entry("anna", aliases="h323:other"), False),
        ((ANNA,), entry("anna", aliases="h323:anna", status="revoked"), False),
        ((ANNA,), entry("anna", aliases="h323:anna", public_key=str(publicKey("later"))), False),
        ((ANNA,), entry("anna", aliases="h323:anna", proof="ed25519"), False),
        ((ANNA, BERT), entry("anna", aliases="h323:anna"), False),
        ((), entry("anna", aliases="h323:anna"), False),
    ],
)
def test_whoMayStayRegistered(
    house: House, names: tuple[PartyAddress, ...], now: str, stays: bool
) -> None:
    house.guard.use(registry(now))
    assert house.guard.mayStay(names, WHO) == stays


SIGNED_RRQ = Application(Door.RRQ, "h323", ELSEWHERE, calling=(ANNA_ID,), addresses=(ELSEWHERE,))


def test_whoSignedARequestIsKnownForItsAnswer(house: House) -> None:
    good, forged = house.signature(), house.signature(signature=bytes(64))
    house.admitted(SIGNED_RRQ, good)
    house.detail(SIGNED_RRQ, forged)
    assert house.guard.signerOf(good, ELSEWHERE) == "if://guardian/anna"
    assert house.guard.signerOf(forged, ELSEWHERE) == ""
    assert house.guard.signerOf(good, SOURCE) == ""  # who has shown it again


def test_aSignatureThatNoGateHasJudgedIsLookedAtForItsAnswerAndCountsThisOnce(
    house: House,
) -> None:
    proof = house.signature()
    for _ in range(2):
        assert house.guard.signerOf(proof, ELSEWHERE) == "if://guardian/anna"
    assert house.detail(SIGNED_RRQ, proof) == "INVALID_SIGNATURE replay"


def test_whoMayNotProveThemselvesSoIsNobody() -> None:
    house = House(registry(entry("anna", proof="address", addresses="10.0.0.2")))
    assert house.guard.signerOf(house.signature(), ELSEWHERE) == ""


def test_whoRegisteredByASignatureIsKnownUntilThatIsOver(house: House) -> None:
    leases = house.admitted(SIGNED_RRQ).leases
    assert house.guard.signerAt(ELSEWHERE) == "if://guardian/anna"
    assert house.guard.signerAt(SOURCE) == ""
    for each in leases:
        each.end()
    assert house.guard.signerAt(ELSEWHERE) == ""


def test_whoRegisteredOtherwiseIsNoSigner(house: House) -> None:
    carl = PartyAddress(AddressKind.DIALLED_DIGITS, "1003")
    asked = replace(SIGNED_RRQ, source=SOURCE, calling=(carl,), addresses=(SOURCE,))
    assert isinstance(house.guard.judge(asked), Admission)
    assert house.guard.signerAt(SOURCE) == ""


NEAR = TransportAddress("10.0.0.3", 1720)
CALLED = Application(
    Door.ANSWER,
    "h323",
    ELSEWHERE,
    called=(ANNA_ID,),
    callIdentifier="c9",
    legId="l9",
    answering=True,
)


def unproven(house: House, **changed: Any) -> Any:
    """
    What is said to an answer that shows nothing.
    """
    return house.guard.judge(replace(CALLED, **changed))


def test_whomWeCallProvesWhoTheyAreWithTheAnswer(house: House) -> None:
    (lease,) = house.admitted(CALLED).leases
    assert house.held() == 128_000
    lease.end()
    assert house.held() == 0
    assert house.detail(CALLED, malformed("ed25519")) == "INVALID_SIGNATURE malformed"
    assert unproven(house).detail == "absent"


def test_whoIsCalledIsNotSomebodyElse(house: House) -> None:
    assert house.detail(CALLED, called=(BERT,)) == "INVALID_SIGNATURE wrongName"
    elsewhere = PartyAddress(AddressKind.DIALLED_DIGITS, "00441632960000")
    house.admitted(CALLED, called=(elsewhere,))


def test_whoIsReachedWhereTheyHaveRegisteredNeedsNothingMore(house: House) -> None:
    _standing, presence = house.admitted(SIGNED_RRQ).leases
    (lease,) = unproven(house).leases
    assert (lease.form.value, lease.inherited) == ("ed25519", True)
    assert unproven(house, source=NEAR).detail == "absent"
    assert unproven(house, protocol="sip").detail == "absent"
    presence.end()
    assert unproven(house).detail == "absent"


ANSWERING = Application(
    Door.ARQ,
    "h323",
    replace(NEAR, port=1719),
    "e1",
    callIdentifier="c9",
    registered=(ANNA_ID,),
    answering=True,
    declaredPII=True,  # which is for the caller to say
)


def test_anARQOfWhoIsCalledDoesForTheAnswerOnce(house: House) -> None:
    (first,) = house.admitted(ANSWERING).leases
    house.clock.advance(200)
    (second,) = unproven(house, source=NEAR).leases
    assert second.inherited
    first.end()
    assert house.held() == 128_000  # the call has it, whatever becomes of its ARQ
    assert unproven(house, source=NEAR).detail == "absent"


@pytest.mark.parametrize(("source", "later"), [(ELSEWHERE, 0), (NEAR, 241)])
def test_nobodyElseHasThatARQ(house: House, source: TransportAddress, later: int) -> None:
    house.admitted(ANSWERING)
    house.clock.advance(later)
    assert unproven(house, source=source).detail == "absent"


def test_whoWasReachedSoSignsNothingInTheCall(house: House) -> None:
    house.admitted(replace(SIGNED_RRQ, door=Door.REGISTER, protocol="sip"))
    assert isinstance(unproven(house, protocol="sip"), Admission)
    within = replace(CALLED, door=Door.REINVITE, protocol="sip", proofs=(), answering=False)
    assert house.guard.judge(within) == PASSED


def test_whoLosesTheirEntryLosesWhatTheyHaveAnswered(house: House) -> None:
    house.admitted(CALLED)
    assert house.guard.use(registry(entry("bert", aliases="h323:bert"))) == ["l9"]


def test_anAnswerTakesFromTheQuota() -> None:
    house = House(registry(entry("anna", aliases="h323:anna", bandwidth_quota_bps="200000")))
    house.admitted(CALLED)
    assert house.detail(CALLED, callIdentifier="c8", legId="l8") == "BANDWIDTH_EXCEEDED quota"


def test_aKeyOfNobodysAtTheOtherEndOfWhatWeHaveDialledIsNoClaim() -> None:
    stranger, own = (
        Proof("tls", "", START, key=b"x"),
        Proof("tls", "", START, key=publicKey("anna").spki),
    )
    house = House(registry(entry("anna", aliases="h323:anna", proof="[ed25519, tls]")))
    house.admitted(CALLED, stranger, house.signature())
    assert house.detail(CALLED, stranger) == "INVALID_SIGNATURE absent"
    (lease,) = house.admitted(CALLED, own, callIdentifier="c8").leases
    assert lease.form.value == "tls"


def test_aLegThatComesIntoAGraveRoomIsGrave() -> None:
    house = House(escalateRooms=("80001",))
    house.admitted(called=(ANNA,))
    assert [each.callType for each in house.guard.holdings] == [CallType.ROUTINE]
    house.ask(replace(INVITE, door=Door.ROOM, room="80001"))
    assert [each.callType for each in house.guard.holdings] == [CallType.ESCALATE]


def test_anEMERGENCYStaysOneInAnyRoom() -> None:
    house = House(escalateRooms=("80001",))
    house.admitted(called=(ANNA,), callType=CallType.EMERGENCY)
    house.ask(replace(INVITE, door=Door.ROOM, room="80001"))
    assert [each.callType for each in house.guard.holdings] == [CallType.EMERGENCY]


def test_theKeyOfAConnectionProvesWhoSendsASetup() -> None:
    house = House(registry(entry("anna", aliases="h323:anna", proof="[tls, h235]")))
    setup = replace(CALLED, door=Door.SETUP, answering=False, calling=(ANNA_ID,))
    own, other = (Proof("tls", "", START, key=publicKey(each).spki) for each in ("anna", "bert"))
    (lease,) = house.admitted(setup, own).leases
    assert (lease.form.value, lease.key) == ("tls", own.key)
    # Equipment may have a certificate, and prove who it is by its ARQ.
    password = Proof("h2351", "anna", START)
    asked = replace(ANSWERING, answering=False, declaredPII=False, callIdentifier="c7")
    house.admitted(asked, password)
    (lease,) = house.admitted(setup, other, callIdentifier="c7", source=NEAR, called=()).leases
    assert (lease.form.value, lease.inherited) == ("h235", True)
