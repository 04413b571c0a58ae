"""
The defence against who tries doors (L{h323d.call.defence}): scanners, sweeps of names and
numbers, and guesses of passwords are slowed, and then banned.

Of each kind of offence, a source has so many turns at once and in the long run.  Those that are
not left it is refused, but for a few, by which it can show who it is.  A second store of turns
counts only what is believed: whoever has used that up is banned.  So nobody can have another
banned by datagrams in their name; what they can have is that strangers there are slowed.

Whoever is known - is registered, is a trunk, is named in the configuration - is neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from h323d.call.defence import Offence
from h323d.call.parts import Change, Commit
from h323d.gatekeeper.security.bans import Bans
from h323d.gatekeeper.security.defenceconfig import DefenceConfig
from h323d.gatekeeper.security.rate import Rate
from h323d.gatekeeper.security.turnedaway import TurnedAway
from h323d.values.address import TransportAddress
from h323d.values.networks import Networks

__all__ = ["Acquaintance", "Defence"]

SLOWED = "slowed"
BANNED = "banned"
_EASED = 2.0  # times its rate that who is slowed is answered


class Acquaintance(Protocol):
    """
    Who knows hosts that are no strangers.
    """

    def knows(self, host: str) -> bool:
        """
        Whether somebody there is known.
        """


@dataclass(frozen=True, slots=True)
class _Turns:
    """
    Those of one kind of offence.

    @ivar told: until a source is slowed, whoever that is.
    @ivar slow: while it is.
    @ivar believed: until it is banned.
    """

    told: Rate
    slow: Rate
    believed: Rate


class Defence:
    """
    The rule of L{h323d.call.defence.DefenceRule}.

    @ivar bans: who is banned.
    """

    def __init__(
        self,
        config: DefenceConfig,
        acquaintances: Sequence[Acquaintance],
        clock: IReactorTime,
        turnedAway: TurnedAway,
        bans: Bans,
    ) -> None:
        """
        @param acquaintances: are asked who is known; looked for with each question.
        @param turnedAway: is told who is not heard.
        """
        self._acquaintances = acquaintances
        self._clock = clock
        self._refusals = turnedAway
        self.bans = bans
        self._use(config)

    def prepare(self, config: DefenceConfig) -> Commit:
        """
        Have other limits ready.
        """
        return Change(self, config)

    def reconfigure(self, config: DefenceConfig) -> None:
        """
        Go by other limits from now on; everybody has all turns again, and who is exempt now is
        banned no more.
        """
        self._use(config)
        self.bans.reconfigure(config)
        self.bans.liftAll(self._spares)

    def _use(self, config: DefenceConfig) -> None:
        self._enabled = config.enabled
        self._scanners = tuple(each.lower() for each in config.scanners)
        self._exempt = Networks(config.exempt)
        self._unforged = Networks(config.unforged)
        self._turns = {
            Offence.REQUESTS: self._newTurns(config.requestRate, config.requestBurst, config),
            Offence.REGISTRATIONS: self._newTurns(
                config.registrationRate, config.registrationBurst, config
            ),
            Offence.FAILURES: self._newTurns(config.failureRate, config.failureBurst, config),
        }

    def _newTurns(self, rate: float, burst: int, config: DefenceConfig) -> _Turns:
        most = config.maxSources
        return _Turns(
            Rate(self._clock, rate, burst, most),
            Rate(self._clock, _EASED * rate, 1, most),
            Rate(self._clock, rate, 2 * burst, most),
        )

    @property
    def suspects(self) -> int:
        """
        Of how many sources something is remembered that they did, of the kind of which it is of
        most.
        """
        return max(len(each.told) for each in self._turns.values())

    @property
    def refused(self) -> int:
        """
        How often somebody was turned away, at any door and for any reason.
        """
        return self._refusals.count

    def isScanner(self, product: str) -> bool:
        return self._enabled and product.lower().startswith(self._scanners)

    def isBanned(self, host: str) -> bool:
        return self.bans.of(host) is not None

    def turnedAway(self, door: str, source: TransportAddress) -> None:
        ban = self.bans.of(source.host)
        if ban is not None:
            ban.counted += 1
        self._refusals.tell(door, source, BANNED)

    def heeds(self, offence: Offence, source: TransportAddress) -> bool:
        turns = self._turns.get(offence)
        if not self._enabled or (turns is not None and turns.told.has(source.host)):
            return True
        if self._spares(source.host):
            return True
        if turns is not None and turns.slow.take(source.host):
            return True
        self._refusals.tell("sip", source, offence.value if turns is None else SLOWED)
        return False

    def offended(self, offence: Offence, source: TransportAddress, believed: bool) -> None:
        host = source.host
        if not self._enabled or self._spares(host):
            return
        turns = self._turns.get(offence)
        if turns is not None:
            turns.told.take(host)
        if believed or (self._unforged and host in self._unforged):
            self._believe(offence, host)

    def confirmed(self, offence: Offence, source: TransportAddress) -> None:
        host = source.host
        if self._enabled and not self._spares(host):
            self._believe(offence, host)

    def forgiven(self, offence: Offence, source: TransportAddress) -> None:
        turns = self._turns[offence]
        turns.told.giveBack(source.host)
        turns.believed.giveBack(source.host)

    def _believe(self, offence: Offence, host: str) -> None:
        turns = self._turns.get(offence)
        if (turns is None or not turns.believed.take(host)) and not self.isBanned(host):
            self.bans.ban(host, offence.value)

    def _spares(self, host: str) -> bool:
        if self._exempt and host in self._exempt:
            return True
        return any(each.knows(host) for each in self._acquaintances)
