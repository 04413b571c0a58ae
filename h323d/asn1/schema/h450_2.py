"""
H.450.2 (02/1998), call transfer: Call-Transfer-Operations.
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
)
from h323d.asn1.schema.notation import (
    BMPString,
    Choice,
    Enumerated,
    NumericString,
    Sequence,
    alternatives,
    components,
    defaulted,
    limits,
    mandatory,
    named,
    optional,
    sized,
)

class CallIdentity(NumericString):
    """
    Empty is a value of its own.  Where it is empty, PTLib does not align, and X.691
    as read by others does: see L{h323d.asn1.h450_2}.
    """

    subtypeSpec = limits(0, 4)


class EndDesignation(Enumerated):
    namedValues = named("primaryEnd", "secondaryEnd")
    extensible = True
    rootCount = 2


class CallStatus(Enumerated):
    namedValues = named("answered", "alerting")
    extensible = True
    rootCount = 2


class DummyArg(Choice):
    componentType = alternatives(
        ("extensionSeq", ExtensionSeq()),
        ("nonStandardData", NonStandardParameter()),
    )


class DummyRes(Choice):
    componentType = alternatives(
        ("extensionSeq", ExtensionSeq()),
        ("nonStandardData", NonStandardParameter()),
    )


class CTInitiateArg(Sequence):
    componentType = components(
        mandatory("callIdentity", CallIdentity()),
        mandatory("reroutingNumber", EndpointAddress()),
        optional("argumentExtension", ExtensionChoice()),
    )
    extensible = True
    rootCount = 3


class CTSetupArg(Sequence):
    componentType = components(
        mandatory("callIdentity", CallIdentity()),
        optional("transferringNumber", EndpointAddress()),
        optional("argumentExtension", ExtensionChoice()),
    )
    extensible = True
    rootCount = 3


class CTIdentifyRes(Sequence):
    componentType = components(
        mandatory("callIdentity", CallIdentity()),
        mandatory("reroutingNumber", EndpointAddress()),
        optional("resultExtension", ExtensionChoice()),
    )
    extensible = True
    rootCount = 3


class CTUpdateArg(Sequence):
    componentType = components(
        mandatory("redirectionNumber", EndpointAddress()),
        optional("redirectionInfo", sized(BMPString, 1, 128)),
        optional("basicCallInfoElements", H225InformationElement()),
        optional("argumentExtension", ExtensionChoice()),
    )
    extensible = True
    rootCount = 4


class SubaddressTransferArg(Sequence):
    componentType = components(
        mandatory("redirectionSubaddress", PartySubaddress()),
        optional("argumentExtension", ExtensionChoice()),
    )
    extensible = True
    rootCount = 2


class CTCompleteArg(Sequence):
    componentType = components(
        mandatory("endDesignation", EndDesignation()),
        mandatory("redirectionNumber", EndpointAddress()),
        optional("basicCallInfoElements", H225InformationElement()),
        optional("redirectionInfo", sized(BMPString, 1, 128)),
        defaulted("callStatus", CallStatus("answered")),
        optional("argumentExtension", ExtensionChoice()),
    )
    extensible = True
    rootCount = 6


class CTActiveArg(Sequence):
    componentType = components(
        mandatory("connectedAddress", EndpointAddress()),
        optional("basicCallInfoElements", H225InformationElement()),
        optional("connectedInfo", sized(BMPString, 1, 128)),
        optional("argumentExtension", ExtensionChoice()),
    )
    extensible = True
    rootCount = 4


class PAR_unspecified(Choice):
    """
    The parameter of the error C{unspecified} (1008).
    """

    componentType = alternatives(
        ("extension", Extension()),
        ("nonStandard", NonStandardParameter()),
    )


TYPES: dict[str, Any] = {
    "CallIdentity": CallIdentity,
    "EndDesignation": EndDesignation,
    "CallStatus": CallStatus,
    "DummyArg": DummyArg,
    "DummyRes": DummyRes,
    "CTInitiateArg": CTInitiateArg,
    "CTSetupArg": CTSetupArg,
    "CTIdentifyRes": CTIdentifyRes,
    "CTUpdateArg": CTUpdateArg,
    "SubaddressTransferArg": SubaddressTransferArg,
    "CTCompleteArg": CTCompleteArg,
    "CTActiveArg": CTActiveArg,
    "PAR-unspecified": PAR_unspecified,
}
