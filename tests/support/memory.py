"""
Whether something has forgotten: how much it holds, wherever it keeps it.
"""

from __future__ import annotations

import enum
import gc
from collections import deque
from types import BuiltinFunctionType, FunctionType, ModuleType

from twisted.logger import Logger

__all__ = ["heldBy"]

_SHARED = type, ModuleType, FunctionType, BuiltinFunctionType, Logger, enum.Enum
_CONTAINERS = dict, list, set, deque


def heldBy(*owners: object) -> int:
    """
    How many things are in the containers that can be reached from some objects.  What is shared
    by all - classes, modules, functions, loggers - is not looked into.
    """
    seen: dict[int, object] = {}
    waiting = list(owners)
    while waiting:
        each = waiting.pop()
        if id(each) not in seen and not isinstance(each, _SHARED):
            seen[id(each)] = each
            waiting += gc.get_referents(each)
    return sum(len(each) for each in seen.values() if isinstance(each, _CONTAINERS))
