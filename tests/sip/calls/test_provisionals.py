"""
Provisional responses that must arrive, to callers who want them so.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from h323d.call.applications import Door, IGate, Reason, Refusal
from h323d.sip.config import SIPConfig
from h323d.sip.messages.message import SIPResponse
from h323d.sip.messages.rack import RAck
from h323d.values.cause import Cause
from tests.support.fakegate import FakeGate
from tests.support.scriptedcalls import CallOfScript
from tests.support.sippeers import PROFILE, offerBody

REQUIRED, SUPPORTED = "Require: 100rel\n", "Supported: timer, 100rel\n"
LONG = f"Subject: {'x' * 3000}\n"  # which pays for many answers


class Call(CallOfScript):
    """
    A call that is not answered at once.
    """

    def __init__(
        self,
        extra: str = REQUIRED,
        body: str | None = None,
        config: SIPConfig | None = None,
        gates: Sequence[IGate] = (),
    ) -> None:
        super().__init__(config, gates=gates)
        self.peer.onOffer = lambda leg: None
        self.invite(body, extra + LONG)

    def ring(self, early: bool = False) -> None:
        self.leg.alert(PROFILE if early else None)
        self.world.run(0.05)

    def answer(self) -> None:
        self.leg.answer(PROFILE)
        self.world.run(0.05)

    def rack(self) -> RAck:
        """
        What acknowledges the last provisional response.
        """
        response = next(each for each in reversed(self.script.messages) if "RSeq" in each.headers)
        return RAck(int(response.headers.get("RSeq") or ""), response.cseq)

    def prack(self, rack: RAck | None = None, body: str = "") -> SIPResponse:
        """
        @return: the answer.
        """
        self.next("PRACK", extra=f"RAck: {rack or self.rack()}\n", body=body)
        found = [each for each in self.script.messages if each.cseq.method == "PRACK"]
        assert isinstance(found[-1], SIPResponse)
        return found[-1]

    def ofInvite(self) -> list[SIPResponse]:
        return [
            each
            for each in self.script.messages
            if isinstance(each, SIPResponse) and each.cseq.method == "INVITE"
        ]

    @property
    def statuses(self) -> list[int]:
        """
        Of the answers to the INVITE, without repetitions.
        """
        found: list[int] = []
        for each in self.ofInvite():
            if found[-1:] != [each.status]:
                found.append(each.status)
        return found

    def over(self) -> None:
        self.leg.hangup(Cause.NORMAL_CALL_CLEARING)
        self.end()


@pytest.mark.parametrize(
    ("extra", "early", "isReliable"),
    [
        (REQUIRED, False, True),
        (REQUIRED, True, True),
        (SUPPORTED, False, False),
        (SUPPORTED, True, True),
        ("", True, False),
    ],
)
def test_aResponseMustArriveWhereThatIsRequiredOrSoundComesBeforeTheAnswer(
    extra: str, early: bool, isReliable: bool
) -> None:
    call = Call(extra)
    call.ring(early)
    (response,) = call.ofInvite()
    assert ("RSeq" in response.headers) is isReliable
    assert response.headers.all("Require") == (("100rel",) if isReliable else ())
    call.over()


def test_itIsRepeatedUntilItsPrackComes() -> None:
    call = Call()
    call.ring()
    call.world.run(1)
    assert [each.status for each in call.ofInvite()] == [180, 180]
    assert call.prack().status == 200
    call.world.run(10)
    assert [each.status for each in call.ofInvite()] == [180, 180]
    call.over()


def test_withoutAPrackTheCallEndsWith504() -> None:
    call = Call()
    call.ring()
    call.world.run(33)
    assert call.statuses == [180, 504]
    assert call.log.causes == [Cause.RECOVERY_ON_TIMER_EXPIRY]
    call.end()


@pytest.mark.parametrize(("rseq", "cseq"), [(1, 0), (0, 1)])
def test_aPrackOfSomethingElseIsRefusedAndTheResponseGoesOn(rseq: int, cseq: int) -> None:
    call = Call()
    call.ring()
    right = call.rack()
    wrong = RAck.parse(f"{right.rseq + rseq} {right.cseq.number + cseq} INVITE")
    assert call.prack(wrong).status == 481
    call.world.run(1)
    assert [each.status for each in call.ofInvite()] == [180, 180]
    assert call.prack(right).status == 200
    call.over()


def test_aSecondPrackIsRefused() -> None:
    call = Call()
    call.ring()
    assert [call.prack().status, call.prack().status] == [200, 481]
    call.over()


@pytest.mark.parametrize("how", ["refused", "cancelled"])
def test_aPrackThatTheRefusalHasOvertakenIsTaken(how: str) -> None:
    call = Call()
    call.ring()
    awaited = call.rack()
    wrong = RAck(awaited.rseq + 1, awaited.cseq)
    if how == "refused":
        call.leg.hangup(Cause.USER_BUSY)
    else:
        call.send("CANCEL", branch="z9hG4bK1INVITE", toTag="")
    assert [call.prack(each).status for each in (awaited, wrong)] == [200, 481]
    call.world.run(40, step=1)
    assert call.prack(awaited).status == 481
    call.end()


@pytest.mark.parametrize("extra", ["", "RAck: nonsense\n"])
def test_aPrackThatDoesNotSayOfWhatIsMalformed(extra: str) -> None:
    call = Call()
    call.ring()
    call.next("PRACK", extra=extra)
    assert call.script.statuses[-1] == 400
    call.over()


def test_eachHasTheNextNumber() -> None:
    call = Call()
    call.ring()
    first = call.rack()
    call.ring(early=True)
    assert call.statuses == [180]  # the 183 waits for the PRACK of the 180
    call.prack()
    assert call.statuses == [180, 183]
    assert call.rack() == RAck(first.rseq + 1, first.cseq)
    call.over()


def test_aPrackShowsThatTheCallerIsRealSoThatEarlyMediaFlow() -> None:
    call = Call(SUPPORTED)
    call.ring(early=True)
    assert call.log.said == []
    call.prack()
    assert call.log.said == ["media"]
    call.over()


def test_the200WaitsForThePrackOfOurAnswerAndDoesNotHaveItAgain() -> None:
    call = Call()
    call.ring(early=True)
    call.answer()
    assert call.statuses == [183]
    call.prack()
    assert [each.status for each in call.script.messages if isinstance(each, SIPResponse)][-2:] == [
        200,  # to the PRACK, first
        200,
    ]
    assert call.ofInvite()[-1].body == b""
    call.send("ACK", cseq=1)
    assert call.log.said == ["media", "answered"]
    call.over()


def test_the200DoesNotWaitForThePrackOfAResponseWithoutADescription() -> None:
    call = Call()
    call.ring()
    rack = call.rack()
    call.answer()
    assert (call.statuses, bool(call.ofInvite()[-1].body)) == ([180, 200], True)
    assert call.prack(rack).status == 200
    call.send("ACK", cseq=1)
    call.over()


def test_aCallThatNobodyPracksEndsThoughItWasAnswered() -> None:
    call = Call()
    call.ring(early=True)
    call.answer()
    call.world.run(33)
    assert call.statuses == [183, 504]
    call.end()


def test_aCancelEndsTheRepetition() -> None:
    call = Call()
    call.ring()
    call.send("CANCEL", branch="z9hG4bK1INVITE", toTag="")
    call.world.run(3)
    assert call.statuses == [180, 487]
    call.end()


def test_anOfferInAPrackIsAnsweredInIts200() -> None:
    call = Call()
    call.ring(early=True)
    answer = call.prack(body=offerBody(formats="8"))
    assert answer.status == 200
    assert b"RTP/AVP 8\r\n" in answer.body
    call.over()


def test_anOfferInAPrackBeforeTheFirstIsAnsweredHasToComeLater() -> None:
    call = Call()
    call.ring()
    answer = call.prack(body=offerBody(formats="8"))
    assert (answer.status, "Retry-After" in answer.headers) == (500, True)
    call.world.run(2)
    assert call.statuses == [180]  # the 180 is acknowledged all the same
    call.over()


def test_aCallerWithoutAnOfferGetsOursAndAnswersInThePrack() -> None:
    call = Call(SUPPORTED, body="")
    call.ring(early=True)
    assert b"m=audio" in call.ofInvite()[-1].body
    assert call.prack(body=offerBody(formats="8")).status == 200
    assert call.log.said == ["media"]
    call.answer()
    assert call.ofInvite()[-1].body == b""
    call.send("ACK", cseq=1)
    assert call.log.said == ["media", "answered"]
    call.over()


def test_anAnswerInAPrackThatAGateRefusesEndsTheCall() -> None:
    gate = FakeGate(Refusal.of(Reason.INVALID_SIGNATURE), (Door.REINVITE,))
    call = Call(SUPPORTED, body="", gates=(gate,))
    call.ring(early=True)
    assert call.prack(body=offerBody(formats="8")).status == 200  # it has arrived
    assert call.statuses == [183, 403]
    assert len(gate.judged) == 1
    assert call.log.said == ["released"]
    call.end()


def test_aPrackThatDoesNotAnswerOurOfferEndsTheCall() -> None:
    call = Call(SUPPORTED, body="")
    call.ring(early=True)
    assert call.prack().status == 200
    assert call.statuses == [183, 488]
    call.end()


def test_whereOurOfferMustBeInTheFirstResponseThatArrivesNothingIsSaidWithoutIt() -> None:
    call = Call(REQUIRED, body="")
    call.ring()
    call.world.run(1)
    assert call.statuses == [100]
    call.answer()
    assert (call.statuses, bool(call.ofInvite()[-1].body)) == ([100, 200], True)
    call.send("ACK", cseq=1, body=offerBody())
    call.over()


def test_anUpdateChangesMediaBeforeTheAnswer() -> None:
    call = Call()
    call.ring(early=True)
    call.prack()
    call.next("UPDATE", body=offerBody(formats="8"))
    assert (call.script.statuses[-1], b"RTP/AVP 8\r\n" in call.last.body) == (200, True)
    call.over()


def test_weChangeMediaBeforeTheAnswerByUpdate() -> None:
    call = Call(f"{REQUIRED}Allow: INVITE, ACK, BYE, UPDATE\n")
    call.ring(early=True)
    call.prack()
    call.leg.changeMedia(PROFILE)
    call.world.run(0.05)
    assert call.script.methods == ["UPDATE"]
    call.over()


def test_whereThePeerTakesNoUpdateAChangeWaitsForTheAnswer() -> None:
    call = Call(f"{REQUIRED}Allow: INVITE, ACK, BYE\n")
    call.ring(early=True)
    call.prack()
    call.leg.changeMedia(PROFILE)
    call.answer()
    assert call.script.methods == []
    call.send("ACK", cseq=1)
    assert call.script.methods == ["INVITE"]
    call.over()


def test_aPrackOfACallOfOursIsAboutNothing() -> None:
    call = CallOfScript()
    call.established()
    call.next("PRACK", extra="RAck: 1 1 INVITE\n")
    assert call.script.statuses[-1] == 481
    call.leg.hangup(Cause.NORMAL_CALL_CLEARING)
    call.end()


@pytest.mark.parametrize(
    ("trusted", "asks", "told"),
    [("10.0.0.0/24", True, True), ("10.0.0.0/24", False, False), ("10.1.0.0/16", True, False)],
)
@pytest.mark.parametrize("extra", [REQUIRED, ""])
def test_aCallerWhoIsTrustedIsToldThatSoundBeforeTheAnswerMayBeHeard(
    extra: str, trusted: str, asks: bool, told: bool
) -> None:
    more = "P-Early-Media: supported\n" if asks else ""
    call = Call(extra + more, config=SIPConfig(trustedNetworks=(trusted,)))
    call.ring(early=True)
    assert call.ofInvite()[-1].headers.get("P-Early-Media") == ("sendrecv" if told else None)
    call.over()
