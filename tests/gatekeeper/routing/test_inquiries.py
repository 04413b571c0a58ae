"""
Questions to other gatekeepers, over a channel that only remembers what it was asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from twisted.internet.task import Clock

from h323d.call.homes import homeAt
from h323d.errors import ResourceUnavailable
from h323d.events.bus import EventBus
from h323d.events.gatekeeper import GatekeepersAsked
from h323d.gatekeeper.identity import Identity
from h323d.gatekeeper.routing.chain import Called, FoundWay
from h323d.gatekeeper.routing.inquiries import MAX_WAIT, Gatekeeper, Inquiries
from h323d.h323.ras.messages import Fields, RASMessage, encodeRAS
from h323d.h323.signalling.addresses import partyFromText
from h323d.values.address import TransportAddress
from tests.support.ras import at

HERE = Identity("ours", homeAt("10.0.0.1"))
NORTH = Gatekeeper(TransportAddress("10.0.0.2", 1719), 3.0)
SOUTH = Gatekeeper(TransportAddress("10.0.0.3", 1719), 6.0)
WEST = Gatekeeper(TransportAddress("10.0.0.4", 1719), 3.0)
ANNA = partyFromText("anna")
CALL = bytes(range(16))
CALLED = Called((ANNA,), hops=5, call=CALL)
THERE = TransportAddress("192.0.2.9", 1720)
NO = RASMessage("locationReject", {"requestSeqNum": 1, "rejectReason": ("notRegistered", None)})


def yes(address: TransportAddress = THERE, **more: Any) -> RASMessage:
    fields: Fields = {
        "requestSeqNum": 1,
        "callSignalAddress": at(address.host, address.port),
        "rasAddress": at(address.host, 1719),
    }
    return RASMessage("locationConfirm", fields | more)


class Question:
    """
    One request that was sent.
    """

    def __init__(self, fields: Fields, answered: Callable[[RASMessage | None], None]) -> None:
        self.fields = fields
        self.answer = answered
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class Table:
    """
    Inquiries, and whom they asked.

    @ivar questions: by host.
    """

    def __init__(self) -> None:
        self.clock = Clock()
        self.questions: dict[str, Question] = {}
        self.intervals: list[float] = []
        self.full = False
        self.facts: list[GatekeepersAsked] = []
        events = EventBus()
        events.subscribe(GatekeepersAsked, self.facts.append)
        self.inquiries = Inquiries(HERE, self, self.clock, events)
        self.found: list[Any] = []

    def ask(
        self,
        name: str,
        fields: Fields,
        destination: TransportAddress,
        answered: Callable[[RASMessage | None], None],
        interval: float,
    ) -> Question:
        if self.full:
            raise ResourceUnavailable("no requestSeqNum is free")
        assert name == "locationRequest"
        assert encodeRAS(RASMessage(name, {"requestSeqNum": 1, **fields}))
        self.intervals.append(interval)
        question = self.questions[destination.host] = Question(fields, answered)
        return question

    def look(self, *rounds: list[Gatekeeper], called: Called = CALLED) -> Table:
        self.inquiries.ask(called, rounds).addCallback(self.found.append)
        return self

    def ended(self) -> bool:
        return len(self.inquiries) == 0 and self.clock.getDelayedCalls() == []

    def __getitem__(self, gatekeeper: Gatekeeper) -> Question:
        return self.questions[gatekeeper.ras.host]


def test_theQuestionSaysWhoAsksForWhomAndHowFar() -> None:
    calling = (partyFromText("bert"),)
    table = Table().look([NORTH], called=replace(CALLED, calling=calling))
    assert table[NORTH].fields == {
        "destinationInfo": [("h323-ID", "anna")],
        "replyAddress": at("10.0.0.1", 1719),
        "sourceInfo": [("h323-ID", "ours")],
        "canMapAlias": True,
        "gatekeeperIdentifier": "ours",
        "hopCount": 5,
        "callIdentifier": {"guid": CALL},
        "sourceEndpointInfo": [("h323-ID", "bert")],
    }


def test_aConfirmDecides() -> None:
    table = Table().look([NORTH])
    table[NORTH].answer(yes())
    assert table.found == [(FoundWay("h323", THERE),)]
    assert table.ended()


def test_allOfARoundAreAskedAtOnceAndTheFirstConfirmWins() -> None:
    table = Table().look([NORTH, SOUTH, WEST])
    assert len(table.questions) == 3
    table[WEST].answer(NO)
    table[SOUTH].answer(yes())
    assert table.found == [(FoundWay("h323", THERE),)]
    assert table[NORTH].cancelled
    assert table.ended()


@pytest.mark.parametrize("no", [NO, None, yes(TransportAddress("0.0.0.0", 1720))])
def test_theNextRoundIsAskedWhenAllOfTheFirstSaidNo(no: RASMessage | None) -> None:
    table = Table().look([NORTH, SOUTH], [WEST])
    table[NORTH].answer(no)
    assert len(table.questions) == 2
    table[SOUTH].answer(NO)
    assert len(table.questions) == 3
    table[WEST].answer(yes())
    assert table.found == [(FoundWay("h323", THERE),)]


def test_whenAllSaidNoNobodyIsFound() -> None:
    table = Table().look([NORTH], [SOUTH])
    table[NORTH].answer(NO)
    table[SOUTH].answer(None)
    assert table.found == [None]
    assert table.ended()


def test_eachGatekeeperHasItsOwnTimeForThreeQuestions() -> None:
    assert Table().look([NORTH, SOUTH]).intervals == [1.0, 2.0]


def test_whoSaysForEverThatItIsWorkingOnItIsNotWaitedForForEver() -> None:
    table = Table().look([NORTH], [SOUTH])
    table.clock.advance(MAX_WAIT)
    assert table.found == [None]
    assert table[NORTH].cancelled
    assert table.ended()


def test_twiceTheSameIsAskedOnce() -> None:
    assert len(Table().look([NORTH, NORTH]).intervals) == 1


def test_whoAskedUsIsNotAskedBackAndNeitherAreWe() -> None:
    ourselves = Gatekeeper(TransportAddress("10.0.0.1", 1719), 3.0)
    asked = replace(CALLED, source=TransportAddress("10.0.0.2", 40000), locating=True)
    table = Table().look([NORTH, ourselves], [SOUTH], called=asked)
    assert list(table.questions) == ["10.0.0.3"]


def test_aNeighboursEndpointThatCallsDoesNotKeepUsFromAskingAtItsHost() -> None:
    calls = replace(CALLED, source=TransportAddress("10.0.0.2", 1719))
    assert Table().look([NORTH], called=calls).questions


@pytest.mark.parametrize("called", [replace(CALLED, hops=0), replace(CALLED, names=())])
def test_whereNobodyMayBeAskedItIsKnownAtOnce(called: Called) -> None:
    table = Table().look([NORTH], called=called)
    assert table.found == [None]
    assert not table.questions


def test_aChannelThatIsFullIsNobodyWhoKnows() -> None:
    table = Table()
    table.full = True
    table.look([NORTH], [SOUTH])
    assert table.found == [None]
    assert table.ended()


def test_aCallIsOursToAskForUntilTheLastQuestionHasEnded() -> None:
    table = Table().look([NORTH]).look([SOUTH])
    assert table.inquiries.concerns(CALL)
    table[NORTH].answer(NO)
    assert table.inquiries.concerns(CALL)
    table[SOUTH].answer(NO)
    assert not table.inquiries.concerns(CALL)


def test_otherNamesAreTakenOver() -> None:
    table = Table().look([NORTH])
    table[NORTH].answer(yes(destinationInfo=[("dialledDigits", "1001")]))
    assert table.found == [(FoundWay("h323", THERE, called=(partyFromText("1001"),)),)]


def test_furtherNamesOfTheSamePartyChangeNothing() -> None:
    table = Table().look([NORTH])
    names = [("dialledDigits", "1001"), ("h323-ID", "anna")]
    table[NORTH].answer(yes(destinationInfo=names))
    assert table.found == [(FoundWay("h323", THERE),)]


def test_alternateEndpointsAreTriedAfterTheFirst() -> None:
    other = TransportAddress("192.0.2.10", 1720)
    alternates = [{"callSignalAddress": [at(other.host, other.port)]}] * 2
    table = Table().look([NORTH])
    table[NORTH].answer(yes(alternateEndpoints=alternates))
    assert table.found == [
        (FoundWay("h323", THERE), FoundWay("h323", other), FoundWay("h323", other))
    ]


def test_whoWasAskedAndWhoKnewIsTold() -> None:
    table = Table().look([NORTH], [SOUTH], [WEST])
    table[NORTH].answer(NO)
    table[SOUTH].answer(yes())
    asked = (NORTH.ras, SOUTH.ras)
    assert table.facts == [GatekeepersAsked(0.0, CALL.hex(), asked, SOUTH.ras)]


def test_thatNobodyKnewIsToldToo() -> None:
    table = Table().look([NORTH])
    table[NORTH].answer(None)
    assert table.facts == [GatekeepersAsked(0.0, CALL.hex(), (NORTH.ras,), None)]


def test_closingGivesUpAllQuestions() -> None:
    table = Table().look([NORTH]).look([SOUTH])
    table.inquiries.close()
    assert table[NORTH].cancelled
    assert table[SOUTH].cancelled
    assert table.ended()
    assert table.found == []
