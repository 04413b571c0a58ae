"""
What is left to be done where a leader has died.

That whole walks go on is C{tests/walks/test_deaths.py}'s to show.
"""

from __future__ import annotations

from typing import Any, cast

from twisted.internet.defer import Deferred
from zope.interface import implementer

from h323d.call.transport import IDatagramUser, IStream, IStreamUser
from h323d.events.bus import EventBus
from h323d.ha import records
from h323d.ha.datagrams import DatagramPort
from h323d.ha.doors import Doors
from h323d.ha.following import Following
from h323d.ha.leading import Leading
from h323d.ha.processes import FarProcess
from h323d.ha.quarantine import Quarantine
from h323d.ha.questions import Names
from h323d.ha.records import DoneRecord, InputRecord, QuarantinedRecord, Record
from h323d.ha.streams import StreamOpener
from h323d.ha.surroundings import Reached
from h323d.ha.takeover import takeOver
from h323d.ha.turns import Turns
from h323d.ha.watch import Death
from h323d.values.address import TransportAddress
from tests.support.outputs import KeptLog, NotedDoors

HERE, THERE = TransportAddress("10.0.0.1", 5060), TransportAddress("10.0.0.2", 5060)
LINE = 2  # the number of the connection
PROCESS = 9  # that of the media process


@implementer(IStreamUser, IDatagramUser)
class Echo:
    """
    Answers by every way, tells a media process, and looks a name up.
    """

    def __init__(self) -> None:
        self.turns = Turns(100.0)
        self.reached = Reached(self.turns)
        self.turns.receive("begin", self.begin)
        self.heard: list[bytes] = []
        self.port: DatagramPort | None = None
        self.stream: IStream | None = None
        self.answer: Deferred[Any] | None = None
        self.process: FarProcess | None = None

    def begin(self) -> None:
        self.port = self.reached.datagrams.bind(HERE, self)
        StreamOpener(self.turns, self.reached.lines).open(THERE, self, 5.0)
        self.process = self.reached.processes.launch(PROCESS)

    def streamOpened(self, stream: IStream) -> None:
        self.stream = stream

    def streamReceived(self, data: bytes) -> None:
        self.heard.append(data)
        if self.process is not None:
            self.process.send(len(self.heard), data)
        if data == b"heard" and self.process is not None:
            self.process.heard(2)
        if self.stream is not None and self.port is not None:
            self.stream.write(data)
            self.port.send(data, THERE)
        if data == b"name":
            self.answer = Names(self.reached.questions).hosts("example.com")

    def streamClosed(self, reason: str) -> None:
        self.stream = None

    def datagramReceived(self, data: bytes, source: TransportAddress) -> None:
        self.heard.append(data)


class Ledger:
    """
    @ivar counts: how much of the connection was read and written; C{None} if it is gone.
    @ivar discarded: what was taken away.
    """

    def __init__(self, counts: tuple[int, int] | None) -> None:
        self.counts = counts
        self.discarded: list[object] = []

    def readAndWritten(self, number: int) -> tuple[int, int] | None:
        assert number == LINE
        return self.counts

    def discard(self, number: int, octets: int) -> None:
        self.discarded.append(octets)

    def discardHandled(self, record: InputRecord) -> None:
        self.discarded.append(record.kind)


def logged(*received: bytes) -> list[Record]:
    """
    What a leader has logged, to the end of its last turn.
    """
    log = KeptLog()
    leading = Leading(Echo().turns, cast(Doors, NotedDoors(bind=HERE, launch=None)), log)
    leading.enter("begin")
    leading.enter("opened", LINE, HERE, THERE, None)
    for each in received:
        leading.enter("received", LINE, each)
    return [records.decode(records.encode(each)) for each in log.records]


class TakenOver:
    """
    @ivar done: what the new leader has ordered at first.
    @ivar toPeers: of that, what is for others than the media.
    """

    def __init__(
        self,
        told: list[Record],
        counts: tuple[int, int] | None,
        death: Death = Death.KILLED,
    ) -> None:
        self.echo = Echo()
        turns, reached = self.echo.turns, self.echo.reached
        Quarantine(turns, reached.lines, reached.questions, EventBus())
        self.doors = NotedDoors(bind=HERE, launch=None)
        self.ledger, self.log = Ledger(counts), KeptLog()
        following = Following(self.echo.turns)
        for each in told:
            following.take(each)
        doors = cast(Doors, self.doors)
        self.leading = takeOver(following, self.echo.reached, doors, self.ledger, self.log, death)
        self.done = list(self.doors.done)
        self.toPeers = [each for each in self.done if each[0] != "say"]


def test_whatHasNotLeftOfAConnectionLeaves() -> None:
    taken = TakenOver(logged(b"abc", b"defg"), (7, 4))
    assert ("write", LINE, b"efg") in taken.done


def test_whatHasLeftOfAConnectionDoesNotLeaveAgain() -> None:
    taken = TakenOver(logged(b"abc", b"defg"), (7, 7))
    assert [each for each in taken.done if each[0] == "write"] == []


def test_whatAMediaProcessMayNotHaveHeardIsSaidAgainOnceAndInOrder() -> None:
    taken = TakenOver(logged(b"one", b"two", b"heard", b"four"), (13, 13))
    said = [(each[1], each[2]) for each in taken.done if each[0] == "say"]
    assert said == [(PROCESS, b"heard"), (PROCESS, b"four")]


def test_aConnectionThatIsGoneIsLeftAlone() -> None:
    taken = TakenOver(logged(b"abc"), None)
    assert [each for each in taken.done if each[0] == "write"] == []


def test_aConnectionThatIsNotAsItWasLeftIsCutOff() -> None:
    assert ("abort", LINE) in TakenOver(logged(b"abc"), (3, 4)).done
    assert ("abort", LINE) in TakenOver(logged(b"abc"), (4, 3)).done


def test_aDatagramOfTheLastTurnIsSentOnceMore() -> None:
    taken = TakenOver(logged(b"abc", b"defg"), (7, 7))
    assert taken.toPeers == [("send", 1, b"defg", THERE, "")]


def test_aQuestionWithoutAnAnswerIsAskedAnewAndOnce() -> None:
    asked = ("hosts", 3, "example.com")
    taken = TakenOver(logged(b"name"), (4, 4))
    assert [each for each in taken.done if each == asked] == [asked]
    taken = TakenOver(logged(b"name", b"abc"), (7, 7))
    assert [each for each in taken.done if each == asked] == [asked]


def test_anInputThatWasLoggedHappensNow() -> None:
    told = logged(b"abc", b"defg")[:-1]
    taken = TakenOver(told, (7, 3))
    assert taken.echo.heard == [b"abc", b"defg"]
    assert taken.toPeers == [
        ("send", 1, b"abc", THERE, ""),
        ("write", LINE, b"defg"),
        ("send", 1, b"defg", THERE, ""),
    ]
    (done,) = taken.log.records
    assert isinstance(done, DoneRecord)
    assert done.turn == taken.leading.turn == 4


def test_whatWasLoggedAndNotReadIsTakenAway() -> None:
    taken = TakenOver(logged(b"abc", b"defg")[:-1], (3, 3))
    assert taken.ledger.discarded == [4, "received"]


def test_whatALeaderCrashedOfDoesNotHappenAndItsConnectionIsCutOff() -> None:
    told = logged(b"abc", b"defg")[:-1]
    taken = TakenOver(told, (7, 3), Death.CRASHED)  # it had read all of it
    assert taken.echo.heard == [b"abc"]
    assert taken.toPeers == [("send", 1, b"abc", THERE, ""), ("abort", LINE)]
    assert [type(each) for each in taken.log.records] == [
        QuarantinedRecord,
        InputRecord,
        DoneRecord,
    ]


def test_whatEntersNextHasTheNextNumber() -> None:
    taken = TakenOver(logged(b"abc"), (3, 3))
    assert taken.leading.epoch == 1
    taken.leading.enter("received", LINE, b"h")
    assert taken.echo.heard == [b"abc", b"h"]
    assert [each.turn for each in taken.log.records if isinstance(each, InputRecord)] == [4]


def test_whoLeadsIsWokenWhenSomethingIsDue() -> None:
    told = logged(b"abc")
    taken = TakenOver(told, (3, 3))
    assert taken.doors.wakes == [None]
