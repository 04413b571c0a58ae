"""
What an endpoint says of itself to a gatekeeper (H.225.0, 7.6 to 7.9).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from h323d.h323.ras.channel import DISCOVERY_GROUP
from h323d.h323.ras.messages import PROTOCOL_IDENTIFIER, Fields
from h323d.h323.ras.registration import MODEST, Patience
from h323d.h323.signalling.addresses import aliasesFromParties, transportToValue
from h323d.values.address import PartyAddress, TransportAddress
from h323d.values.ed25519 import SigningIdentity

__all__ = [
    "EndpointProfile",
    "discoveryFields",
    "endpointType",
    "informationFields",
    "prefixesToValue",
    "registrationFields",
]

# We have no manufacturer code; the country of the standard's examples.
_NO_VENDOR = {"t35CountryCode": 181, "t35Extension": 0, "manufacturerCode": 0}

_TERMINALS = "terminalCallsAvailable"
_AVAILABLE = {"gateway": "voiceGwCallsAvailable", "mcu": "mcuCallsAvailable"}


@dataclass(frozen=True, slots=True)
class EndpointProfile:
    """
    What an endpoint registers as, and with whom.

    @ivar signalling: its call-signalling address.
    @ivar aliases: its names.
    @ivar gatekeeper: where to ask; the multicast group finds any gatekeeper.
    @ivar gatekeeperIdentifier: the one that is meant; empty for any.
    @ivar discover: ask for the gatekeeper (GRQ) before registering with it.
    @ivar kind: C{"terminal"}, C{"gateway"} or C{"mcu"}.
    @ivar timeToLive: seconds between renewals that it asks for.
    @ivar product: what it calls itself, ASCII.
    @ivar password: of the first of its names, for H.235.1; empty for none, and
        then the gatekeeper is believed without.
    @ivar signs: as whom it signs what it asks for, instead of showing a password; C{None} if it
        does not.
    @ivar prefixes: the beginnings of the numbers that a gateway or an MCU serves.
    @ivar capacity: how many calls a gateway or an MCU can have; 0 if that is not told.
    @ivar rasHost: where its RAS is, as the gatekeeper is told; empty for where it is bound.
    @ivar patience: how a registration that failed is sought again.
    """

    signalling: TransportAddress
    aliases: tuple[PartyAddress, ...] = ()
    gatekeeper: TransportAddress = DISCOVERY_GROUP
    gatekeeperIdentifier: str = ""
    discover: bool = True
    kind: str = "terminal"
    timeToLive: int = 300
    product: str = "h323d"
    password: str = field(default="", repr=False)
    prefixes: tuple[str, ...] = ()
    capacity: int = 0
    rasHost: str = ""
    patience: Patience = MODEST
    signs: SigningIdentity | None = None


def endpointType(profile: EndpointProfile) -> Fields:
    """
    The C{EndpointType}.
    """
    return {
        "vendor": _vendor(profile),
        profile.kind: _served(profile.prefixes),
        "mc": profile.kind == "mcu",
        "undefinedNode": False,
    }


def _served(prefixes: Iterable[str]) -> Fields:
    """
    C{GatewayInfo} or C{McuInfo}: numbers with these prefixes, for any call (H.225.0, 7.6).
    """
    supported = prefixesToValue(prefixes)
    if not supported:
        return {}
    return {"protocol": [(each, {"supportedPrefixes": supported}) for each in ("voice", "h323")]}


def prefixesToValue(prefixes: Iterable[str]) -> list[Fields]:
    """
    Make a list of C{SupportedPrefix}.
    """
    return [{"prefix": ("dialledDigits", each)} for each in prefixes]


def discoveryFields(profile: EndpointProfile, ras: TransportAddress) -> Fields:
    """
    What a GRQ has.

    @param ras: our own RAS address.
    """
    fields: Fields = {
        "protocolIdentifier": PROTOCOL_IDENTIFIER,
        "rasAddress": transportToValue(ras),
        "endpointType": endpointType(profile),
    }
    if profile.gatekeeperIdentifier:
        fields["gatekeeperIdentifier"] = profile.gatekeeperIdentifier
    if profile.aliases:
        fields["endpointAlias"] = aliasesFromParties(profile.aliases)
    return fields


def registrationFields(profile: EndpointProfile, ras: TransportAddress, keepAlive: bool) -> Fields:
    """
    The fields that every RRQ has.

    @param ras: our own RAS address.
    """
    fields: Fields = {
        "protocolIdentifier": PROTOCOL_IDENTIFIER,
        "discoveryComplete": True,
        "callSignalAddress": [transportToValue(profile.signalling)],
        "rasAddress": [transportToValue(ras)],
        "terminalType": endpointType(profile),
        "endpointVendor": _vendor(profile),
        "timeToLive": profile.timeToLive,
        "keepAlive": keepAlive,
        "willSupplyUUIEs": False,
        "maintainConnection": False,
    }
    if profile.capacity:
        available = [{"calls": profile.capacity}]
        fields["capacity"] = {
            "maximumCallCapacity": {_AVAILABLE.get(profile.kind, _TERMINALS): available}
        }
    if not keepAlive:
        fields["usageReportingCapability"] = {
            "nonStandardUsageTypes": [],
            "startTime": None,
            "endTime": None,
        }
    return fields


def informationFields(
    profile: EndpointProfile, ras: TransportAddress, endpointIdentifier: str, calls: list[Fields]
) -> Fields:
    """
    What an IRR has.

    @param ras: our own RAS address.
    @param calls: its C{perCallInfo}.
    """
    fields: Fields = {
        "endpointType": endpointType(profile),
        "endpointIdentifier": endpointIdentifier,
        "rasAddress": transportToValue(ras),
        "callSignalAddress": [transportToValue(profile.signalling)],
        "needResponse": False,
        "unsolicited": False,
    }
    if profile.aliases:
        fields["endpointAlias"] = aliasesFromParties(profile.aliases)
    if calls:
        fields["perCallInfo"] = calls
    return fields


def _vendor(profile: EndpointProfile) -> Fields:
    return {"vendor": _NO_VENDOR, "productId": profile.product.encode("ascii")}
