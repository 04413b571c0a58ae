"""
What a leader died of is put aside: what is done instead, and what is kept of it.

That everybody else goes on is C{tests/walks/test_poison.py}'s to show.
"""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
from zope.interface import implementer

from h323d.call.transport import IStream, IStreamUser
from h323d.events.bus import EventBus
from h323d.events.following import InputQuarantined
from h323d.ha import records
from h323d.ha.doors import Kind
from h323d.ha.following import Following
from h323d.ha.quarantine import KEPT, Quarantine, Shelf, poisonOf
from h323d.ha.questions import Names
from h323d.ha.records import DoneRecord, InputRecord
from h323d.ha.streams import StreamOpener
from h323d.ha.turns import Turns
from h323d.ha.watch import Death
from h323d.values.address import TransportAddress
from tests.support.turned import Turned

PEER = TransportAddress("10.0.0.2", 1720)
LINE = 1  # the number of the connection
INPUT = InputRecord(1, 1.0, "count", (b"abc",))


@implementer(IStreamUser)
class User:
    """
    @ivar closed: whether it was told that its connection is gone.
    """

    closed = False

    def streamOpened(self, stream: IStream) -> None:
        pass

    def streamReceived(self, data: bytes) -> None:
        pass

    def streamClosed(self, reason: str) -> None:
        self.closed = True


class PutAside:
    """
    @ivar facts: what was told.
    """

    def __init__(self) -> None:
        self.turned = Turned()
        self.facts: list[InputQuarantined] = []
        events = EventBus()
        events.subscribe(InputQuarantined, self.facts.append)
        reached = self.turned.reached
        Quarantine(self.turned.turns, reached.lines, reached.questions, events)
        self.user = User()
        opener = StreamOpener(self.turned.turns, reached.lines)
        self.turned.do(opener.open, PEER, self.user, 5.0)
        self.turned.enter(Kind.OPENED.value, LINE, PEER, PEER, None)

    def put(self, kind: Kind, *arguments: Any) -> list[tuple[Any, ...]]:
        """
        @return: what is ordered instead.
        """
        told = (7, kind.value, arguments, Death.CRASHED)
        return self.turned.enter(Kind.QUARANTINED.value, *told)


@pytest.fixture
def aside() -> PutAside:
    return PutAside()


def test_aDatagramIsDropped(aside: PutAside) -> None:
    assert aside.put(Kind.DATAGRAM, 3, b"octets", PEER) == []
    now = aside.turned.turns.seconds()
    assert aside.facts == [InputQuarantined(now, 7, "datagram", "crashed", "10.0.0.2:1720", 6)]


def test_theConnectionIsCutOffAndItsUserHearsOfItWhenItIsGone(aside: PutAside) -> None:
    assert aside.put(Kind.RECEIVED, LINE, b"octets") == [("abort", LINE)]
    assert [each.source for each in aside.facts] == ["10.0.0.2:1720"]
    assert not aside.user.closed
    aside.turned.enter(Kind.CLOSED.value, LINE, "aborted")
    assert aside.user.closed


def test_whatWasLeftOfACutOffConnectionIsNotReconciled(aside: PutAside) -> None:
    line = aside.turned.reached.lines.open[LINE]
    aside.turned.do(line.write, b"answer")
    aside.put(Kind.RECEIVED, LINE, b"octets")
    assert line.position.unwritten(0) == b""
    assert line.position.handled(6) == 0  # it was read, and never happened


def test_aConnectionWhoseEndKillsHasNoUserAnyMore(aside: PutAside) -> None:
    assert aside.put(Kind.CLOSED, LINE, "reset") == []
    assert not aside.user.closed
    assert LINE not in aside.turned.reached.lines.open


def test_aConnectionThatCannotBeAcceptedIsRefused(aside: PutAside) -> None:
    assert aside.put(Kind.ACCEPTED, 3, -1, PEER) == [("refuse", -1)]
    assert [each.source for each in aside.facts] == ["10.0.0.2:1720"]


def test_anAnswerThatKillsIsNotAskedForAgain(aside: PutAside) -> None:
    reached = aside.turned.reached
    aside.turned.do(Names(reached.questions).hosts, "example.com")
    ((_, (number, _)),) = [(each.order, each.arguments) for each in reached.questions.outstanding()]
    assert aside.put(Kind.ANSWERED, number, ()) == []
    assert reached.questions.outstanding() == ()


def test_whatIsDueFirstIsGivenUpAndTheRestIsNot(aside: PutAside) -> None:
    turns, done = aside.turned.turns, list[str]()
    turns.callLater(1.0, done.append, "deadly")
    turns.callLater(2.0, done.append, "other")
    aside.put(Kind.TICK)
    aside.turned.doors.now += 3.0
    aside.turned.enter(Kind.TICK.value)
    assert done == ["other"]


def test_aTickWithoutAnythingThatIsDueIsGivenUpToo(aside: PutAside) -> None:
    assert aside.put(Kind.TICK) == []


@pytest.mark.parametrize(
    ("death", "isPoison"),
    [
        (Death.CRASHED, True),
        (Death.HUNG, True),
        (Death.KILLED, False),
        (Death.HANDED_OVER, False),
    ],
)
def test_whoeverIsKilledByOthersDidNotDieOfWhatItDid(death: Death, isPoison: bool) -> None:
    following = Following(Turns(0.0))
    following.take(INPUT)
    assert poisonOf(following, death) == (INPUT if isPoison else None)


def test_whoeverHangsWithoutAnInputDidNotDieOfOne() -> None:
    turns = Turns(0.0)
    turns.receive("count", len)
    following = Following(turns)
    following.take(INPUT)
    following.take(DoneRecord(1, (), 0))
    assert poisonOf(following, Death.HUNG) is None


def test_whatIsKeptCanBeReadByItsOwnerAlone(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "quarantine")
    path = shelf.keep(INPUT)
    assert records.decode(path.read_bytes()) == INPUT
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_theOldestOfTooManyAreThrownAway(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    for turn in range(KEPT + 3):
        shelf.keep(InputRecord(turn, 1.0, "count", ()))
    turns = [
        each.turn
        for path in sorted(tmp_path.iterdir())
        if isinstance(each := records.decode(path.read_bytes()), InputRecord)
    ]
    assert turns == list(range(3, KEPT + 3))
