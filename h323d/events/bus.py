"""
The bus that facts travel by, and what all of them have.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from twisted.logger import Logger

__all__ = ["EventBus", "F", "Fact"]


@dataclass(frozen=True, slots=True)
class Fact:
    """
    Something that has happened.

    @ivar at: when, in seconds of the server's clock.
    """

    at: float


F = TypeVar("F", bound=Fact)


class EventBus:
    """
    Hands each fact to all who asked for its kind, in the order they asked.
    """

    _log = Logger()

    def __init__(self) -> None:
        self._subscribers: list[tuple[type[Fact], Callable[[Fact], None]]] = []
        # Of each kind that was told since somebody came or went: a fact costs one look-up.
        self._listeners: dict[type[Fact], tuple[Callable[[Fact], None], ...]] = {}

    def subscribe(self, kind: type[F], listener: Callable[[F], None]) -> Callable[[], None]:
        """
        @param kind: a class of facts, which stands for those made of it too; L{Fact} for
            all of them.
        @param listener: called with each fact of that kind.

        @return: a function that ends the subscription.
        """
        entry: tuple[type[Fact], Callable[[Fact], None]] = (kind, listener)  # type: ignore[assignment]  # it is called with its kind only
        self._subscribers.append(entry)
        self._listeners.clear()

        def unsubscribe() -> None:
            if entry in self._subscribers:
                self._subscribers.remove(entry)
                self._listeners.clear()

        return unsubscribe

    def publish(self, fact: Fact) -> None:
        """
        Tell everybody; a listener that fails harms nobody else.
        """
        kind = type(fact)
        listeners = self._listeners.get(kind)
        if listeners is None:
            listeners = self._listeners[kind] = self._listenersOf(kind)
        for listener in listeners:
            try:
                listener(fact)
            except Exception:  # the fence: publishers do not know who listens
                self._log.failure("a listener failed on {fact}", fact=kind.__name__)

    def _listenersOf(self, kind: type[Fact]) -> tuple[Callable[[Fact], None], ...]:
        return tuple(each for wanted, each in self._subscribers if issubclass(kind, wanted))
