"""
The configuration of the sounds of the house.
"""

from __future__ import annotations

from dataclasses import dataclass

from h323d.values.live import Live

__all__ = ["BUILT_IN", "SoundsConfig"]

BUILT_IN = "built-in"


@dataclass(frozen=True, slots=True)
class SoundsConfig:
    """
    What the server itself lets people hear.  Each is the path of a WAV file (16 bits; 8, 16 or
    48 kHz; five minutes at most), "built-in" for what comes with the server, or empty for nothing.
    """

    ringback: Live[str] = BUILT_IN
    """Over and over, while the telephone of the called party rings: to a caller who is in a call
    already, and cannot hear it from their own telephone."""

    busy: Live[str] = BUILT_IN
    """To who is in a call already, when nobody can be had: for gateway.busySeconds."""

    hold: Live[str] = BUILT_IN
    """Over and over, to who is put on hold by the other party of a call through the gateway."""

    joined: Live[str] = ""
    """Once, to those in a room, when somebody comes; who comes hears nothing for as long."""

    left: Live[str] = ""
    """Once, to those in a room, when somebody leaves."""

    alone: Live[str] = ""
    """Once, to the first in a room."""
