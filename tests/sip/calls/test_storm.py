"""
Whatever a peer sends and whatever the user commands, in any order and half of it broken:
nothing escapes, each leg is released once, and nothing is left.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from twisted.logger import ILogObserver, LogEvent, LogLevel, globalLogPublisher
from zope.interface import implementer

from h323d.call.legs import ILeg
from h323d.errors import DecodeError
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.sip.messages.parser import parse
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from h323d.values.media.direction import Direction
from tests.support.sippeers import (
    PROFILE,
    SERVER,
    LegLog,
    ScriptedPeer,
    SIPWorld,
    offerBody,
    request,
    responseTo,
)

STEPS = 12
METHODS = [
    *("INVITE", "ACK", "BYE", "CANCEL", "INFO", "UPDATE", "OPTIONS", "REFER", "INVITE", "ACK"),
    *("PRACK", "PRACK"),
]
STATUSES = [100, 180, 183, 183, 200, 200, 302, 401, 405, 422, 481, 486, 491, 500, 600]
BODIES = ["", offerBody(), offerBody(direction="inactive"), offerBody(formats="18")]
EXTRAS = [
    "",
    "Require: x\n",
    "Record-Route: <sip:10.0.0.3;lr>\n",
    "Content-Type: application/dtmf-relay\n",
    "Require: 100rel\n",
    "Supported: 100rel, timer\nAllow: INVITE, ACK, BYE, UPDATE\n",
    "Supported: timer\nSession-Expires: 90;refresher=uas\n",
    "Supported: timer\nSession-Expires: 30\n",
]
ROWS = [
    (),
    (("Require", "100rel"), ("RSeq", "1")),
    (("Require", "100rel"), ("RSeq", "2"), ("P-Early-Media", "inactive")),
    (("Session-Expires", "90;refresher=uac"), ("Allow", "INVITE, ACK, BYE, UPDATE")),
    (("Session-Expires", "90"), ("Min-SE", "200")),
]


class CarelessPeer(ScriptedPeer):
    """
    Does not mind answers that repeat its own faults.
    """

    def datagramReceived(self, data: bytes, source: TransportAddress) -> None:
        try:
            self.messages.append(parse(data))
        except DecodeError:
            return


@implementer(ILogObserver)
class Alarms:
    """
    Keeps what must never be logged.
    """

    def __init__(self) -> None:
        self.events: list[LogEvent] = []

    def __call__(self, event: LogEvent) -> None:
        if "log_failure" in event or event["log_level"] in (LogLevel.error, LogLevel.critical):
            self.events.append(event)


def broken(rng: random.Random, data: bytes) -> bytes:
    """
    The same octets with a few faults.
    """
    for _ in range(rng.choice([1, 1, 2, 3, 8])):
        lines = data.split(b"\r\n")
        place = rng.randrange(len(data) + 1)
        kind = rng.randrange(5)
        if kind == 0:
            data = data[:place] + bytes([rng.randrange(256)]) + data[place + 1 :]
        elif kind == 1:
            data = data[:place] + data[place + rng.randrange(1, 20) :]
        elif kind == 2:
            data = (
                data[:place]
                + bytes(rng.choices(b'<>";,=:@%\r\n \x00\xff019az', k=4))
                + data[place:]
            )
        elif kind == 3:
            lines.insert(rng.randrange(len(lines)), rng.choice(lines))
            data = b"\r\n".join(lines)
        else:
            rng.shuffle(lines)
            data = b"\r\n".join(lines)
    return data


class Storm:
    """
    One scene: an endpoint, a peer that does anything, and a user who does too.
    """

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.world = SIPWorld(seed=seed)
        self.peer = self.world.peer("10.0.0.1")
        self.script = CarelessPeer(self.world, "10.0.0.3")
        self.legs: list[ILeg] = self.peer.legs
        self.logs: list[LegLog] = self.peer.logs
        self.outgoing = seed % 4 == 3
        answers: list[Callable[[ILeg], None]] = [
            lambda leg: leg.answer(PROFILE),
            self.answerLate,
            lambda leg: leg.alert(None),
            lambda leg: leg.reject(Cause.USER_BUSY),
        ]
        self.peer.onOffer = answers[seed % 4]
        if self.outgoing:
            leg, log = self.peer.call("sip:b@10.0.0.3")
            self.legs.append(leg)
            self.logs.append(log)
        self.world.run(0.05)

    def answerLate(self, leg: ILeg) -> None:
        leg.alert(PROFILE)
        self.world.clock.callLater(0.3, leg.answer, PROFILE)

    def run(self) -> None:
        for step in range(STEPS):
            kind = self.rng.random()
            requests = [each for each in self.script.messages if isinstance(each, SIPRequest)]
            if requests and kind < 0.4:
                self.respond(self.rng.choice(requests))
            elif self.legs and kind < 0.55:
                self.command(self.rng.choice(self.legs))
            else:
                self.request(step + 2, requests)
            self.world.run(0.03)
        for leg in self.legs:
            leg.hangup(Cause.NORMAL_CALL_CLEARING)
        self.world.settle()

    def respond(self, received: SIPRequest) -> None:
        if received.method != "ACK":
            status, tag = self.rng.choice(STATUSES), self.rng.choice(["far", "x"])
            body, rows = self.rng.choice(BODIES), self.rng.choice(ROWS)
            self.send(responseTo(received, status, tag=tag, body=body, rows=rows))

    def command(self, leg: ILeg) -> None:
        direction = self.rng.choice(list(Direction))
        commands: list[Callable[[], object]] = [
            lambda: leg.hangup(Cause.NORMAL_CALL_CLEARING),
            lambda: leg.changeMedia(PROFILE.directed(direction)),
            lambda: leg.sendDigit("5", 100),
            lambda: leg.answer(PROFILE),
            lambda: leg.reject(Cause.USER_BUSY),
            lambda: leg.alert(PROFILE),
        ]
        self.rng.choice(commands)()

    def request(self, cseq: int, requests: list[SIPRequest]) -> None:
        callId, tags = "call", [""]
        if self.outgoing and requests:
            callId, tags = requests[0].callId, [requests[0].fromAddress.tag or ""]
        answers = [each for each in self.script.messages if isinstance(each, SIPResponse)]
        tags += [each.toAddress.tag or "" for each in answers[-1:]]
        numbers = [each.headers.get("RSeq") for each in answers if "RSeq" in each.headers]
        method, extra = self.rng.choice(METHODS), self.rng.choice(EXTRAS)
        if method == "PRACK" and numbers:
            extra += f"RAck: {numbers[-1]} 1 INVITE\n"
        text = request(
            method,
            branch=self.rng.choice(["z9hG4bK1", f"z9hG4bK{cseq}"]),
            callId=callId,
            cseq=self.rng.choice([1, cseq]),
            toTag=self.rng.choice(["", tags[-1], tags[-1]]),
            body=self.rng.choice(BODIES),
            extra=extra,
        )
        self.send(text.replace("\n", "\r\n").encode("utf-8", "surrogateescape"))

    def send(self, data: bytes) -> None:
        self.script.send(broken(self.rng, data) if self.rng.random() < 0.5 else data, SERVER)


@pytest.mark.parametrize("seed", range(48))
def test_aStormPasses(seed: int) -> None:
    alarms = Alarms()
    globalLogPublisher.addObserver(alarms)
    try:
        storm = Storm(seed)
        storm.run()
    finally:
        globalLogPublisher.removeObserver(alarms)
    assert alarms.events == []
    for log in storm.logs:
        assert log.said.count("released") == 1
        assert log.said[-1] == "released"
