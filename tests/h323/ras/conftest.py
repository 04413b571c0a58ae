from __future__ import annotations

from tests.support.zone import makeWorld, world

__all__ = ["makeWorld", "world"]
