"""
C{/health}: whether calls are taken.
"""

from __future__ import annotations

import json

from h323d.operation.health import HealthView
from h323d.web.endpoints import Answer

__all__ = ["told"]

SHOWN = ("state", "ok", "draining", "standby")
"""What anybody may know; why it is not well is for operators."""


def told(health: HealthView) -> Answer:
    """
    @return: with 503 where no calls are taken, as load balancers understand that.
    """
    shown = {name: getattr(health, name) for name in SHOWN}
    return Answer(200 if health.ok else 503, "application/json", json.dumps(shown).encode())
