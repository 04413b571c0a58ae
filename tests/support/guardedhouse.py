"""
A guarded server in virtual time, and who comes to it.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from h323d.config.sections import Configuration
from h323d.events.doors import ApplicationRefused
from h323d.gatekeeper.security.config import SecurityConfig
from h323d.guard.config import GuardConfig
from h323d.h323.ras.messages import RASMessage, decodeRAS
from h323d.h323.security.guardtoken import GuardStamp, proofIn, signRAS
from h323d.net.stream import StreamOpener
from h323d.sip.guardheader import SIPStamp, signed
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.sip.messages.parser import parse
from h323d.sip.messages.writer import write
from h323d.values.address import TransportAddress
from tests.support.guardians import entry, signingKey
from tests.support.ras import Peer, rrq
from tests.support.simulatedphone import Telephone
from tests.support.simulation import Simulation
from tests.support.sippeers import SERVER, ScriptedPeer, Wire, offerBody, request

__all__ = [
    "ALICE",
    "ANNA",
    "HOST",
    "RAS",
    "SCRIPT",
    "SIGNALLING",
    "House",
    "SignedCall",
    "SignedPhone",
]

HOST = SERVER.host
RAS = TransportAddress(HOST, 1719)
SIGNALLING = TransportAddress(HOST, 1720)
ALICE = entry("alice", public_key="", proof="address", addresses="10.0.0.2", aliases="e164:1000")
SCRIPT = entry(
    "script", public_key="", proof="address", addresses="10.0.0.3", aliases="'sip:script@10.0.0.3'"
)
ANNA = entry("anna", aliases="[h323:anna, e164:1001]")


class House:
    """
    A guarded server, a telephone that proves its address, another that has nobody's, a SIP phone,
    and a port whose requests are signed.
    """

    def __init__(
        self,
        world: Simulation,
        file: Path,
        security: SecurityConfig | None = None,
        base: Configuration | None = None,
        **guard: Any,
    ) -> None:
        """
        @param base: what else the server is like.
        """
        self.world = world
        self.file = file
        self.write(ALICE, SCRIPT, ANNA)
        self.configuration = replace(
            base or Configuration(),
            guard=GuardConfig(str(file), "council-1", **guard),
            security=security or SecurityConfig(),
        )
        self.server = world.server(HOST, self.configuration)
        world.run(6.0)  # what is signed sooner might have been shown before the start
        self.alice = Telephone(world, "10.0.0.2", "1000", gatekeeper=RAS)
        self.stranger = Telephone(world, "10.0.0.66", "3000")
        self.phone = ScriptedPeer(world, "10.0.0.3")
        self.anna = Peer(world.network, "10.0.0.5", peer=RAS)
        self.nonces = 0

    def write(self, *entries: str) -> None:
        self.file.write_text("guardians:\n" + "".join(entries))

    def signed(self, message: RASMessage, name: str = "anna", audience: str = "council-1") -> bytes:
        self.nonces += 1
        now = int(self.world.clock.seconds())
        stamp = GuardStamp(f"if://guardian/{name}", audience, now, self.nonces.to_bytes(16))
        return signRAS(message, signingKey(name), stamp)

    def ask(self, octets: bytes) -> RASMessage:
        return decodeRAS(self.answerTo(octets))

    def answerTo(self, octets: bytes) -> bytes:
        self.anna.received.clear()
        self.anna.port.send(octets, RAS)
        self.world.run(0.1)
        ((data, _),) = self.anna.received
        return data

    def signerOf(self, octets: bytes) -> str:
        """
        Who signed what we have sent, or said that they did; empty for nobody.
        """
        proof = proofIn(decodeRAS(octets).fields, octets)
        return "" if proof is None else proof.identity

    def register(self) -> str:
        """
        Anna's endpoint identifier.
        """
        answer = self.ask(self.signed(rrq(1, "10.0.0.5", ("h323-ID", "anna"))))
        assert answer.name == "registrationConfirm"
        return str(answer.fields["endpointIdentifier"])

    def send(self, method: str, cseq: int = 1, tag: str = "", **more: Any) -> None:
        branch = f"z9hG4bK{method}{cseq}"
        self.phone.send(request(method, branch=branch, cseq=cseq, toTag=tag, **more), SERVER)
        self.world.run(0.2)

    def registrations(self) -> int:
        zone = self.server.server.zone
        assert zone is not None
        return len(zone.registrations())

    def refusals(self) -> list[tuple[str, str, str]]:
        facts = self.server.told(ApplicationRefused)
        return [(each.door, each.reason, each.detail) for each in facts]

    def close(self) -> None:
        self.phone.port.close()
        self.anna.port.close()


class SignedPhone:
    """
    A phone by SIP over TCP that signs, if it is to.
    """

    def __init__(self, house: House, script: str = "") -> None:
        """
        @param script: its entry in the registry.
        """
        house.write(ANNA, script or entry("script", aliases="'sip:script@10.0.0.3'"))
        house.world.run(6.0)
        self.house = house
        self.wire = Wire()
        self.tag = ""
        self.count = 0
        self.nonces = 1000
        self.sent = b""
        StreamOpener(house.world.network.host("10.0.0.3")).open(SERVER, self.wire, 5)
        house.world.run(0.1)

    def send(
        self,
        method: str,
        isSigned: bool,
        body: str = "",
        extra: str = "",
        changed: tuple[str, str] = ("\r\n", "\r\n"),
        **more: str,
    ) -> None:
        """
        @param changed: what somebody on the way makes something else of.
        """
        self.count += method != "ACK"
        via = "SIP/2.0/TCP 10.0.0.3"
        branch = f"z9hG4bK{method}{self.count}"
        text = request(
            method,
            branch=branch,
            cseq=self.count,
            toTag=self.tag,
            body=body,
            extra=extra,
            via=via,
            **more,
        )
        sent = parse(text.replace("\n", "\r\n").encode())
        assert isinstance(sent, SIPRequest)
        now = int(self.house.world.clock.seconds())
        self.nonces += isSigned
        nonce = self.nonces.to_bytes(16)
        stamp = SIPStamp("if://guardian/script", "council-1", now, nonce)
        octets = write(signed(sent, signingKey("script"), stamp) if isSigned else sent)
        before, after = changed
        self.sent = octets.replace(before.encode(), after.encode())
        self.repeat()

    def repeat(self, branch: str = "z9hG4bK") -> None:
        """
        Write what was sent last.

        @param branch: how its transactions begin.
        """
        assert self.wire.stream is not None
        self.wire.stream.write(self.sent.replace(b"z9hG4bK", branch.encode()))
        self.house.world.run(0.3)

    def say(
        self,
        method: str,
        isSigned: bool,
        body: str = "",
        extra: str = "",
        changed: tuple[str, str] = ("\r\n", "\r\n"),
        **more: str,
    ) -> int:
        """
        The status of the final answer.
        """
        self.wire.messages.clear()
        self.send(method, isSigned, body, extra, changed, **more)
        return next(each for each in self.wire.statuses if each >= 200)


class SignedCall(SignedPhone):
    """
    A call into a room that began with a signature, and what is said in it.
    """

    def __init__(self, house: House, isOffered: bool = True) -> None:
        """
        @param isOffered: by the INVITE; else it is we who make an offer, and the ACK is not sent.
        """
        super().__init__(house)
        assert self.say("INVITE", True, offerBody() if isOffered else "") == 200
        answer = self.wire.messages[-1]
        assert isinstance(answer, SIPResponse)
        self.tag = answer.toAddress.tag or ""
        if isOffered:
            self.send("ACK", False)
