"""
Twelve guardians in production: load, fail-over, and incident response.

Six call by H.323 and six by SIP, in every way that such a call can start, with G.711, G.722, G.729 and Opus;
two more call each other through the gateway, from SIP to H.323.  All prove who they are (by Ed25519, a
password, or their address), as the server is guarded; it is protected, too: another process follows
it.  Everything is real: processes, sockets, clocks.  On the way of the sound, 0.5 % of all packets are lost,
each way.

Each guardian says a marker of its own, and it is measured in what all the others heard who was heard
there, and how late.  The server's promises are judged by that.  Asserted here is who was heard at all, and who was lost;
figures, and the verdicts that rest on them, are printed: they depend on what else the machine has to do.

It takes half a minute; C{pytest tests/test_h323_production_12guardian.py -s --minutes 30} takes thirty, with the same
incidents at the same shares of the time.  C{docs/howto/rehearse-a-council.rst} tells how to do it by hand.
"""

from __future__ import annotations

import pytest

from h323d.rehearse.promises import exitStatus
from tests.support.rehearsals import Rehearsed, rehearse

pytestmark = pytest.mark.interop

SERVER = "127.0.146.1"
USUAL = 30.0  # seconds
INCIDENTS = (
    (0.20, "kill leader"),
    (0.35, "party 3 floods"),
    (0.40, "party 4 sends garbage"),
    (0.45, "party 2 vanishes"),
    (0.50, "break registry"),
    (0.60, "party 2 joins"),
    (0.65, "fill disk"),
    (0.70, "storm"),
    (0.85, "free disk"),
    (0.85, "mend registry"),
)
"""
At which share of the time what happens.
"""


def scriptFor(seconds: float) -> str:
    lines = []
    for share, what in INCIDENTS:
        minutes, rest = divmod(share * seconds, 60)
        lines.append(f"at {int(minutes)}:{rest:04.1f} {what}\n")
    return "".join(lines)


@pytest.fixture(scope="module")
def council(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Rehearsed:
    """
    The meeting, of which each test judges a part.
    """
    minutes: float | None = request.config.getoption("--minutes")
    seconds = USUAL if minutes is None else 60 * minutes
    directory = tmp_path_factory.mktemp("council")
    script = directory / "incidents.txt"
    script.write_text(scriptFor(seconds))
    options = ("--at", SERVER, "--parties", "12", "--guarded", "--loss", "0.5")
    return rehearse(directory, seconds, *options, "--script", str(script))


# Load: twelve at once, of both protocols.


def test_twelveGuardiansOfBothProtocolsAreLetIn(council: Rehearsed) -> None:
    room = [each for each in council.found.parties if each.group == 0]
    assert [each.protocol for each in room].count("H.323") == 6
    assert [each.protocol for each in room].count("SIP") == 6
    assert all(each.proof for each in room)
    refused = [join.reason for each in room for join in each.joins if join.answeredMs is None]
    assert refused == []


def test_everybodyHearsEverybodyAndNobodyHearsThemselves(council: Rehearsed) -> None:
    assert council.unheard() == [], council.report
    assert council.kept("nobody hears who is not there"), council.report


def test_noCodecIsDropped(council: Rehearsed) -> None:
    assert council.kept("no codec is dropped")
    assert len({codec for each in council.found.parties for codec in each.codecs}) >= 4


def test_aSIPPhoneAndAnH323TerminalAreBridgedMeanwhile(council: Rehearsed) -> None:
    pairs = [each for each in council.found.heard.pairs if each.speaker >= 12]
    assert {(each.speaker, each.listener) for each in pairs} == {(12, 13), (13, 12)}
    assert all(each.heard for each in pairs)


# Fail-over: the process that leads is killed.


def test_anotherProcessTakesOverAndNoCallIsLost(council: Rehearsed) -> None:
    assert council.kept("another process takes over"), council.report
    assert council.kept("nobody is lost"), council.report


# Incident response: who misbehaves, dies, or leaves, and what breaks, is nobody else's loss.


def test_everyIncidentHappened(council: Rehearsed) -> None:
    done = [f"{each.target} {each.what}".strip() for each in council.found.incidents]
    assert len(done) == len(INCIDENTS)
    for _, what in INCIDENTS:
        assert any(each.endswith(what.partition(" ")[2] or what) for each in done), what


def test_whoVanishedIsLetInAgain(council: Rehearsed) -> None:
    vanished = council.found.parties[1]
    assert len(vanished.joins) == 2


def test_whoLeftInTheStormIsBackThoughRegistryAndDiskAreBroken(council: Rehearsed) -> None:
    again = [each for each in council.found.parties if len(each.joins) > 1]
    assert len(again) >= 4
    assert all(join.answeredMs is not None for each in again for join in each.joins)


def test_theProgramExitsByTheVerdict(council: Rehearsed) -> None:
    """
    0 where all promises are kept: on a machine that has other things to do, some may not be.
    """
    assert council.status == exitStatus(council.found.promises)
