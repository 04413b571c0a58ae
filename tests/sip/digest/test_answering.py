"""
What is shown to who asks us, and how often.
"""

from __future__ import annotations

import random

import pytest
from twisted.internet.task import Clock

from h323d.sip.digest.algorithms import Algorithm, responseOf
from h323d.sip.digest.answering import FIRST_PAUSE, LONGEST_PAUSE, NO_SECRETS, Answering
from h323d.sip.digest.fields import Challenge, Credentials
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.sip.messages.parser import parse
from h323d.values.address import TransportAddress
from tests.support.digest import REALM, FakeSecrets
from tests.support.sippeers import request

PEER = TransportAddress("10.0.0.3", 5060)
CHALLENGE = Challenge(REALM, "n1", Algorithm.SHA_256, "o")


def invite(extra: str = "") -> SIPRequest:
    message = parse(request("INVITE", extra=extra).replace("\n", "\r\n").encode())
    assert isinstance(message, SIPRequest)
    return message


def asked(*challenges: Challenge | str, status: int = 401) -> SIPResponse:
    field = "WWW-Authenticate" if status == 401 else "Proxy-Authenticate"
    response = invite().response(status)
    return response.withHeaders(response.headers.adding(field, *map(str, challenges)))


class Client:
    """
    Answers challenges of one peer.
    """

    def __init__(self) -> None:
        self.clock = Clock()
        self.secrets = FakeSecrets()
        self.answering = Answering(self.secrets, self.clock, random.Random(1))

    def answer(
        self, response: SIPResponse, before: SIPRequest | None = None, peer: TransportAddress = PEER
    ) -> SIPRequest | None:
        return self.answering.answer(before or invite(), response, peer)

    def again(self, response: SIPResponse, before: SIPRequest | None = None) -> SIPRequest:
        answer = self.answer(response, before)
        assert answer is not None
        return answer


def shownIn(message: SIPRequest, field: str = "Authorization") -> Credentials:
    (line,) = message.headers.lines(field)
    shown = Credentials.read(line)
    assert shown is not None
    return shown


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.mark.parametrize(
    ("status", "field"), [(401, "Authorization"), (407, "Proxy-Authorization")]
)
def test_aChallengeIsAnsweredWithTheNextNumber(client: Client, status: int, field: str) -> None:
    again = client.again(asked(CHALLENGE, status=status))
    shown = shownIn(again, field)
    assert str(again.cseq) == "2 INVITE"
    assert (shown.user, shown.nonce, shown.opaque) == ("alice", "n1", "o")
    secret = client.secrets.secretAt(PEER, REALM, Algorithm.SHA_256)
    assert secret is not None
    assert shown.response == responseOf(
        Algorithm.SHA_256, secret[1], "n1", "00000001", shown.cnonce, "INVITE", str(again.uri)
    )


def test_ofSeveralTheBestThatIsKnownIsAnswered(client: Client) -> None:
    weak, unknown = Challenge(REALM, "n2", Algorithm.MD5), Challenge("other", "n3", Algorithm.MD5)
    assert shownIn(client.again(asked(weak, unknown, CHALLENGE))).nonce == "n1"
    assert shownIn(client.again(asked(unknown, "Basic x", weak))).nonce == "n2"


def test_ofManyTheFirstFourAreLookedAt(client: Client) -> None:
    others = [Challenge("other", "n", Algorithm.MD5)] * 60
    assert client.answer(asked(*others[:4], CHALLENGE)) is None
    assert client.answer(asked(*others[:3], CHALLENGE)) is not None


@pytest.mark.parametrize(
    "response",
    [
        invite().response(403),
        asked(),
        asked("Digest nonsense"),
        asked(Challenge("other", "n", Algorithm.MD5)),
        asked('Digest realm="h323d", nonce="n"'),
        asked('Digest realm="h323d", nonce="n", algorithm=SHA-512-256, qop="auth"'),
    ],
)
def test_whatCannotBeAnsweredIsNot(client: Client, response: SIPResponse) -> None:
    assert client.answer(response) is None


def test_whoHasNoSecretsShowsNothing() -> None:
    answering = Answering(NO_SECRETS, Clock(), random.Random(1))
    assert answering.answer(invite(), asked(CHALLENGE), PEER) is None


def test_whatWasRefusedIsNotShownAgain(client: Client) -> None:
    again = client.again(asked(CHALLENGE))
    assert client.answer(asked(Challenge(REALM, "n2", Algorithm.SHA_256)), again) is None


def test_whatWasTooOldIsMadeAnew(client: Client) -> None:
    again = client.again(asked(CHALLENGE))
    stale = Challenge(REALM, "n2", Algorithm.SHA_256, stale=True)
    third = client.again(asked(stale), again)
    assert (shownIn(third).nonce, third.cseq.number) == ("n2", 3)


def test_theSameNonceIsNotStale(client: Client) -> None:
    again = client.again(asked(CHALLENGE))
    stale = Challenge(REALM, "n1", Algorithm.SHA_256, stale=True)
    assert client.answer(asked(stale), again) is None


def test_aProxyAndWhoIsBehindItAreAnsweredBoth(client: Client) -> None:
    again = client.again(asked(CHALLENGE, status=407))
    third = client.again(asked(Challenge(REALM, "n2", Algorithm.MD5)), again)
    assert shownIn(third, "Proxy-Authorization").nonce == "n1"
    assert shownIn(third).nonce == "n2"


def test_whoRefusesIsShownNothingForLongerEachTime(client: Client) -> None:
    pause = FIRST_PAUSE
    for _ in range(10):
        again = client.again(asked(CHALLENGE))
        assert client.answer(asked(CHALLENGE), again) is None
        client.clock.advance(pause - 1)
        assert client.answer(asked(CHALLENGE)) is None
        client.clock.advance(1)
        pause = min(2 * pause, LONGEST_PAUSE)
    assert pause == LONGEST_PAUSE


def test_othersAreShownAllTheSame(client: Client) -> None:
    assert client.answer(asked(CHALLENGE), client.again(asked(CHALLENGE))) is None
    assert client.answer(asked(CHALLENGE), peer=TransportAddress("10.0.0.4", 5060)) is not None


def test_whoRefusesOneOfOurNamesMayTakeAnother(client: Client) -> None:
    assert client.answer(asked(CHALLENGE), client.again(asked(CHALLENGE))) is None
    client.secrets.user = "bob"
    assert client.answer(asked(CHALLENGE)) is not None


def test_whoTakesItOnceBeginsAnew(client: Client) -> None:
    for _ in range(3):
        again = client.again(asked(CHALLENGE))
        assert client.answer(asked(CHALLENGE), again) is None
        client.clock.advance(LONGEST_PAUSE)
    client.answering.accepted(client.again(asked(CHALLENGE)), PEER)
    assert client.answer(asked(CHALLENGE), client.again(asked(CHALLENGE))) is None
    client.clock.advance(FIRST_PAUSE)
    assert client.answer(asked(CHALLENGE)) is not None
