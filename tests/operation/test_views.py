"""
What there is to see: to JSON, to tables and to the documentation alike.
"""

from __future__ import annotations

import dataclasses
import json
import re
import typing
from pathlib import Path
from typing import Any

import pytest

from h323d.call.media import PortStatistics
from h323d.cli.table import Table
from h323d.operation.command import Command
from h323d.operation.commands import COMMANDS
from h323d.operation.operator import Operator
from h323d.operation.routeviews import AskedView
from h323d.operation.views import (
    LegView,
    MediaView,
    MemberView,
    ParticipantView,
    RoomView,
    View,
    told,
)
from tests.support.cdr import detail
from tests.support.views import sample

PAGE = (Path(__file__).parents[2] / "docs/reference/h323ctl.rst").read_text()
LEG = ("c1", "l1", "sip", "incoming", ("1001",), ("80001",), "Anna", "10.0.0.2:5060", "active")


def answers(command: Command) -> list[type[View]]:
    """
    The views that a command answers with; none for records, which have a form of their own.
    """
    return views(typing.get_type_hints(getattr(Operator, command.name))["return"])


def views(hint: Any) -> list[type[View]]:  # Any: a type, in whatever form it is written
    if isinstance(hint, type) and issubclass(hint, View):
        return [hint]
    return [each for argument in typing.get_args(hint) for each in views(argument)]


ANSWERS = [(command, kind) for command in COMMANDS for kind in answers(command)]


def named(value: Any) -> str:
    return value.name if isinstance(value, Command) else value.__name__


def test_allButRecordsAndWhatGoesOnAreViews() -> None:
    assert [each.name for each in COMMANDS if not answers(each)] == ["cdr", "follow"]


def test_aViewIsAnObjectOfItsFields() -> None:
    member = MemberView("l1", "Anna", "", "moderator", "present", "open", None)
    assert told(RoomView("80001", 2.5, 10, False, None, (member,))) == {
        "room": "80001",
        "open": 2.5,
        "maxParticipants": 10,
        "locked": False,
        "speaker": None,
        "participants": [
            {
                "legId": "l1",
                "name": "Anna",
                "displayName": "",
                "role": "moderator",
                "presence": "present",
                "voice": "open",
                "level": None,
            }
        ],
    }


def test_whatHasADefaultIsNotToldWhileItHasIt() -> None:
    waiting = ParticipantView(*LEG, room="80001", presence="joining")
    assert told(waiting) == told(LegView(*LEG)) | {"room": "80001", "presence": "joining"}
    assert told(dataclasses.replace(waiting, joined=0.0))["joined"] == 0.0


def test_viewsInsideListsAndMappingsAreToldToo() -> None:
    asked = AskedView("rooms", "nothing")
    inside = {"policy": "rooms", "said": "nothing"}
    assert told({"a": [asked], "b": (asked, None), "c": 1}) == {
        "a": [inside],
        "b": [inside, None],
        "c": 1,
    }


def test_mediaShowsEveryStatisticOfAPort() -> None:
    fields = [each.name for each in dataclasses.fields(MediaView)]
    assert fields[5:] == [each.name for each in dataclasses.fields(PortStatistics)]


@pytest.mark.parametrize(("command", "kind"), ANSWERS, ids=named)
def test_everyViewIsJSONAndCannotBeChanged(command: Command, kind: type[View]) -> None:
    view = sample(kind)
    assert json.loads(json.dumps(told(view))) == told(view)
    assert set(told(view)) == {each.name for each in dataclasses.fields(kind)}
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(view, dataclasses.fields(kind)[0].name, "other")


@pytest.mark.parametrize(
    "command", [each for each in COMMANDS if each.columns and answers(each)], ids=named
)
def test_aTableHasAColumnForAllThatItsViewsShow(command: Command) -> None:
    rows = [told(sample(kind)) for kind in answers(command)]
    head = str(Table(rows, (), None)).splitlines()[0]
    assert sorted(re.split("  +", head)) == sorted(each.name for each in command.columns)


def test_theTableOfRecordsShowsWhatRecordsHave() -> None:
    (cdr,) = (each for each in COMMANDS if each.name == "cdr")
    assert {each.name for each in cdr.columns} <= set(detail().told())


@pytest.mark.parametrize(("command", "kind"), ANSWERS, ids=named)
def test_theReferenceNamesAllThatAViewShows(command: Command, kind: type[View]) -> None:
    section = PAGE.partition(f"\n``{command.name}")[2].partition("\n")[2]
    said = re.split(r"^``", section, flags=re.MULTILINE)[0]
    assert [key for key in told(sample(kind)) if f"``{key}``" not in said] == []
