"""
The configuration of councils.
"""

from __future__ import annotations

from dataclasses import dataclass

from h323d.values.live import Live

__all__ = ["CouncilConfig"]


@dataclass(frozen=True, slots=True)
class CouncilConfig:
    """
    How many councils there may be, how large and how long, and how guardians are called into one.
    """

    maxCouncils: Live[int] = 3
    """How many may meet at the same time."""

    maxParticipants: Live[int] = 25
    """How many may be in the room of one, whatever [conference] says."""

    maxSeconds: Live[float] = 14_400.0
    """Seconds after which one is over, and everybody in it hung up on: four hours."""

    ringSeconds: Live[float] = 45.0
    """Seconds that a guardian is rung, at all places where they have registered."""

    redials: Live[int] = 3
    """How often who is busy, does not answer or is not registered is called again."""

    redialSeconds: Live[float] = 20.0
    """Seconds before that."""

    store: str = "councils.json"
    """The file that keeps councils across a restart; a relative path is under the state directory
    (control.stateDirectory), and empty keeps none."""

    waiting: Live[int] = 0
    """How many guardians for whom there is no seat wait for one, and are called when there is, in
    their order; 0 for nobody."""

    def __post_init__(self) -> None:
        for name in ("maxCouncils", "maxParticipants"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}: must be at least 1")
        if not 1.0 <= self.maxSeconds <= 86_400.0:
            raise ValueError("maxSeconds: must be 1 to 86400")
        for name in ("ringSeconds", "redialSeconds"):
            if not 1.0 <= getattr(self, name) <= 3600.0:
                raise ValueError(f"{name}: must be 1 to 3600")
        for name in ("redials", "waiting"):
            if not 0 <= getattr(self, name) <= 100:
                raise ValueError(f"{name}: must be 0 to 100")
