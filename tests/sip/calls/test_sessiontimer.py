"""
Sessions that end unless they are refreshed, in every role.
"""

from __future__ import annotations

import pytest

from h323d.sip.config import SIPConfig
from h323d.sip.digest.answering import NO_SECRETS, Secrets
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.values.cause import Cause
from tests.support.digest import FakeSecrets
from tests.support.scriptedcalls import CHALLENGE, CallOfScript, CallToScript
from tests.support.sippeers import SERVER, offerBody, responseTo

TIMER = "Supported: timer\n"
UPDATES = "Allow: INVITE, ACK, BYE, UPDATE\n"
UNASKED = SIPConfig(sessionExpires=0)


def expiresOf(message: SIPRequest | SIPResponse) -> str | None:
    return message.headers.get("Session-Expires")


def _named(request: SIPRequest) -> tuple[int, str]:
    return request.cseq.number, request.method


class Called(CallOfScript):
    """
    A call of a scripted peer that we have answered.
    """

    def __init__(
        self, extra: str, config: SIPConfig | None = None, secrets: Secrets = NO_SECRETS
    ) -> None:
        super().__init__(config, secrets)
        self.invite(extra=extra)
        self._tag = super().tag

    @property
    def tag(self) -> str:
        return getattr(self, "_tag", "")

    @property
    def answer(self) -> SIPRequest | SIPResponse:
        return [each for each in self.script.messages if each.cseq.method == "INVITE"][-1]

    @property
    def asked(self) -> list[str]:
        """
        The methods of our requests, those that came again once.
        """
        requests = [each for each in self.script.messages if isinstance(each, SIPRequest)]
        return [method for _, method in dict.fromkeys(_named(each) for each in requests)]

    def begin(self) -> None:
        self.send("ACK")
        self.script.messages.clear()

    def accept(self, *rows: tuple[str, str], status: int = 200) -> None:
        """
        Answer the last request.
        """
        last = self.last
        body = offerBody() if last.body and status < 300 else ""
        self.script.send(responseTo(last, status, body=body, rows=rows), SERVER)
        self.world.run(0.05)

    def over(self) -> None:
        self.leg.hangup(Cause.NORMAL_CALL_CLEARING)
        self.end()


@pytest.mark.parametrize(
    ("asked", "config", "granted"),
    [
        # who asks, and leaves it to us, refreshes
        (f"{TIMER}Session-Expires: 600\n", None, ("600;refresher=uac", "timer")),
        (f"{TIMER}Session-Expires: 600;refresher=uac\n", None, ("600;refresher=uac", "timer")),
        (f"{TIMER}Session-Expires: 600;refresher=uas\n", None, ("600;refresher=uas", "timer")),
        ("Require: timer\nSession-Expires: 600\n", None, ("600;refresher=uac", "timer")),
        ("k: timer\nx: 600\n", None, ("600;refresher=uac", "timer")),
        # who knows, and does not ask, is asked
        (TIMER, None, ("1800;refresher=uas", "timer")),
        (TIMER, UNASKED, (None, None)),
        # a proxy has asked
        ("Session-Expires: 600\n", None, ("600;refresher=uas", None)),
        ("Session-Expires: 600;refresher=uac\n", None, ("600;refresher=uas", None)),
        ("Session-Expires: 60\n", None, ("90;refresher=uas", None)),
        # no longer than we want to wait, and no shorter than somebody wants to be asked
        (f"{TIMER}Session-Expires: 7200\n", None, ("1800;refresher=uac", "timer")),
        (f"{TIMER}Session-Expires: 7200\n", UNASKED, ("7200;refresher=uac", "timer")),
        (f"{TIMER}Session-Expires: 7200\nMin-SE: 3600\n", None, ("3600;refresher=uac", "timer")),
        ("", None, (None, None)),
    ],
)
def test_whatACallerAsksForIsGranted(
    asked: str, config: SIPConfig | None, granted: tuple[str | None, str | None]
) -> None:
    call = Called(asked, config)
    assert (expiresOf(call.answer), call.answer.headers.get("Require")) == granted
    call.begin()
    call.over()


@pytest.mark.parametrize(
    ("asked", "status", "minimum"),
    [
        (f"{TIMER}Session-Expires: 30\n", 422, "90"),
        ("Require: timer\nSession-Expires: 89\n", 422, "90"),
        (f"{TIMER}Session-Expires: 4294967296\n", 400, None),
        ("Session-Expires: soon\n", 400, None),
        (f"{TIMER}Session-Expires: 600;refresher=you\n", 400, None),
    ],
)
def test_whatCannotBeGrantedIsRefused(asked: str, status: int, minimum: str | None) -> None:
    call = Called(asked)
    assert call.script.statuses == [status]
    assert call.last.headers.get("Min-SE") == minimum
    call.end()


@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
def test_aRefreshOfThePeersKeepsTheCall(method: str) -> None:
    call = Called(f"{TIMER}Session-Expires: 600;refresher=uac\n")
    call.begin()
    for _ in range(4):
        call.world.run(300, step=1)
        body = offerBody() if method == "INVITE" else ""
        extra = f"{TIMER}Session-Expires: 600;refresher=uac\n"
        call.next(method, body=body, extra=extra)
        assert expiresOf(call.last) == "600;refresher=uac"
        if method == "INVITE":
            call.send("ACK")
    assert call.leg.state == "established"
    call.over()


def test_aCallThatThePeerDoesNotRefreshIsEnded() -> None:
    call = Called(f"{TIMER}Session-Expires: 600;refresher=uac\n")
    call.begin()
    call.world.run(567, step=1)
    assert call.asked == []
    call.world.run(2, step=1)
    assert call.asked[0] == "BYE"
    assert call.log.causes == [Cause.RECOVERY_ON_TIMER_EXPIRY]
    assert call.last.headers.get("Reason") == "Q.850;cause=102"
    call.end()


def test_weRefreshByUpdateWhereThePeerTakesIt() -> None:
    call = Called(f"{TIMER}{UPDATES}Session-Expires: 600;refresher=uas\n")
    call.begin()
    call.world.run(301, step=1)
    assert (call.asked, call.last.body) == (["UPDATE"], b"")
    assert expiresOf(call.last) == "600;refresher=uac"  # it is we who send it
    assert "timer" in call.last.headers.tokens("Supported")
    call.accept(("Session-Expires", "600;refresher=uac"))
    call.world.run(301, step=1)
    assert call.asked == ["UPDATE", "UPDATE"]
    call.over()


def test_elseByAReinviteThatChangesNothing() -> None:
    call = Called(f"{TIMER}Session-Expires: 600;refresher=uas\n")
    first = call.answer.body
    call.begin()
    call.world.run(301, step=1)
    assert (call.asked, call.last.body) == (["INVITE"], first)
    assert expiresOf(call.last) == "600;refresher=uac"
    call.accept(("Session-Expires", "600;refresher=uac"))
    assert call.asked == ["INVITE", "ACK"]
    call.world.run(301, step=1)
    assert call.asked == ["INVITE", "ACK", "INVITE"]
    assert call.leg.state == "established"
    call.over()


def test_aRefreshThatIsRefusedIsTriedAgainAndThenTheCallEnds() -> None:
    call = Called(f"{TIMER}{UPDATES}Session-Expires: 600;refresher=uas\n")
    call.begin()
    for wait in (301, 76, 76, 76):
        call.world.run(wait, step=1)
        call.accept(status=500)
    call.world.run(60, step=1)
    assert call.asked == [*(["UPDATE"] * 4), "BYE"]
    call.end()


def test_whoTakesNoUpdateAfterAllIsRefreshedByReinvite() -> None:
    call = Called(f"{TIMER}{UPDATES}Session-Expires: 600;refresher=uas\n")
    call.begin()
    call.world.run(301, step=1)
    call.accept(("Allow", "INVITE, ACK, BYE"), status=405)
    call.world.run(76, step=1)
    assert call.asked == ["UPDATE", "INVITE"]
    call.over()


@pytest.mark.parametrize("allow", [UPDATES, ""])
def test_whoAsksForAPasswordForARefreshIsShownIt(allow: str) -> None:
    asked = f"{TIMER}{allow}Session-Expires: 600;refresher=uas\n"
    call = Called(asked, secrets=FakeSecrets())
    call.begin()
    call.world.run(301, step=1)
    call.accept(*CHALLENGE, status=401)
    again = call.last
    assert (expiresOf(again), "Authorization" in again.headers) == ("600;refresher=uac", True)
    call.accept(("Session-Expires", "600;refresher=uac"))
    if not allow:
        ack = call.last
        assert (ack.cseq.number, ack.cseq.method) == (again.cseq.number, "ACK")
        assert ack.headers.get("Authorization") == again.headers.get("Authorization")
    call.world.run(299, step=1)  # longer than it would have lasted without
    assert call.leg.state == "established"
    call.over()


@pytest.mark.parametrize("status", [408, 481])
def test_aRefreshOfACallThatThePeerDoesNotHaveEndsItAtOnce(status: int) -> None:
    call = Called(f"{TIMER}{UPDATES}Session-Expires: 600;refresher=uas\n")
    call.begin()
    call.world.run(301, step=1)
    call.accept(status=status)
    assert call.log.said[-1] == "released"
    call.end()


def test_aRefreshThatNobodyAnswersEndsTheCall() -> None:
    call = Called(f"{TIMER}{UPDATES}Session-Expires: 600;refresher=uas\n")
    call.begin()
    call.world.run(301 + 33, step=1)
    assert call.log.causes == [Cause.RECOVERY_ON_TIMER_EXPIRY]
    call.end()


def test_aRefreshThatMeetsAnotherOfferIsTriedAgainLater() -> None:
    call = Called(f"{TIMER}Session-Expires: 600;refresher=uas\n")
    call.begin()
    call.world.run(301, step=1)
    call.accept(status=491)
    call.world.run(76, step=1)
    assert call.asked == ["INVITE", "ACK", "INVITE"]
    call.accept(("Session-Expires", "600;refresher=uac"))
    call.world.run(200, step=1)
    assert call.leg.state == "established"
    call.over()


def test_aPeerThatRefreshesWithoutATimerHasNoneAnyMore() -> None:
    call = Called(f"{TIMER}Session-Expires: 600;refresher=uac\n")
    call.begin()
    call.next("INVITE", body=offerBody())
    assert expiresOf(call.last) is None
    call.send("ACK")
    call.world.run(1000, step=1)
    assert call.leg.state == "established"
    call.over()


def test_whoeverRefreshesStaysWhoItIs() -> None:
    call = Called(f"{TIMER}Session-Expires: 600;refresher=uas\n")
    call.begin()
    call.next("UPDATE", extra=TIMER)
    assert expiresOf(call.last) == "600;refresher=uas"
    call.over()


# Calls of ours.


class Calling(CallToScript):
    """
    A call of ours to a scripted peer.
    """

    def accepted(self, expires: str | None, allow: str = "INVITE, ACK, BYE, UPDATE") -> None:
        rows = (("Allow", allow), *((("Session-Expires", expires),) if expires else ()))
        self.answer(200, body=offerBody(), rows=rows)
        self.script.messages.clear()

    def answerLast(
        self, status: int, body: str = "", rows: tuple[tuple[str, str], ...] = ()
    ) -> None:
        """
        Answer the last INVITE.
        """
        self.script.send(responseTo(self.last("INVITE"), status, body=body, rows=rows), SERVER)
        self.world.run(0.05)

    def refuse(self, *rows: tuple[str, str]) -> None:
        """
        The last INVITE asks for too little.
        """
        self.answerLast(422, rows=rows)

    def over(self) -> None:
        self.leg.hangup(Cause.NORMAL_CALL_CLEARING)
        self.world.settle()


@pytest.mark.parametrize(("config", "asked"), [(None, "1800"), (UNASKED, None)])
def test_ourInviteAsksForWhatIsConfigured(config: SIPConfig | None, asked: str | None) -> None:
    call = Calling(config)
    invite = call.last("INVITE")
    assert (expiresOf(invite), "timer" in invite.headers.tokens("Supported")) == (asked, True)
    call.over()


@pytest.mark.parametrize(
    ("expires", "after"),
    [
        ("600;refresher=uac", (300, "UPDATE")),
        ("600", (300, "UPDATE")),
        ("20;refresher=uac", (45, "UPDATE")),  # nobody has us refresh more often
        ("600;refresher=uas", (568, "BYE")),
    ],
)
def test_whatIsGrantedHolds(expires: str, after: tuple[int, str]) -> None:
    seconds, method = after
    call = Calling()
    call.accepted(expires)
    call.world.run(seconds - 2, step=1)
    assert call.script.methods == []
    call.world.run(3, step=1)
    assert call.script.methods[0] == method
    call.over()


@pytest.mark.parametrize("expires", [None, "soon"])
def test_whatIsNotGrantedIsNotRefreshed(expires: str | None) -> None:
    call = Calling()
    call.accepted(expires)
    call.world.run(3600, step=5)
    assert call.script.methods == []
    call.over()


def test_whoFindsThatTooShortIsAskedForMore() -> None:
    call = Calling()
    first = call.last("INVITE")
    call.refuse(("Min-SE", "3600"))
    again = call.last("INVITE")
    assert (expiresOf(again), again.headers.get("Min-SE")) == ("3600", "3600")
    assert again.cseq.number == first.cseq.number + 1
    assert (again.callId, again.fromAddress, again.body) == (
        first.callId,
        first.fromAddress,
        first.body,
    )
    call.answerLast(200, offerBody(), (("Session-Expires", "3600;refresher=uas"),))
    assert call.log.said[-2:] == ["answered", "media"]
    call.over()


@pytest.mark.parametrize("minimum", ["7200", None, "soon"])
def test_whoFindsEverythingTooShortIsCalledWithoutIt(minimum: str | None) -> None:
    call = Calling()
    call.refuse(("Min-SE", "3600"))
    call.refuse(*((("Min-SE", minimum),) if minimum else ()))
    invite = call.last("INVITE")
    assert (expiresOf(invite), invite.headers.get("Min-SE")) == (None, None)
    call.refuse(("Min-SE", "7200"))
    assert call.script.methods.count("INVITE") == 3
    assert call.log.causes == [Cause.INTERWORKING]
    call.world.settle()


def test_whoAsksForAPasswordFirstIsAskedForMoreByANewNumber() -> None:
    call = Calling(secrets=FakeSecrets())
    call.answerLast(401, rows=CHALLENGE)
    second = call.last("INVITE")
    call.refuse(("Min-SE", "3600"))
    third = call.last("INVITE")
    assert (expiresOf(third), third.cseq.number) == ("3600", second.cseq.number + 1)
    assert "Authorization" in second.headers
    assert "Authorization" not in third.headers  # what was shown is good for one request
    call.over()


def test_whatWasCancelledIsNotAskedForAgain() -> None:
    call = Calling()
    call.answer(180)
    call.leg.hangup(Cause.NORMAL_CALL_CLEARING)
    call.world.run(0.05)
    call.refuse(("Min-SE", "3600"))
    assert call.script.methods.count("INVITE") == 1
    call.world.settle()


def test_aCallThatIsMadeAgainCanBeCancelled() -> None:
    call = Calling()
    call.refuse(("Min-SE", "3600"))
    call.answerLast(180)
    call.leg.hangup(Cause.NORMAL_CALL_CLEARING)
    call.world.run(0.05)
    assert call.last("CANCEL").cseq.number == call.last("INVITE").cseq.number
    call.world.settle()
