"""
SIP calls with a peer that does what the test says, message by message.
"""

from __future__ import annotations

from collections.abc import Sequence

from h323d.call.applications import IGate
from h323d.call.legs import ILeg
from h323d.sip.config import SIPConfig
from h323d.sip.digest.algorithms import Algorithm
from h323d.sip.digest.answering import NO_SECRETS, Secrets
from h323d.sip.digest.fields import Challenge
from h323d.sip.messages.message import SIPRequest, SIPResponse
from tests.support.digest import REALM
from tests.support.sippeers import (
    SERVER,
    LegLog,
    Peer,
    ScriptedPeer,
    SIPWorld,
    offerBody,
    request,
    responseTo,
)

__all__ = ["CHALLENGE", "CallOfScript", "CallToScript"]

CHALLENGE = (("WWW-Authenticate", str(Challenge(REALM, "n", Algorithm.SHA_256))),)
"""
What a 401 says that L{FakeSecrets<tests.support.digest.FakeSecrets>} can answer.
"""


class CallOfScript:
    """
    One call of a scripted peer to us, message by message.
    """

    def __init__(
        self,
        config: SIPConfig | None = None,
        secrets: Secrets = NO_SECRETS,
        gates: Sequence[IGate] = (),
    ) -> None:
        self.world = SIPWorld()
        self.peer: Peer = self.world.peer("10.0.0.1", config, secrets=secrets, gates=gates)
        self.script: ScriptedPeer = self.world.script("10.0.0.3")
        self.cseq = 1

    def invite(self, body: str | None = None, extra: str = "") -> None:
        self.send("INVITE", body=offerBody() if body is None else body, extra=extra, toTag="")

    def send(self, method: str, **kw: object) -> None:
        kw.setdefault("toTag", self.tag)
        kw.setdefault("branch", f"z9hG4bK{self.cseq}{method}")
        kw.setdefault("cseq", self.cseq)
        self.script.send(request(method, **kw), SERVER)  # type: ignore[arg-type]  # as given
        self.world.run(0.05)

    def next(self, method: str, **kw: object) -> None:
        self.cseq += 1
        self.send(method, **kw)

    def established(self) -> None:
        self.invite()
        self.send("ACK")

    @property
    def leg(self) -> ILeg:
        return self.peer.legs[0]

    @property
    def log(self) -> LegLog:
        return self.peer.logs[0]

    @property
    def tag(self) -> str:
        tags = [
            each.toAddress.tag for each in self.script.messages if isinstance(each, SIPResponse)
        ]
        return tags[-1] or "" if tags else ""

    @property
    def last(self) -> SIPRequest | SIPResponse:
        return self.script.messages[-1]

    def end(self) -> None:
        self.world.settle()


class CallToScript:
    """
    One call of ours to a scripted peer, message by message.
    """

    def __init__(
        self,
        config: SIPConfig | None = None,
        target: str = "sip:b@10.0.0.3",
        secrets: Secrets = NO_SECRETS,
    ) -> None:
        self.world = SIPWorld()
        self.peer = self.world.peer("10.0.0.1", config, secrets=secrets)
        self.script = self.world.script("10.0.0.3")
        self.leg, self.log = self.peer.call(target)
        self.world.run(0.05)

    def answer(
        self,
        status: int,
        tag: str = "far",
        body: str = "",
        to: int = 0,
        rows: tuple[tuple[str, str], ...] = (),
    ) -> None:
        requests = [each for each in self.script.messages if isinstance(each, SIPRequest)]
        self.script.send(responseTo(requests[to], status, tag=tag, body=body, rows=rows), SERVER)
        self.world.run(0.05)

    def last(self, method: str) -> SIPRequest:
        found = [
            each
            for each in self.script.messages
            if isinstance(each, SIPRequest) and each.method == method
        ]
        return found[-1]

    def bye(self) -> None:
        ack = self.last("ACK")
        text = request("BYE", callId=ack.callId, toTag=ack.fromAddress.tag or "", cseq=9)
        self.script.send(text, SERVER)
        self.world.run(0.05)
