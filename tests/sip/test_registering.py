"""
Our registration with another server: what is sent, and what becomes of it.
"""

from __future__ import annotations

import pytest

from h323d.sip.digest.algorithms import Algorithm, responseOf, secretOf
from h323d.sip.digest.fields import Challenge, Credentials
from h323d.sip.messages.message import SIPRequest
from h323d.sip.messages.uri import SIPURI
from h323d.sip.messages.writer import write
from h323d.sip.registering import EXPIRES, MAX_EXPIRES, Registrant
from h323d.values.address import TransportAddress
from tests.support.digest import REALM, FakeSecrets
from tests.support.sippeers import SIPWorld

US, THERE = "10.0.0.1", "10.0.0.7"
HOP = SIPURI(THERE, port=5060).withParameter("transport", "udp")
SERVER = SIPURI("sip.example.com")
Rows = tuple[tuple[str, str], ...]


class Asker:
    """
    An L{h323d.sip.registering.RegisterAsker} that writes down what it is told.
    """

    def __init__(self) -> None:
        self.told: list[str] = []

    def granted(self, seconds: int) -> None:
        self.told.append(f"granted {seconds}")

    def refused(self, reason: str, retryAfter: float = 0.0) -> None:
        self.told.append(f"refused {reason}, {retryAfter:g}" if retryAfter else f"refused {reason}")

    def unable(self, reason: str, retryAfter: float = 0.0) -> None:
        self.told.append(f"unable {reason}, {retryAfter:g}")

    def unreachable(self, reason: str) -> None:
        self.told.append(f"unreachable {reason}")

    def lost(self) -> None:
        self.told.append("lost")


class Scene:
    """
    Us, and a registrar that says what it is told to.
    """

    def __init__(self, secrets: FakeSecrets | None = None) -> None:
        self.world = SIPWorld()
        self.server = self.world.script(THERE)
        self.us = self.world.peer(US)
        self.asker = Asker()
        known = secrets or FakeSecrets()
        self.registrant = Registrant(self.us.endpoint, SERVER, "alice", known)

    def register(self) -> SIPRequest:
        self.registrant.register(HOP, self.asker)
        return self.last

    @property
    def last(self) -> SIPRequest:
        """
        What came there last.
        """
        self.world.run(0.1)
        message = self.server.messages[-1]
        assert isinstance(message, SIPRequest)
        return message

    @property
    def requests(self) -> int:
        self.world.run(0.1)
        return len(self.server.methods)

    def answer(self, status: int, *rows: tuple[str, str]) -> list[str]:
        response = self.last.response(status, None, "there")
        response = response.withHeaders(response.headers.extending(*rows))
        self.server.port.send(write(response), TransportAddress(US, 5060))
        self.world.run(0.1)
        return self.asker.told

    def challenge(self, nonce: str, stale: bool = False) -> list[str]:
        challenge = str(Challenge(REALM, nonce, Algorithm.SHA_256, "o"))
        return self.answer(401, ("WWW-Authenticate", challenge + (", stale=true" if stale else "")))


def shownIn(request: SIPRequest) -> Credentials:
    (line,) = request.headers.lines("Authorization")
    shown = Credentials.read(line)
    assert shown is not None
    return shown


def nonceOf(request: SIPRequest) -> str:
    return shownIn(request).nonce


def registered(*rows: tuple[str, str]) -> Scene:
    """
    One who has been asked for the password.

    @param rows: more of the answer.
    """
    scene = Scene()
    scene.register()
    scene.challenge("n1")
    scene.answer(200, *rows)
    scene.asker.told.clear()
    return scene


def test_ourContactIsBoundToOurNameThere() -> None:
    request = Scene().register()
    assert (request.method, str(request.uri)) == ("REGISTER", "sip:sip.example.com")
    assert (
        str(request.toAddress.uri) == str(request.fromAddress.uri) == ("sip:alice@sip.example.com")
    )
    assert request.toAddress.tag is None
    assert request.headers.get("Contact") == f"<sip:alice@{US}:5060>"
    assert request.seconds("Expires") == EXPIRES


@pytest.mark.parametrize(
    ("rows", "seconds"),
    [
        ((), EXPIRES),
        ((("Expires", "60"),), 60),
        ((("Contact", f"<sip:alice@{US}:5060>;expires=120"), ("Expires", "60")), 120),
        ((("Contact", f"<sip:alice@10.9.9.9>;expires=120, <sip:alice@{US}:5060>;expires=70"),), 70),
        ((("Contact", "<sip:alice@10.9.9.9>;expires=120"),), EXPIRES),
        ((("Expires", "4294967295"),), MAX_EXPIRES),
    ],
)
def test_itIsForAsLongAsTheAnswerSays(rows: Rows, seconds: int) -> None:
    scene = Scene()
    scene.register()
    assert scene.answer(200, *rows) == [f"granted {seconds}"]


def test_forNoTimeIsARefusal() -> None:
    scene = Scene()
    scene.register()
    assert scene.answer(200, ("Expires", "0")) == ["refused registered for no time"]


def test_whatComesNextHasTheSameCallIDAndAHigherNumber() -> None:
    scene = Scene()
    first = scene.register()
    scene.answer(200)
    second = scene.register()
    assert second.callId == first.callId
    assert second.cseq.number == first.cseq.number + 1


def test_itIsTakenBackWithExpiresZero() -> None:
    scene = Scene()
    first = scene.register()
    scene.answer(200)
    scene.registrant.unregister(HOP, scene.asker)
    assert scene.last.seconds("Expires") == 0
    assert scene.last.headers.get("Contact") == first.headers.get("Contact")
    assert scene.answer(200)[1:] == ["granted 0"]


def test_whoIsAskedShowsItsPassword() -> None:
    scene = Scene()
    first = scene.register()
    assert scene.challenge("n1") == []
    assert nonceOf(scene.last) == "n1"
    assert scene.last.cseq.number == first.cseq.number + 1
    assert scene.answer(200) == [f"granted {EXPIRES}"]


def test_aNonceThatWasTooOldIsChangedForAnother() -> None:
    scene = Scene()
    scene.register()
    scene.challenge("n1")
    assert scene.challenge("n2", stale=True) == []
    assert nonceOf(scene.last) == "n2"


def test_aPasswordThatIsRefusedIsNotShownAgain() -> None:
    scene = Scene()
    scene.register()
    scene.challenge("n1")
    assert scene.challenge("n2") == ["refused 401 Unauthorized"]
    assert scene.requests == 2


def test_whatWasGoodIsShownAgainAndCountedFurtherBeforeAnybodyAsks() -> None:
    scene = registered()
    for count in ("00000002", "00000003"):
        again = shownIn(scene.register())
        assert (again.nonce, again.count, again.opaque) == ("n1", count, "o")
        secret = secretOf(Algorithm.SHA_256, "alice", REALM, "secret")
        assert again.response == responseOf(
            Algorithm.SHA_256, secret, "n1", count, again.cnonce, "REGISTER", str(SERVER)
        )
        scene.answer(200)
    assert scene.asker.told == [f"granted {EXPIRES}"] * 2
    assert scene.requests == 4


def test_theNonceThatTheServerGivesForTheNextTimeIsTaken() -> None:
    scene = registered(("Authentication-Info", 'nextnonce="n2", qop=auth'))
    again = shownIn(scene.register())
    assert (again.nonce, again.count) == ("n2", "00000001")
    scene.answer(200)
    assert shownIn(scene.register()).count == "00000002"


@pytest.mark.parametrize("stale", [True, False])
def test_aNonceThatTheServerDoesNotTakeAgainIsNoFaultOfThePassword(stale: bool) -> None:
    scene = registered()
    scene.register()
    assert scene.challenge("n2", stale) == []
    again = shownIn(scene.last)
    assert (again.nonce, again.count) == ("n2", "00000001")
    assert scene.answer(200) == [f"granted {EXPIRES}"]
    assert nonceOf(scene.register()) == "n2"


def test_aPasswordThatIsGoodNoLongerIsShownTwiceAndNoMore() -> None:
    scene = registered()
    scene.register()
    assert scene.challenge("n2") == []
    assert scene.challenge("n3") == ["refused 401 Unauthorized"]
    assert scene.requests == 4


def test_anotherServerIsShownNothingBeforeItAsks() -> None:
    scene = registered()
    other = scene.world.script("10.0.0.9")
    scene.registrant.register(SIPURI("10.0.0.9", port=5060), scene.asker)
    scene.world.run(0.1)
    (request,) = other.messages
    assert isinstance(request, SIPRequest)
    assert "Authorization" not in request.headers


def test_whatNobodyHasAskedForIsNotShown() -> None:
    scene = Scene()
    scene.register()
    scene.answer(200)
    assert "Authorization" not in scene.register().headers


def test_itIsTakenBackWithoutBeingAskedEither() -> None:
    scene = registered()
    scene.registrant.unregister(HOP, scene.asker)
    assert shownIn(scene.last).count == "00000002"


def test_nonceAfterNonceEnds() -> None:
    scene = Scene()
    scene.register()
    for number in range(10):
        if scene.challenge(f"n{number}", stale=True):
            break
    assert scene.asker.told == ["refused 401 Unauthorized"]
    assert scene.requests <= 5


def test_withoutAPasswordForItsRealmNothingIsShown() -> None:
    scene = Scene(FakeSecrets(realm="elsewhere"))
    scene.register()
    assert scene.challenge("n1") == ["refused 401 Unauthorized"]


def test_whoWantsItLongerGetsItOnceAndFromThenOn() -> None:
    scene = Scene()
    scene.register()
    assert scene.answer(423, ("Min-Expires", "7200")) == []
    assert scene.last.seconds("Expires") == 7200
    scene.answer(200)
    assert scene.register().seconds("Expires") == 7200
    assert scene.asker.told == ["granted 7200"]


@pytest.mark.parametrize("wanted", ["", "60", "3600", "86401"])
def test_whoWantsItLongerButNotSoIsRefused(wanted: str) -> None:
    scene = Scene()
    scene.register()
    rows = (("Min-Expires", wanted),) if wanted else ()
    assert scene.answer(423, *rows) == ["refused 423 Interval Too Brief"]


def test_whoWantsItLongerTwiceIsRefused() -> None:
    scene = Scene()
    scene.register()
    scene.answer(423, ("Min-Expires", "7200"))
    assert scene.answer(423, ("Min-Expires", "7300")) == ["refused 423 Interval Too Brief"]


def test_whenToComeAgainIsTold() -> None:
    scene = Scene()
    scene.register()
    assert scene.answer(503, ("Retry-After", "120")) == ["unable 503 Service Unavailable, 120"]


def test_anAnswerThatCannotBeReadIsARefusalAndCounted() -> None:
    scene = Scene()
    scene.register()
    assert scene.answer(200, ("Expires", "soon")) == ["refused an answer that cannot be read"]
    assert scene.us.endpoint.complaints.count == 1


def test_whoIsSilentIsUnreachable() -> None:
    scene = Scene()
    scene.register()
    scene.world.run(33.0)
    assert scene.asker.told == ["unreachable no answer"]


def test_aTimeoutBehindAProxyIsSilenceToo() -> None:
    scene = Scene()
    scene.register()
    assert scene.answer(408) == ["unreachable 408 Request Timeout"]


def test_whoTakesNoConnectionIsUnreachable() -> None:
    scene = Scene()
    scene.registrant.register(HOP.withParameter("transport", "tcp"), scene.asker)
    scene.world.run(5.0)
    assert scene.asker.told == ["unreachable no connection"]


def test_whatIsNotSpokenHereIsUnreachable() -> None:
    scene = Scene()
    scene.registrant.register(HOP.withParameter("transport", "tls"), scene.asker)
    assert scene.asker.told == ["unreachable its transport is not spoken here"]


def test_nobodyIsToldOfWhatIsForgotten() -> None:
    scene = Scene()
    scene.register()
    scene.registrant.forget()
    assert scene.challenge("n1") == []
    assert scene.requests == 1


def test_whatIsOvertakenByALeaveDoesNotGoOn() -> None:
    scene = Scene()
    first = scene.register()
    scene.registrant.unregister(HOP, Asker())
    assert scene.last.seconds("Expires") == 0
    late = first.response(401, None, "there")
    challenge = str(Challenge(REALM, "n1", Algorithm.SHA_256, "o"))
    late = late.withHeaders(late.headers.adding("WWW-Authenticate", challenge))
    scene.server.port.send(write(late), TransportAddress(US, 5060))
    assert scene.requests == 2
    assert scene.asker.told == []
