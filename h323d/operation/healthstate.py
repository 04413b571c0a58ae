"""
How well a server is, in one word.
"""

from __future__ import annotations

import enum

__all__ = ["HealthState"]


class HealthState(enum.Enum):
    """
    The worst that there is to say.
    """

    OK = "ok"
    """All is as it is to be."""

    DEGRADED = "degraded"
    """Calls are taken, and something else is not as it is to be."""

    DOWN = "down"
    """No calls are taken."""
