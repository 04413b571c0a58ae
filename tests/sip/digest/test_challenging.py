"""
Who is asked who they are, and what becomes of what they show.
"""

from __future__ import annotations

import random
from typing import Any

import pytest
from twisted.internet.task import Clock
from zope.interface.verify import verifyObject

from h323d.call.legs import ILeg
from h323d.events.bus import EventBus
from h323d.sip.digest.algorithms import Algorithm
from h323d.sip.digest.challenging import Challenger
from h323d.sip.digest.nonces import LIFETIME
from h323d.sip.digest.users import IDigestUsers
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.sip.messages.parser import parse
from h323d.values.proof import Proof, malformed
from tests.support.digest import ANNA, FakeUsers, Talk, challengeOf, shown
from tests.support.fakemedia import FakePool
from tests.support.network import SimulatedNetwork
from tests.support.sip_messages import INVITE
from tests.support.sippeers import SERVER, offerBody, request
from tests.support.surroundings import surroundingsOf


def annasCall() -> ILeg:
    """
    A call by who has shown the password.
    """
    talk = Talk()
    offered: list[ILeg] = []
    talk.server.onOffer = offered.append
    challenge = challengeOf(talk.ask())
    talk.script.send(
        request("INVITE", branch="z9hG4bKx", body=offerBody(), extra=shown(challenge)).replace(
            "From: Script <sip:script@10.0.0.3>;tag=far\n", ANNA
        ),
        SERVER,
    )
    talk.world.run(0.05)
    (leg,) = offered
    return leg


def newChallenger(**users: Any) -> Challenger:
    clock = Clock()
    host = SimulatedNetwork(clock, random.Random(1)).host("10.0.0.1")
    world = surroundingsOf(host, clock, random.Random(2), FakePool(), EventBus())
    return Challenger(FakeUsers(**users), world)


def test_theFakeIsOne() -> None:
    verifyObject(IDigestUsers, FakeUsers())


@pytest.mark.parametrize("method", ["INVITE", "MESSAGE", "SUBSCRIBE", "REFER", "INFO", "PUBLISH"])
def test_whoIsNotKnownIsAskedWhatEverItIs(method: str) -> None:
    talk = Talk()
    challenge = challengeOf(talk.ask(method=method))
    assert (challenge.realm, challenge.algorithm) == ("h323d", Algorithm.SHA_256)
    assert not challenge.stale
    assert talk.server.endpoint.transactions == (0, 0)
    assert talk.failures == []


def test_whoShowsThePasswordMayCall() -> None:
    leg = annasCall()
    (proof,) = leg.proofs
    assert (proof.scheme, proof.identity) == ("digest", "anna")


def test_whatIsProvedIsToldToTheGates() -> None:
    leg = annasCall()
    assert leg.application().proofs == leg.proofs


def test_whoShowsASignatureIsNotAskedWhereGatesJudgeIt() -> None:
    assert Talk().ask("Guard-Signature: x\n").status == 401
    talk = Talk(FakeUsers(takesSignatures=True))
    offered: list[ILeg] = []
    talk.server.onOffer = offered.append
    talk.script.send(
        request("INVITE", branch="z9hG4bKx", body=offerBody(), extra="Guard-Signature: x\n"), SERVER
    )
    talk.world.run(0.05)
    assert offered[0].proofs == (malformed("ed25519"),)
    assert talk.ask("Guard-Signature: x\n", method="MESSAGE").status == 401


def test_whoseConnectionHasAKnownKeyIsNotAskedForAPassword() -> None:
    challenger = newChallenger(takesSignatures=True, key=b"known")
    asked = parse(INVITE)
    assert isinstance(asked, SIPRequest)
    proof = challenger.examine(asked, SERVER, True, "tag", b"known")
    assert isinstance(proof, Proof)
    assert (proof.scheme, proof.identity, proof.key) == ("tls", "anna", b"known")
    for key in (b"other", None):
        assert isinstance(challenger.examine(asked, SERVER, True, "tag", key), SIPResponse)
    off = newChallenger(key=b"known")
    assert isinstance(off.examine(asked, SERVER, True, "tag", b"known"), SIPResponse)


def test_whereDigestIsOffNobodyIsAsked() -> None:
    assert Talk(FakeUsers(realm="")).ask().status == 200


def test_anUnknownUserAndAWrongPasswordAreAnsweredAlike() -> None:
    talk = Talk()
    challenge = challengeOf(talk.ask())
    wrong = talk.ask(shown(challenge, password="wrong"))
    unknown = talk.ask(shown(challenge, user="nobody"))
    assert talk.reasons == ["password", "unknown"]
    assert [each.identity for each in talk.failures] == ["anna", ""]
    for answer in (wrong, unknown):
        assert not challengeOf(answer).stale
        assert challengeOf(answer).nonce != challenge.nonce
    assert [name for name, _ in wrong.headers] == [name for name, _ in unknown.headers]


def test_whatWasShownBeforeIsNotTakenAgain() -> None:
    talk = Talk()
    proof = shown(challengeOf(talk.ask()))
    assert talk.ask(proof).status == 200
    assert not challengeOf(talk.ask(proof)).stale
    assert talk.reasons == ["used"]


def test_aNonceMayBeUsedAgainWhereItsCountRises() -> None:
    talk = Talk()
    challenge = challengeOf(talk.ask())
    statuses = [talk.ask(shown(challenge, count=count)).status for count in (1, 3, 2)]
    assert statuses == [200, 200, 401]


def test_theCountIsNotLookedAtBeforeThePasswordIsProved() -> None:
    talk = Talk()
    challenge = challengeOf(talk.ask())
    assert talk.ask(shown(challenge, password="wrong", count=9)).status == 401
    assert talk.ask(shown(challenge, count=1)).status == 200


@pytest.mark.parametrize(
    ("method", "uri", "reason"),
    [("BYE", "sip:80001@10.0.0.1", "password"), ("INVITE", "sip:80002@10.0.0.1", "uri")],
)
def test_whatIsForSomethingElseIsNotTaken(method: str, uri: str, reason: str) -> None:
    talk = Talk()
    challenge = challengeOf(talk.ask())
    assert not challengeOf(talk.ask(shown(challenge, method=method, uri=uri))).stale
    assert talk.reasons == [reason]


def test_theURIMayBeWrittenOtherwise() -> None:
    talk = Talk()
    challenge = challengeOf(talk.ask())
    assert talk.ask(shown(challenge, uri="SIP:80001@10.0.0.1;user=phone")).status == 401
    assert talk.ask(shown(challenge, uri="sip:%380001@10.0.0.1", count=2)).status == 200


def test_whatIsMerelyOldIsAskedForAgain() -> None:
    talk = Talk()
    challenge = challengeOf(talk.ask())
    talk.world.run(LIFETIME + 1, step=1)
    again = challengeOf(talk.ask(shown(challenge)))
    assert again.stale
    assert talk.ask(shown(again)).status == 200
    assert talk.failures == []


def test_whatIsOldAndWrongIsNotStale() -> None:
    talk = Talk()
    challenge = challengeOf(talk.ask())
    talk.world.run(LIFETIME + 1, step=1)
    assert not challengeOf(talk.ask(shown(challenge, password="wrong"))).stale


def test_aNonceOfBeforeARestartIsMerelyOld() -> None:
    before, after = Talk(), Talk()
    after.server.endpoint.rng.random()
    challenge = challengeOf(before.ask())
    foreign = shown(type(challenge)("h323d", "00" * 26, challenge.algorithm))
    again = challengeOf(after.ask(foreign))
    assert again.stale
    assert after.ask(shown(again)).status == 200


def test_aWeakerAlgorithmThanAskedForIsNotTaken() -> None:
    talk = Talk()
    challenge = challengeOf(talk.ask())
    challengeOf(talk.ask(shown(challenge, algorithm=Algorithm.MD5)))
    assert talk.reasons == ["algorithm"]


def test_whereMD5IsAskedForItIsTaken() -> None:
    talk = Talk(FakeUsers(algorithm=Algorithm.MD5))
    challenge = challengeOf(talk.ask())
    assert challenge.algorithm is Algorithm.MD5
    assert talk.ask(shown(challenge)).status == 200


def test_ofManyProofsTheFirstFourAreLookedAt() -> None:
    talk = Talk()
    challenge = challengeOf(talk.ask())
    wrong = shown(challenge, password="wrong")
    challengeOf(talk.ask(4 * wrong + shown(challenge)))
    assert talk.reasons == 4 * ["password"]
    assert talk.ask(3 * wrong + shown(challenge)).status == 200


def test_credentialsForOthersAndNoneAtAllAreNotLookedAt() -> None:
    talk = Talk()
    challenge = challengeOf(talk.ask())
    others = 'Authorization: Basic eA==\nAuthorization: Digest realm="other", nonce=\n'
    assert talk.ask(others + shown(challenge)).status == 200
    assert talk.failures == []


def test_aUserCallsByNoNameOfAnothers() -> None:
    talk = Talk()
    proof = shown(challengeOf(talk.ask()))
    assert talk.ask(proof, caller="From: <sip:bert@10.0.0.1>;tag=far\n").status == 403
    assert talk.reasons == ["name"]


def test_aUserMayCallAsNobody() -> None:
    talk = Talk()
    proof = shown(challengeOf(talk.ask()))
    assert talk.ask(proof, caller="From: <sip:anonymous@anonymous.invalid>;tag=far\n").status == 200


def test_theUserIsNotLockedOutByWhatOthersShow() -> None:
    talk = Talk()
    challenge = challengeOf(talk.ask())
    for count in range(1, 50):
        talk.ask(shown(challenge, password="wrong", count=count))
    assert talk.ask(shown(challenge)).status == 200


def test_noSecretIsInTheFacts() -> None:
    talk = Talk()
    talk.ask(shown(challengeOf(talk.ask()), password="wrong"))
    secret = talk.users.secretOf("anna", "h323d", Algorithm.SHA_256)
    assert secret is not None
    assert secret not in repr(talk.failures)
