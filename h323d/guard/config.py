"""
The configuration of IF.guard.
"""

from __future__ import annotations

from dataclasses import dataclass

from h323d.values.live import Live
from h323d.values.proof import MAX_IDENTITY

__all__ = ["GuardConfig"]


@dataclass(frozen=True, slots=True)
class GuardConfig:
    """
    Whether guardians alone may register and call, and how much each may have.
    """

    registry: str = ""
    """The file of the registry of guardians; empty lets everybody register and call."""

    name: str = ""
    """By what name signatures are made for this server, and no other."""

    key: str = ""
    """The file of the private key, as C{h323ctl guard keygen} makes it, that what is answered
    to guardians who sign is signed with, by RAS; empty signs nothing."""

    checkInterval: float = 5.0
    """Seconds between two looks whether the file has changed; 0 looks only when the
    configuration is read again."""

    pool: Live[int] = 100_000_000
    """Bit/s that all calls may have together, both directions; 0 for no limit."""

    sipCaller: Live[int] = 3_000_000
    """Bit/s that a caller by SIP may have of whom the registry does not say."""

    emergency: Live[int] = 20_000_000
    """Bit/s that a guardian may have for an EMERGENCY call, if that is more than they may have
    otherwise."""

    unsaid: Live[int] = 128_000
    """Bit/s that a call counts with which does not say how much it needs."""

    bridgedFormats: Live[tuple[str, ...]] = ("PCMU", "PCMA", "G722", "G729", "opus", "VP8", "H264")
    """What may be spoken in a call that goes on from here, unless gateway.audioFormats says; if
    nothing is named, any format."""

    escalateRooms: Live[tuple[str, ...]] = ()
    """The names and numbers of rooms whose calls are all of type ESCALATE."""

    policies: Live[tuple[str, ...]] = ()
    """The operator's policies: entry points of C{h323d.guard} that are asked about each call, in
    this order, after the gate for personal data and before that for bandwidth."""

    shadow: Live[tuple[str, ...]] = ()
    """Policies that are tried out: what they would have said is recorded, and changes nothing."""

    def __post_init__(self) -> None:
        if self.registry and not 1 <= len(self.name) <= MAX_IDENTITY:
            raise ValueError(
                f"name: must have 1 to {MAX_IDENTITY} characters, where there is a registry"
            )
        if not 0 <= self.checkInterval <= 3600:
            raise ValueError("checkInterval: must be 0 to 3600")
        for key in ("pool", "sipCaller", "emergency", "unsaid"):
            if getattr(self, key) < 0:
                raise ValueError(f"{key}: must not be negative")
        for key, others in (("policies", ()), ("shadow", self.policies)):
            named = (*others, *getattr(self, key))
            twice = [each for number, each in enumerate(named) if each in named[:number]]
            if twice:
                raise ValueError(f"{key}: {twice[0]} is named twice")
