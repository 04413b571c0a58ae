"""
The channel of one medium that we send on: when it is opened, and when it is closed.

There is at most one at a time, and another is opened when the one before is gone.  What one shall
carry, and whether it suits still, is asked of the owner whenever that may have changed; how a
channel is opened and closed is its LCSE's matter (H.245, C.4), of which only the outcome is heard
here.

Until master and slave are determined no channel may be opened (H.323, 8.2), but fast connect may
have opened one; so the states above the line are those below it, but that nothing follows::

        waiting <--- returning <--- lent
           |             |           |
      - - -|- - - - - - -|- - - - - -|- - -  it is determined
           v             v           v
        closed <----- closing <-- flowing
         |   `----> opening ---------^
         v             ^
      lacking ---------'

L{Sending<h323d.h323.h245.channels.sending.Sending>} is the owner; what to send is judged by
L{h323d.h323.h245.channels.selection}.  A peer that refuses a channel, or does not answer, brings us
back to C{closed}, where the next is tried that it has not refused; C{lacking} is left when either
side says something new.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from automat import TypeMachineBuilder

from h323d.h323.h245.channels.outgoing import OutgoingChannel
from h323d.h323.h245.owner import H245Failure
from h323d.tracing import TypedDataState, TypedState, indexed
from h323d.values.media.streams import TransmitFormat

__all__ = ["MACHINE", "ChannelPlan", "ChannelPlanOwner", "newChannelPlan"]


class ChannelPlanOwner(Protocol):
    """
    What the machine needs of whoever sends the medium.
    """

    def nextChannel(self) -> OutgoingChannel | None:
        """Ask for the channel that there should be; C{None} if there can or shall be none."""

    def lack(self) -> H245Failure | None:
        """Ask why there can be none; C{None} if there shall be none."""

    def suits(self, channel: OutgoingChannel) -> bool:
        """Ask whether a channel may stay."""

    def isBest(self, channel: OutgoingChannel) -> bool:
        """Ask whether nothing else would be opened now."""

    def renewed(self, transmit: TransmitFormat) -> TransmitFormat:
        """Ask how we send by now where we have sent so."""

    def openChannel(self, channel: OutgoingChannel) -> None:
        """Open it; C{opened}, C{close} or C{gone} follows."""

    def adoptChannel(self, channel: OutgoingChannel) -> None:
        """It is one of ours from now on."""

    def closeChannel(self, channel: OutgoingChannel) -> None:
        """Close it; C{gone} follows."""

    def agreeToClose(self, channel: OutgoingChannel, reason: str) -> None:
        """Tell the peer that its wish is granted; the channel is closed next."""

    def refuseToClose(self, number: int) -> None:
        """Tell the peer that there is nothing to close."""

    def transmitReady(self, transmit: TransmitFormat) -> None:
        """We may send so: for the first time, or otherwise than before."""

    def transmitStopped(self) -> None:
        """We may send no more."""

    def channelMissing(self, failure: H245Failure) -> None:
        """There should be a channel, and none can be opened."""


class ChannelPlan(Protocol):
    """
    The inputs.
    """

    def allow(self) -> None:
        """Channels may be opened: it is determined who is master."""

    def adopt(self, channel: OutgoingChannel, transmit: TransmitFormat) -> None:
        """Fast connect opened one; the owner knows."""

    def keep(self, channel: OutgoingChannel, transmit: TransmitFormat) -> None:
        """Our own: channels may be opened, and the one of fast connect is like any other."""

    def reconsider(self) -> None:
        """What can be sent has changed; what suits still may stay."""

    def improve(self) -> None:
        """What is wanted has changed; only what would be opened now may stay."""

    def open(self, channel: OutgoingChannel) -> None:
        """Our own: that is the one to open."""

    def missing(self, failure: H245Failure) -> None:
        """Our own: there is none to open."""

    def opened(self, channel: OutgoingChannel, transmit: TransmitFormat) -> None:
        """The peer has opened it, and so we send."""

    def close(self) -> None:
        """The channel does not suit, or is of no use."""

    def closeWanted(self, number: int, reason: str) -> None:
        """
        The peer asks us to close it.

        @param reason: as in C{RequestChannelClose}.
        """

    def gone(self) -> None:
        """The channel is closed, by whomever, or was never opened."""

    def release(self) -> None:
        """The session ends: close what is open."""

    def stop(self) -> None:
        """The session is over."""


@dataclass
class _Core:
    owner: ChannelPlanOwner


@dataclass
class _Asked:
    """
    What is known only of a channel that the peer was asked to open.
    """

    channel: OutgoingChannel


@dataclass
class _Flowing:
    """
    What is known only of a channel that is open.

    @ivar transmit: how we send, as the owner knows.
    """

    channel: OutgoingChannel
    transmit: TransmitFormat


def _asked(machine: ChannelPlan, core: _Core, channel: OutgoingChannel) -> _Asked:
    return _Asked(channel)


def _flowing(
    machine: ChannelPlan, core: _Core, channel: OutgoingChannel, transmit: TransmitFormat
) -> _Flowing:
    return _Flowing(channel, transmit)


_State = TypedState[ChannelPlan, _Core] | TypedDataState[ChannelPlan, _Core, Any, Any]
# Any: the data, of which an ignored input needs nothing.

builder = TypeMachineBuilder(ChannelPlan, _Core)

waiting = builder.state("waiting")  # nothing may be opened yet
lent = builder.state("lent", _flowing)  # likewise, but fast connect has opened a channel
returning = builder.state("returning")  # likewise, and that one is being closed
closed = builder.state("closed")
lacking = builder.state("lacking")  # there should be a channel, and there is none to open
opening = builder.state("opening", _asked)
flowing = builder.state("flowing", _flowing)
closing = builder.state("closing")
ended = builder.state("ended")


# Nothing is open: is there something to open?


@waiting.upon(ChannelPlan.allow).to(closed)
@closed.upon(ChannelPlan.allow).loop()
@closed.upon(ChannelPlan.reconsider).loop()
@closed.upon(ChannelPlan.improve).loop()
@lacking.upon(ChannelPlan.reconsider).to(closed)
@lacking.upon(ChannelPlan.improve).to(closed)
@closing.upon(ChannelPlan.gone).to(closed)
def seek(machine: ChannelPlan, core: _Core) -> None:
    channel = core.owner.nextChannel()
    failure = core.owner.lack() if channel is None else None
    if channel is not None:
        machine.open(channel)
    elif failure is not None:
        machine.missing(failure)


@lacking.upon(ChannelPlan.allow).loop()
def seekAgain(machine: ChannelPlan, core: _Core) -> None:
    # That there is none has been told.
    channel = core.owner.nextChannel()
    if channel is not None:
        machine.open(channel)


@closed.upon(ChannelPlan.open).to(opening)
@lacking.upon(ChannelPlan.open).to(opening)
def ask(machine: ChannelPlan, core: _Core, channel: OutgoingChannel) -> None:
    core.owner.openChannel(channel)


@closed.upon(ChannelPlan.missing).to(lacking)
def tellMissing(machine: ChannelPlan, core: _Core, failure: H245Failure) -> None:
    core.owner.channelMissing(failure)


@opening.upon(ChannelPlan.opened).to(flowing)
def flow(
    machine: ChannelPlan,
    core: _Core,
    asked: _Asked,
    channel: OutgoingChannel,
    transmit: TransmitFormat,
) -> None:
    core.owner.transmitReady(transmit)


@waiting.upon(ChannelPlan.adopt).to(lent)
@closed.upon(ChannelPlan.adopt).to(flowing)
@lacking.upon(ChannelPlan.adopt).to(flowing)
def adopt(
    machine: ChannelPlan, core: _Core, channel: OutgoingChannel, transmit: TransmitFormat
) -> None:
    core.owner.adoptChannel(channel)


@lent.upon(ChannelPlan.allow).loop()
def keepIt(machine: ChannelPlan, core: _Core, lent: _Flowing) -> None:
    machine.keep(lent.channel, lent.transmit)


@waiting.upon(ChannelPlan.keep).to(closed)
def replace(
    machine: ChannelPlan, core: _Core, channel: OutgoingChannel, transmit: TransmitFormat
) -> None:
    seek(machine, core)  # it is gone meanwhile


returning.upon(ChannelPlan.keep).to(closing).returns(None)


@lent.upon(ChannelPlan.keep).to(flowing)
def weighKept(
    machine: ChannelPlan,
    core: _Core,
    lent: _Flowing,
    channel: OutgoingChannel,
    transmit: TransmitFormat,
) -> None:
    machine.reconsider()


# There is one: may it stay?


@opening.upon(ChannelPlan.allow).loop()
@opening.upon(ChannelPlan.reconsider).loop()
def weighAsked(machine: ChannelPlan, core: _Core, asked: _Asked) -> None:
    if not core.owner.suits(asked.channel):
        machine.close()


@opening.upon(ChannelPlan.improve).loop()
def compareAsked(machine: ChannelPlan, core: _Core, asked: _Asked) -> None:
    if not (core.owner.suits(asked.channel) and core.owner.isBest(asked.channel)):
        machine.close()


def _stay(core: _Core, open_: _Flowing) -> None:
    transmit = core.owner.renewed(open_.transmit)
    if transmit != open_.transmit:
        open_.transmit = transmit
        core.owner.transmitReady(transmit)


for _state in (lent, flowing):

    @_state.upon(ChannelPlan.reconsider).loop()
    def weigh(machine: ChannelPlan, core: _Core, open_: _Flowing) -> None:
        if core.owner.suits(open_.channel):
            _stay(core, open_)
        else:
            machine.close()

    @_state.upon(ChannelPlan.improve).loop()
    def compare(machine: ChannelPlan, core: _Core, open_: _Flowing) -> None:
        if core.owner.suits(open_.channel) and core.owner.isBest(open_.channel):
            _stay(core, open_)
        else:
            machine.close()


@flowing.upon(ChannelPlan.allow).loop()
def weighAgain(machine: ChannelPlan, core: _Core, open_: _Flowing) -> None:
    machine.reconsider()


# It is closed, because it does not suit, or because the peer asks for that.


@opening.upon(ChannelPlan.close).to(closing)
@opening.upon(ChannelPlan.release).to(ended)
def withdraw(machine: ChannelPlan, core: _Core, asked: _Asked) -> None:
    core.owner.closeChannel(asked.channel)


@lent.upon(ChannelPlan.close).to(returning)
@lent.upon(ChannelPlan.release).to(ended)
@flowing.upon(ChannelPlan.close).to(closing)
@flowing.upon(ChannelPlan.release).to(ended)
def giveUp(machine: ChannelPlan, core: _Core, open_: _Flowing) -> None:
    core.owner.closeChannel(open_.channel)
    core.owner.transmitStopped()


@opening.upon(ChannelPlan.closeWanted).loop()
def agreeAsked(machine: ChannelPlan, core: _Core, asked: _Asked, number: int, reason: str) -> None:
    core.owner.agreeToClose(asked.channel, reason)
    machine.close()


@lent.upon(ChannelPlan.closeWanted).loop()
@flowing.upon(ChannelPlan.closeWanted).loop()
def agree(machine: ChannelPlan, core: _Core, open_: _Flowing, number: int, reason: str) -> None:
    core.owner.agreeToClose(open_.channel, reason)
    machine.close()


for _empty in (waiting, returning, closed, lacking, closing, ended):

    @_empty.upon(ChannelPlan.closeWanted).loop()
    def disagree(machine: ChannelPlan, core: _Core, number: int, reason: str) -> None:
        core.owner.refuseToClose(number)


# It is gone.

returning.upon(ChannelPlan.gone).to(waiting).returns(None)
returning.upon(ChannelPlan.allow).to(closing).returns(None)


@opening.upon(ChannelPlan.gone).to(closed)
def refused(machine: ChannelPlan, core: _Core, asked: _Asked) -> None:
    seek(machine, core)


@lent.upon(ChannelPlan.gone).to(waiting)
def lost(machine: ChannelPlan, core: _Core, open_: _Flowing) -> None:
    core.owner.transmitStopped()


@flowing.upon(ChannelPlan.gone).to(closed)
def lostAndSought(machine: ChannelPlan, core: _Core, open_: _Flowing) -> None:
    core.owner.transmitStopped()
    seek(machine, core)


# The session ends.

for _quiet in (waiting, returning, closed, lacking, closing):
    _quiet.upon(ChannelPlan.release).to(ended).returns(None)
    _quiet.upon(ChannelPlan.stop).to(ended).returns(None)
for _busy in (lent, opening, flowing):
    _busy.upon(ChannelPlan.stop, nodata=True).to(ended).returns(None)


# What comes at a wrong time is ignored.

_CHANGES = (ChannelPlan.reconsider, ChannelPlan.improve)
_ADOPTION = (ChannelPlan.adopt, ChannelPlan.keep)
_SEARCH = (ChannelPlan.open, ChannelPlan.missing)
_OUTCOME = (ChannelPlan.opened, ChannelPlan.gone)

_IGNORED: tuple[tuple[_State, tuple[Callable[..., None], ...]], ...] = (
    (waiting, (*_CHANGES, *_SEARCH, *_OUTCOME, ChannelPlan.close)),
    (lent, (ChannelPlan.adopt, *_SEARCH, ChannelPlan.opened)),
    (returning, (ChannelPlan.adopt, *_CHANGES, *_SEARCH, ChannelPlan.opened, ChannelPlan.close)),
    (closed, (ChannelPlan.keep, *_OUTCOME, ChannelPlan.close)),
    (lacking, (ChannelPlan.keep, ChannelPlan.missing, *_OUTCOME, ChannelPlan.close)),
    (opening, (*_ADOPTION, *_SEARCH)),
    (flowing, (*_ADOPTION, *_SEARCH, ChannelPlan.opened)),
    # What should be there is looked at when this one is gone.
    (closing, (ChannelPlan.allow, *_ADOPTION, *_CHANGES, *_SEARCH, ChannelPlan.opened)),
    (closing, (ChannelPlan.close,)),
    (ended, (ChannelPlan.allow, *_ADOPTION, *_CHANGES, *_SEARCH, *_OUTCOME, ChannelPlan.close)),
    (ended, (ChannelPlan.release, ChannelPlan.stop)),
)
for _where, _inputs in _IGNORED:
    for _input in _inputs:
        _where.upon(_input).loop().returns(None)

MACHINE = indexed(builder.build())


def newChannelPlan(owner: ChannelPlanOwner) -> ChannelPlan:
    """
    @param owner: whoever sends the medium.
    """
    return MACHINE(_Core(owner))
