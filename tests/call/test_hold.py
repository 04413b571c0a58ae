"""
Whether a call is on hold.
"""

from __future__ import annotations

import pytest

from h323d.call.hold import Hold
from h323d.values.address import TransportAddress
from h323d.values.media.formats import G711_ULAW
from h323d.values.media.streams import ReceiveFormat, Stream, TransmitFormat

TRANSMIT = TransmitFormat(G711_ULAW, 0, 20, TransportAddress("10.0.0.9", 5000))
RECEIVE = ReceiveFormat({0: G711_ULAW})
BOTH, HEARS, SPEAKS, NEITHER = (
    Stream(TRANSMIT, RECEIVE),
    Stream(TRANSMIT, None),
    Stream(None, RECEIVE),
    Stream(),
)


@pytest.fixture
def hold() -> Hold:
    return Hold()


def test_itBeginsWithoutHold(hold: Hold) -> None:
    assert not hold.held


@pytest.mark.parametrize(
    ("stream", "refusesSound", "held"),
    [
        (BOTH, False, False),
        (HEARS, False, False),
        (SPEAKS, False, False),
        (SPEAKS, True, True),
        (NEITHER, False, True),
        (NEITHER, True, True),
    ],
)
def test_whoHasListenedHoldsByListeningNoMore(
    stream: Stream, refusesSound: bool, held: bool, hold: Hold
) -> None:
    hold.follow(BOTH, False)
    hold.follow(stream, refusesSound)
    assert hold.held is held


def test_whoNeverListenedDoesNotHoldByIt(hold: Hold) -> None:
    hold.follow(SPEAKS, True)
    assert not hold.held


def test_whoIsBackIsNotHeld(hold: Hold) -> None:
    hold.follow(BOTH, False)
    hold.follow(NEITHER, False)
    hold.follow(BOTH, False)
    assert not hold.held
