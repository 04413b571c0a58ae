"""
The desk: who may have what done, and what is told of it.
"""

from __future__ import annotations

from typing import cast

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from h323d.events.bus import EventBus
from h323d.events.server import OperatorActed
from h323d.operation.command import OperatorError, Role
from h323d.operation.desk import Actor, Desk
from h323d.operation.operator import Operator
from h323d.operation.views import Ended, Originated

ANNA = Actor("anna", Role.OPERATOR)


class FakeOperator:
    """
    Knows no call but C{c1}; a call that is made is answered later.
    """

    def __init__(self) -> None:
        self.calling: Deferred[Originated] = Deferred()

    def rooms(self) -> list[Ended]:
        return []

    def hangup(self, name: str) -> Ended:
        if name != "c1":
            raise OperatorError(f"no call, leg or room is called {name}")
        return Ended(("l1",))

    def call(self, first: str, second: str) -> Deferred[Originated]:
        return self.calling

    def maintenance(self, action: str = "status") -> list[str]:
        return [action]

    def cdr(self, count: int = 20) -> list[int]:
        return [count]


class Scene:
    """
    A desk, and what is told of who comes to it.
    """

    def __init__(self) -> None:
        self.clock, events = Clock(), EventBus()
        self.clock.advance(5.0)
        self.operator = FakeOperator()
        self.told: list[OperatorActed] = []
        events.subscribe(OperatorActed, self.told.append)
        self.desk = Desk(self.clock, events, cast(Operator, self.operator))


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_anActIsToldWithWhoDidIt(scene: Scene) -> None:
    assert scene.desk.ask(ANNA, "hangup", ["c1"]) == {"ended": ["l1"]}
    assert scene.told == [OperatorActed(5.0, "anna", "hangup", (("name", "c1"),))]


def test_aQuestionIsNotTold(scene: Scene) -> None:
    scene.desk.ask(ANNA, "rooms")
    scene.desk.ask(ANNA, "maintenance")
    scene.desk.ask(ANNA, "maintenance", {"action": "status"})
    assert scene.told == []


def test_whatCouldNotBeDoneIsNotTold(scene: Scene) -> None:
    with pytest.raises(OperatorError, match=r"is called c2$"):
        scene.desk.ask(ANNA, "hangup", {"name": "c2"})
    assert scene.told == []


def test_whatTakesItsTimeIsToldOnceItIsDone(scene: Scene) -> None:
    answers: list[object] = []
    asked = scene.desk.ask(ANNA, "call", ["1001", "1002"])
    assert isinstance(asked, Deferred)
    asked.addCallback(answers.append)
    assert scene.told == []
    scene.clock.advance(1.0)
    scene.operator.calling.callback(Originated("c7"))
    arguments = (("first", "1001"), ("second", "1002"))
    assert answers == [{"callId": "c7"}]
    assert scene.told == [OperatorActed(6.0, "anna", "call", arguments)]


def test_whatFailsLaterIsNotTold(scene: Scene) -> None:
    failures: list[object] = []
    asked = scene.desk.ask(ANNA, "call", ["1001", "1002"])
    assert isinstance(asked, Deferred)
    asked.addErrback(failures.append)
    scene.operator.calling.errback(OperatorError("nobody is called 1001"))
    assert (len(failures), scene.told) == (1, [])


@pytest.mark.parametrize(
    ("role", "name", "words", "complaint"),
    [
        (Role.VIEWER, "hangup", ["c1"], "bert may not: hangup takes the role moderator"),
        (Role.VIEWER, "maintenance", ["on"], "bert may not: maintenance takes the role operator"),
        (
            Role.MODERATOR,
            "maintenance",
            ["on"],
            "bert may not: maintenance takes the role operator",
        ),
        (Role.VIEWER, "maintenance", [], None),
        (Role.MODERATOR, "hangup", ["c1"], None),
        (Role.OPERATOR, "hangup", ["c1"], None),
    ],
)
def test_nobodyDoesMoreThanTheirRoleAllows(
    scene: Scene, role: Role, name: str, words: list[str], complaint: str | None
) -> None:
    bert = Actor("bert", role)
    if complaint is None:
        scene.desk.ask(bert, name, words)
        return
    with pytest.raises(OperatorError) as caught:
        scene.desk.ask(bert, name, words)
    assert (str(caught.value), scene.told) == (complaint, [])


def test_whatIsNoCommandIsToldWhichThereAre(scene: Scene) -> None:
    for name in ("reboot", "told", "__init__"):
        with pytest.raises(OperatorError, match=r"^commands are status, health, "):
            scene.desk.ask(ANNA, name)


def test_aShellHasTheCommandsAsFunctions(scene: Scene) -> None:
    spoken = scene.desk.spoken(ANNA)
    assert spoken["hangup"]("c1") == spoken["hangup"](name="c1") == {"ended": ["l1"]}
    assert spoken["cdr"](5) == spoken["cdr"](count="5") == [5]
    assert [fact.actor for fact in scene.told] == ["anna", "anna"]
    with pytest.raises(OperatorError, match=r"^hangup needs ID"):
        spoken["hangup"]()
