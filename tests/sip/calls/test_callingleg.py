"""
Outgoing calls, message by message.
"""

from __future__ import annotations

import pytest
from zope.interface.verify import verifyObject

from h323d.call.legs import ILeg, IOriginator, LegDirection
from h323d.call.observer import SilentObserver
from h323d.call.particulars import Particulars
from h323d.call.ways import Way
from h323d.sip.config import SIPConfig
from h323d.sip.messages.message import SIPRequest
from h323d.sip.sdp.description import parse as parseSDP
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.cause import Cause
from h323d.values.identifiers import CallID
from h323d.values.media.direction import Direction
from h323d.values.media.formats import G711_ALAW, G711_ULAW
from tests.support.scriptedcalls import CallToScript as Call
from tests.support.sippeers import (
    PROFILE,
    SERVER,
    LegLog,
    SIPWorld,
    offerBody,
    request,
    responseTo,
)


def test_aLegIsALegAndItsMakerAnOriginator() -> None:
    call = Call()
    verifyObject(ILeg, call.leg)
    verifyObject(IOriginator, call.peer.originator)
    assert call.leg.direction is LegDirection.OUTGOING
    call.answer(486)
    call.world.settle()


def test_theInviteOffersTheProfile() -> None:
    call = Call()
    invite = call.last("INVITE")
    assert str(invite.uri) == "sip:b@10.0.0.3"
    assert str(invite.fromAddress.uri) == "sip:alice@10.0.0.1:5060"
    assert invite.contact is not None
    assert parseSDP(invite.body).media[0].formats[:2] == ("0", "8")
    call.answer(486)
    call.world.settle()


@pytest.mark.parametrize("hops", [70, 3])
def test_theInviteSaysOverHowManyItMayGo(hops: int) -> None:
    world = SIPWorld()
    peer, script = world.peer("10.0.0.1"), world.script("10.0.0.3")
    way = Way("sip", None, (PartyAddress(AddressKind.URL, "sip:b@10.0.0.3"),))
    leg = peer.originator.originate(CallID("c"), (), way, PROFILE, LegLog(), Particulars(hops))
    world.run(0.05)
    (invite,) = script.messages
    assert isinstance(invite, SIPRequest)
    assert invite.maxForwards == hops
    assert (leg.speaks, leg.hops, leg.restricted) == (None, None, False)
    script.send(responseTo(invite, 486), SERVER)
    world.settle()


def test_aCallersNameMayHaveSpacesAndIsShown() -> None:
    world = SIPWorld()
    peer = world.peer("10.0.0.1", SIPConfig(user="Bob Brown"))
    script = world.script("10.0.0.3")
    peer.call("sip:b@10.0.0.3", calling="Bob Brown")
    world.run(0.05)
    (invite,) = script.messages
    assert isinstance(invite, SIPRequest)
    assert invite.fromAddress.displayName == "Bob Brown"
    assert str(invite.fromAddress.uri) == "sip:Bob%20Brown@10.0.0.1:5060"
    assert invite.headers.get("Contact") == "<sip:Bob%20Brown@10.0.0.1:5060>"
    script.send(responseTo(invite, 486), SERVER)
    world.settle()


def test_progressIsReported() -> None:
    call = Call()
    call.answer(100)
    call.answer(180)
    call.answer(200, body=offerBody())
    assert call.log.said == ["proceeding", "alerting", "answered", "media"]
    assert call.script.methods == ["INVITE", "ACK"]
    call.bye()
    assert call.log.causes == [Cause.NORMAL_CALL_CLEARING]
    call.world.settle()


def test_whatIsAnsweredIsKnownWhenTheAnswerIsReported() -> None:
    known: list[object] = []

    class Asking(SilentObserver):
        def legAnswered(self, leg: ILeg) -> None:
            known.append(leg.speaks)

    call = Call()
    call.leg.observe(Asking())
    assert call.leg.speaks is None
    call.answer(200, body=offerBody())
    assert known == [(G711_ULAW,)]
    call.bye()
    call.world.settle()


def test_earlyMediaIsReportedOnceIfTheAnswerIsTheSame() -> None:
    call = Call()
    call.answer(183, body=offerBody())
    call.answer(200, body=offerBody())
    assert call.log.said == ["proceeding", "media", "answered"]
    call.bye()
    call.world.settle()


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        (486, Cause.USER_BUSY),
        (404, Cause.UNALLOCATED_NUMBER),
        (603, Cause.CALL_REJECTED),
        (407, Cause.CALL_REJECTED),
        (503, Cause.TEMPORARY_FAILURE),
    ],
)
def test_aRefusalIsAcknowledgedAndReported(status: int, cause: Cause) -> None:
    call = Call()
    call.answer(status)
    assert call.script.methods == ["INVITE", "ACK"]
    assert call.last("ACK").via.branch == call.last("INVITE").via.branch
    assert call.log.causes == [cause]
    call.world.settle()


def test_nobodyAnswersAtAll() -> None:
    call = Call()
    call.world.run(33, step=0.1)
    assert call.script.methods == ["INVITE"] * 7
    assert call.log.causes == [Cause.NO_USER_RESPONDING]
    call.world.settle()


def test_aHangUpBeforeAnyResponseCancelsAfterTheFirst() -> None:
    call = Call()
    call.leg.hangup(Cause.NORMAL_CALL_CLEARING)
    call.world.run(0.05)
    assert call.script.methods == ["INVITE"]
    assert call.log.said == ["released"]
    call.answer(180)
    assert call.script.methods == ["INVITE", "CANCEL"]
    call.answer(200, to=1)
    call.answer(487)
    assert call.script.methods == ["INVITE", "CANCEL", "ACK"]
    call.world.settle()


def test_a200ThatCrossesTheCancelIsAcknowledgedAndEnded() -> None:
    call = Call()
    call.answer(180)
    call.leg.hangup(Cause.NORMAL_CALL_CLEARING)
    call.world.run(0.05)
    call.answer(200, body=offerBody())
    assert call.script.methods == ["INVITE", "CANCEL", "ACK", "BYE"]
    assert call.log.said == ["alerting", "released"]
    call.answer(200, body=offerBody())
    assert call.script.methods == ["INVITE", "CANCEL", "ACK", "BYE", "ACK"]
    call.world.settle()


def test_aRepeated200IsAcknowledgedAgain() -> None:
    call = Call()
    call.answer(200, body=offerBody())
    call.answer(200, body=offerBody())
    assert call.script.methods == ["INVITE", "ACK", "ACK"]
    assert call.log.said == ["answered", "media"]
    call.bye()
    call.world.settle()


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (100, "proceeding"),
        (181, "proceeding FORWARDED"),
        (182, "proceeding QUEUED"),
        (183, "proceeding"),
        (189, "proceeding"),
    ],
)
def test_whatBecomesOfTheCallIsTold(status: int, said: str) -> None:
    call = Call()
    call.answer(status)
    assert call.log.said == [said]
    call.answer(486)
    call.world.settle()


def test_ofAForkedCallAPlaceThatHasRefusedIsForgotten() -> None:
    call = Call()
    assert "199" in call.last("INVITE").headers.tokens("Supported")
    call.answer(183, tag="one", body=offerBody())
    call.answer(180, tag="two")
    call.answer(199, tag="one")
    text = request("INFO", callId=call.last("INVITE").callId, cseq=1, toTag=ours(call))
    call.script.send(text.replace("tag=far", "tag=one"), SERVER)
    call.world.run(0.05)
    assert call.script.statuses == [481]
    call.answer(200, tag="two", body=offerBody())
    assert call.log.said[-1] == "answered"
    call.script.send(
        request("BYE", callId=call.last("ACK").callId, toTag=ours(call), cseq=9).replace(
            "tag=far", "tag=two"
        ),
        SERVER,
    )
    call.world.settle()


def ours(call: Call) -> str:
    return call.last("INVITE").fromAddress.tag or ""


def test_ofAForkedCallTheFirstAnswerIsTakenAndTheOthersAreEnded() -> None:
    call = Call()
    call.answer(180, tag="one")
    call.answer(180, tag="two")
    call.answer(200, tag="two", body=offerBody())
    call.answer(200, tag="one", body=offerBody())
    assert call.script.methods == ["INVITE", "ACK", "ACK", "BYE"]
    assert call.last("BYE").toAddress.tag == "one"
    assert call.log.said == ["alerting", "alerting", "answered", "media"]
    assert call.leg.state == "established"
    ack = next(
        each
        for each in call.script.messages
        if isinstance(each, SIPRequest) and each.method == "ACK"
    )
    text = request("BYE", callId=ack.callId, toTag=ack.fromAddress.tag or "", cseq=9)
    call.script.send(text.replace("tag=far", "tag=two"), SERVER)
    call.world.settle()


@pytest.mark.parametrize("status", [300, 301, 302])
def test_whereARedirectionSendsUsIsToldBeforeTheCallIsOver(status: int) -> None:
    call = Call()
    call.answer(status)
    assert call.log.said == ["transfer", "released"]
    (request,) = call.log.requests
    assert request.way.destination == TransportAddress("10.0.0.3", 5060)
    assert call.log.causes == [Cause.REDIRECTION_TO_NEW_DESTINATION]
    assert call.script.methods == ["INVITE", "ACK"]
    call.world.settle()


@pytest.mark.parametrize("status", [305, 380])
def test_aProxyOrAnotherServiceIsNobodyToCall(status: int) -> None:
    call = Call()
    call.answer(status)
    assert call.log.said == ["released"]
    call.world.settle()


@pytest.mark.parametrize(("status", "everywhere"), [(486, False), (600, True), (603, True)])
def test_whoeverRefusesForAllPlacesSaysSo(status: int, everywhere: bool) -> None:
    call = Call()
    call.answer(status)
    assert (call.leg.peerEnded, call.leg.refusedEverywhere) == (True, everywhere)
    call.world.settle()


def test_a200WithoutAGoodAnswerEndsTheCall() -> None:
    call = Call()
    call.answer(200, body=offerBody(formats="18"))
    assert call.script.methods == ["INVITE", "ACK", "BYE"]
    assert call.log.causes == [Cause.INCOMPATIBLE_DESTINATION]
    call.world.settle()


def test_a200WithABrokenContactFailsTheCall() -> None:
    call = Call()
    requests = [each for each in call.script.messages if isinstance(each, SIPRequest)]
    text = responseTo(requests[0], 200, body=offerBody())
    call.script.send(text.replace(b"<sip:script@10.0.0.3>", b"<sip:script@"), SERVER)
    call.world.run(0.05)
    assert call.log.causes == [Cause.PROTOCOL_ERROR]
    call.world.settle()


def test_a180WithABrokenContactStillRingsAndIsCancelled() -> None:
    call = Call()
    requests = [each for each in call.script.messages if isinstance(each, SIPRequest)]
    text = responseTo(requests[0], 180)
    call.script.send(text.replace(b"<sip:script@10.0.0.3>", b"<sip:script@"), SERVER)
    call.world.run(0.05)
    assert call.log.said == ["alerting"]
    call.leg.hangup(Cause.NORMAL_CALL_CLEARING)
    call.world.run(0.05)
    assert call.script.methods == ["INVITE", "CANCEL"]
    call.world.settle()


def test_aHeldCallIsOfferedAnewAndResumed() -> None:
    call = Call()
    call.answer(200, body=offerBody())
    call.leg.changeMedia(PROFILE.directed(Direction.INACTIVE))
    call.world.run(0.05)
    invite = call.last("INVITE")
    assert parseSDP(invite.body).media[0].attribute("inactive") == ""
    call.answer(200, to=2, body=offerBody(direction="inactive"))
    assert call.log.said[-1] == "lost"
    call.leg.changeMedia(PROFILE)
    call.world.run(0.05)
    call.answer(200, to=4, body=offerBody())
    assert call.log.said[-1] == "media"
    assert call.script.methods == ["INVITE", "ACK", "INVITE", "ACK", "INVITE", "ACK"]
    call.bye()
    call.world.settle()


def test_aFullServerHasNoPortForACall() -> None:
    world = SIPWorld()
    peer = world.peer("10.0.0.1")
    peer.pool.left = 0
    _, log = peer.call("sip:b@10.0.0.3")
    assert log.causes == []
    world.run(0.05)
    assert log.causes == [Cause.RESOURCE_UNAVAILABLE]
    world.settle()


def test_aNumberAloneCannotBeCalled() -> None:
    world = SIPWorld()
    peer = world.peer("10.0.0.1")
    log = LegLog()
    way = Way("sip", None, (PartyAddress(AddressKind.DIALLED_DIGITS, "1001"),))
    peer.originator.originate(CallID("c"), (), way, PROFILE, log)
    assert log.said == []
    world.run(0.05)
    assert log.causes == [Cause.NO_ROUTE_TO_DESTINATION]
    world.settle()


def test_withoutAUserAgentTextNoneIsTold() -> None:
    call = Call(SIPConfig(userAgent=""))
    assert call.last("INVITE").headers.get("User-Agent") is None
    call.answer(486)
    call.world.settle()


def test_aCancelThatNobodyAnswersLeavesNothing() -> None:
    call = Call()
    call.answer(180)
    call.leg.hangup(Cause.NORMAL_CALL_CLEARING)
    call.world.settle()
    assert call.log.causes == [Cause.NORMAL_CALL_CLEARING]


def test_aChangeThatIsNeverFinallyAnsweredLeavesNothing() -> None:
    call = Call()
    call.answer(200, body=offerBody())
    call.leg.changeMedia(PROFILE.directed(Direction.SENDONLY))
    call.world.run(0.05)
    call.answer(100, to=2)
    call.leg.hangup(Cause.NORMAL_CALL_CLEARING)
    call.world.settle()
    assert call.log.causes == [Cause.NORMAL_CALL_CLEARING]


RELIABLE = (("Require", "100rel"), ("RSeq", "1"))


def test_theInviteSaysThatProvisionalResponsesMayBeReliable() -> None:
    call = Call()
    assert "100rel" in call.last("INVITE").headers.tokens("Supported")
    call.leg.hangup(Cause.NORMAL_CALL_CLEARING)
    call.world.settle()


def test_a200AfterAnAnswerThatHasArrivedNeedsNone() -> None:
    call = Call()
    call.answer(183, body=offerBody(), rows=RELIABLE)
    call.answer(200, to=1)  # to the PRACK
    call.answer(200)
    assert call.log.said == ["proceeding", "media", "answered"]
    call.bye()
    call.world.settle()


def test_anAnswerThatHasArrivedIsNotReplaced() -> None:
    call = Call()
    call.answer(183, body=offerBody(formats="0"), rows=RELIABLE)
    call.answer(200, body=offerBody(formats="8"))
    assert [each.transmit and each.transmit.format for each in call.log.streams] == [G711_ULAW]
    call.bye()
    call.world.settle()


def test_ofAForkedCallAnotherMayAnswerOtherwise() -> None:
    call = Call()
    call.answer(183, "one", body=offerBody(formats="0"), rows=RELIABLE)
    call.answer(200, "two", body=offerBody(formats="8"))
    assert [each.transmit and each.transmit.format for each in call.log.streams] == [
        G711_ULAW,
        G711_ALAW,
    ]
    call.leg.hangup(Cause.NORMAL_CALL_CLEARING)
    call.world.settle()


@pytest.mark.parametrize(("rows", "status"), [(RELIABLE, 200), ((), 500)])
def test_whoHasAnsweredForGoodMayChangeItByUpdateBeforeTheCallIsAnswered(
    rows: tuple[tuple[str, str], ...], status: int
) -> None:
    call = Call()
    call.answer(183, body=offerBody(), rows=rows)
    invite = call.last("INVITE")
    text = request(
        "UPDATE",
        callId=invite.callId,
        toTag=invite.fromAddress.tag or "",
        cseq=5,
        body=offerBody(formats="8"),
    )
    call.script.send(text, SERVER)
    call.world.run(0.05)
    assert call.script.statuses[-1] == status
    call.leg.hangup(Cause.NORMAL_CALL_CLEARING)
    call.world.settle()


def test_weChangeMediaByUpdateBeforeTheCallIsAnswered() -> None:
    call = Call()
    call.answer(183, body=offerBody(), rows=(*RELIABLE, ("Allow", "INVITE, ACK, BYE, UPDATE")))
    call.leg.changeMedia(PROFILE)
    call.world.run(0.05)
    assert call.script.methods == ["INVITE", "PRACK", "UPDATE"]
    assert call.last("UPDATE").toAddress.tag == "far"
    call.leg.hangup(Cause.NORMAL_CALL_CLEARING)
    call.world.settle()


TRUSTING = SIPConfig(trustedNetworks=("10.0.0.3",))
SILENT, HEARD = (("P-Early-Media", "inactive"),), (("P-Early-Media", "sendonly"),)


@pytest.mark.parametrize(
    ("config", "rows", "said"),
    [
        (TRUSTING, SILENT, ["proceeding"]),
        (TRUSTING, HEARD, ["proceeding", "media"]),
        (TRUSTING, (), ["proceeding", "media"]),
        (SIPConfig(), SILENT, ["proceeding", "media"]),
    ],
)
def test_soundBeforeTheAnswerIsHeardUnlessAPeerThatIsTrustedForbidsIt(
    config: SIPConfig, rows: tuple[tuple[str, str], ...], said: list[str]
) -> None:
    call = Call(config)
    call.answer(183, body=offerBody(), rows=rows)
    assert call.log.said == said
    call.answer(200, body=offerBody())
    assert call.log.said[-1] == "answered" if "media" in said else "media"
    call.bye()
    call.world.settle()


@pytest.mark.parametrize("rows", [(), RELIABLE])
def test_soundThatWasForbiddenIsHeardOnceItMayBe(rows: tuple[tuple[str, str], ...]) -> None:
    call = Call(TRUSTING)
    call.answer(183, body=offerBody(), rows=(*rows, *SILENT))
    assert call.log.said == ["proceeding"]
    call.answer(180, rows=HEARD)
    assert call.log.said == ["proceeding", "alerting", "media"]
    call.leg.hangup(Cause.NORMAL_CALL_CLEARING)
    call.world.settle()


@pytest.mark.parametrize(("config", "asked"), [(TRUSTING, "supported"), (None, None)])
def test_whoIsTrustedIsAskedWhetherItMayBeHeard(
    config: SIPConfig | None, asked: str | None
) -> None:
    call = Call(config)
    assert call.last("INVITE").headers.get("P-Early-Media") == asked
    call.leg.hangup(Cause.NORMAL_CALL_CLEARING)
    call.world.settle()
