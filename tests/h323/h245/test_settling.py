"""
What of a profile is spoken of, where some of it merely passes.
"""

from __future__ import annotations

import pytest

from h323d.h323.h245.capabilities.audio import AUDIO
from h323d.h323.h245.capabilities.table import RemoteCapabilities
from h323d.h323.h245.settling import settled
from h323d.values.media.formats import G711_ULAW, MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile

WIDE = MediaFormat("G7221", 16000, parameters=(("bitrate", "32000"),))
ILBC = MediaFormat("iLBC")
MIXED = MediaProfile.audio((WIDE, G711_ULAW), passed=(WIDE,))
PASSED = MediaProfile.audio((WIDE, ILBC), passed=(WIDE, ILBC))
Formats = tuple[MediaFormat, ...]


def remote(*formats: MediaFormat) -> RemoteCapabilities:
    sound = MediaProfile.audio(formats).of(Medium.AUDIO)
    return RemoteCapabilities(tuple(AUDIO.receivable(sound)))


def said(
    wanted: MediaProfile,
    spoken: MediaFormat | None,
    peer: RemoteCapabilities | None,
    isChange: bool = False,
) -> Formats:
    return settled(wanted, {Medium.AUDIO: spoken}, peer, isChange).of(Medium.AUDIO).formats


@pytest.mark.parametrize(
    ("wanted", "spoken", "peer", "formats"),
    [
        (MIXED, None, None, (G711_ULAW,)),  # what can be coded, whatever the peer will choose
        (MIXED, None, remote(WIDE, G711_ULAW), (G711_ULAW,)),
        (MIXED, WIDE, None, (WIDE,)),  # by fast connect
        (MIXED, WIDE, remote(WIDE, G711_ULAW), (WIDE,)),
        (MIXED, WIDE, remote(G711_ULAW), (G711_ULAW,)),  # which is over with that
        (MIXED, G711_ULAW, remote(WIDE, G711_ULAW), (G711_ULAW,)),
        (PASSED, None, None, (WIDE, ILBC)),  # there is nothing else
        (PASSED, None, remote(ILBC, G711_ULAW), (ILBC,)),
        (PASSED, None, remote(G711_ULAW), (WIDE, ILBC)),
    ],
)
def test_whatMerelyPassesStandsAlone(
    wanted: MediaProfile,
    spoken: MediaFormat | None,
    peer: RemoteCapabilities | None,
    formats: Formats,
) -> None:
    assert said(wanted, spoken, peer) == formats


@pytest.mark.parametrize(
    ("peer", "formats"), [(remote(WIDE, G711_ULAW), (WIDE,)), (remote(G711_ULAW), (G711_ULAW,))]
)
def test_whoeverChangesACallSettlesItWherePossible(
    peer: RemoteCapabilities, formats: Formats
) -> None:
    assert said(MIXED, G711_ULAW, peer, isChange=True) == formats


def test_whatCanBeCodedStaysAsItIs() -> None:
    profile = MediaProfile.audio((G711_ULAW, MediaFormat("G722")))
    assert settled(profile, {}, remote(G711_ULAW)) is profile
