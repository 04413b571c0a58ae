"""
A reactor after a fork: what it had with the kernel and with threads is the other process's.

Twisted does not foresee that.  So here, and nowhere else, is known what its epoll reactor is made
of.
"""

from __future__ import annotations

import select
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from twisted.internet.epollreactor import EPollReactor
from twisted.logger import globalLogPublisher

from h323d.house.exhaustion import Exhaustion

__all__ = ["canBeRenewed", "renew", "silence"]


def canBeRenewed(reactor: object) -> bool:
    """
    Whether it is of the one kind that is known.
    """
    return isinstance(reactor, EPollReactor)


def renew(reactor: Any) -> None:
    """
    Have it read and write nothing, and owe nobody a call; with an epoll, a waker and, once one is
    wanted, threads of its own.

    @param reactor: Any, as only its insides are of interest here.
    """
    reactor._poller.close()
    reactor._poller = select.epoll()
    for each in (reactor._reads, reactor._writes, reactor._selectables):
        each.clear()
    reactor._continuousPolling.removeAll()
    reactor._pendingTimedCalls.clear()
    reactor._newTimedCalls.clear()
    reactor._cancellations = 0
    reactor.threadCallQueue.clear()
    if reactor.threadpool is not None:
        reactor.removeSystemEventTrigger(reactor.threadpoolShutdownID)
        reactor.threadpool = None
    reactor._signals.uninstall()
    reactor._internalReaders.clear()
    reactor.waker.connectionLost(None)
    reactor.waker = None
    reactor.installWaker()
    reactor._signals.install()


@contextmanager
def silence() -> Iterator[None]:
    """
    Have nothing logged meanwhile; that memory has run out is known nevertheless.
    """
    observers = globalLogPublisher._observers
    globalLogPublisher._observers = [each for each in observers if isinstance(each, Exhaustion)]
    try:
        yield
    finally:
        globalLogPublisher._observers = observers
