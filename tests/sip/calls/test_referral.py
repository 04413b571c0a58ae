"""
A REFER within a call: what it asks for, and what its peer is told.
"""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.defer import Deferred
from zope.interface.verify import verifyObject

from h323d.call.applications import PASSED, Admission, Application, Door, Reason, Refusal
from h323d.call.gates import Gates
from h323d.call.inquiry import Inquiry
from h323d.call.legs import ITransferRequest
from h323d.errors import DecodeError
from h323d.events.bus import EventBus
from h323d.sip.applications import withinApplication
from h323d.sip.calls.referral import Referral, Referrals
from h323d.sip.dialogs.dialog import Dialog
from h323d.sip.dialogs.dialogend import DialogEnd
from h323d.sip.dialogs.replaces import Replaces
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.values.cause import Cause
from h323d.values.referred import Referred
from tests.support.fakeagent import FakeAgent, FakeFlow, received
from tests.support.fakegate import FakeGate
from tests.support.fakeleg import FakeLeg
from tests.support.fakemedia import FakePool
from tests.support.lease import Lease
from tests.support.recorder import Recorder

CAROL = "Refer-To: <sip:1003@10.0.0.1>\n"


class Scene:
    """
    A call that is answered, and whoever asks for a transfer in it.
    """

    over = False

    def __init__(self, verdict: Any = None) -> None:
        self.agent: Any = FakeAgent()
        self.gate = FakeGate(verdict, () if verdict is None else (Door.REFER,))
        self.agent.gates = Gates(self.agent.clock, EventBus(), (self.gate,))
        self.requests: list[Referral] = []
        self.end = DialogEnd(self.agent, Recorder(), FakeFlow())
        self.end.dialog = Dialog.called(received("INVITE").request, self.end.localTag, 1)
        self.end.dialog.confirm()
        self.referrals = Referrals(self, self.agent, self.end)

    def applicationFor(self, request: SIPRequest) -> Application:
        return withinApplication(Inquiry("sip", FakeFlow.peer, (), ()), request)

    def requestTransfer(self, request: Any) -> None:
        self.requests.append(request)

    def refer(self, extra: str = CAROL, cseq: int = 2) -> Referral:
        self.referrals.requested(received("REFER", extra=extra, cseq=cseq))
        return self.requests[-1]

    @property
    def told(self) -> list[str]:
        """
        The status lines that the peer was sent, in order.
        """
        return [each.request.body.decode().strip() for each in self.agent.sent]

    def header(self, name: str) -> list[str | None]:
        return [each.request.headers.get(name) for each in self.agent.sent]


@pytest.fixture
def scene() -> Scene:
    return Scene()


def answer(scene: Scene, status: int) -> None:
    """
    What the peer says to the last NOTIFY.
    """
    notify = scene.agent.sent[-1]
    response = notify.request.response(status, None, "far")
    assert isinstance(response, SIPResponse)
    notify.user.responseReceived(response)


def test_itNamesWhomToCall(scene: Scene) -> None:
    request = scene.refer()
    assert verifyObject(ITransferRequest, request)
    assert request.way.protocol == "sip"
    assert [str(name) for name in request.way.called] == ["1003", "sip:1003@10.0.0.1"]
    assert scene.agent.answers == []


def test_aUserAtAnotherHostIsNoneOfOurs(scene: Scene) -> None:
    request = scene.refer("Refer-To: sip:1003@192.0.2.1\n")
    assert [str(name) for name in request.way.called] == ["sip:1003@192.0.2.1"]


def test_aNumberIsOne(scene: Scene) -> None:
    request = scene.refer("Refer-To: <tel:+1-201-555>\n")
    assert str(request.way.called[0]) == "1201555"


def test_itsPeerHearsHowFarItHasCome(scene: Scene) -> None:
    request = scene.refer()
    request.accept()
    request.ringing()
    request.succeed()
    (accepted,) = scene.agent.answers
    assert (accepted.status, "Contact" in accepted.headers) == (202, True)
    assert scene.agent.methods == ["NOTIFY"] * 3
    assert scene.told == ["SIP/2.0 100 Trying", "SIP/2.0 180 Ringing", "SIP/2.0 200 OK"]
    assert scene.header("Subscription-State") == [
        *["active;expires=600"] * 2,
        "terminated;reason=noresource",
    ]
    assert scene.header("Event") == ["refer"] * 3
    assert scene.header("Content-Type") == ["message/sipfrag;version=2.0"] * 3


def test_itsPeerHearsWhyNobodyWasReached(scene: Scene) -> None:
    request = scene.refer()
    request.accept()
    request.fail(Cause.USER_BUSY)
    request.succeed()  # too late
    assert scene.told == ["SIP/2.0 100 Trying", "SIP/2.0 486 Busy Here"]


@pytest.mark.parametrize(
    ("cause", "status"), [(Cause.FACILITY_REJECTED, 603), (Cause.CALL_REJECTED, 403)]
)
def test_whatIsNotBegunIsRefused(scene: Scene, cause: Cause, status: int) -> None:
    request = scene.refer()
    request.fail(cause)
    request.accept()
    assert (scene.agent.statuses, scene.agent.methods) == ([status], [])


def test_theSecondOfACallHasAnEventOfItsOwn(scene: Scene) -> None:
    scene.refer().accept()
    scene.refer(cseq=3).accept()
    assert scene.header("Event") == ["refer", "refer;id=3"]


def test_whoWantsToHearNothingDoesNot(scene: Scene) -> None:
    request = scene.refer(CAROL + "Refer-Sub: false\nRequire: norefersub\n")
    request.accept()
    request.succeed()
    (accepted,) = scene.agent.answers
    assert (accepted.status, accepted.headers.get("Refer-Sub")) == (202, "false")
    assert scene.agent.methods == []


@pytest.mark.parametrize("status", [481, 489, 500])
def test_whoDoesNotTakeANotifyGetsNoMore(scene: Scene, status: int) -> None:
    request = scene.refer()
    request.accept()
    answer(scene, status)
    request.succeed()
    assert scene.told == ["SIP/2.0 100 Trying"]


def test_whoTakesOneGetsTheNext(scene: Scene) -> None:
    request = scene.refer()
    request.accept()
    answer(scene, 200)
    request.succeed()
    assert len(scene.told) == 2


@pytest.mark.parametrize("way", ["requestTimedOut", "requestFailed"])
def test_whoDoesNotAnswerGetsNoMore(scene: Scene, way: str) -> None:
    request = scene.refer()
    request.accept()
    getattr(scene.agent.sent[-1].user, way)()
    request.succeed()
    assert len(scene.told) == 1


def test_whoHasLeftTheCallHearsWhatCameOfIt(scene: Scene) -> None:
    request = scene.refer()
    request.accept()
    scene.end.close()
    request.fail(Cause.USER_BUSY)
    assert scene.told[-1] == "SIP/2.0 486 Busy Here"


def test_whoAsksAndWhereIsSaidToWhoIsCalled(scene: Scene) -> None:
    asks = "Referred-By: Boss <sip:boss@10.0.0.3>;cid=x\n"
    target = f"Refer-To: <sip:1003@192.0.2.1?{REPLACES}>\n"
    request = scene.refer(target + asks)
    assert request.replaces is None
    assert request.referred == Referred("<sip:boss@10.0.0.3>", "a;to-tag=b;from-tag=c")


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("<http://10.0.0.1/>", 416),
        ("<sips:1003@10.0.0.1>", 416),
        ("<sip:1003@10.0.0.1;method=BYE>", 501),
        ("<sip:h323d@10.0.0.1>", 482),
        ("<sip:10.0.0.1>", 482),
    ],
)
def test_whatIsNoCallToSomebodyIsRefused(scene: Scene, target: str, status: int) -> None:
    scene.referrals.requested(received("REFER", extra=f"Refer-To: {target}\n"))
    assert (scene.agent.statuses, scene.requests) == ([status], [])


def test_beforeTheAnswerNobodyIsTransferred() -> None:
    scene = Scene()
    scene.end.dialog = Dialog.called(received("INVITE").request, scene.end.localTag, 1)
    scene.referrals.requested(received("REFER", extra=CAROL))
    assert (scene.agent.statuses, scene.requests) == ([603], [])


REPLACES = "Replaces=a%3Bto-tag%3Db%3Bfrom-tag%3Dc"


def test_whoIsConsultedIsFoundByTheDialog(scene: Scene) -> None:
    other = scene.agent.replaceable = FakeLeg("1003", FakePool())
    request = scene.refer(f"Refer-To: <sip:1003@10.0.0.1?{REPLACES}>\n")
    assert scene.agent.asked == [Replaces("a", "b", "c")]
    assert request.replaces is other


@pytest.mark.parametrize("status", [481, 486, 603])
def test_whyThatCannotBeIsToldAsWhatCameOfIt(scene: Scene, status: int) -> None:
    scene.agent.replaceable = status
    refer = received("REFER", extra=f"Refer-To: <sip:1003@10.0.0.1?{REPLACES}>\n", cseq=2)
    scene.referrals.requested(refer)
    assert (scene.agent.statuses, scene.requests) == ([202], [])
    assert [int(each.split()[1]) for each in scene.told] == [100, status]
    assert "terminated" in (scene.header("Subscription-State")[-1] or "")


LONG = "1" * 5000


@pytest.mark.parametrize(
    "extra",
    [
        f"Refer-To: <sip:{LONG}@10.0.0.1>\n",
        "",
        "Refer-To: <sip:>\n",
        "Refer-To: <sip:1@b?Replaces=a>\n",
    ],
)
def test_whatNamesNobodyIsMalformed(scene: Scene, extra: str) -> None:
    with pytest.raises(DecodeError, match=r"Refer-To|Replaces"):
        scene.referrals.requested(received("REFER", extra=extra))


def test_aGateJudgesATransfer() -> None:
    lease = Lease()
    scene = Scene(Admission(leases=(lease,)))
    scene.refer()
    (application,) = scene.gate.judged
    assert (application.door, len(scene.requests), lease.ends) == (Door.REFER, 1, 1)


@pytest.mark.parametrize("extra", [CAROL, f"Refer-To: <sip:1003@10.0.0.1?{REPLACES}>\n"])
def test_aTransferThatAGateRefusesIsNone(extra: str) -> None:
    scene = Scene(Refusal.of(Reason.INVALID_SIGNATURE))
    scene.agent.replaceable = 481
    scene.referrals.requested(received("REFER", extra=extra, cseq=2))
    assert (scene.requests, scene.told) == ([], [])
    assert [each.status for each in scene.agent.answers] == [403]


def test_aTransferWaitsForAGateThatTakesItsTime() -> None:
    slow: Deferred[Admission] = Deferred()
    scene = Scene(slow)
    scene.referrals.requested(received("REFER", extra=CAROL, cseq=2))
    assert scene.requests == scene.agent.answers == []
    slow.callback(PASSED)
    assert len(scene.requests) == 1


def test_aTransferOfACallThatIsOverMeanwhileIsNone() -> None:
    slow: Deferred[Admission] = Deferred()
    scene = Scene(slow)
    scene.referrals.requested(received("REFER", extra=CAROL, cseq=2))
    scene.over = True
    slow.callback(PASSED)
    assert scene.requests == []
    assert [each.status for each in scene.agent.answers] == [487]
