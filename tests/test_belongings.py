"""
What a process has opened, and another has only inherited.
"""

from __future__ import annotations

import os

from h323d.belongings import Belongings


def inAChild(belongings: Belongings, thing: object) -> list[bool]:
    """
    @return: whether a process that is forked from this one owns it, and then what it opens itself.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        owned = [belongings.own(thing) is thing, belongings.own("new") == "new"]
        os.write(writer, bytes(owned))
        os._exit(0)
    os.close(writer)
    with open(reader, "rb") as told:
        answers = told.read()
    os.waitpid(child, 0)
    return list(map(bool, answers))


def test_whatAProcessHasOpenedIsItsOwn() -> None:
    thing = object()
    assert Belongings().own(thing) is thing


def test_nothingIsOpenWhereNothingWasOpened() -> None:
    assert Belongings().own(None) is None


def test_whoIsForkedOpensAnewAndThenOwnsThat() -> None:
    assert inAChild(Belongings(), object()) == [False, True]
