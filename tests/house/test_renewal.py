"""
A reactor after a fork.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from twisted.internet.epollreactor import EPollReactor
from twisted.internet.task import Clock
from twisted.logger import ILogObserver, LogEvent, Logger, globalLogPublisher
from zope.interface import implementer

from h323d.house.renewal import canBeRenewed, silence

FORK = """
import os, signal, socket, sys
from twisted.internet import epollreactor
epollreactor.install()
from twisted.internet import reactor
from twisted.internet.threads import deferToThread
from twisted.internet.interfaces import IReadDescriptor
from zope.interface import implementer
from h323d.house.renewal import renew

@implementer(IReadDescriptor)
class Reader:
    def __init__(self, end):
        self.end, self.heard = end, []
        self.fileno = end.fileno
    def doRead(self):
        self.heard.append(self.end.recv(9))
    def logPrefix(self):
        return "reader"
    def connectionLost(self, reason):
        pass

ours, theirs = socket.socketpair()
parents = Reader(ours)

def fork():
    reactor.addReader(parents)
    reactor.callLater(0.2, print, "the parent's call", flush=True)
    deferToThread(int).addCallback(forkNow)

def forkNow(_):
    reactor.callLater(0, forkBetween)

def forkBetween():
    pid = os.fork()
    if pid:
        reactor.callLater(0.1, parentGoesOn, pid)
        return
    renew(reactor)
    assert reactor.getDelayedCalls() == []
    assert parents not in reactor.getReaders()
    deferToThread(os.getpid).addCallback(told)

def told(pid):
    assert pid == os.getpid()
    print("a thread of the child's", flush=True)
    os.kill(os.getpid(), signal.SIGTERM)  # which its own waker tells of

def parentGoesOn(pid):
    _, status = os.waitpid(pid, 0)
    assert status == 0, status
    theirs.send(b"to be read")
    reactor.callLater(0.3, reactor.stop)

reactor.callWhenRunning(fork)
reactor.run()
if parents.heard:
    print("the parent reads on", flush=True)
"""


def test_aChildHasAReactorOfItsOwnAndItsParentGoesOn() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", FORK], capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert sorted(ran.stdout.splitlines()) == [
        "a thread of the child's",
        "the parent reads on",
        "the parent's call",
    ]


def test_onlyTheReactorOfEPollIsKnown() -> None:
    assert not canBeRenewed(Clock())
    assert canBeRenewed(EPollReactor())


@implementer(ILogObserver)
class Heard:
    """
    Counts what is logged.
    """

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, event: LogEvent) -> None:
        self.count += 1


@pytest.fixture
def heard() -> Iterator[Heard]:
    observer = Heard()
    globalLogPublisher.addObserver(observer)
    yield observer
    globalLogPublisher.removeObserver(observer)


def test_nothingIsLoggedInSilence(heard: Heard) -> None:
    with silence():
        Logger().info("not this")
    assert heard.count == 0


def test_silenceEnds(heard: Heard) -> None:
    with silence():
        pass
    Logger().info("this")
    assert heard.count == 1


def test_silenceEndsWithAFault(heard: Heard) -> None:
    with pytest.raises(ZeroDivisionError), silence():
        raise ZeroDivisionError
    Logger().info("this")
    assert heard.count == 1
