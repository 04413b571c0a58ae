"""
How an endpoint leaves, wholly or with some of its names: URQ (H.225.0, 7.10;
H.323, 7.2.2).

Only whence it registered can a registration be ended.
"""

from __future__ import annotations

from dataclasses import replace

from h323d.gatekeeper.identity import Identity
from h323d.gatekeeper.ras.selfdescription import prefixesFrom
from h323d.gatekeeper.registry.registrations import EndpointRegistry, Registration, UnregisterReason
from h323d.h323.ras.messages import Fields, RASMessage, identifierIn, rejection, usableAddresses
from h323d.h323.ras.transactions import RASRequest
from h323d.h323.signalling.addresses import partiesFromAliases

__all__ = ["Leaving"]


class Leaving:
    """
    Answers URQ.
    """

    def __init__(self, identity: Identity, registry: EndpointRegistry) -> None:
        self._identity = identity
        self._registry = registry

    def unregister(self, request: RASRequest) -> RASMessage:
        """
        Answer a URQ.
        """
        fields = request.message.fields
        registration = self._meant(fields)
        if registration is None:
            return rejection(request.message, "notCurrentlyRegistered")
        if registration.source != request.source:
            return rejection(request.message, "permissionDenied")
        remaining = _without(registration, fields)
        if remaining is None:
            self._registry.unregister(registration.endpointId, UnregisterReason.REQUEST)
        elif remaining == registration:
            return rejection(request.message, "notCurrentlyRegistered")
        else:
            self._registry.register(remaining)
        return RASMessage("unregistrationConfirm", {"requestSeqNum": fields["requestSeqNum"]})

    def _meant(self, fields: Fields) -> Registration | None:
        if identifierIn(fields, "gatekeeperIdentifier") not in (None, self._identity.identifier):
            return None
        endpointId = identifierIn(fields, "endpointIdentifier")
        if endpointId is not None:
            return self._registry.byId(endpointId)
        for address in usableAddresses(fields["callSignalAddress"]):
            return self._registry.bySignalling(address)
        return None


def _without(registration: Registration, fields: Fields) -> Registration | None:
    """
    What is left of a registration without the names and prefixes of a URQ.

    @return: C{None} if nothing is: a URQ that names nothing, or every alias.
        Equipment that leaves lists all its aliases, but not its prefixes.
    """
    leaving = partiesFromAliases(fields.get("endpointAlias", ()))
    unserved = prefixesFrom(fields.get("supportedPrefixes", ()))
    aliases = tuple(each for each in registration.aliases if each not in leaving)
    prefixes = tuple(each for each in registration.prefixes if each not in unserved)
    if not fields.get("endpointAlias") and not fields.get("supportedPrefixes"):
        return None
    if not aliases and (leaving or not prefixes):
        return None
    return replace(registration, aliases=aliases, prefixes=prefixes)
