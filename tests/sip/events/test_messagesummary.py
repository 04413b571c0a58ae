"""
What is told of mailboxes, and who tells it.
"""

from __future__ import annotations

import pytest

from h323d.call.inquiry import Inquiry
from h323d.call.legs import IOffer
from h323d.call.mailboxes import MailboxSight, MailboxWatcher, MessageSummary
from h323d.errors import DecodeError
from h323d.sip.dialogs.replaces import Replaces
from h323d.sip.events.messagesummary import (
    MAX_LINES,
    SummaryNotices,
    SummaryPackage,
    parseSummary,
    summaryBody,
)
from h323d.sip.events.packages import Watch
from h323d.sip.messages.message import SIPResponse
from h323d.sip.messages.uri import parseURI
from h323d.sip.outside import Services
from h323d.values.address import PartyAddress, TransportAddress
from h323d.values.identifiers import LegID
from tests.support.sippeers import SERVER, SIPWorld, request

ANNA = parseURI("sip:anna@10.0.0.1")
SOMEBODY = Inquiry("sip", TransportAddress("10.0.0.3", 5060), (), ())
SUMMARY = MessageSummary(True, ("Message-Account: sip:mail@10.0.0.9", "Voice-Message: 2/8 (0/1)"))
BODY = "Messages-Waiting: yes\r\nMessage-Account: sip:mail@10.0.0.9\r\nVoice-Message: 2/8 (0/1)\r\n"
HEADERS = "Event: message-summary\nSubscription-State: active\nContent-Type: {type}\n"
SIMPLE = "application/simple-message-summary"


class Boxes:
    """
    Anna's mailbox, and her subscription.

    @ivar told: how often she was told that there is news.
    """

    def __init__(self) -> None:
        self.sight = MailboxSight.OWN
        self.believed = True
        self.known: MessageSummary | None = SUMMARY
        self.watchers: list[MailboxWatcher] = []
        self.told = 0

    def sightOf(self, names: tuple[PartyAddress, ...], who: IOffer) -> MailboxSight:
        return self.sight

    def mayTell(self, who: IOffer) -> bool:
        return self.believed and who.peer.host == "10.0.0.3"

    def tell(self, names: tuple[PartyAddress, ...], summary: MessageSummary) -> bool:
        self.known = summary
        return names[0].value == "anna"

    def summary(self, names: tuple[PartyAddress, ...]) -> MessageSummary | None:
        assert names[0].value == "anna"
        return self.known

    def watch(self, names: tuple[PartyAddress, ...], watcher: MailboxWatcher) -> None:
        self.watchers.append(watcher)

    def unwatch(self, watcher: MailboxWatcher) -> None:
        self.watchers.remove(watcher)

    def changed(self) -> None:
        self.told += 1

    def dialogOf(self, legId: LegID) -> Replaces | None:
        raise AssertionError("a mailbox has no dialogs")


@pytest.fixture
def boxes() -> Boxes:
    return Boxes()


def watching(boxes: Boxes) -> Watch:
    watch = SummaryPackage(boxes).watch(ANNA, SOMEBODY, boxes)
    assert not isinstance(watch, int)
    return watch


def test_theOwnerIsToldWhatIsKnown(boxes: Boxes) -> None:
    watch = watching(boxes)
    assert watch.state() == BODY.encode()
    boxes.watchers[0].mailboxChanged()
    assert boxes.told == 1
    boxes.known = MessageSummary(False)
    assert watch.news() == b"Messages-Waiting: no\r\n"
    watch.close()
    assert boxes.watchers == []


def test_nothingIsClaimedOfWhichNothingIsKnown(boxes: Boxes) -> None:
    boxes.known = None
    assert watching(boxes).state() == b""


@pytest.mark.parametrize(
    ("sight", "status"), [(MailboxSight.UNKNOWN, 404), (MailboxSight.FORBIDDEN, 403)]
)
def test_anothersMailboxIsNotToldOf(boxes: Boxes, sight: MailboxSight, status: int) -> None:
    boxes.sight = sight
    assert SummaryPackage(boxes).watch(ANNA, SOMEBODY, boxes) == status


def test_aSummaryIsReadAndWritten() -> None:
    assert parseSummary(BODY.encode()) == SUMMARY
    assert summaryBody(SUMMARY) == BODY.encode()


@pytest.mark.parametrize(
    ("body", "summary"),
    [
        (b"messages-waiting:no", MessageSummary(False)),
        (b"Messages-Waiting: yes\nX\nA: \x00\nB: \xff\nC: d\n", MessageSummary(True, ("C: d",))),
        (b"Messages-Waiting: yes\r\n\r\nTo: somebody\r\n", MessageSummary(True)),
        (b"Messages-Waiting: yes\r\nA: " + 300 * b"a", MessageSummary(True)),
    ],
)
def test_ofASummaryIsTakenWhatIsOfUse(body: bytes, summary: MessageSummary) -> None:
    assert parseSummary(body) == summary


def test_aSummaryHasNotEndlesslyManyLines() -> None:
    body = b"Messages-Waiting: yes\r\n" + 1000 * b"A: b\r\n"
    assert len(parseSummary(body).details) == MAX_LINES


@pytest.mark.parametrize("body", [b"", b"Voice-Message: 1/1\r\n", b"Messages-Waiting: maybe\r\n"])
def test_aSummaryHasToSayWhetherMessagesWait(body: bytes) -> None:
    with pytest.raises(DecodeError):
        parseSummary(body)


@pytest.mark.parametrize(
    ("believed", "uri", "headers", "body", "status"),
    [
        (True, "sip:anna@10.0.0.1", HEADERS.format(type=SIMPLE), BODY, 200),
        (True, "sip:bob@10.0.0.1", HEADERS.format(type=SIMPLE), BODY, 404),
        (True, "sip:anna@10.0.0.1", HEADERS.format(type=SIMPLE), "nonsense", 400),
        (True, "sip:anna@10.0.0.1", HEADERS.format(type="text/plain"), BODY, 415),
        (True, "sip:anna@10.0.0.1", "Event: presence\nContent-Type: a/b\n", BODY, 489),
        (False, "sip:anna@10.0.0.1", HEADERS.format(type=SIMPLE), BODY, 481),
    ],
)
def test_aVoiceMailServerIsBelieved(
    boxes: Boxes, believed: bool, uri: str, headers: str, body: str, status: int
) -> None:
    boxes.believed, boxes.known = believed, None
    world = SIPWorld()
    world.peer("10.0.0.1", services=Services(outside={"NOTIFY": SummaryNotices(boxes)}))
    server = world.script("10.0.0.3")
    text = body.replace("\r\n", "\n")
    server.send(request("NOTIFY", uri=uri, extra=headers, body=text), SERVER)
    world.run(0.1)
    (answer,) = [each for each in server.messages if isinstance(each, SIPResponse)]
    assert answer.status == status
    assert boxes.known == (SUMMARY if status in (200, 404) else None)
    world.settle()
