"""
Incoming calls, message by message.
"""

from __future__ import annotations

import pytest
from twisted.logger import capturedLogs, formatEvent
from zope.interface.verify import verifyObject

from h323d.call.applications import Priority
from h323d.call.legs import ILeg, LegDirection
from h323d.call.media import IMediaPortObserver
from h323d.errors import RemoteProtocolError
from h323d.sip.agent import SUPPORTED
from h323d.sip.config import SIPConfig
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.sip.sdp.description import parse as parseSDP
from h323d.values.cause import Cause
from h323d.values.media.digits import DigitMethod
from h323d.values.media.direction import Direction
from h323d.values.media.formats import G711_ALAW, G711_ULAW, MediaFormat
from h323d.values.media.profile import MediaProfile
from h323d.values.proceeding import Proceeding
from tests.support.loggedfailures import LoggedFailures
from tests.support.scriptedcalls import CallOfScript as Call
from tests.support.sippeers import (
    PROFILE,
    SERVER,
    LegLog,
    offerBody,
    request,
    responseTo,
)

LONG = f"Subject: {'x' * 3000}\n"  # which pays for many answers


def test_whatItsInviteSaysIsSeenOfAnOffer() -> None:
    call = Call()
    call.peer.onOffer = lambda leg: None
    call.invite(offerBody(formats="8 0 101"), extra="Privacy: id\n")
    assert call.leg.speaks == (G711_ALAW, G711_ULAW)
    assert (call.leg.hops, call.leg.restricted) == (70, True)
    call.leg.reject(Cause.CALL_REJECTED)
    call.end()


def test_withoutAnOfferNobodyKnowsWhatACallerSpeaks() -> None:
    call = Call()
    call.peer.onOffer = lambda leg: None
    call.invite("")
    assert call.leg.speaks is None
    call.leg.reject(Cause.CALL_REJECTED)
    call.end()


def test_itsPortsHaveThePriorityThatItIsGiven() -> None:
    call = Call()
    call.peer.onOffer = lambda leg: None
    call.invite()
    call.leg.prioritize(Priority.HIGH)
    call.leg.answer(PROFILE)
    assert [each.priority for each in call.peer.pool.ports] == [Priority.HIGH]
    call.end()


def test_aLegIsALeg() -> None:
    call = Call()
    call.invite()
    assert verifyObject(ILeg, call.leg)
    assert verifyObject(IMediaPortObserver, call.leg)
    call.end()


def test_theLegKnowsWhoCallsWhom() -> None:
    call = Call()
    call.invite()
    leg = call.leg
    assert leg.direction is LegDirection.INCOMING
    assert [str(each) for each in leg.calling] == ["script", "sip:script@10.0.0.3"]
    assert [str(each) for each in leg.called] == ["80001", "sip:80001@10.0.0.1"]
    assert (leg.displayName, str(leg.peer)) == ("Script", "10.0.0.3:5060")
    call.end()


def test_the200LeavesInTheTurnOfTheAnswer() -> None:
    call = Call()
    statuses: list[str] = []

    def answer(leg: ILeg) -> None:
        leg.answer(PROFILE)
        statuses.extend(call.world.firstLines("10.0.0.1"))

    call.peer.onOffer = answer
    call.invite()
    assert statuses == ["SIP/2.0 200"]
    call.end()


def test_answeringNegotiatesAndReports() -> None:
    call = Call()
    call.invite(offerBody(formats="8 0"))
    answer = parseSDP(call.last.body)
    assert answer.media[0].port == call.peer.pool.ports[0].rtp.port
    call.send("ACK")
    assert call.log.said == ["answered", "media"]
    (stream,) = call.log.streams
    assert stream.transmit is not None
    assert str(stream.transmit.rtp) == "10.0.0.3:4000"
    assert stream.transmit.format.name == "PCMU"
    call.next("BYE")
    assert call.last.cseq.method == "BYE"
    assert call.log.said[-1] == "released"
    call.end()


def test_aCallWithNothingInCommonGets488AndAWarning() -> None:
    call = Call()
    call.invite(offerBody(formats="18"))
    assert call.script.statuses == [488]
    words = "no common format; they have G729/8000, we PCMU/8000 PCMA/8000"
    assert call.last.headers.get("Warning") == f'305 10.0.0.1 "{words}"'
    assert b"m=audio 0 RTP/AVP 0 8\r\n" in call.last.body
    assert call.log.causes == [Cause.INCOMPATIBLE_DESTINATION]
    call.end()


def test_aCallWithSecuredSoundAndNoKeyGets488AndHearsThatTheKeyIsTheReason() -> None:
    call = Call()
    call.invite(offerBody().replace("RTP/AVP", "RTP/SAVP"))
    assert call.script.statuses == [488]
    warning = '399 10.0.0.1 "no a=crypto that we can use for the audio"'
    assert call.last.headers.get("Warning") == warning
    call.end()


def test_aMalformedOfferGets400() -> None:
    call = Call()
    call.invite("v=0\nthis is no SDP\n")
    assert call.script.statuses == [400]
    assert call.peer.legs == []
    assert call.peer.endpoint.complaints.count == 1
    call.end()


def test_whenNoPortIsLeftTheCallGets503() -> None:
    call = Call()
    call.peer.pool.left = 0
    call.invite()
    assert call.script.statuses == [503]
    call.end()


@pytest.mark.parametrize(
    ("how", "statuses"),
    [
        (Proceeding.UNDER_WAY, []),
        (Proceeding.FORWARDED, [181]),
        (Proceeding.QUEUED, [182]),
    ],
)
def test_whatBecomesOfTheCallIsSaid(how: Proceeding, statuses: list[int]) -> None:
    call = Call()
    call.peer.onOffer = lambda leg: leg.proceed(how)
    call.invite(extra=f"Subject: {'x' * 800}\n")
    assert call.script.statuses == statuses
    call.leg.alert(None)
    call.leg.proceed(Proceeding.QUEUED)
    call.leg.answer(PROFILE)
    call.leg.proceed(Proceeding.QUEUED)
    call.world.run(0.05)
    assert call.script.statuses == [*statuses, 180, 182, 200]
    call.end()


def test_whoMayNotBeRealIsToldNoMoreThanLeavesRoomForTheAnswer() -> None:
    call = Call()
    call.peer.onOffer = lambda leg: leg.proceed(Proceeding.QUEUED)
    call.invite()
    call.leg.answer(PROFILE)
    call.world.run(0.05)
    assert call.script.statuses == [200]
    call.end()


def test_alertingAndEarlyMedia() -> None:
    call = Call()
    call.peer.onOffer = lambda leg: leg.alert(PROFILE)
    call.invite(extra=LONG)
    assert call.script.statuses == [183]
    early = call.last.body
    call.leg.answer(PROFILE)
    call.world.run(0.05)
    assert call.script.statuses == [183, 200]
    assert call.last.body == early
    assert call.peer.pool.ports[0].configured == []
    call.send("ACK")
    assert call.log.said == ["answered", "media"]
    call.leg.hangup(Cause.NORMAL_CALL_CLEARING)
    call.end()


def test_aSlowAnswerGetsA100After200Milliseconds() -> None:
    call = Call()
    call.peer.onOffer = lambda leg: leg.proceed()
    call.invite(extra=LONG)
    call.world.run(0.1)
    assert call.script.statuses == []
    call.world.run(0.3)
    assert call.script.statuses == [100]
    assert call.last.toAddress.tag is None
    call.leg.reject(Cause.USER_BUSY)
    call.end()


@pytest.mark.parametrize(
    ("cause", "status"), [(Cause.USER_BUSY, 486), (Cause.UNALLOCATED_NUMBER, 404)]
)
def test_aRejectedCallTellsWhy(cause: Cause, status: int) -> None:
    call = Call()
    call.peer.onOffer = lambda leg: leg.reject(cause)
    call.invite()
    assert call.script.statuses == [status]
    assert call.last.headers.get("Reason") == f"Q.850;cause={int(cause)}"
    call.end()


def test_aCancelEndsARingingCall() -> None:
    call = Call()
    call.peer.onOffer = lambda leg: leg.alert(None)
    call.invite(extra=LONG)
    ringing = call.tag
    call.send("CANCEL", branch="z9hG4bK1INVITE", toTag="")
    assert call.script.statuses == [180, 200, 487]
    assert {each.toAddress.tag for each in call.script.messages} == {ringing}
    assert call.log.said == ["released"]
    call.end()


def test_aCancelAfterThe200IsAnsweredAndChangesNothing() -> None:
    call = Call()
    call.invite()
    call.send("CANCEL", branch="z9hG4bK1INVITE", toTag="")
    assert call.script.statuses == [200, 200]
    assert "released" not in call.log.said
    assert not call.leg.peerEnded
    call.send("ACK")
    assert call.leg.state == "established"
    call.next("BYE")
    call.end()


def test_a200ThatNobodyAcknowledgesIsRepeatedAsTheTimersHaveItAndEndedWithABye() -> None:
    call = Call()
    call.script.send(request("INVITE", body=offerBody(), extra=LONG), SERVER)
    call.world.run(33, step=0.125)
    began = call.script.times[0]
    instants = [
        round(at - began, 1)
        for at, each in zip(call.script.times, call.script.messages, strict=True)
        if isinstance(each, SIPResponse)
    ]
    assert instants == [0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert call.script.methods[0] == "BYE"
    assert call.log.causes == [Cause.RECOVERY_ON_TIMER_EXPIRY]
    call.end()


def test_aLostAckIsMadeGoodByTheRepeated200() -> None:
    call = Call()
    call.invite(extra=LONG)
    call.world.run(1)
    assert call.script.statuses == [200, 200]
    call.send("ACK")
    call.world.run(5)
    assert call.script.statuses == [200, 200]
    call.next("BYE")
    call.end()


def test_aRetransmittedInviteMakesNoSecondCall() -> None:
    call = Call()
    call.invite()
    call.invite()
    assert len(call.peer.legs) == 1
    call.send("ACK")
    call.next("BYE")
    call.end()


def test_aDelayedOfferIsMadeInThe200AndAnsweredInTheAck() -> None:
    call = Call()
    call.invite("")
    offered = parseSDP(call.last.body)
    assert offered.media[0].formats[:2] == ("0", "8")
    call.send("ACK", body=offerBody(formats="8"))
    assert call.log.said == ["answered", "media"]
    (stream,) = call.log.streams
    assert stream.transmit is not None
    assert stream.transmit.format == G711_ALAW
    call.next("BYE")
    call.end()


@pytest.mark.parametrize("body", ["", offerBody(formats="18"), "garbage\n"])
def test_aDelayedOfferWithoutAGoodAnswerEndsTheCall(body: str) -> None:
    call = Call()
    call.invite("")
    call.send("ACK", body=body)
    assert call.script.methods[-1:] == ["BYE"]
    assert call.log.causes == [Cause.INCOMPATIBLE_DESTINATION]
    call.end()


def test_aHangUpBeforeTheAckSendsItsByeAfterIt() -> None:
    call = Call()
    call.invite()
    call.leg.hangup(Cause.NORMAL_CALL_CLEARING)
    call.world.run(0.1)
    assert call.script.methods == []
    assert call.log.said[-1] == "released"
    call.send("ACK")
    assert call.script.methods == ["BYE"]
    call.end()


def test_holdAndResumeByTheCaller() -> None:
    call = Call()
    call.established()
    call.next("INVITE", body=offerBody(direction="sendonly"))
    assert parseSDP(call.last.body).media[0].attribute("recvonly") == ""
    call.send("ACK")
    assert (call.log.said[-1], call.leg.held) == ("lost", True)
    assert call.peer.pool.ports[0].stream.direction is Direction.RECVONLY
    call.next("INVITE", body=offerBody(direction="inactive"))
    call.send("ACK")
    assert call.log.said == ["answered", "media", "lost"]
    call.next("INVITE", body=offerBody())
    call.send("ACK")
    assert (call.log.said[-1], call.leg.held) == ("media", False)
    call.next("BYE")
    call.end()


def test_holdTheOldWay() -> None:
    call = Call()
    call.established()
    call.next("INVITE", body=offerBody("0.0.0.0"))
    call.send("ACK")
    assert (call.log.said[-1], call.leg.held) == ("lost", True)
    call.next("INVITE", body=offerBody())
    call.send("ACK")
    assert (call.log.said[-1], call.leg.held) == ("media", False)
    call.next("BYE")
    call.end()


@pytest.mark.parametrize("direction", ["sendonly", "inactive"])
def test_holdInTheAnswerToOurOffer(direction: str) -> None:
    call = Call()
    call.established()
    call.next("INVITE")
    call.send("ACK", body=offerBody(direction=direction))
    assert (call.log.said[-1], call.leg.held) == ("lost", True)
    call.next("BYE")
    call.end()


@pytest.mark.parametrize(
    ("direction", "later"), [("sendonly", "sendonly"), ("sendrecv", "recvonly")]
)
def test_aSourceAndAListenerHoldNothing(direction: str, later: str) -> None:
    call = Call()
    call.invite(offerBody(direction=direction))
    call.send("ACK")
    call.next("INVITE", body=offerBody("10.0.0.4", direction=later))
    call.send("ACK")
    assert ("lost" in call.log.said, call.leg.held) == (False, False)
    call.next("BYE")
    call.end()


def test_weMayFallSilentOurselvesAndHoldNothing() -> None:
    call = Call()
    call.established()
    call.leg.changeMedia(PROFILE.directed(Direction.RECVONLY))
    call.world.run(0.05)
    body = offerBody(direction="sendonly")
    call.script.send(responseTo(call.last, 200, body=body), SERVER)
    call.world.run(0.05)
    assert (call.log.said[-1], call.leg.held) == ("media", False)
    call.next("BYE")
    call.end()


def test_anUpdateChangesMediaToo() -> None:
    call = Call()
    call.established()
    call.next("UPDATE", body=offerBody("10.0.0.4"))
    assert call.script.statuses[-1] == 200
    stream = call.log.streams[-1]
    assert stream.transmit is not None
    assert stream.transmit.rtp.host == "10.0.0.4"
    call.next("BYE")
    call.end()


def test_anUpdateWithoutABodyOnlyRefreshesTheTarget() -> None:
    call = Call()
    call.established()
    call.next("UPDATE")
    assert call.script.statuses[-1] == 200
    assert call.log.said.count("media") == 1
    call.next("BYE")
    call.end()


def test_anUpdateBeforeTheAnswerHasToComeLater() -> None:
    call = Call()
    call.peer.onOffer = lambda leg: leg.alert(None)
    call.invite(extra=LONG)
    call.next("UPDATE", body=offerBody())
    assert call.script.statuses == [180, 500]
    assert call.last.headers.get("Retry-After") is not None
    call.leg.reject(Cause.USER_BUSY)
    call.end()


def test_aReinviteWithNothingInCommonLeavesTheCallAsItWas() -> None:
    call = Call()
    call.established()
    call.next("INVITE", body=offerBody(formats="18"))
    assert call.script.statuses[-1] == 488
    call.send("ACK")
    assert call.leg.state == "established"
    call.next("BYE")
    assert call.script.statuses[-1] == 200
    call.end()


def test_aReinviteWithoutAnOfferGetsOurs() -> None:
    call = Call()
    call.established()
    call.next("INVITE")
    assert parseSDP(call.last.body).media[0].port
    call.send("ACK", body=offerBody("10.0.0.4"))
    stream = call.log.streams[-1]
    assert stream.transmit is not None
    assert stream.transmit.rtp.host == "10.0.0.4"
    call.next("BYE")
    call.end()


def test_aReinviteWhoseAckAnswersNothingLeavesTheCallAsItWas() -> None:
    call = Call()
    call.established()
    call.next("INVITE")
    offered = parseSDP(call.last.body)
    call.send("ACK")
    assert call.log.said == ["answered", "media"]
    assert call.leg.state == "established"
    call.next("INVITE", body=offerBody("10.0.0.4"))
    answer = parseSDP(call.last.body)
    assert answer.origin.version == offered.origin.version + 1
    call.send("ACK")
    assert call.log.said == ["answered", "media", "media"]
    call.next("BYE")
    call.end()


def test_aReinviteThatNobodyAcknowledgesEndsTheCall() -> None:
    call = Call()
    call.established()
    call.next("INVITE", body=offerBody("10.0.0.4"))
    call.world.run(33, step=0.1)
    assert call.log.causes == [Cause.RECOVERY_ON_TIMER_EXPIRY]
    call.end()


def test_glareIsAnsweredWith491() -> None:
    call = Call()
    call.established()
    call.leg.changeMedia(PROFILE.directed(Direction.SENDONLY))
    call.world.run(0.05)
    assert call.script.methods == ["INVITE"]
    call.next("INVITE", body=offerBody())
    assert call.script.statuses[-1] == 491
    call.send("ACK")
    ours = next(each for each in call.script.messages if isinstance(each, SIPRequest))
    call.script.send(responseTo(ours, 491), SERVER)
    call.world.run(0.1)
    assert call.script.methods == ["INVITE", "ACK"]
    while len(call.script.methods) < 3:
        call.world.run(0.01)
    again = call.script.messages[-1]
    call.script.send(responseTo(again, 200, body=offerBody(direction="recvonly")), SERVER)
    call.world.run(0.1)
    assert call.log.streams[-1].direction == Direction.SENDONLY
    call.next("BYE")
    call.end()


def test_aChangeGoesByUpdateWhereThatIsPreferredAndThePeerTakesIt() -> None:
    call = Call(SIPConfig(preferUpdate=True))
    call.invite(extra="Allow: INVITE, UPDATE\n")
    call.send("ACK")
    call.leg.changeMedia(PROFILE.directed(Direction.SENDONLY))
    call.world.run(0.05)
    assert call.script.methods == ["UPDATE"]
    call.script.send(responseTo(call.last, 200, body=offerBody(direction="recvonly")), SERVER)
    call.world.run(0.1)
    assert call.log.streams[-1].direction == Direction.SENDONLY
    call.next("BYE")
    call.end()


def test_aChangeToADeadDialogEndsTheCall() -> None:
    call = Call()
    call.established()
    call.leg.changeMedia(PROFILE.directed(Direction.SENDONLY))
    call.world.run(0.05)
    call.script.send(responseTo(call.last, 481), SERVER)
    call.world.run(0.1)
    assert call.log.said[-1] == "released"
    call.end()


def test_aRequestOutOfItsTurnIsRefused() -> None:
    call = Call()
    call.established()
    call.cseq = 0
    call.send("INFO", branch="z9hG4bKold")
    assert call.script.statuses[-1] == 500
    call.cseq = 5
    call.next("BYE")
    call.end()


def test_aStrangersTagDoesNotEndTheCall() -> None:
    call = Call()
    call.established()
    text = request("BYE", toTag=call.tag, cseq=7, branch="z9hG4bKevil")
    call.script.send(text.replace("tag=far", "tag=evil"), SERVER)
    call.world.run(0.05)
    assert call.script.statuses[-1] == 481
    assert call.leg.state == "established"
    call.next("BYE")
    call.end()


def test_aDigitByInfo() -> None:
    call = Call()
    call.established()
    call.next(
        "INFO", extra="Content-Type: application/dtmf-relay\n", body="Signal=5\nDuration=250\n"
    )
    assert call.script.statuses[-1] == 200
    assert call.log.digits == [("5", 250, DigitMethod.SIP_INFO)]
    call.next("BYE")
    call.end()


def test_aPortThatHasNoKeysEndsTheCallAndTheLogTellsWhy() -> None:
    call = Call()
    call.established()
    port = call.peer.pool.ports[0]
    with capturedLogs() as logged:
        port.observer.portFailed(port, RemoteProtocolError(Cause.RESOURCE_UNAVAILABLE, "no keys"))
    assert any("no keys" in (formatEvent(each) or "") for each in logged)
    call.world.run(0.1)
    assert isinstance(call.last, SIPRequest)
    assert (call.last.method, call.last.headers.get("Reason")) == ("BYE", "Q.850;cause=47")
    call.script.send(responseTo(call.last, 200), SERVER)
    call.end()


def test_aDigitThatComesByBothWaysIsReportedOnce() -> None:
    call = Call()
    call.established()
    port = call.peer.pool.ports[0]
    port.observer.portDigit(port, "5", 100)
    call.next("INFO", extra="Content-Type: application/dtmf-relay\n", body="Signal=5\n")
    port.observer.portDigit(port, "5", 100)
    call.next("INFO", extra="Content-Type: application/dtmf-relay\n", body="Signal=5\n")
    assert [digit for digit, _, _ in call.log.digits] == ["5", "5"]
    call.next("BYE")
    call.end()


def test_keysThatAreToldLaterByInfoAreReportedOnce() -> None:
    call = Call()
    call.established()
    port = call.peer.pool.ports[0]
    for digit in "56":
        port.observer.portDigit(port, digit, 100)
    for digit in "56":
        body = f"Signal={digit}\n"
        call.next("INFO", extra="Content-Type: application/dtmf-relay\n", body=body)
    assert [digit for digit, _, _ in call.log.digits] == ["5", "6"]
    call.next("BYE")
    call.end()


def test_anInfoThatWeDoNotUnderstandIsRefused() -> None:
    call = Call()
    call.established()
    call.next("INFO", extra="Content-Type: text/plain\n", body="x\n")
    assert call.script.statuses[-1] == 415
    assert "application/dtmf-relay" in call.last.headers.all("Accept")
    call.next("BYE")
    call.end()


def test_aDigitGoesByInfoWhereThePeerTakesNoEvents() -> None:
    call = Call()
    call.established()
    call.leg.sendDigit("7", 200)
    call.world.run(0.05)
    assert call.script.methods == ["INFO"]
    assert call.last.body == b"Signal=7\r\nDuration=200\r\n"
    call.script.send(responseTo(call.last, 200), SERVER)
    call.next("BYE")
    call.end()


def test_aDigitGoesByEventWhereThePeerTakesThem() -> None:
    call = Call()
    events = offerBody(formats="0 101") + "a=rtpmap:101 telephone-event/8000\n"
    call.invite(events)
    call.send("ACK")
    call.leg.sendDigit("7", 200)
    call.world.run(0.05)
    assert call.script.methods == []
    assert call.peer.pool.ports[0].digits == [("7", 200)]
    call.next("BYE")
    call.end()


def test_anOptionsWithinTheCallIsAnswered() -> None:
    call = Call()
    call.established()
    call.next("OPTIONS")
    assert call.script.statuses[-1] == 200
    assert "application/sdp" in call.last.headers.all("Accept")
    assert call.last.headers.get("Supported") == SUPPORTED
    call.next("BYE")
    call.end()


def test_byesThatCrossAreBothAnswered() -> None:
    call = Call()
    call.established()
    call.leg.hangup(Cause.NORMAL_CALL_CLEARING)
    call.next("BYE")
    assert call.script.methods[0] == "BYE"
    assert call.script.statuses[-1] == 200
    call.script.send(responseTo(call.script.messages[1], 481), SERVER)
    assert call.log.said.count("released") == 1
    call.end()


def test_aByeTellsItsCause() -> None:
    call = Call()
    call.established()
    call.next("BYE", extra='Reason: SIP;cause=200, Q.850;cause=38;text="x"\n')
    assert call.log.causes == [Cause.NETWORK_OUT_OF_ORDER]
    call.end()


def test_requestsFollowTheRouteThatWasRecorded() -> None:
    call = Call()
    proxy = call.world.script("10.0.0.9", 5062)
    call.invite(extra="Record-Route: <sip:10.0.0.9:5062;lr>\nRecord-Route: <sip:10.0.0.8;lr>\n")
    call.send("ACK")
    call.leg.hangup(Cause.NORMAL_CALL_CLEARING)
    call.world.run(0.05)
    (bye,) = proxy.messages
    assert isinstance(bye, SIPRequest)
    assert str(bye.uri) == "sip:script@10.0.0.3"
    assert [str(route) for route in bye.routes] == ["<sip:10.0.0.9:5062;lr>", "<sip:10.0.0.8;lr>"]
    call.end()


def test_the200TellsWhatWeTakeAndWhoWeAre() -> None:
    call = Call(SIPConfig(user="board room"))
    call.invite()
    assert "UPDATE" in call.last.headers.all("Allow")
    assert call.last.headers.get("Supported") == SUPPORTED
    assert parseSDP(call.last.body).origin.username == "board_room"
    call.end()


def test_theCallerLearnsTheRouteThatWasRecorded() -> None:
    call = Call()
    call.peer.onOffer = lambda leg: leg.alert(None)
    route = ("<sip:10.0.0.9:5062;lr;r2=on>", "<sip:10.0.0.8;lr>, <sip:10.0.0.7;lr>")
    rows = "".join(f"Record-Route: {each}\n" for each in route)
    call.invite(extra=rows + LONG)
    call.leg.answer(PROFILE)
    call.world.run(0.05)
    assert call.script.statuses == [180, 200]
    assert [each.headers.lines("Record-Route") for each in call.script.messages] == [route] * 2
    call.send("ACK")
    call.next("BYE")
    call.end()


def test_aRequestWithoutFormatsInCommonLogsBothLists() -> None:
    call = Call()
    call.peer.onOffer = lambda leg: leg.answer(MediaProfile.audio((MediaFormat("opus", 48000, 2),)))
    call.invite()
    warning = call.last.headers.get("Warning") or ""
    assert "PCMU/8000" in warning
    assert "opus/48000" in warning
    call.end()


class Clumsy(LegLog):
    """
    Fails when it is told of an answer.
    """

    def legAnswered(self, leg: ILeg) -> None:
        raise RuntimeError("clumsy")


def test_aFaultOfOursEndsItsCallAndNoOther(loggedFailures: LoggedFailures) -> None:
    call = Call()
    call.established()
    clumsy = Clumsy()

    def fail(leg: ILeg) -> None:
        leg.observe(clumsy)
        leg.answer(PROFILE)

    call.peer.onOffer = fail
    text = request("INVITE", branch="z9hG4bKother", callId="other", body=offerBody())
    call.script.send(text, SERVER)
    call.world.run(0.05)
    text = request("ACK", branch="z9hG4bKack", callId="other", toTag=call.tag)
    call.script.send(text, SERVER)
    call.world.run(0.05)
    assert clumsy.causes == [Cause.TEMPORARY_FAILURE]
    assert len(loggedFailures.take(RuntimeError)) == 1
    assert call.leg.state == "established"
    call.leg.hangup(Cause.NORMAL_CALL_CLEARING)
    call.end()


def test_anOwnerThatFailsRefusesItsCall(loggedFailures: LoggedFailures) -> None:
    call = Call()

    def fail(leg: ILeg) -> None:
        raise RuntimeError("clumsy")

    call.peer.onOffer = fail
    call.invite()
    assert call.script.statuses == [503]
    assert call.log.causes == [Cause.TEMPORARY_FAILURE]
    assert len(loggedFailures.take(RuntimeError)) == 1
    call.end()


def test_anOfferAmongOtherPartsIsFound() -> None:
    call = Call()
    parts = (
        "--xy\nContent-Type: text/plain\n\nhere I am\n"
        f"--xy\nContent-Type: application/sdp\n\n{offerBody()}\n--xy--\n"
    )
    call.invite(parts, extra="Content-Type: multipart/mixed;boundary=xy\n")
    assert call.script.statuses == [200]
    call.send("ACK")
    call.next("BYE")
    call.end()


@pytest.mark.parametrize("parts", ["--xy\n\nhello\n--xy--\n", "no parts at all\n"])
def test_partsWithoutAnOfferAreRefused(parts: str) -> None:
    call = Call()
    call.invite(parts, extra="Content-Type: multipart/mixed;boundary=xy\n")
    assert call.script.statuses == [415]
    call.end()


@pytest.mark.parametrize(("trusted", "caller"), [("10.0.0.3", "cullen"), ("10.0.0.4", "script")])
def test_whoCallsIsWhoAPeerThatIsTrustedAsserts(trusted: str, caller: str) -> None:
    call = Call(SIPConfig(trustedNetworks=(trusted,)))
    call.invite(extra='P-Asserted-Identity: "Cullen" <sip:cullen@example.com>\nPrivacy: id\n')
    assert (call.leg.calling[0].value, call.leg.restricted) == (caller, True)
    assert call.leg.vouched is (caller == "cullen")
    call.end()
