"""
The keeper: it begins a server, listens for it, and outlives it.

It knows no protocol.  Somebody leads as long as somebody holds the other end of its doors; where
nobody does any more, it begins another, after a while that grows if that is of no use.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import time
from collections.abc import Callable, Mapping, Sequence

from h323d.doorway import CutMessage, Message, closeAll
from h323d.keeper.asking import DOORS
from h323d.keeper.children import Children, Ending
from h323d.keeper.doors import Doors, newDoors, storedDoors
from h323d.keeper.listeners import Listeners, NoDescriptors
from h323d.keeper.messages import (
    BadMessage,
    Bound,
    Lead,
    Listen,
    NotBound,
    StopListening,
    decode,
)
from h323d.keeper.store import Store

__all__ = ["GRACE", "Keeper", "Pauses"]

GRACE = 10.0  # seconds in which everybody has to end who is told to
FIRST_PAUSE = 0.5  # seconds, from when nobody leads until the next is begun
LONGEST_PAUSE = 30.0
LONG = 60.0  # seconds; who has led for so long did not fail at once
_SCARCE = 1.0  # seconds for which nothing is accepted where there are no descriptors
_LEADER = "leader"


class Pauses:
    """
    How long to wait until a server is begun after one that has died.
    """

    def __init__(self) -> None:
        self._next = FIRST_PAUSE

    def after(self, led: float) -> float:
        """
        @param led: seconds for which somebody has led.

        @return: seconds.
        """
        if led >= LONG:
            self._next = FIRST_PAUSE
        pause, self._next = self._next, min(LONGEST_PAUSE, 2 * self._next)
        return pause


class Keeper:
    """
    Has to be run, or turned until it C{isOver}.

    @ivar status: what to return to whoever has begun us.
    @ivar isOver: whether everything has ended.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        children: Children,
        signals: socket.socket,
        stored: Mapping[str, int],
        store: Store,
        say: Callable[[str], None],
        grace: float = GRACE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """
        @param command: what begins a server.
        @param environment: of that.
        @param signals: from which the number of each signal is read that we are sent.
        @param stored: what a keeper before us has left, by name.
        @param store: where we leave it.
        @param say: tells an operator.
        """
        self._command = command
        self._environment = environment
        self._children = children
        self._signals = signals
        self._store = store
        self._say = say
        self._grace = grace
        self._clock = clock
        self._listeners = Listeners(store, stored)
        self._doors = storedDoors(store, stored)
        self._leader = stored.get(_LEADER)  # a descriptor of its process
        self._begun: int | None = None  # the process that we have begun last
        self._hasLed = self._doors is not None
        self._beginAt: float | None = None if self._hasLed else clock()
        self._ledSince = clock()
        self._killAt: float | None = None
        self._acceptAt = 0.0
        self._pauses = Pauses()
        # Whoever leads has no other of such a number: no two keepers begin in the same microsecond.
        self._accepted = time.monotonic_ns() // 1000
        self.status = 0
        self.isOver = False
        if self._hasLed:
            self._say("listening again for whoever leads")
            self._store.ready()

    def run(self) -> int:
        """
        @return: the status to end with.
        """
        while not self.isOver:
            self.turn()
        return self.status

    def turn(self) -> None:
        """
        Wait until something happens, and deal with it.
        """
        ready = self._wait()
        if self._signals.fileno() in ready:
            self._hear()
        if self._doors is not None:
            self._serve(self._doors, ready)
        if self._doors is not None:
            self._accept(self._doors, ready)
        self._look()

    def _wait(self) -> set[int]:
        poll = select.poll()
        poll.register(self._signals.fileno(), select.POLLIN)
        times = [each for each in (self._beginAt, self._killAt) if each is not None]
        if self._doors is not None:
            out = select.POLLOUT if self._doors.hasAnswers else 0
            poll.register(self._doors.asks, select.POLLIN | out)
            if self._doors.isFull:
                poll.register(self._doors.connections, select.POLLOUT)
            elif self._acceptAt > self._clock():
                times.append(self._acceptAt)
            else:
                for each in self._listeners.wanted:
                    poll.register(each.fileno(), select.POLLIN)
        timeout = max(0.0, min(times) - self._clock()) if times else None
        return {descriptor for descriptor, _ in poll.poll(_milliseconds(timeout))}

    # Signals.

    def _hear(self) -> None:
        for number in self._signals.recv(64):
            if number in (signal.SIGTERM, signal.SIGINT):
                self._end()
            elif number == signal.SIGHUP:
                self._pass(signal.SIGHUP)
        for ending in self._children.reap():
            self._ended(ending)

    def _pass(self, number: signal.Signals) -> None:
        """
        Send a signal to whoever leads, or is about to.
        """
        try:
            if self._leader is not None:
                signal.pidfd_send_signal(self._leader, number)
            elif self._begun is not None:
                os.kill(self._begun, number)
        except ProcessLookupError:  # of which we are about to hear
            return

    def _end(self) -> None:
        if self._killAt is None:
            self._say("ending")
            self._store.stopping()
            self._beginAt = None
            self._killAt = self._clock() + self._grace
            self._listeners.closeAll()
            self._pass(signal.SIGTERM)

    def _ended(self, ending: Ending) -> None:
        if self._killAt is None or ending.status != 0:
            self._say(_inWords(ending))
        if ending.pid == self._begun:
            self._begun = None
            if not self._hasLed and self._killAt is None:
                self.status = ending.status or 1

    # Whoever leads.

    def _serve(self, doors: Doors, ready: set[int]) -> None:
        doors.flush()
        if doors.connections in ready:
            doors.push()
        if doors.asks not in ready:
            return
        try:
            message = doors.next()
            if message is not None:
                self._dealWith(doors, message)
        except EOFError:
            self._nobodyLeads(doors)
        except (BadMessage, CutMessage) as error:
            self._say(f"what was asked is no message: {error}")

    def _dealWith(self, doors: Doors, message: Message) -> None:
        descriptors = list(message.descriptors)
        try:
            told = decode(message.octets)
            match told:
                case Listen():
                    doors.answer(self._listen(told))
                case StopListening(number):
                    self._listeners.stop(number)
                case Lead(pid) if descriptors:
                    self._leads(pid, descriptors.pop())
                case _:
                    raise BadMessage(f"{type(told).__name__} is not for us")
        finally:
            closeAll(descriptors)

    def _listen(self, asked: Listen) -> Bound | NotBound:
        try:
            return Bound(asked.ask, self._listeners.listen(asked.number, asked.address))
        except OSError as error:
            return NotBound(asked.ask, error.strerror or str(error))

    def _leads(self, pid: int, process: int) -> None:
        self._forgetLeader()
        self._leader = process
        self._store.keep(_LEADER, process)
        self._listeners.closeLeft()
        self._say(f"process {pid} leads")
        self._store.status(f"process {pid} leads")
        if not self._hasLed:
            self._hasLed = True
            self._store.ready()
        if self._killAt is not None:  # who led when we were to end has died over it
            self._pass(signal.SIGTERM)

    def _nobodyLeads(self, doors: Doors) -> None:
        doors.close()
        self._doors = None
        self._forgetLeader()
        self._listeners.leave()
        if self._killAt is None and self._hasLed:
            pause = self._pauses.after(self._clock() - self._ledSince)
            self._beginAt = self._clock() + pause
            self._say(f"nobody leads any more; a server is begun anew in {pause:g} s")
            self._store.status("nobody leads")

    def _forgetLeader(self) -> None:
        if self._leader is not None:
            self._store.forget(_LEADER)
            os.close(self._leader)
            self._leader = None

    # Connections.

    def _accept(self, doors: Doors, ready: set[int]) -> None:
        for each in self._listeners.wanted:
            if each.fileno() not in ready or doors.isFull:
                continue
            try:
                accepted = each.accept()
            except NoDescriptors as error:
                self._say(f"no connections are accepted for {_SCARCE:g} s: {error.strerror}")
                self._acceptAt = self._clock() + _SCARCE
                return
            if accepted is not None:
                self._accepted += 1
                doors.hand(each, -self._accepted, *accepted)

    # Servers.

    def _look(self) -> None:
        """
        Is anything due?
        """
        if self._beginAt is not None and self._clock() >= self._beginAt:
            self._begin()
        if self._killAt is not None and self._clock() >= self._killAt:
            for ending in self._children.killAll():
                self._ended(ending)
            self._finish()
        elif self._doors is None and self._beginAt is None and not self._children.areThere:
            self._finish()

    def _begin(self) -> None:
        self._beginAt = None
        self._ledSince = self._clock()
        try:
            self._doors, theirs = newDoors(self._store)
        except OSError as error:
            self._cannotBegin(error)
            if self._hasLed:
                self._beginAt = self._clock() + self._pauses.after(0.0)
            return
        numbers = [each.fileno() for each in theirs]
        environment = {**self._environment, DOORS: ",".join(map(str, numbers))}
        try:
            self._begun = self._children.begin(self._command, environment, numbers)
        except OSError as error:
            self._cannotBegin(error)
        finally:
            for each in theirs:
                each.close()

    def _cannotBegin(self, error: OSError) -> None:
        self._say(f"cannot begin {self._command[0]}: {error.strerror}")
        self.status = 0 if self._hasLed else 1

    def _finish(self) -> None:
        self._listeners.closeAll()
        if self._doors is not None:
            self._doors.close()
            self._doors = None
        self.isOver = True


def _milliseconds(seconds: float | None) -> float | None:
    # Rounded up, so that what is due has come when it is over.
    return None if seconds is None else 1000 * seconds + 1


def _inWords(ending: Ending) -> str:
    if ending.signal is None:
        how = f"has returned {ending.status}"
    else:
        why = ", as there was no memory left" if ending.isOutOfMemory else ""
        how = f"was ended by {signal.Signals(ending.signal).name}{why}"
    return f"process {ending.pid} {how}"
