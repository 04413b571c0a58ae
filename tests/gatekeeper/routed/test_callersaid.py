"""
What the caller has said, as each way is told.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.gatekeeper.routed.callersaid import CallerSaid
from h323d.gatekeeper.routing.chain import FoundWay
from h323d.h323.calls.faststart import offerFastStart
from h323d.h323.calls.incoming import IncomingSetup
from h323d.h323.signalling import messages, uuie
from h323d.h323.signalling.q931 import MessageType
from h323d.h323.signalling.uuie import CallIdentity, Content
from h323d.values.address import TransportAddress
from h323d.values.media.formats import G711_ULAW
from h323d.values.media.profile import MediaProfile
from tests.support.h245peers import soundAt

HERE = TransportAddress("10.0.0.1", 1720)
THERE = FoundWay("h323", TransportAddress("10.0.0.2", 1720))
SETUP = messages.make(MessageType.SETUP, b"")
LATER = messages.make(MessageType.INFORMATION, b"")
SOUND = offerFastStart(MediaProfile.audio((G711_ULAW,)), soundAt(HERE, HERE)).elements[0]
IDENTITY = CallIdentity(bytes(16), bytes(16))


def newCallerSaid() -> CallerSaid:
    return CallerSaid(SETUP, IncomingSetup(7, IDENTITY, (), (), "", False, uuie.NOTHING))


def told(said: CallerSaid) -> list[MessageType]:
    return [MessageType(each.messageType) for each, _, _ in said.again(HERE, THERE, ())]


def test_eachWayIsToldTheSetupAndWhatHasFollowed() -> None:
    said = newCallerSaid()
    assert said.keep(LATER, uuie.NOTHING)
    for _ in range(2):
        assert told(said) == [MessageType.SETUP, MessageType.INFORMATION]


def test_theSetupAloneIsChanged() -> None:
    said = newCallerSaid()
    said.keep(LATER, uuie.NOTHING)
    assert [len(edits) for _, _, edits in said.again(HERE, THERE, ())] == [1, 0]


def test_32MessagesAreKeptAndNoMore() -> None:
    said = newCallerSaid()
    assert [said.keep(LATER, uuie.NOTHING) for _ in range(33)] == [True] * 32 + [False]
    assert len(told(said)) == 33


def test_whenNobodyHasToBeToldAgainTheSetupIsLeft() -> None:
    said = newCallerSaid()
    said.keep(LATER, uuie.NOTHING)
    said.forget()
    assert told(said) == [MessageType.SETUP]


class Judge:
    """
    Says what it is told to.
    """

    def __init__(self, refusal: str) -> None:
        self._refusal = refusal

    def refusal(self, bandwidth: int) -> str:
        return self._refusal


@pytest.mark.parametrize(("refusal", "proposed"), [("", [SOUND]), ("unspecified", None)])
def test_whatMayNotBeIsNotProposedNorWhatNobodyCanRead(
    refusal: str, proposed: list[bytes] | None
) -> None:
    elements = (b"\xff", SOUND)
    content = Content("setup", {"fastStart": elements})
    said = CallerSaid(SETUP, IncomingSetup(7, IDENTITY, (), (), "", False, content))
    said.judgeStart(Judge(refusal))
    ((_, _, (edit,)),) = said.again(HERE, THERE, ())
    fields: dict[str, Any] = {"fastStart": list(elements)}
    edit({}, fields)
    assert fields.get("fastStart") == proposed


def test_whereNobodyMindsAllOfItIs() -> None:
    content = Content("setup", {"fastStart": (SOUND,)})
    said = CallerSaid(SETUP, IncomingSetup(7, IDENTITY, (), (), "", False, content))
    said.judgeStart(None)
    ((_, _, (edit,)),) = said.again(HERE, THERE, ())
    fields: dict[str, Any] = {"fastStart": [SOUND]}
    edit({}, fields)
    assert fields["fastStart"] == [SOUND]
