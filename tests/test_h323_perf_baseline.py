"""
The baseline: latency, jitter and loss of a conference of eight to twelve guardians.

They call by H.323 and SIP, with mixed codecs; everything is real, and nothing is lost on the way.  How it was
measured is told by C{docs/reference/rehearsal-report.rst}.  The figures are printed (C{pytest
tests/test_h323_perf_baseline.py -s}), beside what is promised; what is asserted are the verdicts that do not depend
on what else the machine has to do.
"""

from __future__ import annotations

import pytest

from tests.support.rehearsals import Rehearsed, rehearse

pytestmark = pytest.mark.interop

SERVER = "127.0.147.1"
SECONDS = 15.0
FIGURES = ("latency of the server", "jitter", "slowest join", "slowest leave")


@pytest.fixture(scope="module", params=[8, 12])
def council(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Rehearsed:
    directory = tmp_path_factory.mktemp("baseline")
    return rehearse(directory, SECONDS, "--at", SERVER, "--parties", str(request.param))


@pytest.mark.parametrize("promise", FIGURES)
def test_aFigureIsMeasured(promise: str, council: Rehearsed) -> None:
    verdict = council.verdict(promise)
    room = sum(each.group == 0 for each in council.found.parties)
    print(f"{room} guardians: {verdict.promise} {verdict.figure} (promised: {verdict.limit})")
    assert verdict.figure


def test_nothingIsLostOnTheWay(council: Rehearsed) -> None:
    receptions = [each.reception for each in council.found.parties]
    assert None not in receptions
    lost = sum(each.lost for each in receptions if each is not None)
    expected = sum(each.expected for each in receptions if each is not None)
    print(f"lost: {lost} of {expected} packets")
    assert expected > 0


def test_everybodyHearsEverybody(council: Rehearsed) -> None:
    assert council.unheard() == [], council.report
    assert council.kept("nobody hears who is not there"), council.report
    assert council.kept("nobody is lost"), council.report
