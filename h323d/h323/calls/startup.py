"""
When, and by which way, the H.245 of one call begins (H.323, 8.1.7 and 8.2.1 to 8.2.4).

Theory of operation
===================

A call that is set up needs media.  H.323 has two procedures for that, which overlap, and three
ways for the second one; peers know some of them, and begin several at once.  So several parts,
nearly all of them machines, have one question each:

  - I{Does H.245 travel in the signalling connection?} L{h323d.h323.calls.tunnelling}: offered,
    agreed or off (8.2.1).  It outlives the start, because each of our messages says it.
  - I{What became of fast connect?} L{h323d.h323.calls.fastconnect}: channels that are proposed in
    Setup, and taken or refused in an answer to it (8.1.7).  It knows the lists; that our
    proposal is void once the call is answered without them, or once the peer begins H.245 of
    its own accord (8.1.7.1), is in the table below.
  - I{When does H.245 begin, and where is it tried?} The machine in this module.
  - I{By which way does it go?} L{h323d.h323.h245.controlpath}: it is told ways to try, and keeps to
    one, so that H.245 never begins twice.
  - I{How far has it come?} L{h323d.h323.h245.conversation}: when the entities begin, when
    channels may be opened, and that both sides end it once (8.5).
  - I{What is said in it?} A machine for each signalling entity of H.245, Annex C: roles and
    capabilities first, then channels.
  - I{What flows?} For each medium, L{h323d.h323.h245.channels.plan} opens and closes the channel
    that we send on, and L{h323d.h323.h245.channels.reception} tells what comes in the peer's.

Who owns whom: the leg has one L{h323d.h323.calls.callstart.CallStart}.  That has the first three,
and an L{h323d.h323.h245.link.H245Link}, which has the path, and an
L{H245Session<h323d.h323.h245.session.H245Session>} while one is spoken; that has the others.

How they meet.  Commands go down: this machine has the path try a way (I{tunnel, dial, listen}).
Happenings come up: the path has the link begin a session, and the link tells it here
(C{begun}); what was said may turn out to be lost, as when the peer declines a tunnel that we
spoke in (C{abandoned}); a way may lead nowhere (C{pathFailed}), and then the next one is
tried; a connection may be gone for good (C{lost}).  So this machine never closes anything, and
the path never decides.

What a message of the peer says is told piece by piece - an address, an answer to fast start -
and acted upon when all of it is told, with C{seek}: a Connect may decide about tunnelling,
refuse fast start and bring H.245 messages, and each of them matters for what we do next.

The states, without H.245 at the left and with it at the right::

    unchosen --> proposed ---> parallel              our fast start is undecided
        |           |              |
     (chosen)       v              v
        |------> seeking <---> early, begun          it is decided, or there is none
                    |              |
      - - - - - - - | - - - - - - -|- - - - - - - -  the call is answered
                    v              v
                 wanting <---> unheard, established
                    `--> asked ----^                 we want it, and there is no way

Who connects to us while our fast start is undecided brings us to C{begun}, too; only the
channels wait then.  A call whose media is open by fast start stays in C{wanting} for ever, if
need be: it is ready for H.245, and asks nobody for it.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass

from automat import TypeMachineBuilder
from twisted.internet.interfaces import IReactorTime

from h323d.call.timer import Timer
from h323d.h323.calls.startinputs import StartUp, StartUpOwner
from h323d.h323.calls.tunnelling import Tunnel
from h323d.tracing import TypedState, indexed, stateName
from h323d.values.address import TransportAddress
from h323d.values.media.profile import MediaProfile

__all__ = ["EARLY_GRACE", "MACHINE", "MEDIA_GUARD", "Way", "hasChosen", "newStartUp", "wayNow"]

MEDIA_GUARD = 30.0  # seconds from the answer until media must be open, and H.245 begun
EARLY_GRACE = 0.2  # seconds from the answer for responses to H.245 that stood in Setup


class Way(enum.Enum):
    """
    Where H.245 can be tried.
    """

    TUNNEL = "in the signalling connection"
    CONNECTION = "on a connection to the peer's address"
    NOT_YET = "the tunnel may still be agreed on"
    NONE = "nowhere"


def wayNow(tunnel: Tunnel, addressKnown: bool, answered: bool) -> Way:
    """
    The best way that is open.

    @param addressKnown: whether the peer has told an C{h245Address}.
    @param answered: whether the call is; who has not agreed to the tunnel by then never will.
    """
    if tunnel is Tunnel.AGREED:
        return Way.TUNNEL
    if tunnel is Tunnel.OFFERED and not answered:
        return Way.NOT_YET
    return Way.CONNECTION if addressKnown else Way.NONE


@dataclass
class _Core:
    owner: StartUpOwner
    grace: Timer
    guard: Timer
    theirs: TransportAddress | None = None

    def tryWay(self, answered: bool, contested: bool = False) -> Way:
        way = wayNow(self.owner.tunnel(), self.theirs is not None, answered)
        if way is Way.TUNNEL:
            self.owner.useTunnel()
        elif way is Way.CONNECTION and self.theirs is not None:
            self.owner.dial(self.theirs, contested)
        return way

    def dialAsAsked(self, contested: bool) -> None:
        self.owner.refuseFastStart()
        if self.theirs is not None and not self.owner.peerSpoke():
            self.owner.dial(self.theirs, contested)

    def watch(self, machine: StartUp) -> None:
        self.guard.start(MEDIA_GUARD, machine.guardExpired)

    def stopTimers(self) -> None:
        self.grace.stop()
        self.guard.stop()


builder = TypeMachineBuilder(StartUp, _Core)

unchosen = builder.state("unchosen")  # nothing is proposed or chosen yet
chosen = builder.state("chosen")  # we have chosen of the caller's proposal, and not said so yet
proposed = builder.state("proposed")  # our fast start is undecided, beside which nothing begins
parallel = builder.state("parallel")  # likewise, but H.245 stood beside it in our Setup
early = builder.state("early")  # H.245 stood in our Setup, fast start is decided
seeking = builder.state("seeking")  # H.245 may begin as soon as there is a way
begun = builder.state("begun")  # H.245 has begun before the answer
wanting = builder.state("wanting")  # answered without H.245, but ready for it
asked = builder.state("asked")  # likewise, and the peer is asked to connect to us
unheard = builder.state("unheard")  # answered; H.245 in our Setup may have been ignored
established = builder.state("established")  # answered, and H.245 has begun
ending = builder.state("ending")
stopped = builder.state("stopped")

_calling = (proposed, parallel, early, seeking, begun)
_answered = (wanting, asked, unheard, established)
_live = (unchosen, chosen, *_calling, *_answered)


# What stands in our Setup, or in our answers to the caller's.

unchosen.upon(StartUp.place).to(seeking).returns(None)
seeking.upon(StartUp.offerFastStart).to(proposed).returns(None)
seeking.upon(StartUp.speakInSetup).to(early).returns(None)
proposed.upon(StartUp.speakInSetup).to(parallel).returns(None)


@unchosen.upon(StartUp.choose).to(chosen)
def choose(machine: StartUp, core: _Core, profile: MediaProfile) -> None:
    core.owner.choose(profile)
    if core.owner.tunnel() is not Tunnel.AGREED and core.theirs is None:
        core.owner.listen()


for _state in (chosen, *_calling, *_answered):

    @_state.upon(StartUp.choose).loop()
    def chooseAnew(machine: StartUp, core: _Core, profile: MediaProfile) -> None:
        core.owner.chooseAnew(profile)


@chosen.upon(StartUp.sent).to(seeking)
def adopt(machine: StartUp, core: _Core) -> None:
    core.owner.adoptFastStart()


# Fast start is decided: by an answer, or because the peer goes another way (8.1.7.1).


@proposed.upon(StartUp.fastStartDecided).to(seeking)
@parallel.upon(StartUp.fastStartDecided).to(early)
@begun.upon(StartUp.fastStartDecided).loop()
def decided(machine: StartUp, core: _Core) -> None:
    core.owner.openChannels()


@proposed.upon(StartUp.controlHeard).to(seeking)
@begun.upon(StartUp.controlHeard).loop()
def refuse(machine: StartUp, core: _Core) -> None:
    core.owner.refuseFastStart()


@proposed.upon(StartUp.startH245Heard).to(seeking)
@parallel.upon(StartUp.startH245Heard).to(early)
@early.upon(StartUp.startH245Heard).loop()
@seeking.upon(StartUp.startH245Heard).loop()
@begun.upon(StartUp.startH245Heard).loop()
@wanting.upon(StartUp.startH245Heard).loop()
@unheard.upon(StartUp.startH245Heard).loop()
@established.upon(StartUp.startH245Heard).loop()
def dialAsAsked(machine: StartUp, core: _Core) -> None:
    core.dialAsAsked(contested=False)


@asked.upon(StartUp.startH245Heard).loop()
def bothAsked(machine: StartUp, core: _Core) -> None:
    core.dialAsAsked(contested=True)


# The call is answered.


@proposed.upon(StartUp.answered).to(wanting)
@seeking.upon(StartUp.answered).to(wanting)
def answeredWithout(machine: StartUp, core: _Core) -> None:
    core.owner.refuseFastStart()
    core.watch(machine)


@begun.upon(StartUp.answered).to(established)
def answeredWith(machine: StartUp, core: _Core) -> None:
    core.owner.refuseFastStart()
    if not core.owner.hasMedia():
        core.watch(machine)


@parallel.upon(StartUp.answered).to(unheard)
@early.upon(StartUp.answered).to(unheard)
def answeredEarly(machine: StartUp, core: _Core) -> None:
    answeredWith(machine, core)
    core.grace.start(EARLY_GRACE, machine.graceExpired)


@unheard.upon(StartUp.graceExpired).to(established)
def sayAgain(machine: StartUp, core: _Core) -> None:
    core.owner.repeatControl()


# The ways.


@seeking.upon(StartUp.seek).loop()
def seek(machine: StartUp, core: _Core) -> None:
    core.tryWay(answered=False)


@wanting.upon(StartUp.seek).loop()
def want(machine: StartUp, core: _Core) -> None:
    owner = core.owner
    nowhere = core.tryWay(answered=True) is Way.NONE
    if nowhere and not owner.isListening() and not owner.hasMedia():
        machine.ask()


@wanting.upon(StartUp.ask).to(asked)
def ask(machine: StartUp, core: _Core) -> None:
    # Neither tunnel nor address: make the peer connect to us (8.2.3).
    core.owner.listen()


@asked.upon(StartUp.listening).loop()
def tellWhere(machine: StartUp, core: _Core, address: TransportAddress) -> None:
    core.owner.sendStartH245(address)


@asked.upon(StartUp.seek).loop()
def waitOn(machine: StartUp, core: _Core) -> None:
    core.tryWay(answered=True, contested=True)


for _state in _live:

    @_state.upon(StartUp.addressTold).loop()
    def learn(machine: StartUp, core: _Core, address: TransportAddress) -> None:
        core.theirs = address

    @_state.upon(StartUp.pathFailed).loop()
    def unreachable(machine: StartUp, core: _Core) -> None:
        core.theirs = None
        machine.seek()


@begun.upon(StartUp.lost).loop()
@established.upon(StartUp.lost).loop()
def lost(machine: StartUp, core: _Core) -> None:
    if not core.owner.hasMedia():
        core.owner.controlLost()


proposed.upon(StartUp.begun).to(begun).returns(None)
seeking.upon(StartUp.begun).to(begun).returns(None)
wanting.upon(StartUp.begun).to(established).returns(None)
asked.upon(StartUp.begun).to(established).returns(None)

parallel.upon(StartUp.abandoned).to(proposed).returns(None)
early.upon(StartUp.abandoned).to(seeking).returns(None)
begun.upon(StartUp.abandoned).to(seeking).returns(None)
established.upon(StartUp.abandoned).to(wanting).returns(None)


@unheard.upon(StartUp.abandoned).to(wanting)
def graceless(machine: StartUp, core: _Core) -> None:
    core.grace.stop()


@wanting.upon(StartUp.guardExpired).loop()
@asked.upon(StartUp.guardExpired).loop()
def nobodyCame(machine: StartUp, core: _Core) -> None:
    if core.owner.hasMedia():
        core.owner.waitNoMore()
    else:
        core.owner.mediaMissing()


@unheard.upon(StartUp.guardExpired).loop()
@established.upon(StartUp.guardExpired).loop()
def nothingOpened(machine: StartUp, core: _Core) -> None:
    if not core.owner.hasMedia():
        core.owner.mediaMissing()


# The end.

for _state in _live:

    @_state.upon(StartUp.end).to(ending)
    def end(machine: StartUp, core: _Core) -> None:
        core.stopTimers()
        core.owner.endControl()


@ending.upon(StartUp.lost).loop()
def endedByLoss(machine: StartUp, core: _Core) -> None:
    core.owner.controlEnded()


for _state in (*_live, ending):

    @_state.upon(StartUp.stop).to(stopped)
    def stop(machine: StartUp, core: _Core) -> None:
        core.stopTimers()
        core.owner.stopControl()


# What comes at a wrong time is ignored.

_SETUP = (StartUp.place, StartUp.offerFastStart, StartUp.speakInSetup)
_FAST = (StartUp.fastStartDecided, StartUp.controlHeard)
_CALL = (*_SETUP, StartUp.sent, StartUp.answered)
_OURS = (StartUp.ask, StartUp.listening)
_WAY = (StartUp.seek, *_OURS, StartUp.lost)
_SESSION = (StartUp.begun, StartUp.abandoned)
_TIMERS = (StartUp.graceExpired, StartUp.guardExpired)

_IGNORED: tuple[tuple[TypedState[StartUp, _Core], tuple[Callable[..., None], ...]], ...] = (
    # Before we know what media we want there is nothing to say in H.245: who asks for it waits.
    (unchosen, (*_CALL[1:], *_FAST, StartUp.startH245Heard, *_WAY, *_SESSION, *_TIMERS)),
    (chosen, (*_SETUP, StartUp.answered, *_FAST, StartUp.startH245Heard)),
    (chosen, (*_WAY, *_SESSION, *_TIMERS)),
    (proposed, (*_SETUP[:2], StartUp.sent, *_WAY, StartUp.abandoned, *_TIMERS)),
    # The peer's H.245 responds to ours that stood in the Setup, and refuses nothing.
    (parallel, (*_SETUP, StartUp.sent, StartUp.controlHeard, *_WAY, StartUp.begun, *_TIMERS)),
    (early, (*_SETUP, StartUp.sent, *_FAST, *_WAY, StartUp.begun, *_TIMERS)),
    (seeking, (StartUp.place, StartUp.sent, *_FAST, *_WAY[1:], StartUp.abandoned, *_TIMERS)),
    (begun, (*_SETUP, StartUp.sent, *_WAY[:-1], StartUp.begun, *_TIMERS)),
    (wanting, (*_CALL, *_FAST, StartUp.listening, StartUp.lost, StartUp.abandoned)),
    (wanting, (StartUp.graceExpired,)),
    (asked, (*_CALL, *_FAST, StartUp.ask, StartUp.lost, StartUp.abandoned, StartUp.graceExpired)),
    (unheard, (*_CALL, *_FAST, *_WAY, StartUp.begun)),
    (established, (*_CALL, *_FAST, *_WAY[:-1], StartUp.begun, StartUp.graceExpired)),
    (ending, (*_CALL, StartUp.choose, StartUp.addressTold, *_FAST, StartUp.startH245Heard)),
    (ending, (*_WAY[:-1], *_SESSION, StartUp.pathFailed, *_TIMERS, StartUp.end)),
    (stopped, (*_CALL, StartUp.choose, StartUp.addressTold, *_FAST, StartUp.startH245Heard)),
    (stopped, (*_WAY, *_SESSION, StartUp.pathFailed, *_TIMERS, StartUp.end, StartUp.stop)),
)
for _where, _inputs in _IGNORED:
    for _input in _inputs:
        _where.upon(_input).loop().returns(None)

MACHINE = indexed(builder.build())


def newStartUp(owner: StartUpOwner, clock: IReactorTime) -> StartUp:
    """
    @param owner: has the media, and the ways to speak H.245.
    @param clock: runs the timers.
    """
    return MACHINE(_Core(owner, Timer(clock), Timer(clock)))


def hasChosen(machine: StartUp) -> bool:
    """
    @param machine: what L{newStartUp} made.

    @return: whether it is decided what we propose, or choose of what was proposed.
    """
    return stateName(machine) != "unchosen"
