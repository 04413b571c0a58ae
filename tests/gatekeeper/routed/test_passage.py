"""
What passes between the sides of a routed call: how it goes on, and what is read in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from h323d.asn1 import h245
from h323d.call.applications import Priority
from h323d.call.dialrule import DialGuard, DialRule
from h323d.call.homes import Home, homeAt
from h323d.errors import DecodeError
from h323d.gatekeeper.routed.channeldoor import ControlWay
from h323d.gatekeeper.routed.media import MediaProxy
from h323d.gatekeeper.routed.passage import Passage
from h323d.gatekeeper.routed.side import CALLED, CALLER
from h323d.gatekeeper.routed.usage import Usage
from h323d.gatekeeper.traversal import Reach
from h323d.gatekeeper.traversalconfig import TraversalConfig
from h323d.h323.calls.faststart import answerFastStart, offerFastStart
from h323d.h323.h245.bandwidth import ChannelJudge
from h323d.h323.h245.capabilities.audio import AUDIO
from h323d.h323.h245.connection import ControlNetwork
from h323d.h323.h245.parameters import ackParameters, forwardChannel
from h323d.h323.signalling import messages, uuie
from h323d.h323.signalling.q931 import MessageType, Q931Message
from h323d.h323.signalling.uuie import CallIdentity, Start
from h323d.values.address import TransportAddress
from h323d.values.cause import Cause
from h323d.values.media.formats import G711_ULAW
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile
from tests.support.fakemedia import FakePool
from tests.support.h245peers import soundAt
from tests.support.h323 import KIND

HOST, AT_CALLER, AT_CALLED = "10.0.0.1", "10.0.0.2", "10.0.0.3"
RTP, RTCP = TransportAddress(AT_CALLER, 5000), TransportAddress(AT_CALLER, 5001)
THERE, THERE_RTCP = TransportAddress(AT_CALLED, 6000), TransportAddress(AT_CALLED, 6001)
IDENTITY = CallIdentity(bytes(16), bytes(16))
PROFILE = MediaProfile.audio((G711_ULAW,))
(ABILITY,) = AUDIO.sendable(PROFILE.of(Medium.AUDIO))
EMPTY_SET = {"sequenceNumber": 1, "protocolIdentifier": (0, 0, 8, 245, 0, 13)}
UNREADABLE = b"\x03\x80"  # it begins as an openLogicalChannel


class Owner:
    """
    A call, as far as the passage knows one.
    """

    isHushed = False
    startBandwidth = 0

    priority: Priority | None = None

    def __init__(self) -> None:
        self.told: list[Usage] = []
        self.faults: list[int] = []
        self.tunnelled: list[tuple[int, bytes]] = []

    def tunnel(self, which: int, octets: bytes) -> None:
        self.tunnelled.append((which, octets))

    def hangup(self, cause: Cause) -> None:
        raise AssertionError(cause)

    def usageChanged(self, usage: Usage) -> None:
        self.told.append(usage)

    def fault(self, door: str, which: int, error: DecodeError) -> None:
        self.faults.append(which)

    def mediaSilent(self) -> None:
        raise AssertionError

    def translateControl(self, which: int, octets: bytes, way: ControlWay) -> bytes | None:
        raise AssertionError(octets)

    def admitsKey(self, which: int, key: bytes | None) -> bool:
        raise AssertionError(which)

    def controlCoupled(self) -> None:
        raise AssertionError

    def askToConnect(self, which: int, address: TransportAddress) -> None:
        raise AssertionError(address)


class Way:
    """
    A separate channel of H.245.
    """

    def __init__(self) -> None:
        self.wentOn: list[bytes] = []
        self.answers: list[bytes] = []

    def goOn(self, octets: bytes) -> None:
        self.wentOn.append(octets)

    def answer(self, octets: bytes) -> None:
        self.answers.append(octets)


class Judge:
    """
    Says what it is told to.
    """

    def __init__(self, *answers: str | Deferred[str]) -> None:
        self.asked: list[int] = []
        self._answers = list(answers)

    def refusal(self, bandwidth: int) -> str | Deferred[str]:
        self.asked.append(bandwidth)
        return self._answers.pop(0)


class Bench:
    """
    A passage, and what goes through it.
    """

    def __init__(
        self, h245Routed: bool = False, proxied: bool = False, judge: ChannelJudge | None = None
    ) -> None:
        self.owner = Owner()
        self.way = Way()
        reach = Reach(TraversalConfig(), DialRule(homeAt(HOST)))
        places = (reach.whereabouts(None, AT_CALLER), reach.whereabouts(None, AT_CALLED))
        homes = (Home.at(HOST), Home.at(HOST))
        media = MediaProxy(self.owner, FakePool(), homes, places, Clock()) if proxied else None
        networkOf = _noNetwork if h245Routed or proxied else None
        self.passage = Passage(self.owner, Clock(), networkOf, _noGuard, media, judge)

    def says(self, which: int, octets: bytes) -> bytes | None:
        """
        What becomes of what comes on a connection of its own.
        """
        return self.passage.translateControl(which, octets, self.way)

    def passes(self, which: int, message: Q931Message) -> Q931Message:
        assert message.userUser is not None
        return self.passage.translated(which, message, uuie.read(message.userUser))

    def tunnels(self, which: int, *control: bytes) -> Q931Message:
        message = facility(control)
        passed = self.passes(which, message)
        assert passed is message
        return passed

    @property
    def used(self) -> int:
        return self.owner.told[-1].used if self.owner.told else 0


def _noNetwork(which: int) -> ControlNetwork:
    raise AssertionError(which)


def _noGuard(which: int) -> DialGuard:
    raise AssertionError(which)


def facility(control: Sequence[bytes]) -> Q931Message:
    return messages.make(MessageType.FACILITY, uuie.write(uuie.EMPTY, True, control))


def connect(elements: tuple[bytes, ...]) -> Q931Message:
    body = uuie.connect(IDENTITY, KIND, Start(fastStart=elements))
    return messages.make(MessageType.CONNECT, uuie.write(body, False))


def setup(start: Start) -> Q931Message:
    body = uuie.setup(IDENTITY, KIND, uuie.SetupParties((), ()), start)
    return messages.make(MessageType.SETUP, uuie.write(body, True))


def h245Message(kind: str, name: str, fields: Any) -> bytes:
    return bytes(h245.encode("MultimediaSystemControlMessage", (kind, (name, fields))))


OPEN = h245Message("request", "openLogicalChannel", forwardChannel(101, AUDIO, ABILITY, RTCP))
ACK = h245Message(
    "response", "openLogicalChannelAck", ackParameters(101, AUDIO.session, THERE, THERE_RTCP)
)
CLOSE = h245Message(
    "request",
    "closeLogicalChannel",
    {"forwardLogicalChannelNumber": 101, "source": ("user", None)},
)
CAPABILITIES = h245Message("request", "terminalCapabilitySet", EMPTY_SET)
KEY = h245Message("indication", "userInput", ("alphanumeric", "5"))
WORDS = h245Message("indication", "userInput", ("alphanumeric", "Anna Lund"))
OFFER = offerFastStart(PROFILE, soundAt(RTP, RTCP)).elements
ANSWER = answerFastStart(OFFER, PROFILE, soundAt(THERE, THERE_RTCP)).elements


@pytest.fixture(params=[False, True], ids=["routed", "routedH245"])
def bench(request: pytest.FixtureRequest) -> Bench:
    """
    Of the models that change no H.245.
    """
    return Bench(h245Routed=request.param)


def test_channelsAreReadInTunnelledH245ThatGoesOnAsItCame(bench: Bench) -> None:
    bench.tunnels(CALLER, OPEN)
    assert bench.used == 0
    bench.tunnels(CALLED, ACK)
    assert bench.used == 640
    bench.tunnels(CALLER, CLOSE)
    assert bench.used == 0


def test_channelsAreReadInH245BesideAFastStart(bench: Bench) -> None:
    message = setup(Start(fastStart=OFFER, parallelH245Control=(OPEN,)))
    assert bench.passes(CALLER, message) is message
    bench.tunnels(CALLED, ACK)
    assert bench.used == 640


def test_aFastStartCountsWithItsAnswer(bench: Bench) -> None:
    message = setup(Start(fastStart=OFFER))
    assert bench.passes(CALLER, message) is message
    assert bench.used == 0
    message = connect(ANSWER)
    assert bench.passes(CALLED, message) is message
    assert bench.used == 1280


def test_channelsAreReadInSeparateH245ThatGoesOnAsItCame() -> None:
    bench = Bench(h245Routed=True)
    for which, octets in ((CALLER, OPEN), (CALLED, ACK)):
        assert bench.says(which, octets) is octets
    assert bench.owner.told == [Usage(640, True)]


def test_h245ThatNobodyCanReadGoesOnWhereNothingIsToBeChanged(bench: Bench) -> None:
    bench.tunnels(CALLER, OPEN, UNREADABLE)
    bench.tunnels(CALLED, ACK)
    assert bench.says(CALLED, UNREADABLE) is UNREADABLE
    message = connect((UNREADABLE, *ANSWER))
    assert bench.passes(CALLED, message) is message
    assert bench.owner.told[-1] == Usage(1280, False)  # both gave the number 101
    assert bench.owner.faults == []


def test_aProxiedCallIsCountedByWhatItsRelaysCarry() -> None:
    bench = Bench(proxied=True)
    bench.passes(CALLER, setup(Start(fastStart=OFFER)))
    bench.passes(CALLED, connect(ANSWER))
    assert bench.used == 1280
    bench.passes(CALLER, facility((OPEN,)))
    bench.passes(CALLED, facility((ACK,)))
    bench.says(CALLER, CLOSE)
    assert [each.used for each in bench.owner.told] == [1280, 640, 1280, 640]


def test_whatAProxyCannotReadIsNotPassedOn() -> None:
    bench = Bench(proxied=True)
    assert bench.says(CALLED, UNREADABLE) is None
    passed = bench.passes(CALLER, setup(Start(fastStart=(UNREADABLE, OFFER[0]))))
    assert len(uuie.read(passed.userUser or b"").start.fastStart) == 1
    assert bench.owner.faults == [CALLED, CALLER]


def test_channelsEndWithTheirSides(bench: Bench) -> None:
    bench.passes(CALLED, connect(ANSWER))
    bench.passage.close()
    assert bench.used == 0


def controlIn(message: Q931Message) -> tuple[bytes, ...]:
    return uuie.read(message.userUser or b"").h245Control


def namesIn(*control: bytes) -> list[str]:
    return [h245.decode("MultimediaSystemControlMessage", each)[1][0] for each in control]


@pytest.mark.parametrize("proxied", [False, True])
def test_aChannelThatMayNotBeIsRefusedToWhoOpensIt(proxied: bool) -> None:
    bench = Bench(h245Routed=True, proxied=proxied, judge=Judge("insufficientBandwidth"))
    assert bench.says(CALLER, OPEN) is None
    assert namesIn(*bench.way.answers) == ["openLogicalChannelReject"]
    assert (bench.owner.told, bench.way.wentOn) == ([], [])


def test_inTheTunnelItIsRefusedByAMessageOfOurOwn() -> None:
    bench = Bench(judge=Judge("insufficientBandwidth"))
    passed = bench.passes(CALLER, facility((CAPABILITIES, OPEN)))
    assert controlIn(passed) == (CAPABILITIES,)
    ((which, octets),) = bench.owner.tunnelled
    assert (which, namesIn(octets)) == (CALLER, ["openLogicalChannelReject"])


def test_whatASideSaysWaitsBehindItsChannel() -> None:
    verdict: Deferred[str] = Deferred()
    bench = Bench(judge=Judge(verdict))
    assert controlIn(bench.passes(CALLER, facility((OPEN, CLOSE)))) == ()
    assert bench.says(CALLER, CAPABILITIES) is None
    assert bench.says(CALLED, CAPABILITIES) is CAPABILITIES
    assert bench.owner.tunnelled == []
    verdict.callback("")
    assert bench.owner.tunnelled == [(CALLED, OPEN), (CALLED, CLOSE)]
    assert bench.way.wentOn == [CAPABILITIES]


def test_ofAProxiedCallItGoesOnWithTheAddressOfARelay() -> None:
    verdict: Deferred[str] = Deferred()
    bench = Bench(proxied=True, judge=Judge(verdict))
    bench.says(CALLER, OPEN)
    verdict.callback("")
    (octets,) = bench.way.wentOn
    assert octets != OPEN
    assert namesIn(octets) == ["openLogicalChannel"]


@pytest.mark.parametrize(("bandwidth", "isAccepted"), [(127_999, False), (128_000, True)])
def test_aFastStartIsAnsweredByNoMoreThanItWasAskedFor(bandwidth: int, isAccepted: bool) -> None:
    bench = Bench(judge=Judge())
    bench.owner.startBandwidth = bandwidth
    start = uuie.read(bench.passes(CALLED, connect(ANSWER)).userUser or b"").start
    assert (start.fastStart == ANSWER, start.fastConnectRefused) == (isAccepted, not isAccepted)
    assert bench.used == (1280 if isAccepted else 0)


@pytest.mark.parametrize("h245Routed", [False, True])
def test_whereSidesAreToReadNothingOfEachOtherNoWordsPass(h245Routed: bool) -> None:
    bench = Bench(h245Routed=h245Routed)
    bench.owner.isHushed = True
    assert controlIn(bench.passes(CALLER, facility((KEY, WORDS, CAPABILITIES)))) == (
        KEY,
        CAPABILITIES,
    )
    assert bench.says(CALLED, WORDS) is None
    assert bench.says(CALLED, KEY) is KEY
    assert bench.says(CALLED, UNREADABLE) is None
    assert bench.owner.faults == [CALLED]


def test_elsewhereTheyDo(bench: Bench) -> None:
    bench.tunnels(CALLER, WORDS)


def test_whereChannelsAreJudgedNothingPassesThatNobodyCanRead() -> None:
    bench = Bench(judge=Judge())
    assert bench.says(CALLED, UNREADABLE) is None
    assert bench.owner.faults == [CALLED]
