"""
The configuration of the defence against scanners: the C{[defence]} section.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from h323d.values.live import Live

__all__ = ["DefenceConfig"]

SCANNERS = (
    *("friendly-scanner", "friendly-request", "sipvicious", "sundayddr", "pplsip", "sipcli"),
    *("sip-scan", "sipscan", "siparmyknife", "sivus", "smap", "iWar"),
)
MAX_SECONDS = 30 * 24 * 3600  # of a ban


@dataclass(frozen=True, slots=True)
class DefenceConfig:
    """
    What becomes of those who try doors by SIP.  Whoever goes beyond a burst is slowed, and answered
    twice as often as the rate says; whoever goes on, for another burst, and is believed to be where
    it says, is banned.
    """

    enabled: Live[bool] = True
    """Whether anybody is slowed or banned without an operator's command."""

    scanners: Live[tuple[str, ...]] = SCANNERS
    """The programs that nobody uses who means well, as the User-Agent of a request begins, in upper
    or lower case: they are never answered, and banned at once."""

    exempt: Live[tuple[str, ...]] = ()
    """The networks that are never slowed nor banned, as in C{"192.0.2.0/24"}.  Nor are those of
    C{security.trunks}, trunks, nor hosts where somebody is registered."""

    unforged: Live[tuple[str, ...]] = ()
    """The networks in whose name nobody else can send us datagrams, as of a LAN whose router lets
    none in from outside: what comes from there over UDP counts as if it came over TCP."""

    requestRate: Live[float] = 5.0
    """Requests each second that one address may ask us, and that want nothing of us, in the long
    run: C{OPTIONS}, and what is not taken.  0 sets no limit; so do the others."""

    requestBurst: Live[int] = 100
    """Such requests at once."""

    registrationRate: Live[float] = 1.0
    """C{REGISTER} requests each second that show no password, though one is asked for."""

    registrationBurst: Live[int] = 60
    """Such requests at once."""

    failureRate: Live[float] = 0.1
    """Wrong passwords, and calls that are refused (403, 404, 484, 604), each second."""

    failureBurst: Live[int] = 20
    """Of them at once."""

    banSeconds: Live[int] = 600
    """How long a first ban lasts; each that follows, before another day is over, lasts twice as
    long."""

    maxBanSeconds: Live[int] = 24 * 3600
    """How long any ban lasts at most, but for those of an operator."""

    maxSources: Live[int] = 5000
    """Of how many addresses is remembered what they did, of each kind, and that they are banned;
    the table has 16 MB at most with so many.  Beyond that those are forgotten who were still for
    longest."""

    def __post_init__(self) -> None:
        for key in ("exempt", "unforged"):
            for text in getattr(self, key):
                try:
                    ipaddress.ip_network(text)
                except ValueError as error:
                    raise ValueError(f"{key}: {error}") from None
        if not all(self.scanners):
            raise ValueError("scanners: an empty name is everybody's")
        for key in ("requestRate", "registrationRate", "failureRate"):
            if getattr(self, key) < 0:
                raise ValueError(f"{key}: must not be negative")
        for key in ("requestBurst", "registrationBurst", "failureBurst"):
            if getattr(self, key) < 1:
                raise ValueError(f"{key}: must be at least 1")
        if not 1 <= self.banSeconds <= MAX_SECONDS:
            raise ValueError(f"banSeconds: must be 1 to {MAX_SECONDS}")
        if not self.banSeconds <= self.maxBanSeconds <= MAX_SECONDS:
            raise ValueError(f"maxBanSeconds: must be banSeconds to {MAX_SECONDS}")
        if not 1 <= self.maxSources <= 1_000_000:
            raise ValueError("maxSources: must be 1 to 1000000")
