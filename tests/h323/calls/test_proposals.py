"""
What fast connect proposes, encoded once for all calls.
"""

from __future__ import annotations

import pytest

from h323d.asn1 import h245
from h323d.dsp.g722 import G722
from h323d.dsp.g729 import G729
from h323d.dsp.gsm import GSM
from h323d.dsp.opus import OPUS
from h323d.h323.calls.proposals import proposals
from h323d.h323.h245.capabilities.audio import AUDIO
from h323d.h323.h245.parameters import MediaAddresses, forwardChannel, reverseChannel
from h323d.values.address import TransportAddress
from h323d.values.media.direction import Direction
from h323d.values.media.formats import G711_ALAW, G711_ULAW, MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediumProfile

FORMATS = (G711_ALAW, G711_ULAW, G722, G729, GSM, OPUS)
FIRST = 101
HOSTS = ("10.1.2.3", "127.0.0.1", "192.0.2.86", "2001:db8::7")
PORTS = ((5004, 5005), (0x0101, 0x0102), (54322, 54323), (65534, 65535))


def sound(*formats: MediaFormat, direction: Direction = Direction.SENDRECV) -> MediumProfile:
    return MediumProfile(Medium.AUDIO, formats, direction)


def encoded(wanted: MediumProfile, here: MediaAddresses) -> list[bytes]:
    channels = []
    for number, ability in enumerate(AUDIO.sendable(wanted), FIRST):
        channels.append(reverseChannel(1, AUDIO, ability, here.rtp, here.rtcp))
        channels.append(forwardChannel(number, AUDIO, ability, here.rtcp))
    return [h245.encode("OpenLogicalChannel", channel) for channel in channels]


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize(("rtp", "rtcp"), PORTS)
def test_whatIsProposedIsWhatWouldBeEncodedAnew(host: str, rtp: int, rtcp: int) -> None:
    wanted = sound(*FORMATS)
    here = MediaAddresses(TransportAddress(host, rtp), TransportAddress(host, rtcp))
    proposed = proposals(AUDIO, wanted, FIRST, here.rtp.isIPv6)
    assert list(proposed.at(here)) == encoded(wanted, here)
    assert proposed.count == len(AUDIO.sendable(wanted)) >= len(FORMATS)


def test_nothingIsExpectedOfWhatIsOnlySent() -> None:
    wanted = sound(*FORMATS, direction=Direction.SENDONLY)
    assert not proposals(AUDIO, wanted, FIRST, False).formats


def test_whatMayComeIsKnownByItsPayloadType() -> None:
    formats = proposals(AUDIO, sound(G711_ALAW, G711_ULAW), FIRST, False).formats
    assert dict(formats) == {8: G711_ALAW, 0: G711_ULAW}
