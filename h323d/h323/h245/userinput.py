"""
Digits in C{UserInputIndication} (ITU-T H.245, Annex B).

A digit comes as C{alphanumeric} text, without a length, or as a C{signal} that
may say how long it lasts and may be corrected by C{signalUpdate}.  That the same
digit may come in RTP as well is not looked at here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from automat import TypeMachineBuilder
from twisted.internet.interfaces import IReactorTime

from h323d.call.timer import Timer
from h323d.h323.h245.messages import Choice
from h323d.tracing import indexed
from h323d.values.media.digits import KEYS, DigitMethod

__all__ = [
    "MACHINE",
    "UserInputOwner",
    "UserInputReceiver",
    "alphanumericIndication",
    "digitsIn",
    "newUserInputReceiver",
    "signalIndication",
]

ALPHANUMERIC_DURATION = 160  # milliseconds a digit without a length counts as
UPDATE_GRACE = 0.1  # seconds that a signal without a length waits for an update
LONGEST_WAIT = 1.0  # seconds after which a key still pressed is reported all the same
MAXIMUM_DIGITS = 64  # of one alphanumeric indication; the rest is dropped
_LONGEST_DURATION = 65535  # milliseconds (UserInputIndication.signal.duration)


def digitsIn(text: str) -> list[str]:
    """
    The keys in a peer's text, in order; everything else is left out.
    """
    return [digit for digit in text.upper() if digit in KEYS][:MAXIMUM_DIGITS]


def alphanumericIndication(digit: str) -> Choice:
    """
    Make a C{UserInputIndication} with one digit as text.
    """
    return ("alphanumeric", digit)


def signalIndication(digit: str, milliseconds: int) -> Choice:
    """
    Make a C{UserInputIndication} with one digit as a signal.
    """
    return ("signal", {"signalType": digit, "duration": _duration(milliseconds)})


def _duration(milliseconds: int) -> int:
    return min(max(1, milliseconds), _LONGEST_DURATION)


class UserInputOwner(Protocol):
    """
    What a receiver needs of its session.
    """

    def digitReceived(self, digit: str, milliseconds: int, method: DigitMethod) -> None:
        """A key was pressed."""


class UserInputReceiver(Protocol):
    """
    The inputs of a receiver of signals.
    """

    def signal(self, digit: str, milliseconds: int | None) -> None:
        """C{signal} arrived; C{None} if it says no length."""

    def signalUpdate(self, milliseconds: int) -> None:
        """C{signalUpdate} arrived: the length from the beginning of the signal."""

    def elapsed(self) -> None:
        """The signal is over, or has lasted too long to wait for its end."""

    def abandon(self) -> None:
        """The session is over: forget everything, tell nobody."""

    def completed(self) -> None:
        """Our own: an update says that the signal is over already."""


@dataclass
class _Core:
    owner: UserInputOwner
    clock: IReactorTime
    timer: Timer


@dataclass
class _Sounding:
    """
    The key that is pressed.

    @ivar milliseconds: how long, as far as the peer has said.
    @ivar began: when it arrived, on the clock.
    """

    digit: str
    milliseconds: int
    began: float


def _begin(
    machine: UserInputReceiver, core: _Core, digit: str, milliseconds: int | None
) -> _Sounding:
    wait = UPDATE_GRACE if milliseconds is None else min(milliseconds / 1000, LONGEST_WAIT)
    core.timer.start(wait, machine.elapsed)
    length = ALPHANUMERIC_DURATION if milliseconds is None else milliseconds
    return _Sounding(digit, length, core.clock.seconds())


builder = TypeMachineBuilder(UserInputReceiver, _Core)

idle = builder.state("idle")
sounding = builder.state("sounding", _begin)

idle.upon(UserInputReceiver.signal).to(sounding).returns(None)


def _report(core: _Core, key: _Sounding) -> None:
    core.timer.stop()
    core.owner.digitReceived(key.digit, key.milliseconds, DigitMethod.H245_SIGNAL)


@sounding.upon(UserInputReceiver.signal).loop()
def nextKey(
    machine: UserInputReceiver,
    core: _Core,
    key: _Sounding,
    digit: str,
    milliseconds: int | None,
) -> None:
    lasted = int((core.clock.seconds() - key.began) * 1000)
    key.milliseconds = min(key.milliseconds, max(1, lasted))
    _report(core, key)
    following = _begin(machine, core, digit, milliseconds)
    key.digit, key.milliseconds, key.began = (
        following.digit,
        following.milliseconds,
        following.began,
    )


@sounding.upon(UserInputReceiver.signalUpdate).loop()
def update(machine: UserInputReceiver, core: _Core, key: _Sounding, milliseconds: int) -> None:
    key.milliseconds = milliseconds
    total = min(milliseconds / 1000, LONGEST_WAIT)
    left = total - (core.clock.seconds() - key.began)
    if left > 0:
        core.timer.start(left, machine.elapsed)
    else:
        machine.completed()


@sounding.upon(UserInputReceiver.elapsed).to(idle)
@sounding.upon(UserInputReceiver.completed).to(idle)
def released(machine: UserInputReceiver, core: _Core, key: _Sounding) -> None:
    _report(core, key)


@sounding.upon(UserInputReceiver.abandon).to(idle)
def forget(machine: UserInputReceiver, core: _Core, key: _Sounding) -> None:
    core.timer.stop()


for _stray in (
    UserInputReceiver.elapsed,
    UserInputReceiver.abandon,
    UserInputReceiver.completed,
):
    idle.upon(_stray).loop().returns(None)
idle.upon(UserInputReceiver.signalUpdate).loop().returns(None)  # reported already

MACHINE = indexed(builder.build())


def newUserInputReceiver(owner: UserInputOwner, clock: IReactorTime) -> UserInputReceiver:
    """
    @param owner: learns of the keys.
    @param clock: measures how long they are pressed.
    """
    return MACHINE(_Core(owner, clock, Timer(clock)))
