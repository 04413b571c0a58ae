"""
What a configuration opens to whom, in a sentence: the last line of the log when a server has
started.

The defaults let anybody in who can reach the ports, as a first try has to go well.  Whoever
puts the server on the Internet is to read it before others find out.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence

from h323d.conference.config import ConferenceConfig
from h323d.config.sections import Configuration
from h323d.gatekeeper.routing.config import RoutingConfig
from h323d.gatekeeper.security.config import DigestDemand, Requirement
from h323d.values.media.encryption import MediaEncryption
from h323d.values.tlspeer import ClientCertificates

__all__ = ["exposure"]

MAX_LISTED = 4  # things of one kind that the sentence names


def exposure(configuration: Configuration) -> str:
    """
    @return: without an end mark, as in C{"anybody may open rooms 8xxxx (H.323, SIP); ..."}.
    """
    here = all(ipaddress.ip_address(each).is_loopback for each in configuration.server.binds)
    told = [
        *_registering(configuration),
        *_rooms(configuration),
        *_others(configuration),
        *_encryption(configuration),
        *_web(configuration),
        *_shells(configuration),
    ]
    return ("on this machine only: " if here else "") + "; ".join(told)


def _registering(configuration: Configuration) -> Iterator[str]:
    if not _hasGatekeeper(configuration):
        return
    security, sip = configuration.security, configuration.sip
    names = {name for each in security.passwords for name in (each.alias, *each.names)}
    if security.h2351 is Requirement.REQUIRED:
        yield f"{len(names)} names may register by H.323, with their passwords"
    else:
        asked = len(names) if security.h2351 is Requirement.OPTIONAL else 0
        proving = f", with a password for {asked} names" if asked else ""
        yield f"{_who(configuration)} may register by H.323{proving}"
    if sip.enabled and sip.registrar:
        at = f" at {_listed(sip.domains)}" if sip.domains else ""
        isByUser = security.users and security.digest is not DigestDemand.OFF
        if isByUser and not configuration.guard.registry:
            users = len(security.users)
            who = "1 user" if users == 1 else f"{users} users"
            yield f"{who} may register{at} by SIP, by password"
            return
        kept = f", but not as one of {len(names)} names with a password" if names else ""
        yield f"{_who(configuration)} may register{at} by SIP{kept}"


def _rooms(configuration: Configuration) -> Iterator[str]:
    protocols = [
        name
        for name, section in (("H.323", configuration.h323), ("SIP", configuration.sip))
        if section.enabled
    ]
    if not protocols or "rooms" not in configuration.plugins.routes:
        return
    gates = configuration.plugins.gates
    let = f", if {_listed(gates)} let them" if gates else ""
    for what in _namesOfRooms(configuration.conference):
        yield f"{_who(configuration)} may {what} ({', '.join(protocols)}){let}"


def _namesOfRooms(conference: ConferenceConfig) -> Iterator[str]:
    if conference.patterns:
        yield f"open rooms {_listed(conference.patterns)}"
    if conference.rooms:
        yield f"join {_listed([room.name for room in conference.rooms])}"


def _others(configuration: Configuration) -> Iterator[str]:
    if not _hasGatekeeper(configuration):
        return
    routing = configuration.routing
    gateway = "gateway" in configuration.plugins.routes and configuration.gateway.acceptUnregistered
    strangers = configuration.routed.acceptUnregistered or gateway
    known = ["only who is registered", *_callingTrunks(routing)]
    who = _who(configuration) if strangers else ", and ".join(known)
    yield f"{who} may call others through here"
    if routing.catchAll:
        yield f"calls to names that nobody knows go to {routing.catchAll}"
    if routing.acceptUnknownLRQ:
        yield f"{_who(configuration)} may ask where names are (LRQ)"


def _callingTrunks(routing: RoutingConfig) -> Iterator[str]:
    names = [each.name for each in routing.trunks if each.mayCall]
    if names:
        yield f"who calls from {_listed(names)}"


def _encryption(configuration: Configuration) -> Iterator[str]:
    h323, sip = configuration.h323, configuration.sip
    doors = []
    if h323.enabled and h323.tlsPort:
        doors.append("H.323" + (" by who has a certificate" if h323.verifyPeers else ""))
    if sip.enabled and sip.tlsPort:
        isSigned = sip.clientCertificates is ClientCertificates.SIGNED
        doors.append("SIP" + (" by who has a certificate" if isSigned else ""))
    if not doors:
        yield "nothing is encrypted"
        return
    sound = "nothing else is"
    if sip.enabled and sip.srtp is not MediaEncryption.OFF:
        verb = "has to" if sip.srtp is MediaEncryption.REQUIRED else "may"
        sound = f"and sound of SIP {verb} be (SRTP)"
    yield f"call signalling of {' and '.join(doors)} may be encrypted (TLS), {sound}"


def _web(configuration: Configuration) -> Iterator[str]:
    web = configuration.web
    if web.enabled:
        how = "over TLS" if web.certificate else "from this machine"
        yield f"anybody may see by HTTP {how} whether calls are taken, at {web.bind}:{web.port}"
        yield f"and figures if they are in {_listed(web.metricsFrom)}"


def _shells(configuration: Configuration) -> Iterator[str]:
    control = configuration.control
    if control.manhole:
        keys = control.manholeAuthorizedKeys
        yield f"who has a key in {keys} may run Python in the server, from this machine"


def _hasGatekeeper(configuration: Configuration) -> bool:
    return configuration.h323.enabled and configuration.gatekeeper.enabled


def _who(configuration: Configuration) -> str:
    security, registry = configuration.security, configuration.guard.registry
    some = f"guardians of {registry}" if registry else "anybody"
    who = f"{some} in {_listed(security.allow)}" if security.allow else some
    return f"{who} except at {_listed(security.deny)}" if security.deny else who


def _listed(names: Sequence[str]) -> str:
    listed = ", ".join(names[:MAX_LISTED])
    more = len(names) - MAX_LISTED
    return f"{listed} and {more} more" if more > 0 else listed
