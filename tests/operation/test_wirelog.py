"""
What is kept of calls' signalling, and for how long.
"""

from __future__ import annotations

import pytest
from zope.interface.verify import verifyObject

from h323d.call.wire import IWireLog, WireMessage, WireProtocol
from h323d.operation.config import TraceConfig
from h323d.operation.wirelog import MAX_CONCEALED, OVERHEAD, WireLog
from h323d.values.address import TransportAddress

US, PEER = TransportAddress("10.0.0.1", 5060), TransportAddress("10.0.0.3", 5060)
SIZE = 100 + OVERHEAD  # octets that one of our messages counts


def message(text: str, peer: TransportAddress = PEER) -> WireMessage:
    octets = text.encode().ljust(100)
    return WireMessage(0.0, WireProtocol.SIP, "UDP", False, US, peer, octets)


def said(wire: WireLog, name: str) -> list[str]:
    return [each.octets.decode().strip() for each in wire.of(name)]


def noted(wire: WireLog, name: str, *texts: str) -> None:
    for each in texts:
        wire.seen(name, message(each))


def test_itIsAWireLog() -> None:
    verifyObject(IWireLog, WireLog(TraceConfig()))


def test_bothSidesOfACallAreInTheOrderInWhichTheyWereNoted() -> None:
    wire = WireLog(TraceConfig())
    noted(wire, "a", "1")
    noted(wire, "b", "2")
    wire.belongs("b", "call")
    noted(wire, "a", "3")
    wire.belongs("a", "call")
    noted(wire, "b", "4")
    assert said(wire, "call") == said(wire, "a") == said(wire, "b") == ["1", "2", "3", "4"]


def test_oneCallKeepsItsLastMessages() -> None:
    wire = WireLog(TraceConfig(callOctets=OVERHEAD + 2 * SIZE + 10))
    noted(wire, "a", "1", "2", "3")
    assert said(wire, "a") == ["2", "3"]


def test_aCallThatIsJoinedOfTwoKeepsNoMoreThanOne() -> None:
    wire = WireLog(TraceConfig(callOctets=OVERHEAD + 2 * SIZE + 10))
    noted(wire, "a", "1", "2")
    noted(wire, "b", "3", "4")
    wire.belongs("a", "call")
    wire.belongs("b", "call")
    assert said(wire, "call") == ["3", "4"]


def test_theCallThatWasHeardOfLeastRecentlyLeavesWithAllItsNames() -> None:
    wire = WireLog(TraceConfig(totalOctets=3 * (OVERHEAD + SIZE) + 20))
    noted(wire, "a", "1")
    wire.belongs("a", "first")
    noted(wire, "b", "2")
    noted(wire, "c", "3")
    noted(wire, "b", "4")
    assert said(wire, "first") == said(wire, "a") == []
    assert said(wire, "b") == ["2", "4"]


def test_whatIsCountedIsWhatIsThere() -> None:
    wire = WireLog(TraceConfig(callOctets=3 * SIZE, totalOctets=20 * SIZE))
    for number in range(100):
        noted(wire, f"a{number % 30}", "1", "2", "3", "4")
        wire.belongs(f"a{number % 30}", f"call{number % 7}")
        assert wire.size <= 20 * SIZE
    wire.reconfigure(TraceConfig(callOctets=0))
    assert wire.size == 0


def test_aNameCountsToo() -> None:
    wire = WireLog(TraceConfig(totalOctets=20_000))
    noted(wire, "a", "1")
    noted(wire, "b" * 20_000, "2")
    assert said(wire, "a") == []


def test_anAddressFindsWhatWasSaidWithItWithOrWithoutItsPort() -> None:
    wire = WireLog(TraceConfig())
    other = TransportAddress(PEER.host, 5070)
    wire.seen("a", message("1"))
    wire.seen("b", message("2", other))
    wire.seen("c", message("3", TransportAddress("10.0.0.4", 5060)))
    assert said(wire, PEER.host) == ["1", "2"]
    assert said(wire, str(other)) == ["2"]
    assert said(wire, "") == ["1", "2", "3"]


@pytest.mark.parametrize(("octets", "keeps"), [(0, False), (1, True)])
def test_nothingIsKeptWhereNoCallMayHaveAnything(octets: int, keeps: bool) -> None:
    assert WireLog(TraceConfig(callOctets=octets)).keeps is keeps


class Follower:
    """
    Remembers what it is told.
    """

    def __init__(self) -> None:
        self.told: list[str] = []

    def noted(self, message: WireMessage) -> None:
        self.told.append(message.octets.decode().strip())


@pytest.mark.parametrize("name", ["", PEER.host, str(PEER), "a"])
def test_whoFollowsIsToldOfWhatComesFromNowOn(name: str) -> None:
    wire, follower = WireLog(TraceConfig()), Follower()
    noted(wire, "a", "1")
    wire.follow(name, follower)
    noted(wire, "a", "2")
    wire.seen("b", message("3", TransportAddress("10.0.0.4", 5060)))
    assert follower.told == (["2", "3"] if name == "" else ["2"])
    wire.unfollow(follower)
    noted(wire, "a", "4")
    assert (follower.told[-1] == "4", wire.followers) == (False, 0)


@pytest.mark.parametrize("name", ["a", "call", "b"])
def test_whoFollowsACallIsToldWhatTurnsOutToBeOfIt(name: str) -> None:
    wire, follower = WireLog(TraceConfig()), Follower()
    noted(wire, "a", "1")
    wire.belongs("a", "call")
    noted(wire, "b", "2")
    wire.follow(name, follower)
    wire.belongs("b", "call")
    assert follower.told == (["1"] if name == "b" else ["2"])


def test_aCallHasAllTheNamesOfItsSides() -> None:
    wire = WireLog(TraceConfig())
    noted(wire, "a", "1")
    wire.belongs("a", "call")
    wire.belongs("b", "call")
    assert set(wire.namesOf("b")) == {"a", "b", "call"}
    assert wire.namesOf(PEER.host) == ()


def test_whatIsOfNoCallIsFoundByItsAddressAlone() -> None:
    wire = WireLog(TraceConfig())
    noted(wire, "", "1")
    noted(wire, "a", "2")
    assert said(wire, PEER.host) == said(wire, "") == ["1", "2"]
    assert (said(wire, "a"), wire.namesOf("")) == (["2"], ())


def test_whatIsOfNoCallDrivesNoCallOut() -> None:
    wire = WireLog(TraceConfig(totalOctets=80 * SIZE))
    noted(wire, "a", "1")
    noted(wire, "", *map(str, range(200)))
    assert said(wire, "a") == ["1"]
    assert 5 <= len(said(wire, "")) - 1 <= 10
    assert wire.size <= 80 * SIZE


def test_whereNothingIsKeptNothingIsLeftOfWhatIsOfNoCall() -> None:
    wire = WireLog(TraceConfig())
    noted(wire, "", "1")
    wire.reconfigure(TraceConfig(callOctets=0))
    assert said(wire, "") == []


def test_nothingIsKeptOfACallThatIsConcealedUnderWhateverName() -> None:
    wire = WireLog(TraceConfig())
    noted(wire, "a", "1")
    wire.belongs("a", "call")
    noted(wire, "b", "2")
    before = wire.size
    wire.conceal("call")
    noted(wire, "a", "3")
    wire.belongs("b", "call")
    noted(wire, "b", "4")
    noted(wire, "c", "5")
    assert [said(wire, name) for name in ("a", "b", "call", "c")] == [[], [], [], ["5"]]
    assert wire.size < before


def test_aNameThatIsConcealedBeforeAnythingWasNotedIsSoToo() -> None:
    wire = WireLog(TraceConfig())
    wire.conceal("a")
    noted(wire, "a", "1")
    assert said(wire, "a") == []
    assert wire.namesOf("a") == ()


def test_theLatestNamesAreRemembered() -> None:
    wire = WireLog(TraceConfig())
    for number in range(MAX_CONCEALED + 1):
        wire.conceal(str(number))
    noted(wire, "0", "forgotten")
    noted(wire, "1", "known")
    assert (said(wire, "0"), said(wire, "1")) == (["forgotten"], [])
