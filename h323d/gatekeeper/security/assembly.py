"""
The security of a zone, put together: who has to prove what, and from where they may call.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from h323d.call.parts import Change, Commit, Part
from h323d.gatekeeper.context import ZoneContext
from h323d.gatekeeper.origins import Origins
from h323d.gatekeeper.registry.registrations import Registration
from h323d.gatekeeper.routing.assembly import Routing
from h323d.gatekeeper.security.answers import AnswerKey, SignedAnswers
from h323d.gatekeeper.security.authentication import Authentication
from h323d.gatekeeper.security.config import SecurityConfig
from h323d.gatekeeper.security.neighbours import NeighbourSecurity
from h323d.gatekeeper.security.passwords import Passwords, readPasswords
from h323d.gatekeeper.security.replays import Replays
from h323d.gatekeeper.security.users import Users
from h323d.h323.ras.security import RASSecurity
from h323d.values.address import AddressKind, PartyAddress

__all__ = ["Dismissing", "Security"]


class Dismissing(Protocol):
    """
    Who ends registrations: the zone.
    """

    def unregister(self, endpointId: str) -> bool:
        """End one, and tell the endpoint."""


@dataclass(frozen=True, slots=True)
class _Prepared:
    config: SecurityConfig
    passwords: Passwords


class Security(Part[SecurityConfig]):
    """
    All that judges endpoints and neighbours.

    @ivar passwords: of endpoints, by name.
    @ivar origins: from where calls may come.
    @ivar ras: judges what arrives on the RAS port, and seals what leaves.
    """

    def __init__(
        self,
        config: SecurityConfig,
        context: ZoneContext,
        routing: Routing,
        owner: Dismissing,
        users: Users,
        answerKey: AnswerKey | None = None,
    ) -> None:
        """
        @param routing: knows the neighbours.
        @param users: of SIP.
        @param answerKey: signs what guardians are answered; C{None} signs nothing.

        @raise h323d.errors.ConfigurationError: a file of a password cannot be read.
        """
        world, tables, identifier = context.world, context.tables, context.identity.identifier
        clock, rng, events = world.clock, world.rng, world.events
        self._tables = tables
        self._owner = owner
        self._users = users
        self.origins = Origins(config, tables.admissions, routing, clock, events)
        self._files = world.files
        self.passwords = readPasswords(config, self._files)
        self._replays = Replays(clock, tables.store)
        self._authentication = Authentication(
            config,
            self.passwords,
            users,
            identifier,
            tables.registry,
            self._replays,
            clock,
            rng,
            events,
        )
        others: RASSecurity = self._authentication
        if answerKey is not None:
            others = SignedAnswers(others, answerKey, clock, rng)
        self.ras = NeighbourSecurity(others, routing, config, identifier, clock, rng, events)

    def start(self) -> None:
        """
        Go on from what endpoints had shown before.
        """
        self._replays.recall(self._tables.past)

    def prepare(self, config: SecurityConfig) -> Commit:
        """
        Have a changed configuration ready.  Passwords are read anew, whatever else has changed.

        @raise h323d.errors.ConfigurationError: the file of a password cannot be used.
        """
        return Change(self, _Prepared(config, readPasswords(config, self._files)))

    def reconfigure(self, prepared: _Prepared) -> None:
        """
        Judge by another configuration from now on.
        """
        self._usePasswords(prepared.passwords)
        self._useUsers(prepared.config)
        self._authentication.reconfigure(prepared.config)
        self.ras.reconfigure(prepared.config)
        self.origins.reconfigure(prepared.config)

    def _usePasswords(self, passwords: Passwords) -> None:
        """
        Who has a name for which something else has to be proved now than
        before, has to register again.
        """
        names = self.passwords.differing(passwords)
        parties = [PartyAddress(kind, name) for name in names for kind in AddressKind]
        for party in parties:
            for registration in self._tables.registry.allByAlias(party):
                self._owner.unregister(registration.endpointId)
        self.passwords.use(passwords)

    def _useUsers(self, config: SecurityConfig) -> None:
        """
        Who has registered as a user that is another now, or is none any more, has to register
        again; so have all, where they had nothing to prove, or have nothing to prove any more.
        """
        before = {each.authenticated: self._users.of(each.authenticated) for each in self._bySIP()}
        realm = self._users.realm
        self._users.reconfigure(config)
        for registration in self._bySIP():
            user = registration.authenticated
            if self._users.realm != realm or before.get(user) != self._users.of(user):
                self._owner.unregister(registration.endpointId)

    def _bySIP(self) -> list[Registration]:
        return [each for each in self._tables.registry if each.protocol == "sip"]

    def endpointGone(self, registration: Registration) -> None:
        """
        Forget what it has shown.
        """
        self._authentication.endpointGone(registration)
