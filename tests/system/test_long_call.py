"""
A short form of the long call over a bad network, which C{benchmarks.long_call} makes as long as one wants.
"""

from __future__ import annotations

import pytest

from tests.support.impairedpath import Impairment
from tests.support.longcall import LongCall, Passage, longCalls
from tests.support.processes import waitFor

pytestmark = pytest.mark.interop

NETWORK = "127.0.104."
LASTS = 25  # seconds
WINDOW = 8  # seconds whose delays are compared
GROWN = 0.05  # seconds: of what piles up there is more, and of a busy machine's turns less
CODECS = ("opus", "PCMU")  # one is transcoded, the other passed through


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> dict[str, LongCall]:
    directory = tmp_path_factory.mktemp("long")
    with longCalls(directory, NETWORK, CODECS, LASTS * 4, Impairment()) as stage:
        waitFor(lambda: stage.hasLasted(LASTS), LASTS * 2, "everybody has talked", 0.25)
        assert stage.server.ask("status")["media"]["codecFailures"] == 0
    assert stage.capture.complaints(f"{NETWORK}1") == ""
    return {call.encodings[0]: call for call in stage.results()}


@pytest.fixture(params=CODECS)
def call(request: pytest.FixtureRequest, calls: dict[str, LongCall]) -> LongCall:
    return calls[request.param]


@pytest.fixture(params=["there", "back"])
def passage(request: pytest.FixtureRequest, call: LongCall) -> Passage:
    found: Passage = getattr(call, request.param)
    return found


def test_packetsWereLost(call: LongCall) -> None:
    assert call.legs["sip"]["media"]["packetsLost"] > 0


def test_nothingThatWasSaidIsMissing(passage: Passage) -> None:
    assert passage.said > LASTS / 2
    assert passage.missing == 0


def test_theDelayAtTheEndIsThatAtTheStart(passage: Passage) -> None:
    assert passage.atEnd(WINDOW) == pytest.approx(passage.atStart(WINDOW), abs=GROWN)
