"""
An endpoint's registration with a gatekeeper, from discovery to leaving
(H.323, 7.2; H.225.0, 7.8 to 7.10).

The machine decides what to ask next; L{h323d.h323.ras.client} asks it and
brings the answers.  A registration that is lost is sought again until
C{stop}; one that is refused for good (C{duplicateAlias}, C{securityDenial})
is not, unless nobody is there who could see to it (L{Patience}).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from automat import TypeMachineBuilder
from twisted.internet.interfaces import IReactorTime

from h323d.call.timer import Timer
from h323d.tracing import indexed

__all__ = [
    "MACHINE",
    "MODEST",
    "PERMANENT",
    "PERSISTENT",
    "Patience",
    "RegistrationMachine",
    "RegistrationOwner",
    "newRegistration",
    "renewAfter",
]

EARLY = 5.0  # seconds before the time to live ends, for renewing
SOONEST = 5.0  # seconds between renewals at least
RETRY = 30.0  # seconds until a registration that failed is sought again
PERMANENT = frozenset(
    (
        "duplicateAlias",
        "invalidAlias",
        "invalidTerminalAliases",
        "securityDenial",
        "terminalExcluded",
    )
)
"""The reasons of a reject that asking again does not change."""


@dataclass(frozen=True, slots=True)
class Patience:
    """
    How a registration that failed is sought again.

    @ivar longest: what L{RETRY} grows to, in seconds: it is doubled each time that a gatekeeper
        refuses.
    @ivar givesUp: whether one that is refused for good is sought no more.
    """

    longest: float = RETRY
    givesUp: bool = True


MODEST = Patience()
"""
That of an endpoint, whose user hears what is wrong.
"""

PERSISTENT = Patience(longest=32 * RETRY, givesUp=False)
"""
That of a server, which nobody starts anew when its gatekeeper has been told of it at last.
"""


def renewAfter(timeToLive: float) -> float:
    """
    When to renew, in seconds after a registration of so many seconds.
    """
    return max(SOONEST, timeToLive - EARLY)


class RegistrationOwner(Protocol):
    """
    What the machine needs of the client that owns it.
    """

    def askDiscovery(self) -> None:
        """Send GRQ."""

    def askRegistration(self) -> None:
        """Send a full RRQ."""

    def askRenewal(self) -> None:
        """Send an RRQ that keeps alive."""

    def askLeave(self) -> None:
        """Send URQ."""

    def stopAsking(self) -> None:
        """Nobody wants the answer to the last request any more."""

    def registrationMade(self) -> None:
        """The gatekeeper confirmed a full RRQ."""

    def registrationLost(self, reason: str) -> None:
        """There was one, and there is none now; a new one is being sought."""

    def registrationFailed(self, reason: str, permanent: bool) -> None:
        """There is none; it is sought again, unless for good."""

    def registrationEnded(self) -> None:
        """As we wanted."""


class RegistrationMachine(Protocol):
    """
    The inputs of the machine.
    """

    def start(self) -> None:
        """Register."""

    def stop(self) -> None:
        """Leave."""

    def found(self) -> None:
        """GCF, or the gatekeeper is known anyway."""

    def confirmed(self, timeToLive: float) -> None:
        """RCF; 0 seconds: it need not be renewed."""

    def refused(self, reason: str) -> None:
        """GRJ or RRJ, for a reason that has no input of its own."""

    def mustRegister(self) -> None:
        """RRJ C{fullRegistrationRequired}."""

    def mustDiscover(self) -> None:
        """RRJ C{discoveryRequired}."""

    def silence(self) -> None:
        """Nobody answered."""

    def elsewhere(self) -> None:
        """An alternate gatekeeper is to be registered with instead."""

    def left(self) -> None:
        """UCF, URJ, or nobody answered our URQ."""

    def expelled(self, reason: str) -> None:
        """The gatekeeper sent URQ, or does not know us any more."""

    def due(self) -> None:
        """It is time: to renew, or to try again."""

    def close(self) -> None:
        """The client is being closed: do nothing more, and tell nobody."""

    def giveUp(self) -> None:
        """Our own: refused for good."""


@dataclass
class _Core:
    owner: RegistrationOwner
    discover: bool
    patience: Patience
    timer: Timer
    refusals: int = 0  # in a row

    def arm(self, machine: RegistrationMachine, seconds: float) -> None:
        self.timer.start(seconds, machine.due)

    def refused(self, machine: RegistrationMachine, reason: str) -> None:
        permanent = self.patience.givesUp and reason in PERMANENT
        if permanent:
            machine.giveUp()
        else:
            self.arm(machine, min(RETRY * 2**self.refusals, self.patience.longest))
            self.refusals += 1
        self.owner.registrationFailed(reason, permanent)


builder = TypeMachineBuilder(RegistrationMachine, _Core)

idle = builder.state("idle")
discovering = builder.state("discovering")
registering = builder.state("registering")
registered = builder.state("registered")
renewing = builder.state("renewing")
waiting = builder.state("waiting")
leaving = builder.state("leaving")
closed = builder.state("closed")


@idle.upon(RegistrationMachine.start).to(discovering)
@waiting.upon(RegistrationMachine.due).to(discovering)
def seek(machine: RegistrationMachine, core: _Core) -> None:
    _seek(machine, core)


def _seek(machine: RegistrationMachine, core: _Core) -> None:
    core.timer.stop()
    if core.discover:
        core.owner.askDiscovery()
    else:
        machine.found()


@discovering.upon(RegistrationMachine.found).to(registering)
def register(machine: RegistrationMachine, core: _Core) -> None:
    core.owner.askRegistration()


@registering.upon(RegistrationMachine.confirmed).to(registered)
def made(machine: RegistrationMachine, core: _Core, timeToLive: float) -> None:
    core.refusals = 0
    if timeToLive:
        core.arm(machine, renewAfter(timeToLive))
    core.owner.registrationMade()


@registered.upon(RegistrationMachine.due).to(renewing)
def renew(machine: RegistrationMachine, core: _Core) -> None:
    core.owner.askRenewal()


@renewing.upon(RegistrationMachine.confirmed).to(registered)
def renewed(machine: RegistrationMachine, core: _Core, timeToLive: float) -> None:
    if timeToLive:
        core.arm(machine, renewAfter(timeToLive))


@renewing.upon(RegistrationMachine.mustRegister).to(registering)
def registerAgain(machine: RegistrationMachine, core: _Core) -> None:
    core.owner.registrationLost("fullRegistrationRequired")
    core.owner.askRegistration()


@renewing.upon(RegistrationMachine.mustDiscover).to(discovering)
def discoverAgain(machine: RegistrationMachine, core: _Core) -> None:
    core.owner.registrationLost("discoveryRequired")
    _seek(machine, core)


@renewing.upon(RegistrationMachine.silence).to(discovering)
def gatekeeperGone(machine: RegistrationMachine, core: _Core) -> None:
    core.owner.registrationLost("noAnswer")
    _seek(machine, core)


@renewing.upon(RegistrationMachine.elsewhere).to(registering)
def moved(machine: RegistrationMachine, core: _Core) -> None:
    core.owner.registrationLost("noAnswer")
    core.owner.askRegistration()


@discovering.upon(RegistrationMachine.elsewhere).to(registering)
@registering.upon(RegistrationMachine.elsewhere).to(registering)
def tryAnother(machine: RegistrationMachine, core: _Core) -> None:
    core.owner.askRegistration()


@renewing.upon(RegistrationMachine.refused).to(waiting)
def notRenewed(machine: RegistrationMachine, core: _Core, reason: str) -> None:
    core.owner.registrationLost(reason)
    core.refused(machine, reason)


@registered.upon(RegistrationMachine.expelled).to(registering)
@renewing.upon(RegistrationMachine.expelled).to(registering)
def expelled(machine: RegistrationMachine, core: _Core, reason: str) -> None:
    core.timer.stop()
    core.owner.stopAsking()
    core.owner.registrationLost(reason)
    core.owner.askRegistration()


@discovering.upon(RegistrationMachine.refused).to(waiting)
@registering.upon(RegistrationMachine.refused).to(waiting)
def notRegistered(machine: RegistrationMachine, core: _Core, reason: str) -> None:
    core.refused(machine, reason)


# Discovery has just been done: doing it again at once could go on for ever.
@registering.upon(RegistrationMachine.mustDiscover).to(waiting)
@registering.upon(RegistrationMachine.mustRegister).to(waiting)
def notEvenNow(machine: RegistrationMachine, core: _Core) -> None:
    core.refused(machine, "discoveryRequired")


@discovering.upon(RegistrationMachine.silence).to(waiting)
@registering.upon(RegistrationMachine.silence).to(waiting)
def nobodyThere(machine: RegistrationMachine, core: _Core) -> None:
    core.arm(machine, RETRY)
    core.owner.registrationFailed("noAnswer", False)


@registered.upon(RegistrationMachine.stop).to(leaving)
@renewing.upon(RegistrationMachine.stop).to(leaving)
def leave(machine: RegistrationMachine, core: _Core) -> None:
    core.timer.stop()
    core.owner.stopAsking()
    core.owner.askLeave()


@discovering.upon(RegistrationMachine.stop).to(idle)
@registering.upon(RegistrationMachine.stop).to(idle)
@waiting.upon(RegistrationMachine.stop).to(idle)
@leaving.upon(RegistrationMachine.left).to(idle)
@leaving.upon(RegistrationMachine.silence).to(idle)
def ended(machine: RegistrationMachine, core: _Core) -> None:
    core.timer.stop()
    core.owner.stopAsking()
    core.owner.registrationEnded()


@leaving.upon(RegistrationMachine.expelled).to(idle)
def bothLeft(machine: RegistrationMachine, core: _Core, reason: str) -> None:
    core.owner.stopAsking()
    core.owner.registrationEnded()


@waiting.upon(RegistrationMachine.giveUp).to(idle)
def rest(machine: RegistrationMachine, core: _Core) -> None:
    core.timer.stop()


def close(machine: RegistrationMachine, core: _Core) -> None:
    core.timer.stop()


for _open in (idle, discovering, registering, registered, renewing, waiting, leaving):
    _open.upon(RegistrationMachine.close).to(closed)(close)


# Said outright, so that a (state, input) pair nobody thought of fails a test.
_IGNORED = {
    idle: (
        "stop found confirmed refused mustRegister mustDiscover silence elsewhere left expelled due"
        " giveUp"
    ),
    discovering: "start confirmed mustRegister mustDiscover left expelled due giveUp",
    registering: "start found left expelled due giveUp",
    registered: (
        "start found confirmed refused mustRegister mustDiscover silence elsewhere left giveUp"
    ),
    renewing: "start found left due giveUp",
    waiting: (
        "start found confirmed refused mustRegister mustDiscover silence elsewhere left expelled"
    ),
    leaving: "start stop found confirmed refused mustRegister mustDiscover elsewhere due giveUp",
    closed: (
        "start stop found confirmed refused mustRegister mustDiscover silence elsewhere left"
        " expelled due close giveUp"
    ),
}
for _state, _names in _IGNORED.items():
    for _name in _names.split():
        _state.upon(getattr(RegistrationMachine, _name)).loop().returns(None)

MACHINE = indexed(builder.build())


def newRegistration(
    owner: RegistrationOwner,
    clock: IReactorTime,
    discover: bool,
    patience: Patience = MODEST,
) -> RegistrationMachine:
    """
    @param discover: ask for the gatekeeper (GRQ) before registering with it.
    """
    return MACHINE(_Core(owner, discover, patience, Timer(clock)))
