"""
H.450.3 (02/1998), call diversion: Call-Diversion-Operations.

The standard defines the arguments in the operations, without a name of their own;
C{ARG-} and the operation's name is the custom for them.
"""

from __future__ import annotations

from typing import Any

from h323d.asn1.schema.h225 import NonStandardParameter
from h323d.asn1.schema.h450_1 import (
    EndpointAddress,
    Extension,
    ExtensionChoice,
    ExtensionSeq,
    H225InformationElement,
    PartySubaddress,
    PresentationAllowedIndicator,
)
from h323d.asn1.schema.notation import (
    BMPString,
    Boolean,
    Choice,
    Enumerated,
    Sequence,
    SetOf,
    alternatives,
    components,
    defaulted,
    integer,
    limits,
    mandatory,
    named,
    optional,
    sized,
)

class DiversionReason(Enumerated):
    namedValues = named("unknown", "cfu", "cfb", "cfnr")
    extensible = True
    rootCount = 4


class Procedure(Enumerated):
    namedValues = named("cfu", "cfb", "cfnr")
    extensible = True
    rootCount = 3


class SubscriptionOption(Enumerated):
    namedValues = named("noNotification", "notificationWithoutDivertedToNr", "notificationWithDivertedToNr")
    extensible = True
    rootCount = 3


class BasicService(Enumerated):
    namedValues = named("allServices")
    extensible = True
    rootCount = 1


class ARG_activateDiversionQ(Sequence):
    componentType = components(
        mandatory("procedure", Procedure()),
        mandatory("basicService", BasicService()),
        mandatory("divertedToAddress", EndpointAddress()),
        mandatory("servedUserNr", EndpointAddress()),
        mandatory("activatingUserNr", EndpointAddress()),
        optional("extension", ExtensionChoice()),
    )
    extensible = True
    rootCount = 6


class ARG_deactivateDiversionQ(Sequence):
    componentType = components(
        mandatory("procedure", Procedure()),
        mandatory("basicService", BasicService()),
        mandatory("servedUserNr", EndpointAddress()),
        mandatory("deactivatingUserNr", EndpointAddress()),
        optional("extension", ExtensionChoice()),
    )
    extensible = True
    rootCount = 5


class ARG_interrogateDiversionQ(Sequence):
    componentType = components(
        mandatory("procedure", Procedure()),
        defaulted("basicService", BasicService("allServices")),
        mandatory("servedUserNr", EndpointAddress()),
        mandatory("interrogatingUserNr", EndpointAddress()),
        optional("extension", ExtensionChoice()),
    )
    extensible = True
    rootCount = 5


class ARG_checkRestriction(Sequence):
    componentType = components(
        mandatory("servedUserNr", EndpointAddress()),
        mandatory("basicService", BasicService()),
        mandatory("divertedToNr", EndpointAddress()),
        optional("extension", ExtensionChoice()),
    )
    extensible = True
    rootCount = 4


class ARG_callRerouting(Sequence):
    componentType = components(
        mandatory("reroutingReason", DiversionReason()),
        optional("originalReroutingReason", DiversionReason()),
        mandatory("calledAddress", EndpointAddress()),
        mandatory("diversionCounter", integer(1, 15)),
        mandatory("h225InfoElement", H225InformationElement()),
        mandatory("lastReroutingNr", EndpointAddress()),
        mandatory("subscriptionOption", SubscriptionOption()),
        optional("callingPartySubaddress", PartySubaddress()),
        mandatory("callingNumber", EndpointAddress()),
        optional("callingInfo", sized(BMPString, 1, 128)),
        optional("originalCalledNr", EndpointAddress()),
        optional("redirectingInfo", sized(BMPString, 1, 128)),
        optional("originalCalledInfo", sized(BMPString, 1, 128)),
        optional("extension", ExtensionChoice()),
    )
    extensible = True
    rootCount = 14


class ARG_divertingLegInformation1(Sequence):
    componentType = components(
        mandatory("diversionReason", DiversionReason()),
        mandatory("subscriptionOption", SubscriptionOption()),
        mandatory("nominatedNr", EndpointAddress()),
        optional("nominatedInfo", sized(BMPString, 1, 128)),
        optional("redirectingNr", EndpointAddress()),
        optional("redirectingInfo", sized(BMPString, 1, 128)),
        optional("extension", ExtensionChoice()),
    )
    extensible = True
    rootCount = 7


class ARG_divertingLegInformation2(Sequence):
    componentType = components(
        mandatory("diversionCounter", integer(1, 15)),
        mandatory("diversionReason", DiversionReason()),
        optional("originalDiversionReason", DiversionReason()),
        optional("divertingNr", EndpointAddress()),
        optional("originalCalledNr", EndpointAddress()),
        optional("redirectingInfo", sized(BMPString, 1, 128)),
        optional("originalCalledInfo", sized(BMPString, 1, 128)),
        optional("extension", ExtensionChoice()),
    )
    extensible = True
    rootCount = 8


class ARG_divertingLegInformation3(Sequence):
    componentType = components(
        mandatory("presentationAllowedIndicator", PresentationAllowedIndicator()),
        optional("redirectionNr", EndpointAddress()),
        optional("redirectionInfo", sized(BMPString, 1, 128)),
        optional("extension", ExtensionChoice()),
    )
    extensible = True
    rootCount = 4


class ARG_divertingLegInformation4(Sequence):
    componentType = components(
        mandatory("diversionReason", DiversionReason()),
        mandatory("subscriptionOption", SubscriptionOption()),
        mandatory("callingNr", EndpointAddress()),
        optional("callingInfo", sized(BMPString, 1, 128)),
        mandatory("nominatedNr", EndpointAddress()),
        optional("nominatedInfo", sized(BMPString, 1, 128)),
        optional("extension", ExtensionChoice()),
    )
    extensible = True
    rootCount = 7


class IntResult(Sequence):
    componentType = components(
        mandatory("servedUserNr", EndpointAddress()),
        mandatory("basicService", BasicService()),
        mandatory("procedure", Procedure()),
        mandatory("divertedToAddress", EndpointAddress()),
        defaulted("remoteEnabled", Boolean(False)),
        optional("extension", ExtensionChoice()),
    )
    extensible = True
    rootCount = 6


class IntResultList(SetOf):
    componentType = IntResult()
    subtypeSpec = limits(0, 29)


class DummyArg(Choice):
    """
    The argument of cfnrDivertedLegFailed and the results that carry nothing else.
    """

    componentType = alternatives(
        ("extensionSeq", ExtensionSeq()),
        ("nonStandardData", NonStandardParameter()),
    )


class PAR_unspecified(Choice):
    """
    The parameter of the error C{unspecified} (1008).
    """

    componentType = alternatives(
        ("extension", Extension()),
        ("nonStandard", NonStandardParameter()),
    )


TYPES: dict[str, Any] = {
    "DiversionReason": DiversionReason,
    "Procedure": Procedure,
    "SubscriptionOption": SubscriptionOption,
    "BasicService": BasicService,
    "ARG-activateDiversionQ": ARG_activateDiversionQ,
    "ARG-deactivateDiversionQ": ARG_deactivateDiversionQ,
    "ARG-interrogateDiversionQ": ARG_interrogateDiversionQ,
    "ARG-checkRestriction": ARG_checkRestriction,
    "ARG-callRerouting": ARG_callRerouting,
    "ARG-divertingLegInformation1": ARG_divertingLegInformation1,
    "ARG-divertingLegInformation2": ARG_divertingLegInformation2,
    "ARG-divertingLegInformation3": ARG_divertingLegInformation3,
    "ARG-divertingLegInformation4": ARG_divertingLegInformation4,
    "IntResult": IntResult,
    "IntResultList": IntResultList,
    "DummyArg": DummyArg,
    "PAR-unspecified": PAR_unspecified,
}
