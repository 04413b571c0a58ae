"""
How far the H.245 of one call has come: from the first answer to C{endSessionCommand}
(H.323, 8.2, 8.2.4 and 8.5).

What is said in between is for the signalling entities of H.245, Annex C; this machine knows when
they begin, when channels may be opened, and that both sides end a session once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from automat import TypeMachineBuilder
from twisted.internet.interfaces import IReactorTime

from h323d.call.timer import Timer
from h323d.tracing import TypedState, indexed, stateName

__all__ = [
    "MACHINE",
    "Conversation",
    "ConversationOwner",
    "hasStarted",
    "isOpen",
    "newConversation",
]

END_TIMEOUT = 3.0  # seconds to wait for the peer's endSessionCommand


class ConversationOwner(Protocol):
    """
    What the machine needs of the session.
    """

    def isRoleSettled(self) -> bool:
        """Ask whether it is determined who is master."""

    def beginEntities(self) -> None:
        """Say what we can, and determine who is master."""

    def tellCapabilities(self) -> None:
        """Say what we can."""

    def negotiateAnew(self) -> None:
        """Say and determine it again, as if the channel were new."""

    def allowChannels(self) -> None:
        """Open our channel."""

    def releaseChannels(self) -> None:
        """Close our channel."""

    def stopEntities(self) -> None:
        """Ask and report nothing any more."""

    def sendEnd(self) -> None:
        """Send C{endSessionCommand}."""

    def ended(self) -> None:
        """Both sides have ended the session, or the peer did not answer in time."""


class Conversation(Protocol):
    """
    The inputs.
    """

    def start(self) -> None:
        """Begin to ask."""

    def startBesideFastConnect(self) -> None:
        """Begin, but open no channels while fast connect is undecided (H.323, 8.2.4)."""

    def openChannels(self) -> None:
        """Fast connect is decided."""

    def roleSettled(self) -> None:
        """Both ends agree who is master."""

    def capabilitiesChanged(self) -> None:
        """We can do something else than we said, or the peer wants to hear it again."""

    def takenBack(self) -> None:
        """The peer wants to hear us again (H.323, 8.4.6)."""

    def end(self) -> None:
        """Our side ends the session."""

    def released(self) -> None:
        """Our own: our channel is being closed, and nobody has stopped us since."""

    def peerEnds(self) -> None:
        """The peer sent C{endSessionCommand}."""

    def answered(self) -> None:
        """Our own: we have sent ours in answer, and nobody has stopped us since."""

    def endTimedOut(self) -> None:
        """The peer sent none in time."""

    def stop(self) -> None:
        """The channel is gone."""


@dataclass
class _Core:
    owner: ConversationOwner
    timer: Timer


builder = TypeMachineBuilder(Conversation, _Core)

answering = builder.state("answering")  # before the start: we answer, and ask nothing
waiting = builder.state("waiting")  # for fast connect, to open channels
running = builder.state("running")
ending = builder.state("ending")  # our endSessionCommand is sent
over = builder.state("over")

_STARTED = (waiting, running)
_OPEN = (answering, *_STARTED)


@answering.upon(Conversation.start).to(running)
@answering.upon(Conversation.startBesideFastConnect).to(waiting)
def begin(machine: Conversation, core: _Core) -> None:
    core.owner.beginEntities()


@waiting.upon(Conversation.openChannels).to(running)
def openNow(machine: Conversation, core: _Core) -> None:
    if core.owner.isRoleSettled():
        core.owner.allowChannels()


@running.upon(Conversation.roleSettled).loop()
def openAtLast(machine: Conversation, core: _Core) -> None:
    core.owner.allowChannels()


for _state in _STARTED:

    @_state.upon(Conversation.capabilitiesChanged).loop()
    def tell(machine: Conversation, core: _Core) -> None:
        core.owner.tellCapabilities()

    @_state.upon(Conversation.takenBack).loop()
    def negotiateAnew(machine: Conversation, core: _Core) -> None:
        core.owner.negotiateAnew()


for _state in _OPEN:

    @_state.upon(Conversation.end).loop()
    def release(machine: Conversation, core: _Core) -> None:
        # Whoever hears that it cannot send may stop us meanwhile, and comes first then.
        core.owner.releaseChannels()
        machine.released()

    @_state.upon(Conversation.released).to(ending)
    def sayEnd(machine: Conversation, core: _Core) -> None:
        core.owner.stopEntities()
        core.timer.start(END_TIMEOUT, machine.endTimedOut)
        core.owner.sendEnd()

    @_state.upon(Conversation.peerEnds).to(ending)
    def answerEnd(machine: Conversation, core: _Core) -> None:
        core.owner.sendEnd()
        machine.answered()


@ending.upon(Conversation.answered).to(over)
@ending.upon(Conversation.peerEnds).to(over)
@ending.upon(Conversation.endTimedOut).to(over)
def finish(machine: Conversation, core: _Core) -> None:
    core.timer.stop()
    core.owner.stopEntities()
    core.owner.ended()


for _state in (*_OPEN, ending):

    @_state.upon(Conversation.stop).to(over)
    def stop(machine: Conversation, core: _Core) -> None:
        core.timer.stop()
        core.owner.stopEntities()


_START = (Conversation.start, Conversation.startBesideFastConnect)
_CHANNELS = (Conversation.openChannels, Conversation.roleSettled)
_ANEW = (Conversation.capabilitiesChanged, Conversation.takenBack)
_LATER = (Conversation.answered, Conversation.endTimedOut)

_IGNORED: tuple[tuple[TypedState[Conversation, _Core], tuple[Callable[..., None], ...]], ...] = (
    (answering, (*_CHANNELS, *_ANEW, *_LATER)),
    (waiting, (*_START, Conversation.roleSettled, *_LATER)),
    (running, (*_START, Conversation.openChannels, *_LATER)),
    (ending, (*_START, *_CHANNELS, *_ANEW, Conversation.released)),
    (ending, (Conversation.end,)),
    (over, (*_START, *_CHANNELS, *_ANEW, Conversation.released, *_LATER)),
    (over, (Conversation.end, Conversation.peerEnds, Conversation.stop)),
)
for _where, _inputs in _IGNORED:
    for _input in _inputs:
        _where.upon(_input).loop().returns(None)

MACHINE = indexed(builder.build())


def newConversation(owner: ConversationOwner, clock: IReactorTime) -> Conversation:
    """
    @param owner: the session.
    @param clock: runs the wait for the peer's C{endSessionCommand}.
    """
    return MACHINE(_Core(owner, Timer(clock)))


def isOpen(machine: Conversation) -> bool:
    """
    @param machine: what L{newConversation} made.

    @return: whether anything but the end may be said still.
    """
    return stateName(machine) in ("answering", "waiting", "running")


def hasStarted(machine: Conversation) -> bool:
    """
    @param machine: what L{newConversation} made.

    @return: whether we may ask for something.
    """
    return stateName(machine) in ("waiting", "running")
