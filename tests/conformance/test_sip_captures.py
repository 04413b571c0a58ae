"""
INVITEs as other people's programs sent them, octet for octet.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from h323d.sip.messages.framing import StreamReader
from h323d.sip.messages.message import SIPRequest
from h323d.sip.messages.parser import parse
from h323d.sip.messages.uri import SIPURI
from h323d.sip.messages.writer import write
from h323d.sip.sdp import description as sdp
from h323d.sip.sdp.lines import LocalMedia, LocalPort
from h323d.sip.sdp.negotiation import Agreement, answerOffer
from h323d.values.address import TransportAddress
from h323d.values.media.direction import Direction
from h323d.values.media.formats import G711_ULAW, MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile

CAPTURES = Path(__file__).parent / "sip"
PROFILE = MediaProfile.audio((MediaFormat("opus", 48000, 2), G711_ULAW))


def read(name: str) -> SIPRequest:
    parsed = parse((CAPTURES / name).read_bytes())
    assert isinstance(parsed, SIPRequest)
    return parsed


def answer(request: SIPRequest) -> Agreement:
    local = LocalMedia(
        "192.0.2.1", 1, {Medium.AUDIO: LocalPort(TransportAddress("192.0.2.1", 20000))}
    )
    return answerOffer(sdp.parse(request.body), PROFILE, local)


@pytest.mark.parametrize("path", sorted(CAPTURES.iterdir()), ids=lambda path: path.stem)
def test_captureIsReadTheSameFromDatagramAndStream(path: Path) -> None:
    data = path.read_bytes()
    parsed = parse(data)
    assert StreamReader().feed(data) == [parsed]
    assert parse(write(parsed)) == parsed
    body = sdp.parse(parsed.body)
    assert sdp.write(body) == parsed.body


def test_baresipIsUnderstood() -> None:
    invite = read("baresip-1.0.0-invite.sip")
    assert invite.uri == SIPURI("127.0.0.1", "8000", 15060)
    assert invite.via.wantsRport
    assert invite.headers.tokens("Supported") == frozenset()
    assert "REFER" in invite.headers.all("Allow")
    audio = answer(invite).of(Medium.AUDIO)
    assert audio.transmit is not None
    assert (audio.transmit.format.name, audio.transmit.payloadType) == ("opus", 96)
    assert audio.transmit.format.parameters == (("sprop-stereo", "1"), ("stereo", "1"))
    assert audio.transmit.rtp == TransportAddress("192.0.2.2", 8070)
    assert audio.transmit.telephoneEventType == 101


def test_sippIsUnderstood() -> None:
    invite = read("sipp-invite.sip")
    assert not invite.via.wantsRport
    assert invite.fromAddress.displayName == "sipp"
    assert invite.contact is not None
    assert invite.contact.uri == SIPURI("127.0.0.1", "sipp", 15071)
    audio = answer(invite).of(Medium.AUDIO)
    assert audio.direction is Direction.SENDRECV
    assert audio.transmit is not None
    assert audio.transmit.format == G711_ULAW
    assert audio.transmit.telephoneEventType is None
