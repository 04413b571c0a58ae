"""
Users of digest, and what they show.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from zope.interface import implementer

from h323d.events.doors import AuthenticationFailed
from h323d.gatekeeper.security.config import UserConfig
from h323d.sip.digest.algorithms import Algorithm, responseOf, secretOf
from h323d.sip.digest.fields import Challenge, Credentials
from h323d.sip.digest.users import IDigestUsers
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.values.address import PartyAddress, TransportAddress
from tests.support.sippeers import SERVER, ScriptedPeer, SIPWorld, offerBody, request

__all__ = [
    "ANNA",
    "REALM",
    "FakeSecrets",
    "FakeUsers",
    "NoTrunks",
    "Talk",
    "challengeOf",
    "shown",
    "userOf",
]

REALM = "h323d"
ANNA = "From: <sip:anna@10.0.0.1>;tag=far\n"


class NoTrunks:
    """
    Nobody is known by where it is.
    """

    def at(self, source: TransportAddress | None) -> None:
        return None


@implementer(IDigestUsers)
@dataclass
class FakeUsers:
    """
    Users whose only name is that which goes with their password; everybody has to prove theirs.

    @ivar passwords: by name.
    @ivar guests: who says to be of elsewhere has to prove nothing.
    """

    passwords: dict[str, str] = field(default_factory=lambda: {"anna": "secret", "bert": "other"})
    realm: str = REALM
    algorithm: Algorithm = Algorithm.SHA_256
    guests: bool = False
    takesSignatures: bool = False
    key: bytes = b""

    def userOfKey(self, key: bytes) -> str | None:
        return "anna" if key == self.key else None

    def algorithmAt(self, host: str) -> Algorithm:
        return self.algorithm

    def secretOf(self, user: str, realm: str, algorithm: Algorithm) -> str | None:
        password = self.passwords.get(user)
        return None if password is None else secretOf(algorithm, user, realm, password)

    def mustProve(self, source: TransportAddress, ours: bool) -> bool:
        return ours or not self.guests

    def mayBe(self, user: str, names: tuple[PartyAddress, ...]) -> bool:
        return names[0].value == user


@dataclass
class FakeSecrets:
    """
    One password, with whoever has one realm.

    @ivar accounts: by which of ours it was asked for, each time.
    """

    user: str = "alice"
    password: str = "secret"
    realm: str = REALM
    accounts: list[str] = field(default_factory=list)

    def secretAt(
        self, peer: TransportAddress, realm: str, algorithm: Algorithm, account: str = ""
    ) -> tuple[str, str] | None:
        self.accounts.append(account)
        if realm != self.realm:
            return None
        return self.user, secretOf(algorithm, self.user, realm, self.password)

    def signed(self, request: SIPRequest) -> SIPRequest:
        return request

    def signedAnswer(self, request: SIPRequest, response: SIPResponse) -> SIPResponse:
        return response


def userOf(name: str, password: str, *names: str, realm: str = REALM) -> UserConfig:
    """
    A user as the configuration has it.
    """
    sha256, md5 = (secretOf(each, name, realm, password) for each in Algorithm)
    return UserConfig(name, names, sha256, md5)


def challengeOf(response: object) -> Challenge:
    """
    What an answer asks for.
    """
    assert isinstance(response, SIPResponse)
    assert response.status == 401
    (line,) = response.headers.lines("WWW-Authenticate")
    challenge = Challenge.read(line)
    assert challenge is not None
    return challenge


def shown(
    challenge: Challenge,
    user: str = "anna",
    password: str = "secret",
    *,
    method: str = "INVITE",
    uri: str = "sip:80001@10.0.0.1",
    count: int = 1,
    algorithm: Algorithm | None = None,
) -> str:
    """
    A header line with what somebody shows who was asked.

    @param algorithm: C{None} for that of the challenge.
    """
    algorithm = algorithm or challenge.algorithm
    assert algorithm is not None
    secret = secretOf(algorithm, user, challenge.realm, password)
    number = f"{count:08x}"
    response = responseOf(algorithm, secret, challenge.nonce, number, "0a4f", method, uri)
    credentials = Credentials(
        user, challenge.realm, challenge.nonce, uri, algorithm, "0a4f", number, response
    )
    return f"Authorization: {credentials}\n"


@dataclass
class Talk:
    """
    A script that talks to a server with users.
    """

    users: FakeUsers = field(default_factory=FakeUsers)

    def __post_init__(self) -> None:
        self.world = SIPWorld()
        self.server = self.world.peer("10.0.0.1", users=self.users)
        self.script: ScriptedPeer = self.world.script("10.0.0.3")
        self.failures: list[AuthenticationFailed] = []
        self.server.events.subscribe(AuthenticationFailed, self.failures.append)
        self.number = 0

    def ask(self, extra: str = "", method: str = "INVITE", caller: str = ANNA) -> SIPResponse:
        """
        Send a request with a branch of its own, and wait for its final answer.
        """
        self.number += 1
        text = request(
            method,
            branch=f"z9hG4bK{self.number}",
            callId=f"call{self.number}",
            cseq=self.number,
            body=offerBody() if method == "INVITE" else "",
            extra=extra,
        )
        text = text.replace("From: Script <sip:script@10.0.0.3>;tag=far\n", caller)
        before = len(self.script.messages)
        self.script.send(text, SERVER)
        self.world.run(0.05)
        answers = [
            each for each in self.script.messages[before:]
            if isinstance(each, SIPResponse) and each.status > 100
        ]  # fmt: skip
        assert len(answers) == 1, answers
        return answers[0]

    @property
    def reasons(self) -> list[str]:
        return [each.reason for each in self.failures]
