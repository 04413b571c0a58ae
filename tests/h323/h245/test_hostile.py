"""
Peers that send anything, in any order, while the owner does anything.
"""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.task import Clock

from h323d.asn1 import h245
from h323d.h323.h245.capabilities.table import capabilitySet, emptyCapabilitySet
from h323d.h323.h245.messages import Message, command, indication, request, response
from h323d.h323.h245.session import H245Session
from h323d.values.media.digits import DigitMethod
from h323d.values.media.direction import Direction
from h323d.values.media.formats import G711_ALAW, G711_ULAW, MediaFormat
from h323d.values.media.profile import MediaProfile
from tests.support.h245peers import (
    PROFILE,
    Pair,
    RecordingOwner,
    acknowledge,
    mediaChannel,
    newSession,
    openChannel,
)

PROFILES = (
    PROFILE,
    MediaProfile.audio((G711_ALAW, G711_ULAW)),
    MediaProfile.audio((G711_ALAW,)).directed(Direction.SENDONLY),
    MediaProfile.audio((MediaFormat("G722"),)).directed(Direction.RECVONLY),
    MediaProfile.audio(()).directed(Direction.INACTIVE),
)
CODINGS = ("g711Ulaw64k", "g711Alaw64k", "g722-64k", "g729")

numbers = st.sampled_from([1, 7, 101, 102, 103, 9999, 65535])
sequenceNumbers = st.integers(0, 4)
channelNumber = numbers.map(lambda number: {"forwardLogicalChannelNumber": number})
dataTypes = st.one_of(
    st.sampled_from(CODINGS).map(lambda coding: ("audioData", (coding, 20))),
    st.just(("nullData", None)),
    st.just(("_ext_20", b"\x00")),
)
media = st.sampled_from(
    [
        {},
        {"mediaChannel": mediaChannel("192.0.2.2", 5000)},
        {"mediaChannel": mediaChannel("0.0.0.0", 0)},
        {"mediaChannel": mediaChannel("192.0.2.2", 5000), "dynamicRTPPayloadType": 99},
    ]
)
capabilitySets = st.one_of(
    sequenceNumbers.map(emptyCapabilitySet),
    st.builds(capabilitySet, st.sampled_from(PROFILES), sequenceNumbers),
)


def fieldsWith(name: str, values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(lambda fields, value: {**fields, name: value}, channelNumber, values)


def choices(*names: str) -> st.SearchStrategy[tuple[str, None]]:
    return st.sampled_from(names).map(lambda name: (name, None))


def sequenced(**others: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"sequenceNumber": sequenceNumbers, **others})


modes = st.lists(
    st.sampled_from(CODINGS[:3]).map(lambda coding: [{"type": ("audioMode", (coding, None))}]),
    min_size=1,
    max_size=3,
)
requests = st.one_of(
    st.builds(
        lambda kind, number: request(
            "masterSlaveDetermination",
            {"terminalType": kind, "statusDeterminationNumber": number},
        ),
        st.sampled_from([50, 60, 180]),
        st.integers(0, 0xFFFFFF),
    ),
    capabilitySets.map(lambda fields: request("terminalCapabilitySet", fields)),
    st.builds(openChannel, dataTypes, numbers, st.sampled_from([0, 1, 2, 255])),
    fieldsWith("source", choices("user", "lcse")).map(
        lambda fields: request("closeLogicalChannel", fields)
    ),
    fieldsWith("reason", choices("normal", "reopen")).map(
        lambda fields: request("requestChannelClose", fields)
    ),
    sequenced(requestedModes=modes).map(lambda fields: request("requestMode", fields)),
    sequenced().map(lambda fields: request("roundTripDelayRequest", fields)),
    st.just(request("_ext_40", b"\x01")),
)
responses = st.one_of(
    choices("master", "slave").map(
        lambda decision: response("masterSlaveDeterminationAck", {"decision": decision})
    ),
    st.just(response("masterSlaveDeterminationReject", {"cause": ("identicalNumbers", None)})),
    sequenced().map(lambda fields: response("terminalCapabilitySetAck", fields)),
    sequenced(cause=choices("unspecified")).map(
        lambda fields: response("terminalCapabilitySetReject", fields)
    ),
    st.builds(lambda number, fields: acknowledge(number, **fields), numbers, media),
    fieldsWith("cause", choices("unspecified", "masterSlaveConflict")).map(
        lambda fields: response("openLogicalChannelReject", fields)
    ),
    channelNumber.map(lambda fields: response("closeLogicalChannelAck", fields)),
    channelNumber.map(lambda fields: response("requestChannelCloseAck", fields)),
    fieldsWith("cause", choices("unspecified")).map(
        lambda fields: response("requestChannelCloseReject", fields)
    ),
    sequenced(response=choices("willTransmitMostPreferredMode")).map(
        lambda fields: response("requestModeAck", fields)
    ),
    sequenced(cause=choices("modeUnavailable")).map(
        lambda fields: response("requestModeReject", fields)
    ),
    sequenced().map(lambda fields: response("roundTripDelayResponse", fields)),
)
others = st.sampled_from(
    [
        command("sendTerminalCapabilitySet", ("genericRequest", None)),
        command("endSessionCommand", ("disconnect", None)),
        indication("masterSlaveDeterminationRelease", {}),
        indication("terminalCapabilitySetRelease", {}),
        indication("requestModeRelease", {}),
        indication("requestChannelCloseRelease", {"forwardLogicalChannelNumber": 101}),
        indication("openLogicalChannelConfirm", {"forwardLogicalChannelNumber": 7}),
        indication("userInput", ("alphanumeric", "1#x")),
        indication("userInput", ("signal", {"signalType": "5", "duration": 200})),
        indication("userInput", ("signal", {"signalType": "!"})),
        indication("userInput", ("signalUpdate", {"duration": 400})),
        indication("_ext_40", b""),
    ]
)
messages: st.SearchStrategy[Message] = st.one_of(requests, responses, others)
doings = st.one_of(
    st.sampled_from([("start",), ("end",)]),
    st.sampled_from(PROFILES).map(lambda profile: ("changeProfile", profile)),
    st.sampled_from(
        [
            ("sendDigit", "1", 200, DigitMethod.H245_SIGNAL),
            ("sendDigit", "1", 200, DigitMethod.H245_ALPHANUMERIC),
        ]
    ),
)
steps = st.lists(
    st.one_of(messages, messages, messages, doings, st.floats(0, 35)), min_size=1, max_size=30
)


def do(session: H245Session, clock: Clock, step: Any) -> None:
    if isinstance(step, float):
        clock.advance(step)
    elif step[0] in ("request", "response", "command", "indication"):
        session.received(step)
    else:
        getattr(session, step[0])(*step[1:])


@settings(max_examples=50)
@given(steps)
def test_noOrderOfMessagesRaisesOrLeavesTimers(sequence: list[Any]) -> None:
    clock, owner = Clock(), RecordingOwner()  # which encodes all that is sent
    session = newSession(owner, clock)
    session.start()
    for step in sequence:
        do(session, clock, step)
    assert owner.told.count("ended") <= 1
    assert len(owner.sent) < 40 + 6 * len(sequence)
    session.stop()
    assert clock.getDelayedCalls() == []
    sent = len(owner.sent)
    for step in sequence:
        do(session, clock, step)
    assert len(owner.sent) == sent


@settings(max_examples=50)
@given(
    st.lists(st.tuples(st.integers(0, 1), doings, st.floats(0, 0.05)), max_size=12), st.integers()
)
def test_twoSessionsComeToRestWhateverTheirOwnersDo(
    sequence: list[tuple[int, Any, float]], seed: int
) -> None:
    pair = Pair(Clock(), seed)
    pair.start()
    ended = False
    for who, step, pause in sequence:
        ended = ended or step[0] == "end"
        do(pair.sessions[who], pair.clock, step)
        pair.clock.advance(pause)
    for session in pair.sessions:
        session.changeProfile(PROFILE)
    pair.run(5)
    first, second = pair.owners
    if ended:
        assert "ended" in first.told
        assert "ended" in second.told
    else:
        assert first.transmit is not None
        assert second.transmit is not None
        assert first.receive is not None
        assert second.receive is not None
    pair.stop()
    assert pair.clock.getDelayedCalls() == []


def test_aHugeCapabilitySetIsAnsweredOnce() -> None:
    entries = [
        {"capabilityTableEntryNumber": n, "capability": ("receiveAudioCapability", ("g728", 4))}
        for n in range(1, 257)
    ]
    row = list(range(1, 17))
    descriptors = [
        {"capabilityDescriptorNumber": n, "simultaneousCapabilities": [row] * 8} for n in range(256)
    ]
    fields = {
        **emptyCapabilitySet(1),
        "capabilityTable": entries,
        "capabilityDescriptors": descriptors,
    }
    data = h245.encode("MultimediaSystemControlMessage", request("terminalCapabilitySet", fields))
    owner = RecordingOwner()
    session = newSession(owner, Clock())
    session.received(h245.decode("MultimediaSystemControlMessage", data))
    assert owner.names() == ["terminalCapabilitySetAck"]
    assert owner.capabilities[-1].skipped == 16  # the others, no descriptor mentions
