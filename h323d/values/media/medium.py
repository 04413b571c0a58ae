"""
What is seen or heard: one medium of a call.
"""

from __future__ import annotations

import enum

__all__ = ["Medium"]


class Medium(enum.Enum):
    """
    A medium, as a media description of SDP and a session of H.245 have it.
    """

    AUDIO = "audio"
    """C{m=audio}; session 1."""

    VIDEO = "video"
    """C{m=video}; session 2."""

    SLIDES = "slides"
    """C{m=video} with C{a=content:slides} (RFC 4796); the session of H.239 that shows them."""
