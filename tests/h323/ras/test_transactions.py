from __future__ import annotations

import random

import pytest
from twisted.internet.task import Clock

from h323d.errors import ResourceUnavailable
from h323d.h323.ras import transactions
from h323d.h323.ras.channel import DISCOVERY_GROUP
from h323d.h323.ras.messages import ANSWERS, RASMessage, decodeRAS
from h323d.h323.ras.transactions import TIMERS, ClientTransactions
from h323d.values.address import TransportAddress
from tests.support.ras import H225_V4, arq, brq, drq, grq, irr, lrq, rai, rrq, sci, urq

HERE = TransportAddress("10.0.0.1", 1719)
THERE = TransportAddress("10.0.0.2", 1719)
ELSEWHERE = TransportAddress("10.0.0.3", 1719)


class Last(random.Random):
    """
    Chance, if it always took the last that there is.
    """

    def randrange(self, start: int, stop: int | None = None, step: int = 1) -> int:
        return (start if stop is None else stop) - step


class Client:
    """
    The client side, and what it sends and learns.
    """

    def __init__(self, rng: random.Random | None = None) -> None:
        self.clock = Clock()
        self.sent: list[tuple[float, bytes, TransportAddress]] = []
        self.answers: list[RASMessage | None] = []
        self.table = ClientTransactions(self.clock, rng or random.Random(1), self.send)

    def send(self, data: bytes, destination: TransportAddress, message: RASMessage | None) -> None:
        assert message == decodeRAS(data)
        self.sent.append((self.clock.seconds(), data, destination))

    def ask(self, message: RASMessage, to: TransportAddress = THERE) -> int:
        fields = {key: value for key, value in message.fields.items() if key != "requestSeqNum"}
        asked = self.table.request(message.name, fields, to, self.answers.append)
        return asked.message.requestSeqNum

    def times(self) -> list[float]:
        return [at for at, _, _ in self.sent]


def ucf(seq: int) -> RASMessage:
    return RASMessage("unregistrationConfirm", {"requestSeqNum": seq})


MESSAGES = {
    "gatekeeperRequest": grq(1, "10.0.0.1"),
    "registrationRequest": rrq(1, "10.0.0.1"),
    "unregistrationRequest": urq(1, "10.0.0.1"),
    "admissionRequest": arq(1, "x"),
    "bandwidthRequest": brq(1, "x", 640),
    "disengageRequest": drq(1, "x"),
    "locationRequest": lrq(1, "10.0.0.1", ("h323-ID", "anna")),
    "infoRequest": RASMessage("infoRequest", {"requestSeqNum": 1, "callReferenceValue": 0}),
    "infoRequestResponse": irr(1, "10.0.0.1", "x"),
    "resourcesAvailableIndicate": rai(1, "x", True),
    "serviceControlIndication": sci(1, "open"),
}


@pytest.mark.parametrize("name", TIMERS)
def test_aRequestIsRepeatedAsTheStandardHasIt(name: str) -> None:
    interval, retries = TIMERS[name]
    client = Client()
    client.ask(MESSAGES[name])
    client.clock.pump([0.5] * 39)
    assert client.times() == [interval * each for each in range(retries + 1)]
    assert len({data for _, data, _ in client.sent}) == 1
    assert client.answers == [None]
    assert len(client.table) == 0
    assert client.clock.getDelayedCalls() == []


def test_everyRequestHasATimer() -> None:
    assert set(TIMERS) == set(ANSWERS)


def test_anAnswerIsTakenFromWhomWasAskedOnly() -> None:
    client = Client()
    seq = client.ask(urq(1, "10.0.0.1"))
    assert not client.table.arrived(ucf(seq), ELSEWHERE, b"")
    assert not client.table.arrived(ucf(seq % 65535 + 1), THERE, b"")
    assert not client.table.arrived(
        RASMessage("disengageConfirm", {"requestSeqNum": seq}), THERE, b""
    )
    assert client.answers == []
    assert client.table.arrived(ucf(seq), TransportAddress(THERE.host, 4000), b"")
    assert client.answers == [ucf(seq)]
    assert not client.table.arrived(ucf(seq), THERE, b"")
    assert client.clock.getDelayedCalls() == []


def test_inProgressExtendsTheWait() -> None:
    client = Client()
    seq = client.ask(urq(1, "10.0.0.1"))
    rip = RASMessage("requestInProgress", {"requestSeqNum": seq, "delay": 7000})
    assert client.table.arrived(rip, THERE, b"")
    client.clock.pump([1.0] * 8)
    assert client.times() == [0, 7]
    client.table.close()


def test_aMulticastRequestTakesAConfirmOfAnybodyAndNoReject() -> None:
    client = Client()
    seq = client.ask(grq(1, "10.0.0.1"), DISCOVERY_GROUP)
    reject = RASMessage(
        "gatekeeperReject",
        {
            "requestSeqNum": seq,
            "protocolIdentifier": H225_V4,
            "rejectReason": ("terminalExcluded", None),
        },
    )
    assert client.table.arrived(reject, ELSEWHERE, b"")
    assert client.answers == []
    gcf = RASMessage("gatekeeperConfirm", {"requestSeqNum": seq})
    assert client.table.arrived(gcf, THERE, b"")
    assert client.answers == [gcf]


def test_numbersOfRequestsUnderWayAreNotUsedAgain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transactions, "SEQUENCE_NUMBERS", 5)
    client = Client()
    first, *others = [client.ask(urq(1, "10.0.0.1")) for _ in range(5)]
    for each in others:
        client.table.arrived(ucf(each), THERE, b"")
    assert client.ask(urq(1, "10.0.0.1")) == first % 5 + 1
    client.table.close()


def test_numbersGoFromOneTo65535() -> None:
    client = Client(Last())
    assert [client.ask(urq(1, "10.0.0.1")) for _ in range(3)] == [65535, 1, 2]
    client.table.close()
    assert client.clock.getDelayedCalls() == []


def test_moreRequestsThanNumbersAreRefused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transactions, "SEQUENCE_NUMBERS", 5)
    client = Client()
    for _ in range(5):
        client.ask(urq(1, "10.0.0.1"))
    with pytest.raises(ResourceUnavailable):
        client.ask(urq(1, "10.0.0.1"))
    client.table.close()


def test_aRequestIsRepeatedAsOftenInATimeOfItsOwn() -> None:
    clock = Clock()
    sent: list[float] = []
    client = ClientTransactions(
        clock, random.Random(1), lambda data, there, message: sent.append(clock.seconds())
    )
    answers: list[RASMessage | None] = []
    client.request("unregistrationRequest", {"callSignalAddress": []}, THERE, answers.append, 0.5)
    clock.pump([0.25] * 6)
    assert sent == [0.0, 0.5]
    assert answers == [None]
