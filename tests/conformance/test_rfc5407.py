"""
The races of RFC 5407, section by section: what crosses what, and what becomes of the call.

We are Bob where a script calls us, and Alice where we call it; each section is played from the side that it
is about, and from both where both have something to do.
"""

from __future__ import annotations

import pytest

from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.values.cause import Cause
from tests.support.scriptedcalls import CallOfScript, CallToScript
from tests.support.sippeers import PROFILE, SERVER, offerBody, request, responseTo

NORMAL = Cause.NORMAL_CALL_CLEARING
LONG = f"Subject: {'x' * 3000}\n"  # which pays for many answers


class Called(CallOfScript):
    """
    We are the callee.
    """

    def answers(self, method: str) -> list[int]:
        """
        The statuses that requests of a method have got, those that came again once.
        """
        found = [
            each
            for each in self.script.messages
            if isinstance(each, SIPResponse) and each.cseq.method == method
        ]
        return list(dict.fromkeys(each.status for each in found))

    def reply(self, status: int, method: str, body: str = "") -> None:
        """
        Answer the last request of a method.
        """
        requests = [each for each in self.script.messages if isinstance(each, SIPRequest)]
        last = [each for each in requests if each.method == method][-1]
        self.script.send(responseTo(last, status, body=body), SERVER)
        self.world.run(0.05)

    def hangup(self) -> None:
        self.leg.hangup(NORMAL)
        self.world.run(0.05)


class Calling(CallToScript):
    """
    We are the caller.
    """

    @property
    def ourTag(self) -> str:
        return self.last("INVITE").fromAddress.tag or ""

    def send(self, method: str, cseq: int, body: str = "") -> None:
        text = request(
            method,
            callId=self.last("INVITE").callId,
            toTag=self.ourTag,
            cseq=cseq,
            branch=f"z9hG4bK{method}{cseq}",
            body=body,
        )
        self.script.send(text, SERVER)
        self.world.run(0.05)

    def established(self) -> None:
        self.answer(180)
        self.answer(200, body=offerBody())


# 3.1: the callee has sent its 200, and no ACK has come.


def test_3_1_1_anInviteThatComesAgainAfterThe200IsNoSecondCall() -> None:
    call = Called()
    call.peer.onOffer = lambda leg: leg.alert(None)
    call.invite(extra=LONG)
    call.leg.answer(PROFILE)
    call.invite(extra=LONG)
    assert (len(call.peer.legs), call.answers("INVITE")) == (1, [180, 200])
    call.send("ACK")
    assert call.leg.state == "established"
    call.hangup()
    call.end()


def test_3_1_2_aCancelThatCrossesThe200ChangesNothing() -> None:
    call = Called()
    call.invite()
    call.send("CANCEL", branch="z9hG4bK1INVITE", toTag="")
    assert (call.answers("CANCEL"), call.answers("INVITE")) == ([200], [200])
    call.send("ACK")
    assert call.leg.state == "established"
    call.next("BYE")
    assert (call.answers("BYE"), call.log.causes) == ([200], [NORMAL])
    call.end()


def test_3_1_2_a200ThatCrossesOurCancelIsAcknowledgedAndItsCallEnded() -> None:
    call = Calling()
    call.answer(180)
    call.leg.hangup(NORMAL)
    call.world.run(0.05)
    call.answer(200, body=offerBody())
    assert call.script.methods == ["INVITE", "CANCEL", "ACK", "BYE"]
    call.world.settle()


def test_3_1_3_aByeOfTheEarlyDialogThatCrossesThe200EndsTheCall() -> None:
    call = Called()
    call.peer.onOffer = lambda leg: leg.alert(None)
    call.invite(extra=LONG)
    call.leg.answer(PROFILE)
    call.next("BYE")
    assert (call.answers("BYE"), call.log.causes) == ([200], [NORMAL])
    call.send("ACK", cseq=1)
    call.end()


def test_3_1_4_aReinviteThatOvertakesTheAckIsAnsweredWhereNoOfferIsOpen() -> None:
    call = Called()
    call.invite()
    call.next("INVITE", body=offerBody(formats="8"))
    call.send("ACK")
    assert (call.answers("INVITE"), call.leg.state) == ([200], "established")
    call.send("ACK", cseq=1, branch="z9hG4bKlate")
    assert call.leg.state == "established"
    call.hangup()
    call.end()


def test_3_1_5_aReinviteThatOvertakesTheAckWithTheAnswerIsRefused() -> None:
    call = Called()
    call.invite("")
    call.next("INVITE", body=offerBody(formats="8"))
    assert call.answers("INVITE") == [200, 491]
    call.send("ACK")  # of the 491
    call.send("ACK", cseq=1, branch="z9hG4bKlate", body=offerBody())
    assert call.leg.state == "established"
    call.hangup()
    call.end()


@pytest.mark.parametrize(("body", "status"), [(None, 200), ("", 491)])
def test_3_1_4_and_5_soIsAnUpdate(body: str | None, status: int) -> None:
    call = Called()
    call.invite(body)
    call.next("UPDATE", body=offerBody(formats="8"))
    assert call.answers("UPDATE") == [status]
    call.send("ACK", cseq=1, body="" if body is None else offerBody())
    assert call.leg.state == "established"
    call.hangup()
    call.end()


def test_3_1_6_aByeThatOvertakesTheAckEndsTheCall() -> None:
    call = Called()
    call.invite()
    call.next("BYE")
    call.send("ACK", cseq=1)
    assert (call.answers("BYE"), call.log.causes) == ([200], [NORMAL])
    call.end()


# 3.2: we have sent BYE.


def test_3_2_1_byesThatCrossAreBothAnswered() -> None:
    call = Called()
    call.established()
    call.hangup()
    call.next("BYE")
    assert call.answers("BYE") == [200]
    assert call.log.said.count("released") == 1
    call.reply(200, "BYE")
    call.end()


@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
def test_3_2_2_aChangeThatCrossesOurByeIsAboutNoCall(method: str) -> None:
    call = Called()
    call.established()
    call.hangup()
    call.next(method, body=offerBody())
    assert call.answers(method)[-1] == 481
    call.reply(200, "BYE")
    call.end()


def test_3_2_3_a200ToOurReinviteAfterOurByeIsAcknowledged() -> None:
    call = Called()
    call.established()
    call.leg.changeMedia(PROFILE)
    call.world.run(0.05)
    call.hangup()
    call.reply(200, "INVITE", offerBody())
    assert call.script.methods.count("ACK") == 1
    call.end()


def test_3_2_4_anAckAfterTheEndIsPassedOver() -> None:
    call = Called()
    call.invite()
    call.next("BYE")
    call.end()
    before = len(call.script.messages)
    call.send("ACK", cseq=1)
    assert len(call.script.messages) == before


# 3.3: both change the session, or end it, at once.


def test_3_3_1_reinvitesThatCrossAreBothRefusedAndTheCallersIsTriedLast() -> None:
    call = Calling()
    call.established()
    call.leg.changeMedia(PROFILE)
    call.world.run(0.05)
    call.send("INVITE", 5, offerBody(formats="8"))
    assert call.script.statuses[-1] == 491
    call.send("ACK", 5)
    call.answer(491, to=len([*filter(_isRequest, call.script.messages)]) - 1)
    began = call.world.clock.seconds()
    while call.script.methods.count("INVITE") < 3:
        call.world.run(0.05)
    waited = call.world.clock.seconds() - began
    assert 2.0 < waited < 4.2  # who owns the Call-ID waits 2.1 to 4 s
    call.answer(200, body=offerBody(), to=len([*filter(_isRequest, call.script.messages)]) - 1)
    assert call.leg.state == "established"
    call.leg.hangup(NORMAL)
    call.world.settle()


def test_3_3_1_theCalleesReinviteIsTriedFirst() -> None:
    call = Called()
    call.established()
    call.leg.changeMedia(PROFILE)
    call.world.run(0.05)
    call.next("INVITE", body=offerBody(formats="8"))
    assert call.answers("INVITE")[-1] == 491
    call.send("ACK")
    call.reply(491, "INVITE")
    call.world.run(2.1)
    assert call.script.methods.count("INVITE") > 1
    call.reply(200, "INVITE", offerBody())
    assert call.leg.state == "established"
    call.hangup()
    call.end()


def test_3_3_2_anUpdateThatCrossesOurReinviteIsRefused() -> None:
    call = Called()
    call.established()
    call.leg.changeMedia(PROFILE)
    call.world.run(0.05)
    call.next("UPDATE", body=offerBody(formats="8"))
    assert call.answers("UPDATE") == [491]
    call.reply(200, "INVITE", offerBody())
    assert call.leg.state == "established"
    call.hangup()
    call.end()


def test_3_3_3_aReferThatCrossesOurByeIsAboutNoCall() -> None:
    call = Called()
    call.established()
    call.hangup()
    call.next("REFER", extra="Refer-To: <sip:carol@10.0.0.4>\n")
    assert (call.answers("REFER"), call.log.requests) == ([481], [])
    call.reply(200, "BYE")
    call.end()


# Appendices.


def test_A_weEndNoEarlyDialogByBye() -> None:
    call = Calling()
    call.answer(180)
    call.leg.hangup(NORMAL)
    call.world.run(0.05)
    assert call.script.methods == ["INVITE", "CANCEL"]
    call.world.settle()


def test_B_aByeWhileOurReinviteWaitsEndsTheCall() -> None:
    call = Called()
    call.established()
    call.leg.changeMedia(PROFILE)
    call.world.run(0.05)
    call.next("BYE")
    assert call.answers("BYE") == [200]
    call.reply(487, "INVITE")
    assert call.log.causes == [NORMAL]
    call.end()


def test_B_aByeAnswersTheirReinviteThatWaits() -> None:
    call = Called()
    call.peer.onOffer = lambda leg: leg.alert(None)
    call.invite(extra=LONG)
    call.next("BYE")
    assert (call.answers("BYE"), call.answers("INVITE")[-1]) == ([200], 487)
    call.end()


def test_C_aCancelBeforeAnyAnswerWaitsForOne() -> None:
    call = Calling()
    call.leg.hangup(NORMAL)
    call.world.run(1)
    assert set(call.script.methods) == {"INVITE"}
    call.answer(180)
    assert call.script.methods[-1] == "CANCEL"
    call.world.settle()


def test_E_eachForkThatAnswersAfterTheFirstIsAcknowledgedAndEnded() -> None:
    call = Calling()
    call.answer(180, "one")
    call.answer(183, "two", body=offerBody())
    call.answer(200, "one", body=offerBody())
    call.answer(200, "two", body=offerBody())
    ended = call.last("BYE")
    assert (ended.toAddress.tag, call.leg.state) == ("two", "established")
    assert call.script.methods.count("ACK") == 2
    call.leg.hangup(NORMAL)
    call.world.settle()


def _isRequest(message: SIPRequest | SIPResponse) -> bool:
    return isinstance(message, SIPRequest)
