"""
What a session says in a call, judged by tshark.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from twisted.internet.task import Clock

from h323d.asn1 import h225, h245
from h323d.h323.calls.faststart import answerFastStart, offerFastStart
from h323d.h323.h245.capabilities.table import capabilitySet
from h323d.h323.h245.liveness import INTERVAL
from h323d.values.address import TransportAddress
from h323d.values.media.digits import DigitMethod
from h323d.values.media.direction import Direction
from h323d.values.media.formats import G711_ALAW, G711_ULAW, MediaFormat
from h323d.values.media.profile import MediaProfile
from tests.support import tshark
from tests.support.h245peers import Pair, soundAt

pytestmark = pytest.mark.skipif(not tshark.available(), reason="there is no tshark")

GENERIC = (
    MediaFormat("G7221", 16000, parameters=(("bitrate", "32000"),)),
    MediaFormat("AMR-WB", 16000, parameters=(("octet-align", "1"),)),
    MediaFormat("iLBC"),
    MediaFormat("G7221", 32000, parameters=(("bitrate", "48000"),)),
    MediaFormat(
        "MP4A-LATM",
        90000,
        parameters=(("bitrate", "64000"), ("object", "23"), ("profile-level-id", "24")),
    ),
)
AUDIO = (*map(MediaFormat, ("PCMU", "PCMA", "G722", "G729", "G723", "GSM")), *GENERIC)


def packets(*contents: dict[str, Any]) -> list[bytes]:
    """
    Facilities with these contents besides.
    """
    return [
        tshark.signallingPacket(
            h225.encode(
                "H323-UserInformation",
                {"h323-uu-pdu": {"h323-message-body": ("empty", None), **content}},
            ),
            20000 + number,
        )
        for number, content in enumerate(contents)
    ]


def tunnelled(message: Any) -> dict[str, Any]:
    data = h245.encode("MultimediaSystemControlMessage", message)
    return {"h245Tunnelling": True, "h245Control": [data]}


def test_everythingThatACallSaysIsWellFormed(tmp_path: Path) -> None:
    pair = Pair(Clock(), profiles=(MediaProfile.audio(AUDIO), MediaProfile.audio(AUDIO)))
    pair.start()
    pair.run(1)
    first, second = pair.sessions
    first.changeProfile(MediaProfile.audio(AUDIO).directed(Direction.SENDONLY))
    pair.run(1)
    first.changeProfile(MediaProfile.audio(AUDIO))
    pair.run(1)
    first.changeProfile(MediaProfile.audio((G711_ALAW, G711_ULAW)))
    pair.run(1)
    second.changeProfile(MediaProfile.audio((G711_ULAW,)))
    first.sendDigit("5", 200, DigitMethod.H245_SIGNAL)
    first.sendDigit("5", 200, DigitMethod.H245_ALPHANUMERIC)
    pair.run(INTERVAL)
    first.end()
    pair.run(1)
    sent = [message for owner in pair.owners for message in owner.sent]
    assert len({name for _, (name, _) in sent}) > 15
    contents = [tunnelled(message) for message in sent]
    assert tshark.complaints(packets(*contents), tmp_path / "call.pcap") == []


def test_fastStartListsAreWellFormed(tmp_path: Path) -> None:
    rtp, rtcp = TransportAddress("192.0.2.1", 5000), TransportAddress("2001:db8::1", 5001)
    profile = MediaProfile.audio(AUDIO)
    offer = offerFastStart(profile, soundAt(rtp, rtcp)).elements
    answer = answerFastStart(offer, profile, soundAt(rtcp, rtp)).elements
    channels = [h245.decode("OpenLogicalChannel", element) for element in (*offer, *answer)]
    contents = [tunnelled(("request", ("openLogicalChannel", channel))) for channel in channels]
    assert len(contents) == 30
    assert tshark.complaints(packets(*contents), tmp_path / "fast.pcap") == []


def test_everyCapabilityIsWellFormed(tmp_path: Path) -> None:
    message = ("request", ("terminalCapabilitySet", capabilitySet(MediaProfile.audio(AUDIO), 1)))
    assert tshark.complaints(packets(tunnelled(message)), tmp_path / "set.pcap") == []
