"""
What is told of what there would have been.
"""

from __future__ import annotations

import pytest

from h323d.sip.sdp.capabilities import capabilitiesOf
from h323d.sip.sdp.description import parse
from h323d.sip.sdp.payloads import formatsOf
from h323d.values.media.discord import Discord
from h323d.values.media.formats import G711_ALAW, G711_ULAW, MediaFormat

OPUS = MediaFormat("opus", 48000, 2)
ULAW = Discord(formats=(G711_ULAW,))


def test_allFormatsAreTold() -> None:
    spoken = (G711_ALAW, OPUS, G711_ULAW)
    described = parse(capabilitiesOf(Discord(formats=spoken), "10.0.0.1", 7))
    (line,) = described.media
    assert tuple(formatsOf(line).values()) == spoken
    assert line.formats[0] == "8"
    assert described.origin.sessionId == 7


def test_nothingIsOffered() -> None:
    (line,) = parse(capabilitiesOf(ULAW, "10.0.0.1", 7)).media
    assert line.port == 0


@pytest.mark.parametrize(("host", "kind"), [("10.0.0.1", "IP4"), ("2001:db8::1", "IP6")])
def test_itSaysWhoTells(host: str, kind: str) -> None:
    described = parse(capabilitiesOf(ULAW, host, 7))
    assert str(described.connection) == f"IN {kind} {host}"


@pytest.mark.parametrize(
    ("bandwidth", "lines"),
    [(200_001, ["b=TIAS:100000", "b=AS:116"]), (0, ["b=TIAS:0", "b=AS:0"])],
)
def test_bandwidthIsToldOfOneDirection(bandwidth: int, lines: list[str]) -> None:
    text = capabilitiesOf(Discord(bandwidth=bandwidth), "10.0.0.1", 7).decode()
    assert [line for line in text.splitlines() if line.startswith(("b=", "m="))] == lines
