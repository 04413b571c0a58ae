"""
Who is believed: H.235.1 and the older schemes, in what arrives and in what is sent.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.events.doors import AuthenticationFailed
from h323d.gatekeeper.config import AliasConflict
from h323d.gatekeeper.security.config import PasswordEntry, Requirement, WeakScheme
from h323d.h323.ras.messages import RASMessage, decodeRAS, reasonOf
from h323d.h323.security.guardtoken import GuardStamp, signRAS
from h323d.h323.security.h235 import HashedToken, check, keyOf, tokenIn
from h323d.h323.security.passwordtokens import CAT, MD5, catToken, md5Token
from h323d.values.proof import Proof, nonceOf
from tests.support.guardians import signingKey
from tests.support.memory import heldBy
from tests.support.ras import arq, brq, drq, grq, irr, keepAlive, rrq, urq
from tests.support.secured import ALICE, GATEKEEPER_ID, PASSWORD, SecuredPeer, secured
from tests.support.zone import World

BOB = ("h323-ID", "bob")
MALLORY = "10.0.0.66"
HMAC = (0, 0, 8, 235, 0, 2, 6)


@pytest.fixture
def world(makeWorld: Any) -> World:
    result: World = makeWorld(security=secured())
    return result


@pytest.fixture
def strict(makeWorld: Any) -> World:
    result: World = makeWorld(security=secured(Requirement.REQUIRED))
    return result


def reasons(world: World) -> list[str]:
    return [fact.reason for fact in world.told(AuthenticationFailed)]


def errorOf(answer: RASMessage) -> str:
    """
    The reason of a reject, and within C{securityError}, which.
    """
    name, value = answer.fields.get("rejectReason") or answer.fields["nakReason"]
    return str(value[0]) if name == "securityError" else str(name)


def tokenOf(octets: bytes) -> HashedToken | None:
    return tokenIn(decodeRAS(octets).fields)


# Registering.


def test_whoKnowsThePasswordRegisters(world: World) -> None:
    endpointId = SecuredPeer(world).register()
    registration = world.zone.registry.byId(endpointId)
    assert registration is not None
    assert (registration.authenticated, registration.scheme) == ("alice", "h2351")
    assert world.told(AuthenticationFailed) == []


def test_aNameWithAPasswordNeedsIt(world: World) -> None:
    answer = world.peer(MALLORY).ask(rrq(1, MALLORY, ALICE))
    assert reasonOf(answer) == "securityDenial"
    assert len(world.zone.registry) == 0
    (fact,) = world.told(AuthenticationFailed)
    assert (fact.message, fact.identity, fact.reason) == ("registrationRequest", "alice", "absent")


def test_anotherPasswordIsRefused(world: World) -> None:
    answer = SecuredPeer(world, password="guess").ask(rrq(1, "10.0.0.5", ALICE))
    assert errorOf(answer) == "securityIntegrityFailed"
    assert len(world.zone.registry) == 0


def test_nothingIsSignedForWhoDoesNotKnowThePassword(world: World) -> None:
    mallory = SecuredPeer(world, MALLORY, password="guess")
    assert tokenOf(mallory.exchange(mallory.signed(rrq(1, MALLORY, ALICE)))) is None


def test_othersRegisterWithoutWhereItIsOptional(world: World) -> None:
    _, endpointId = world.registered("10.0.0.7", BOB)
    (registration,) = world.zone.registrations()
    assert (registration.endpointId, registration.authenticated) == (endpointId, "")


def test_othersDoNotWhereItIsRequired(strict: World) -> None:
    answer = strict.peer("10.0.0.7").ask(rrq(1, "10.0.0.7", BOB))
    assert reasonOf(answer) == "securityDenial"
    assert reasons(strict) == ["unknown"]


def test_anEndpointWithoutNamesProvesItselfByItsToken(strict: World) -> None:
    peer = SecuredPeer(strict)
    answer = peer.ask(rrq(1, "10.0.0.5"))
    assert answer.name == "registrationConfirm"


def test_whoNamesNobodyAndSignsWithAnotherPasswordIsRefused(strict: World) -> None:
    answer = SecuredPeer(strict, password="guess").ask(rrq(1, "10.0.0.5"))
    assert (answer.name, reasonOf(answer)) == ("registrationReject", "securityError")


@pytest.mark.parametrize("scheme", [WeakScheme.MD5, WeakScheme.CAT])
def test_whoNamesNobodyMayProveItselfInAnOldWay(makeWorld: Any, scheme: WeakScheme) -> None:
    world: World = makeWorld(security=secured(Requirement.REQUIRED, weakSchemes=(scheme,)))
    at = int(world.clock.seconds())
    more: dict[str, Any] = {}
    if scheme is WeakScheme.MD5:
        more["cryptoTokens"] = [md5Token(Proof(MD5, ALICE[1], at), PASSWORD)]
    else:
        more["tokens"] = [catToken(Proof(CAT, ALICE[1], at, nonceOf(200)), PASSWORD)]
    answer = world.peer("10.0.0.5").ask(rrq(1, "10.0.0.5", **more))
    assert answer.name == "registrationConfirm"


def test_whatAPasswordProvesMayBeRegisteredTogether(world: World) -> None:
    SecuredPeer(world).register(ALICE, ("dialledDigits", "1001"), BOB)
    (registration,) = world.zone.registrations()
    assert [each.value for each in registration.aliases] == ["alice", "1001", "bob"]


def test_noPasswordProvesTheNameOfAnother(makeWorld: Any) -> None:
    world = makeWorld(security=secured(Requirement.OPTIONAL, PasswordEntry("bob", "bob's")))
    answer = SecuredPeer(world).ask(rrq(1, "10.0.0.5", ALICE, BOB))
    assert reasonOf(answer) == "securityDenial"
    assert reasons(world) == ["unknown"]


def test_nobodyIsAskedWhereItIsOff(makeWorld: Any) -> None:
    world = makeWorld(security=secured(Requirement.OFF))
    _, endpointId = world.registered("10.0.0.7", ALICE)
    assert world.zone.registry.byId(endpointId).authenticated == ""


def test_nobodyIsToldAnythingSignedWhereItIsOff(makeWorld: Any) -> None:
    world = makeWorld(security=secured(Requirement.OFF))
    peer, endpointId = world.registered("10.0.0.7", ALICE)
    peer.received.clear()
    world.zone.unregister(endpointId)
    world.clock.advance(0.1)
    ((octets, _),) = peer.received
    assert decodeRAS(octets).name == "unregistrationRequest"
    assert decodeRAS(octets).fields.get("cryptoTokens") is None


def test_whoIsNotRegisteredIsToldThatWhateverIsRequired(strict: World) -> None:
    answer = strict.peer("10.0.0.7").ask(arq(1, "nobody", ALICE))
    assert reasonOf(answer) == "callerNotRegistered"
    assert reasons(strict) == []


def test_anOldEndpointIsToldSecurityDenial(world: World) -> None:
    answer = SecuredPeer(world, password="guess").ask(
        rrq(1, "10.0.0.5", ALICE, protocolIdentifier=(0, 0, 8, 2250, 0, 2))
    )
    assert reasonOf(answer) == "securityDenial"


# What is signed, and by whom.


@pytest.mark.parametrize("more", [{}, {"additiveRegistration": None}], ids=["full", "additive"])
def test_theConfirmIsSignedForTheIdentifierThatItAssigns(world: World, more: Any) -> None:
    """
    H323Plus and GnuGk take the identifier first, and then look whom the token is for.
    """
    peer = SecuredPeer(world)
    if more:
        peer.sender, more = "alice", more | {"endpointIdentifier": peer.register()}
    octets = peer.exchange(peer.signed(rrq(2, "10.0.0.5", ALICE, **more)))
    assigned = decodeRAS(octets).fields["endpointIdentifier"]
    fault = check(octets, tokenOf(octets), keyOf(PASSWORD), (GATEKEEPER_ID,), (assigned,), True)
    assert fault is None


def test_aRejectIsSignedForWhoAsked(world: World) -> None:
    peer = SecuredPeer(world)
    octets = peer.exchange(peer.signed(rrq(1, "10.0.0.5", ALICE, callSignalAddress=[])))
    assert reasonOf(decodeRAS(octets)) == "invalidCallSignalAddress"
    fault = check(octets, tokenOf(octets), keyOf(PASSWORD), (GATEKEEPER_ID,), ("alice",), True)
    assert fault is None


def test_laterAnswersAreSignedForTheIdentifier(world: World) -> None:
    peer = SecuredPeer(world)
    endpointId = peer.register()
    octets = peer.exchange(peer.signed(keepAlive(2, "10.0.0.5", endpointId)))
    token = tokenOf(octets)
    assert check(octets, token, keyOf(PASSWORD), (GATEKEEPER_ID,), (endpointId,), True) is None


def test_theConfirmOfAnUnregistrationIsSigned(world: World) -> None:
    peer = SecuredPeer(world)
    endpointId = peer.register()
    octets = peer.exchange(peer.signed(urq(2, "10.0.0.5", endpointIdentifier=endpointId)))
    assert decodeRAS(octets).name == "unregistrationConfirm"
    assert tokenOf(octets) is not None


def test_aRepetitionGetsTheSameOctets(world: World) -> None:
    peer = SecuredPeer(world)
    octets = peer.signed(rrq(1, "10.0.0.5", ALICE))
    assert peer.exchange(octets) == peer.exchange(octets)


def test_version1IsAnsweredInVersion1(world: World) -> None:
    peer = SecuredPeer(world, version=1)
    octets = peer.exchange(peer.signed(rrq(1, "10.0.0.5", ALICE)))
    token = tokenOf(octets)
    assert token is not None
    assert token.version == 1


def test_ourOwnRequestsAreSigned(world: World) -> None:
    peer = SecuredPeer(world)
    endpointId = peer.register()
    peer.peer.received.clear()
    world.zone.unregister(endpointId)
    world.clock.advance(0.1)
    octets = peer.peer.received[0][0]
    assert decodeRAS(octets).name == "unregistrationRequest"
    token = tokenOf(octets)
    assert check(octets, token, keyOf(PASSWORD), (GATEKEEPER_ID,), (endpointId,), True) is None


def test_whoseTimeToLiveIsOverIsToldSoSigned(world: World) -> None:
    peer = SecuredPeer(world)
    endpointId = peer.register()
    peer.peer.received.clear()
    world.clock.advance(3600)
    world.clock.advance(0.1)
    octets = peer.peer.received[0][0]
    assert decodeRAS(octets).fields["reason"] == ("ttlExpired", None)
    token = tokenOf(octets)
    assert check(octets, token, keyOf(PASSWORD), (GATEKEEPER_ID,), (endpointId,), True) is None


@pytest.mark.parametrize("signs", [True, False], ids=["signed", "not signed"])
def test_onlyASignedAnswerCounts(world: World, signs: bool) -> None:
    peer = SecuredPeer(world)
    endpointId = peer.register()
    peer.peer.received.clear()
    answers: list[RASMessage | None] = []
    world.query(endpointId, answers.append)
    world.clock.advance(0.1)
    asked = decodeRAS(peer.peer.received[0][0])
    assert tokenIn(asked.fields) is not None
    answer = irr(asked.requestSeqNum, "10.0.0.5", endpointId, unsolicited=False)
    if signs:
        peer.peer.port.send(peer.signed(answer), peer.peer.peer)
    else:
        peer.peer.send(answer)
    world.clock.advance(0.1)
    assert len(answers) == (1 if signs else 0)
    world.clock.advance(60)


def test_othersAreAnsweredUnsigned(world: World) -> None:
    peer, _ = world.registered("10.0.0.7", BOB)
    assert tokenOf(peer.received[0][0]) is None


# Later requests.


@pytest.mark.parametrize(
    "request_",
    [keepAlive(2, "10.0.0.5", "?"), urq(2, "10.0.0.5", endpointIdentifier="?"), arq(2, "?"),
     brq(2, "?", 100), drq(2, "?"), irr(2, "10.0.0.5", "?")],
    ids=lambda message: message.name,
)  # fmt: skip
def test_everyLaterRequestHasToBeSigned(world: World, request_: RASMessage) -> None:
    peer = SecuredPeer(world)
    endpointId = peer.register()
    fields = request_.fields | {"endpointIdentifier": endpointId}
    answer = peer.peer.ask(RASMessage(request_.name, fields))
    assert errorOf(answer) == "securityDenial"
    assert world.zone.registry.byId(endpointId) is not None
    assert reasons(world) == ["absent"]


def test_anUnregistrationByAddressHasToBeSigned(world: World) -> None:
    peer = SecuredPeer(world)
    peer.register()
    assert reasonOf(peer.peer.ask(urq(2, "10.0.0.5"))) == "securityDenial"
    assert peer.ask(urq(3, "10.0.0.5")).name == "unregistrationConfirm"


def test_aCallIsAdmittedToWhoSigns(world: World) -> None:
    world.registered("10.0.0.7", BOB)
    peer = SecuredPeer(world)
    endpointId = peer.register()
    assert peer.ask(arq(2, endpointId, BOB)).name == "admissionConfirm"
    assert peer.ask(drq(3, endpointId)).name == "disengageConfirm"


def test_someGoOnUsingTheirName(world: World) -> None:
    peer = SecuredPeer(world)
    endpointId = peer.register()
    peer.sender = "alice"
    assert peer.ask(keepAlive(2, "10.0.0.5", endpointId)).name == "registrationConfirm"


def test_whoNamesSomebodyElseIsRefused(world: World) -> None:
    peer = SecuredPeer(world)
    endpointId = peer.register()
    peer.sender = "bob"
    answer = peer.ask(keepAlive(2, "10.0.0.5", endpointId))
    assert errorOf(answer) == "securityWrongSendersID"


def test_whatIsForAnotherGatekeeperIsRefused(world: World) -> None:
    answer = SecuredPeer(world, receiver="elsewhere").ask(rrq(1, "10.0.0.5", ALICE))
    assert errorOf(answer) == "securityWrongGeneralID"


def test_whomItIsForMayBeMissing(world: World) -> None:
    endpointId = SecuredPeer(world, receiver="").register()
    assert world.zone.registry.byId(endpointId) is not None


def test_unlessConfiguredOtherwise(makeWorld: Any) -> None:
    world = makeWorld(security=secured(allowNoGeneralID=False))
    answer = SecuredPeer(world, receiver="").ask(rrq(1, "10.0.0.5", ALICE))
    assert errorOf(answer) == "securityWrongGeneralID"


# Time and replay.


@pytest.mark.parametrize("skew", [-7201, 7201])
def test_aClockThatIsFarOffIsRefused(world: World, skew: int) -> None:
    answer = SecuredPeer(world, skew=skew).ask(rrq(1, "10.0.0.5", ALICE))
    assert errorOf(answer) == "securityWrongSyncTime"


def test_theWindowIsConfigured(makeWorld: Any) -> None:
    world = makeWorld(security=secured(timeWindow=0.0))
    endpointId = SecuredPeer(world, skew=-1_000_000).register()
    assert world.zone.registry.byId(endpointId) is not None


def test_aReplayFromElsewhereIsRefused(world: World) -> None:
    peer = SecuredPeer(world)
    octets = peer.signed(rrq(1, "10.0.0.5", ALICE))
    peer.exchange(octets)
    mallory = SecuredPeer(world, MALLORY)
    answer = decodeRAS(mallory.exchange(octets))
    assert errorOf(answer) == "securityReplay"
    (registration,) = world.zone.registrations()
    assert registration.source.host == "10.0.0.5"


def test_aReplayAfterTheAnswerIsForgottenIsRefused(world: World) -> None:
    peer = SecuredPeer(world)
    octets = peer.signed(rrq(1, "10.0.0.5", ALICE))
    peer.exchange(octets)
    world.clock.advance(20)
    assert errorOf(decodeRAS(peer.exchange(octets))) == "securityReplay"


def test_anAlteredSequenceNumberBreaksTheHash(world: World) -> None:
    peer = SecuredPeer(world)
    octets = peer.signed(rrq(1, "10.0.0.5", ALICE))
    altered = octets.replace(b"\0\0", b"\0\1", 1)
    assert altered != octets
    assert decodeRAS(altered).requestSeqNum != 1
    assert errorOf(decodeRAS(peer.exchange(altered))) == "securityIntegrityFailed"


def test_theMemoryOfAnEndpointGoesWithIt(world: World) -> None:
    peer = SecuredPeer(world)
    held = []
    for round_ in range(20):
        endpointId = peer.register()
        peer.ask(urq(2 + round_, "10.0.0.5", endpointIdentifier=endpointId))
        peer.sender = "alice"
        world.clock.advance(20)
        world.facts.clear()
        held.append(heldBy(world.zone))
    # Something for the name, however often it comes and goes.
    assert set(held[1:]) == {held[0]}


# Conflicts.


def test_aPasswordIsNeededToReplace(makeWorld: Any) -> None:
    world = makeWorld(security=secured(), aliasConflict=AliasConflict.REPLACE)
    endpointId = SecuredPeer(world).register(ALICE, BOB)
    # bob has no password, but whoever registered it had.
    answer = world.peer(MALLORY).ask(rrq(1, MALLORY, BOB))
    assert reasonOf(answer) == "duplicateAlias"
    assert world.zone.registry.byId(endpointId) is not None


@pytest.mark.parametrize("policy", [AliasConflict.REJECT, AliasConflict.REPLACE])
def test_whoKnowsThePasswordReplaces(makeWorld: Any, policy: AliasConflict) -> None:
    world = makeWorld(security=secured(), aliasConflict=policy)
    first = SecuredPeer(world).register()
    world.clock.advance(1)
    second = SecuredPeer(world, "10.0.0.8").register()
    assert world.zone.registry.byId(first) is None
    assert world.zone.registry.byId(second) is not None


def test_butNotWhoHasNoPasswordAtAll(world: World) -> None:
    world.registered("10.0.0.7", BOB)
    answer = SecuredPeer(world).ask(rrq(1, "10.0.0.5", ALICE, BOB))
    assert reasonOf(answer) == "duplicateAlias"


def test_whereNamesAreSharedWhoKnowsThePasswordShares(makeWorld: Any) -> None:
    world = makeWorld(security=secured(), aliasConflict=AliasConflict.ADDITIVE)
    first = SecuredPeer(world).register()
    world.clock.advance(1)
    second = SecuredPeer(world, "10.0.0.8").register()
    assert [each.endpointId for each in world.zone.registrations()] == [first, second]


def test_nobodyTakesThePlaceAtAnAddressWithoutThePassword(world: World) -> None:
    endpointId = SecuredPeer(world).register()
    other = world.peer("10.0.0.5", 4000)  # the same host, and the same signalling address
    answer = other.ask(rrq(9, "10.0.0.5", BOB))
    assert reasonOf(answer) == "invalidCallSignalAddress"
    assert world.zone.registry.byId(endpointId) is not None


def test_whoIsStartedAnewAtItsPlaceKeepsIt(world: World) -> None:
    peer = SecuredPeer(world)
    first = peer.register()
    peer.sender = "alice"
    world.clock.advance(20)
    assert peer.register(discoveryComplete=True) == first


def test_aNameThatIsAddedNeedsItsPassword(world: World) -> None:
    peer, endpointId = world.registered("10.0.0.7", BOB)
    more = rrq(5, "10.0.0.7", ALICE, endpointIdentifier=endpointId, additiveRegistration=None)
    assert reasonOf(peer.ask(more)) == "securityDenial"
    peer.port.close()
    signing = SecuredPeer(world, "10.0.0.7")
    assert signing.ask(more).name == "registrationConfirm"
    registration = world.zone.registry.byId(endpointId)
    assert registration is not None
    assert registration.authenticated == "alice"
    assert reasonOf(signing.peer.ask(drq(6, endpointId))) == "securityDenial"


# Discovery.


def offers(**more: Any) -> RASMessage:
    return grq(1, "10.0.0.5", endpointAlias=[ALICE], **more)


def test_discoveryChoosesH2351(world: World) -> None:
    answer = world.peer("10.0.0.5").ask(
        offers(authenticationCapability=[("pwdHash", None)], algorithmOIDs=[HMAC])
    )
    assert answer.name == "gatekeeperConfirm"
    assert answer.fields["authenticationMode"] == ("pwdHash", None)
    assert answer.fields["algorithmOID"] == HMAC


def test_discoveryChoosesNothingForWhoHasNoPassword(world: World) -> None:
    message = grq(1, "10.0.0.5", authenticationCapability=[("pwdHash", None)], algorithmOIDs=[HMAC])
    answer = world.peer("10.0.0.5").ask(message)
    assert answer.name == "gatekeeperConfirm"
    assert "authenticationMode" not in answer.fields


def test_discoveryByWhoKnowsOnlyOtherWays(world: World) -> None:
    answer = world.peer("10.0.0.5").ask(
        offers(authenticationCapability=[("pwdHash", None)], algorithmOIDs=[(1, 2, 3)])
    )
    assert answer.name == "gatekeeperReject"
    assert errorOf(answer) == "securityWrongOID"


def test_discoveryByWhoSaysNothingOfIt(strict: World) -> None:
    assert strict.peer("10.0.0.5").ask(offers()).name == "gatekeeperConfirm"


# Older equipment.


def weakRRQ(
    world: World,
    scheme: str,
    password: str = PASSWORD,
    seq: int = 1,
    identity: str = "alice",
) -> RASMessage:
    proof = Proof(
        scheme, identity, int(world.clock.seconds()), nonceOf(200) if scheme == CAT else b""
    )
    more: dict[str, Any] = (
        {"cryptoTokens": [md5Token(proof, password)]}
        if scheme == MD5
        else {"tokens": [catToken(proof, password)]}
    )
    return rrq(seq, "10.0.0.5", ALICE, **more)


@pytest.mark.parametrize("scheme", [MD5, CAT])
def test_weakProofsAreOffByDefault(world: World, scheme: str) -> None:
    assert reasonOf(world.peer("10.0.0.5").ask(weakRRQ(world, scheme))) == "securityDenial"


@pytest.mark.parametrize("scheme", [MD5, CAT])
def test_weakProofsWhereConfigured(makeWorld: Any, scheme: str) -> None:
    world = makeWorld(security=secured(weakSchemes=(WeakScheme(scheme),)))
    peer = world.peer("10.0.0.5")
    answer = peer.ask(weakRRQ(world, scheme))
    assert answer.name == "registrationConfirm"
    endpointId = answer.fields["endpointIdentifier"]
    registration = world.zone.registry.byId(endpointId)
    assert (registration.authenticated, registration.scheme) == ("alice", scheme)
    assert peer.ask(drq(5, endpointId)).name == "disengageConfirm"


@pytest.mark.parametrize("scheme", [MD5, CAT])
def test_weakProofsOfAnotherPassword(makeWorld: Any, scheme: str) -> None:
    world = makeWorld(security=secured(weakSchemes=(WeakScheme(scheme),)))
    answer = world.peer("10.0.0.5").ask(weakRRQ(world, scheme, "guess"))
    assert errorOf(answer) == "securityIntegrityFailed"


@pytest.mark.parametrize("scheme", [MD5, CAT])
def test_aWeakProofOfSomebodyElseProvesNothing(makeWorld: Any, scheme: str) -> None:
    world = makeWorld(security=secured(weakSchemes=(WeakScheme(scheme),)))
    answer = world.peer("10.0.0.5").ask(weakRRQ(world, scheme, identity="mallory"))
    assert reasonOf(answer) == "securityDenial"
    assert world.zone.registrations() == ()


def test_whoSignedOnceCannotGoBackToLess(makeWorld: Any) -> None:
    world = makeWorld(security=secured(weakSchemes=(WeakScheme.MD5,)))
    peer = SecuredPeer(world)
    endpointId = peer.register()
    message = weakRRQ(world, MD5, seq=2)
    again = RASMessage(message.name, message.fields | {"endpointIdentifier": endpointId})
    assert reasonOf(peer.peer.ask(again)) == "securityDenial"


def test_whoIsRegisteredByOnePasswordTakesNoNameOfAnother(makeWorld: Any) -> None:
    world = makeWorld(security=secured(Requirement.OPTIONAL, PasswordEntry("bob", "bob's")))
    peer = SecuredPeer(world)
    endpointId = peer.register()
    more = rrq(5, "10.0.0.5", BOB, endpointIdentifier=endpointId, additiveRegistration=None)
    assert reasonOf(peer.ask(more)) == "securityDenial"
    (registration,) = world.zone.registrations()
    assert [each.value for each in registration.aliases] == ["alice"]


def test_aSignatureIsNoPasswordWhereNoGateJudgesIt(strict: World) -> None:
    peer = strict.peer("10.0.0.5")
    stamp = GuardStamp("if://guardian/anna", "council-1", 1_800_000_000, bytes(16))
    peer.port.send(signRAS(rrq(1, "10.0.0.5", BOB), signingKey("anna"), stamp), peer.peer)
    strict.clock.pump([0.01] * 5)
    assert [errorOf(each) for each in peer.messages()] == ["securityDenial"]
