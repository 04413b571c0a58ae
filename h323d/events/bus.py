"""
The bus that facts travel by, and what all of them have.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from twisted.logger import Logger

__all__ = ["EventBus", "F", "Fact", "Subscription"]


@dataclass(frozen=True, slots=True)
class Fact:
    """
    Something that has happened.

    @ivar at: when, in seconds of the server's clock.
    """

    at: float


F = TypeVar("F", bound=Fact)


Listener = Callable[[Fact], None]


class Subscription:
    """
    That somebody is told of facts of a kind, until they want it no more.

    @ivar kind: a class of facts.
    @ivar listener: called with each.
    """

    __slots__ = ("_bus", "kind", "listener")

    def __init__(self, bus: EventBus, kind: type[Fact], listener: Listener) -> None:
        self._bus = bus
        self.kind = kind
        self.listener = listener

    def end(self) -> None:
        """
        Be told no more.
        """
        self._bus.forget(self)


class EventBus:
    """
    Hands each fact to all who asked for its kind, in the order they asked.
    """

    _log = Logger()

    def __init__(self) -> None:
        self._subscriptions: list[Subscription] = []
        # Of each kind that was told since somebody came or went: a fact costs one look-up.
        self._listeners: dict[type[Fact], tuple[Listener, ...]] = {}

    def subscribe(self, kind: type[F], listener: Callable[[F], None]) -> Subscription:
        """
        @param kind: a class of facts, which stands for those made of it too; L{Fact} for
            all of them.
        @param listener: called with each fact of that kind.
        """
        subscription = Subscription(self, kind, listener)  # type: ignore[arg-type]  # it is called with its kind only
        self._subscriptions.append(subscription)
        self._listeners.clear()
        return subscription

    def forget(self, subscription: Subscription) -> None:
        """
        End a subscription; nothing, if it has ended.
        """
        if subscription in self._subscriptions:
            self._subscriptions.remove(subscription)
            self._listeners.clear()

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

    def _listenersOf(self, kind: type[Fact]) -> tuple[Listener, ...]:
        return tuple(each.listener for each in self._subscriptions if issubclass(kind, each.kind))
