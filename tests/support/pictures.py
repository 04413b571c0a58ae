"""
A medium beside sound that nothing shows: it proves that the seams would carry one.
"""

from __future__ import annotations

from h323d.values.media.formats import G711_ALAW, G711_ULAW, MediaFormat
from h323d.values.media.medium import Medium
from h323d.values.media.profile import MediaProfile, MediumProfile

__all__ = ["PICTURE", "PICTURES", "SEEN", "SOUND"]

PICTURE = MediaFormat("picture", 90000, kind=Medium.VIDEO)
PICTURES = MediumProfile(Medium.VIDEO, (PICTURE,))
SOUND = MediaProfile.audio((G711_ULAW, G711_ALAW))
SEEN = MediaProfile((*SOUND.media, PICTURES))
