"""
Which channels of a call are open, and what they use.
"""

from __future__ import annotations

from typing import Any

from h323d.asn1 import h245
from h323d.gatekeeper.routed.side import CALLED, CALLER
from h323d.gatekeeper.routed.usage import MAXIMUM_CHANNELS, ChannelUsage, Usage, mayConcernChannels
from h323d.h323.h245.capabilities.table import capabilitySet
from h323d.values.media.formats import G711_ULAW
from h323d.values.media.profile import MediaProfile

MESSAGE = "MultimediaSystemControlMessage"
ULAW = ("audioData", ("g711Ulaw64k", 20))
H264 = (
    "videoData",
    (
        "genericVideoCapability",
        {"capabilityIdentifier": ("standard", (0, 0, 8, 241, 0, 0, 1)), "maxBitRate": 7680},
    ),
)
PRIVATE = {"nonStandardIdentifier": ("object", (1, 2, 3)), "data": b"x"}
UNKNOWN = ("audioData", ("nonStandard", PRIVATE))
NOTHING = ("nullData", None)
PARAMETERS: Any = (
    "h2250LogicalChannelParameters",
    {
        "sessionID": 1,
        "mediaGuaranteedDelivery": False,
        "mediaControlGuaranteedDelivery": False,
    },
)


class Call:
    """
    A call whose sides speak H.245.

    @ivar told: what was told of it, in order.
    """

    def __init__(self, seesAll: bool = True) -> None:
        self.told: list[Usage] = []
        self.usage = ChannelUsage(self, seesAll)

    def usageChanged(self, usage: Usage) -> None:
        self.told.append(usage)

    @property
    def used(self) -> int:
        return self.told[-1].used if self.told else 0

    def say(self, which: int, kind: str, name: str, value: Any) -> None:
        octets = h245.encode(MESSAGE, (kind, (name, value)))
        if name != "requestChannelClose":
            assert mayConcernChannels(octets)
        self.usage.heard(which, h245.decode(MESSAGE, octets))

    def propose(self, which: int, number: int, dataType: Any, back: Any = None) -> None:
        self.say(which, "request", "openLogicalChannel", channel(number, dataType, back))

    def accept(self, which: int, number: int) -> None:
        fields = {"forwardLogicalChannelNumber": number}
        self.say(which, "response", "openLogicalChannelAck", fields)

    def open(self, which: int, number: int, dataType: Any, back: Any = None) -> None:
        self.propose(which, number, dataType, back)
        self.accept(1 - which, number)

    def close(self, which: int, number: int) -> None:
        fields = {"forwardLogicalChannelNumber": number, "source": ("user", None)}
        self.say(which, "request", "closeLogicalChannel", fields)


def channel(number: int, dataType: Any, back: Any = None) -> dict[str, Any]:
    value: dict[str, Any] = {
        "forwardLogicalChannelNumber": number,
        "forwardLogicalChannelParameters": {
            "dataType": dataType,
            "multiplexParameters": PARAMETERS if dataType is not NOTHING else ("none", None),
        },
    }
    if back is not None:
        value["reverseLogicalChannelParameters"] = {
            "dataType": back,
            "multiplexParameters": PARAMETERS,
        }
    return value


def test_aChannelCountsFromItsAcknowledgement() -> None:
    call = Call()
    call.propose(CALLER, 101, ULAW)
    assert call.used == 0
    call.accept(CALLED, 101)
    assert call.told == [Usage(640, True)]


def test_bothSidesNumberOnTheirOwn() -> None:
    call = Call()
    call.open(CALLER, 101, ULAW)
    call.open(CALLED, 101, ULAW)
    assert call.used == 1280
    call.close(CALLER, 101)
    assert call.used == 640


def test_itIsTheOtherSideThatAccepts() -> None:
    call = Call()
    call.propose(CALLER, 101, ULAW)
    call.accept(CALLER, 101)
    call.accept(CALLED, 102)
    assert call.told == []


def test_aClosedChannelDoesNotCount() -> None:
    call = Call()
    call.open(CALLER, 101, ULAW)
    call.open(CALLER, 102, H264)
    call.close(CALLER, 102)
    assert [each.used for each in call.told] == [640, 8320, 640]


def test_aRefusedChannelNeverCounts() -> None:
    call = Call()
    call.propose(CALLER, 101, ULAW)
    refusal = {"forwardLogicalChannelNumber": 101, "cause": ("unspecified", None)}
    call.say(CALLED, "response", "openLogicalChannelReject", refusal)
    call.accept(CALLED, 101)
    assert call.told == []


def test_whoeverIsAskedToCloseAChannelHasItStill() -> None:
    call = Call()
    call.open(CALLER, 101, ULAW)
    call.say(CALLED, "request", "requestChannelClose", {"forwardLogicalChannelNumber": 101})
    assert call.used == 640
    call.close(CALLER, 101)
    assert call.used == 0


def test_aChannelOfTwoDirectionsCountsWithBoth() -> None:
    call = Call()
    call.open(CALLER, 101, H264, H264)
    assert call.used == 2 * 7680


def test_aNumberThatIsUsedAgainReplacesTheChannel() -> None:
    call = Call()
    call.open(CALLER, 101, H264)
    call.open(CALLER, 101, ULAW)
    assert [each.used for each in call.told] == [7680, 0, 640]


def test_flowControlLimitsAChannel() -> None:
    call = Call()
    call.open(CALLER, 101, H264)
    scope = ("logicalChannelNumber", 101)
    for restriction in (
        ("maximumBitRate", 3000),
        ("maximumBitRate", 9000),
        ("noRestriction", None),
    ):
        fields = {"scope": scope, "restriction": restriction}
        call.say(CALLED, "command", "flowControlCommand", fields)
    assert [each.used for each in call.told] == [7680, 3000, 7680]


def test_theEndOfTheSessionClosesAll() -> None:
    call = Call()
    call.open(CALLER, 101, ULAW)
    call.open(CALLED, 101, ULAW)
    call.say(CALLED, "command", "endSessionCommand", ("disconnect", None))
    assert call.used == 0


def test_theAnswerToAFastStartOpensItsChannels() -> None:
    call = Call()
    answer = [channel(101, NOTHING, ULAW), channel(103, ULAW)]
    call.usage.fastStarted(answer)
    call.usage.fastStarted([channel(105, ULAW)])  # the first counts (H.323, 8.1.7.1)
    assert call.used == 1280
    call.close(CALLER, 103)
    assert call.used == 640
    call.close(CALLED, 101)
    assert call.used == 0


def test_whatCannotBeToldMakesTheSightIncomplete() -> None:
    call = Call()
    call.open(CALLER, 101, ULAW)
    call.propose(CALLER, 102, UNKNOWN)
    call.accept(CALLED, 102)
    assert call.told == [Usage(640, True), Usage(640, False)]


def test_whatCannotBeReadMakesTheSightIncomplete() -> None:
    call = Call()
    call.usage.missed()
    call.usage.missed()
    assert call.told == [Usage(0, False)]


def test_whereH245MayPassElsewhereTheSightIsNeverComplete() -> None:
    call = Call(seesAll=False)
    call.open(CALLER, 101, ULAW)
    assert call.told == [Usage(640, False)]


def test_anotherSideBeginsWithoutChannels() -> None:
    call = Call()
    call.usage.fastStarted([channel(101, ULAW)])
    call.usage.forget()
    assert call.used == 0
    call.usage.fastStarted([channel(101, H264)])
    assert call.used == 7680


def test_thereIsAnEndToTheChannelsThatAreKeptInMind() -> None:
    call = Call()
    for number in range(1, MAXIMUM_CHANNELS + 3):
        call.open(CALLER, number, ULAW)
    assert call.told[-1] == Usage(MAXIMUM_CHANNELS * 640, False)


def test_whatIsLongAndSaysNothingOfChannelsNeedNotBeDecoded() -> None:
    capabilities = ("terminalCapabilitySet", capabilitySet(MediaProfile.audio((G711_ULAW,)), 1))
    assert not mayConcernChannels(h245.encode(MESSAGE, ("request", capabilities)))
    assert not mayConcernChannels(b"")
