"""
What is told of the sound that there would have been.
"""

from __future__ import annotations

import pytest

from h323d.sip.sdp.capabilities import capabilitiesOf
from h323d.sip.sdp.description import parse
from h323d.sip.sdp.payloads import formatsOf
from h323d.values.media.formats import G711_ALAW, G711_ULAW, MediaFormat

OPUS = MediaFormat("opus", 48000, 2)


def test_allFormatsAreTold() -> None:
    spoken = (G711_ALAW, OPUS, G711_ULAW)
    described = parse(capabilitiesOf(spoken, "10.0.0.1", 7))
    (line,) = described.media
    assert tuple(formatsOf(line).values()) == spoken
    assert line.formats[0] == "8"
    assert described.origin.sessionId == 7


def test_nothingIsOffered() -> None:
    (line,) = parse(capabilitiesOf((G711_ULAW,), "10.0.0.1", 7)).media
    assert line.port == 0


@pytest.mark.parametrize(("host", "kind"), [("10.0.0.1", "IP4"), ("2001:db8::1", "IP6")])
def test_itSaysWhoTells(host: str, kind: str) -> None:
    described = parse(capabilitiesOf((G711_ULAW,), host, 7))
    assert str(described.connection) == f"IN {kind} {host}"
