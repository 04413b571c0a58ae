"""
Whose call it is, and what the caller may call itself.

Names are given away by registering them, or to a user with a password.  Who is registered has those
of its registration, and no others; a user who has proved the password, those that are the user's;
who is neither, has none of theirs.  What a caller claims beyond that is
dropped, not the call.  A display name is text for people, and may be anything but the name
of another registration.

A gateway speaks for others, and names them as it likes: it is one who registers as such, with
the prefixes that it serves, or a trunk, which is known by its address.  So does a gatekeeper that
we are registered with.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol

from twisted.logger import Logger
from zope.interface import implementer

from h323d.call.callers import CallerName, ICallerNames
from h323d.call.complaints import FirstOf
from h323d.call.legs import IOffer
from h323d.gatekeeper.admission import AdmissionTable
from h323d.gatekeeper.parents.sentcalls import SentCalls
from h323d.gatekeeper.registry.registrations import EndpointKind, EndpointRegistry, Registration
from h323d.gatekeeper.security.users import Users
from h323d.gatekeeper.trunks.trunk import Trunk
from h323d.values.address import NOBODYS_HOST, AddressKind, PartyAddress, TransportAddress
from h323d.values.proof import verified

__all__ = ["Callers", "CallingTrunks"]

MAX_LOGGED = 1000  # sources that are logged at all


class CallingTrunks(Protocol):
    """
    Who has the trunks.
    """

    def callingFrom(
        self, source: TransportAddress | None, called: Iterable[PartyAddress]
    ) -> tuple[Trunk, ...]:
        """Those that a call may come by."""


@implementer(ICallerNames)
class Callers:
    """
    Judges what callers call themselves.
    """

    _log = Logger()

    def __init__(
        self,
        registry: EndpointRegistry,
        admissions: AdmissionTable,
        sent: SentCalls,
        trunks: CallingTrunks,
        users: Users,
    ) -> None:
        """
        @param sent: the calls that another gatekeeper answers for.
        """
        self._users = users
        self._registry = registry
        self._admissions = admissions
        self._sent = sent
        self._trunks = trunks
        self._logged = FirstOf(MAX_LOGGED)

    def nameOf(self, offer: IOffer) -> CallerName:
        name = CallerName(offer.calling, offer.displayName)
        call = bytes.fromhex(offer.callIdentifier)
        if sender := self._sent.senderOf(call):
            return replace(name, party=sender)
        for proof in verified(offer.proofs):
            if self._users.of(proof.identity) is not None:
                return self._nameOfUser(proof.identity, name)
        caller = self.of(offer.protocol, offer.peer, offer.calling, call)
        trunks = () if caller is not None else self._trunks.callingFrom(offer.peer, offer.called)
        if trunks and all(each.config.mayCall for each in trunks):
            return replace(name, party=f"trunk {trunks[0].name}")
        shown = self.named(caller, name, offer.peer)
        if caller is None:
            return shown
        return replace(shown, party=caller.endpointId, isOwn=not _speaksForOthers(caller))

    def _nameOfUser(self, user: str, name: CallerName) -> CallerName:
        """
        What a user is called who has proved the password, and may have the names that the call
        says (L{h323d.sip.digest.challenging}).
        """
        registered = (each for party in name.calling for each in self._registry.allByAlias(party))
        own = next((each for each in registered if each.authenticated == user), None)
        display = name.displayName
        if any(self._isAnothers(own, each, user) for each in _spellings(display)):
            display = user
        party = f"user {user}" if own is None else own.endpointId
        return CallerName(name.calling, display, party, isOwn=True)

    def of(
        self, protocol: str, peer: TransportAddress, calling: tuple[PartyAddress, ...], call: bytes
    ) -> Registration | None:
        """
        Whose call it is: of whom asked for it, of who has one of the names and is where it
        comes from, or of who registered from there.

        @param peer: where it comes from.
        @param calling: what the caller calls itself.
        @param call: H.323's call identifier; may be empty.
        """
        for admission in self._admissions.ofCall(call):
            if not admission.claim.answerCall and peer.host in admission.hosts:
                return self._registry.byId(admission.claim.endpointId)
        for name in calling:
            for registration in self._registry.allByAlias(name):
                if peer.host in registration.hosts:
                    return registration
        found = self._registry.bySource(peer)
        return found if found is not None and found.protocol == protocol else None

    def named(
        self, caller: Registration | None, name: CallerName, source: TransportAddress
    ) -> CallerName:
        """
        What a caller is called that calls itself C{name}.

        @param caller: its registration, if it has one.
        @param source: where that came from.
        """
        if caller is not None and _speaksForOthers(caller):
            return name
        kept = tuple(each for each in name.calling if self._has(caller, each.value))
        if name.calling and not kept and caller is not None:
            kept = caller.aliases[:1]
        display = name.displayName
        if any(self._isAnothers(caller, each) for each in _spellings(display)):
            display = kept[0].value if caller is not None and kept else ""
        allowed = CallerName(kept, display)
        if allowed != name and self._logged.isFirst(source.host):
            self._log.info(
                "a caller at {source} is called otherwise than it says, told once: {claimed!r}",
                source=str(source),
                claimed=", ".join([*map(str, name.calling), name.displayName]),
            )
        return allowed

    def _has(self, caller: Registration | None, value: str) -> bool:
        if value.endswith(f"@{NOBODYS_HOST}"):  # who withholds a name takes nobody's
            return True
        if caller is None:
            return not self._isAnothers(None, value)
        own = any(alias.value == value for alias in caller.aliases)
        # An MCU calls in the name of conferences, whose numbers lead to it.
        return own or any(value.startswith(prefix) for prefix in caller.prefixes)

    def _isAnothers(self, caller: Registration | None, value: str, user: str = "") -> bool:
        """
        Whether somebody has a name, and the caller has not.

        @param user: who the caller has proved to be; empty if that is not known but by C{caller}.
        """
        holder = self._users.holderOf((PartyAddress(AddressKind.H323_ID, value),))
        if holder:
            return holder != (user or ("" if caller is None else caller.authenticated))
        holders = [each.endpointId for each in self._registry.allCalled(value)]
        return bool(holders) and (caller is None or caller.endpointId not in holders)


def _speaksForOthers(caller: Registration) -> bool:
    return caller.kind is EndpointKind.GATEWAY and bool(caller.prefixes)


def _spellings(text: str) -> tuple[str, ...]:
    """
    A display name, and what it may be meant to be taken for.
    """
    trimmed = " ".join(text.split())
    return tuple(dict.fromkeys((trimmed, trimmed.lower()))) if trimmed else ()
