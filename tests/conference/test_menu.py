"""
The keys of a room's menu.
"""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from h323d.conference.menu import DEFAULT_MENU, PAUSE, MenuAction, MenuKeys, actionsOf
from h323d.values.identifiers import LegID

ANNA, BERT = LegID("anna"), LegID("bert")
ACTIONS = actionsOf(("*1 mute", "0 count", "##9 lock"))


class Scene:
    """
    Two who press keys.
    """

    def __init__(self) -> None:
        self.clock = Clock()
        self.keys = MenuKeys(ACTIONS, self.clock)

    def press(self, keys: str, who: LegID = ANNA) -> list[MenuAction]:
        wanted = [self.keys.press(who, key) for key in keys]
        return [each for each in wanted if each is not None]


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.mark.parametrize(
    ("keys", "wanted"),
    [
        ("*1", [MenuAction.MUTE]),
        ("0", [MenuAction.COUNT]),
        ("##9", [MenuAction.LOCK]),
        ("*10*1", [MenuAction.MUTE, MenuAction.COUNT, MenuAction.MUTE]),
        ("1", []),
        ("*2", []),
        ("**1", [MenuAction.MUTE]),
        ("#*1", [MenuAction.MUTE]),
        ("#0", [MenuAction.COUNT]),
        ("A!*1", [MenuAction.MUTE]),
        ("*", []),
    ],
)
def test_whatIsPressedIsWhatIsWanted(scene: Scene, keys: str, wanted: list[MenuAction]) -> None:
    assert scene.press(keys) == wanted


def test_afterAPauseItBeginsAnew(scene: Scene) -> None:
    scene.press("*")
    scene.clock.advance(PAUSE)
    assert scene.press("1") == []
    scene.press("*")
    scene.clock.advance(PAUSE / 2)
    assert scene.press("1") == [MenuAction.MUTE]


def test_eachPressesForThemselves(scene: Scene) -> None:
    scene.press("*")
    assert scene.press("1", BERT) == []
    scene.keys.forget(ANNA)
    assert scene.press("1") == []


def test_whatIsBuiltInHasAllThatThereIs() -> None:
    assert set(actionsOf(DEFAULT_MENU).values()) == set(MenuAction)


def test_moderatorsAloneDecideOnOthers() -> None:
    everybodys = [each for each in MenuAction if not each.isModerators]
    assert everybodys == [MenuAction.MUTE, MenuAction.COUNT]


@pytest.mark.parametrize(
    ("entries", "complaint"),
    [
        (("mute",), "^'mute' is not a few of 0-9, "),
        (("*1 dance",), "and then one of mute, count, lock, muteAll, kickLast$"),
        (("12345 mute",), "^'12345 mute' is not "),
        (("*1 mute", "*12 lock"), "^.12 and .1 begin alike$"),
        (("*12 mute", "*1 lock"), "^.1 and .12 begin alike$"),
        (("*1 mute", "*1 lock"), "^.1 and .1 begin alike$"),
    ],
)
def test_aMenuThatCannotBeUsedIsToldWhy(entries: tuple[str, ...], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        actionsOf(entries)
