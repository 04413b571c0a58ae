"""
Who wants to be told how it is heard.
"""

from __future__ import annotations

import pytest

from h323d.sip.sdp.description import SessionDescription, parse
from h323d.sip.sdp.lines import LocalMedia, LocalPort
from h323d.sip.sdp.metrics import WANTED, takesMetrics
from h323d.sip.sdp.negotiation import answerOffer, applyAnswer, makeOffer
from h323d.values.address import TransportAddress
from h323d.values.media.formats import G711_ULAW
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile

PROFILE = MediaProfile.audio((G711_ULAW,))
LOCAL = LocalMedia(
    "198.51.100.1", 1, {Medium.AUDIO: LocalPort(TransportAddress("198.51.100.1", 20000))}
)


def described(media: str = "", session: str = "") -> SessionDescription:
    text = "v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\nc=IN IP4 192.0.2.1\nt=0 0\n"
    return parse(f"{text}{session}m=audio 30000 RTP/AVP 0\n{media}".encode())


@pytest.mark.parametrize(
    ("media", "session", "wanted"),
    [
        ("", "", False),
        ("a=rtcp-xr:voip-metrics\n", "", True),
        ("a=rtcp-xr:rcvr-rtt=all:10000 stat-summary=loss,jitt voip-metrics\n", "", True),
        ("a=rtcp-xr:stat-summary=loss\n", "", False),
        ("a=rtcp-xr\n", "", False),
        ("", "a=rtcp-xr:voip-metrics\n", True),
        ("a=rtcp-xr:pkt-dup-rle\n", "a=rtcp-xr:voip-metrics\n", False),
        ("a=rtcp-xr:voip-metricsx\n", "", False),
    ],
)
def test_theyAreWantedByWhoeverAsks(media: str, session: str, wanted: bool) -> None:
    description = described(media, session)
    assert takesMetrics(description, description.media[0]) is wanted


@pytest.mark.parametrize("wanted", [True, False])
def test_anAnswerAsksForThemIfTheOfferDid(wanted: bool) -> None:
    offer = described("a=rtcp-xr:voip-metrics\n" if wanted else "")
    agreement = answerOffer(offer, PROFILE, LOCAL)
    transmit = agreement.of(Medium.AUDIO).transmit
    assert transmit is not None
    assert transmit.takesMetrics is wanted
    assert (WANTED in agreement.local.media[0].attributes) is wanted


@pytest.mark.parametrize("wanted", [True, False])
def test_ourOfferAsksAndTheAnswerSaysWhetherTheyAreSent(wanted: bool) -> None:
    offer = makeOffer(PROFILE, LOCAL)
    assert WANTED in offer.media[0].attributes
    answer = described("a=rtcp-xr:voip-metrics\n" if wanted else "")
    transmit = applyAnswer(offer, answer, PROFILE).of(Medium.AUDIO).transmit
    assert transmit is not None
    assert transmit.takesMetrics is wanted
