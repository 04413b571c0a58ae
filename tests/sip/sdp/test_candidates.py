"""
ICE candidates in an offer, where its C{c=} line is of no use.
"""

from __future__ import annotations

import pytest

from h323d.sip.sdp.candidates import RTCP, RTP, hostCandidate
from h323d.sip.sdp.description import SessionDescription, parse
from h323d.sip.sdp.lines import LocalMedia, LocalPort
from h323d.sip.sdp.negotiation import answerOffer
from h323d.sip.sdp.refusal import NoCommonMedia
from h323d.values.address import TransportAddress
from h323d.values.media.formats import G711_ULAW
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile

OURS = LocalMedia(
    "198.51.100.1", 1, {Medium.AUDIO: LocalPort(TransportAddress("198.51.100.1", 20000))}
)
CANDIDATES = (
    "1 1 UDP 2130706431 2001:db8::2 22000 typ host",
    "1 2 UDP 2130706430 2001:db8::2 22001 typ host",
    "2 1 UDP 2130706303 192.0.2.2 22000 typ host",
    "2 2 UDP 2130706302 192.0.2.2 22001 typ host",
    "3 1 UDP 2130706431 192.0.2.3 22002 typ host",
)


def offer(*candidates: str) -> SessionDescription:
    head = ["v=0", "o=- 1 1 IN IP6 2001:db8::2", "s=-", "c=IN IP6 2001:db8::2", "t=0 0"]
    lines = ["m=audio 22000 RTP/AVP 0", *(f"a=candidate:{each}" for each in candidates)]
    return parse("\r\n".join((*head, *lines, "")).encode())


def test_ofHostCandidatesTheFirstInRankIsTaken() -> None:
    (media,) = offer(*CANDIDATES).media
    assert hostCandidate(media, RTP, ipv6=False) == TransportAddress("192.0.2.3", 22002)
    assert hostCandidate(media, RTCP, ipv6=False) == TransportAddress("192.0.2.2", 22001)
    assert hostCandidate(media, RTP, ipv6=True) == TransportAddress("2001:db8::2", 22000)


@pytest.mark.parametrize(
    "candidate",
    [
        "",
        "1 1 TCP 1 192.0.2.2 22000 typ host tcptype passive",
        "1 1 UDP 1 192.0.2.2 22000 typ srflx raddr 10.0.0.1 rport 22000",
        "1 1 UDP 1 192.0.2.2 0 typ host",
        "1 1 UDP 1 192.0.2.2 99999 typ host",
        "1 1 UDP 1 192.0.2.300 22000 typ host",
        "1 1 UDP 1 224.0.0.1 22000 typ host",
        "1 1 UDP 1 phone.local 22000 typ host",
        "1 1 UDP 99999999999999999999 192.0.2.2 22000 typ host",
    ],
)
def test_whatIsNoHostCandidateOfUDPIsNot(candidate: str) -> None:
    (media,) = offer(candidate).media
    assert hostCandidate(media, RTP, ipv6=False) is None


def test_anOfferOfAnotherFamilyIsAnsweredWhereACandidateIsOfOurs() -> None:
    agreement = answerOffer(offer(*CANDIDATES), MediaProfile.audio((G711_ULAW,)), OURS)
    (stream,) = agreement.streams
    assert stream is not None
    assert stream.transmit is not None
    assert stream.transmit.rtp == TransportAddress("192.0.2.3", 22002)
    assert stream.transmit.rtcp == TransportAddress("192.0.2.2", 22001)


def test_anOfferOfAnotherFamilyAloneIsNot() -> None:
    with pytest.raises(NoCommonMedia, match="IPv4"):
        answerOffer(offer(*CANDIDATES[:2]), MediaProfile.audio((G711_ULAW,)), OURS)
