"""
The H.450.1 (02/1998) envelope of supplementary services: the APDU and its addresses.

H4501-Supplementary-ServiceAPDU-Structure, Remote-Operations-Apdus,
Addressing-Data-Elements, H225-generic-parameters-definition and
Manufacturer-specific-service-extension-definition.

PER needs the parametrised types of Remote-Operations-Apdus with their parameters
in place: an argument, result or parameter is an open type here, to be decoded with
the module that defines the operation.  The invoke identifier is constrained in an
invoke only (8.3).
"""

from __future__ import annotations

from typing import Any

from h323d.asn1.schema import h225
from h323d.asn1.schema.notation import (
    MAX,
    Boolean,
    Choice,
    Integer,
    Null,
    ObjectIdentifier,
    OctetString,
    OpenType,
    Sequence,
    SequenceOf,
    alternatives,
    components,
    integer,
    limits,
    listOf,
    mandatory,
    optional,
)

class EntityType(Choice):
    componentType = alternatives(
        ("endpoint", Null()),
        ("anyEntity", Null()),
    )
    extensible = True
    rootCount = 2


class NetworkFacilityExtension(Sequence):
    componentType = components(
        mandatory("sourceEntity", EntityType()),
        optional("sourceEntityAddress", h225.AliasAddress()),
        mandatory("destinationEntity", EntityType()),
        optional("destinationEntityAddress", h225.AliasAddress()),
    )
    extensible = True
    rootCount = 4


class InterpretationApdu(Choice):
    componentType = alternatives(
        ("discardAnyUnrecognizedInvokePdu", Null()),
        ("clearCallIfAnyInvokePduNotRecognized", Null()),
        ("rejectAnyUnrecognizedInvokePdu", Null()),
    )
    extensible = True
    rootCount = 3


class Code(Choice):
    componentType = alternatives(
        ("local", Integer()),
        ("global", ObjectIdentifier()),
    )


class Invoke(Sequence):
    componentType = components(
        mandatory("invokeId", integer(0, 65535)),
        optional("linkedId", Integer()),
        mandatory("opcode", Code()),
        optional("argument", OpenType()),
    )


class ReturnResult_result(Sequence):
    componentType = components(
        mandatory("opcode", Code()),
        mandatory("result", OpenType()),
    )


class ReturnResult(Sequence):
    componentType = components(
        mandatory("invokeId", Integer()),
        optional("result", ReturnResult_result()),
    )


class ReturnError(Sequence):
    componentType = components(
        mandatory("invokeId", Integer()),
        mandatory("errcode", Code()),
        optional("parameter", OpenType()),
    )


class Reject_problem(Choice):
    componentType = alternatives(
        ("general", Integer()),
        ("invoke", Integer()),
        ("returnResult", Integer()),
        ("returnError", Integer()),
    )


class Reject(Sequence):
    componentType = components(
        mandatory("invokeId", Integer()),
        mandatory("problem", Reject_problem()),
    )


class ROS(Choice):
    componentType = alternatives(
        ("invoke", Invoke()),
        ("returnResult", ReturnResult()),
        ("returnError", ReturnError()),
        ("reject", Reject()),
    )


class ServiceApdus(Choice):
    componentType = alternatives(
        ("rosApdus", listOf(ROS(), 1, MAX)),
    )
    extensible = True
    rootCount = 1


class H4501SupplementaryService(Sequence):
    componentType = components(
        optional("networkFacilityExtension", NetworkFacilityExtension()),
        optional("interpretationApdu", InterpretationApdu()),
        mandatory("serviceApdu", ServiceApdus()),
    )
    extensible = True
    rootCount = 3


class UserSpecifiedSubaddress(Sequence):
    componentType = components(
        mandatory("subaddressInformation", OctetString().subtype(subtypeSpec=limits(1, 20))),
        optional("oddCountIndicator", Boolean()),
    )
    extensible = True
    rootCount = 2


class NSAPSubaddress(OctetString):
    subtypeSpec = limits(1, 20)


class PartySubaddress(Choice):
    componentType = alternatives(
        ("userSpecifiedSubaddress", UserSpecifiedSubaddress()),
        ("nsapSubaddress", NSAPSubaddress()),
    )
    extensible = True
    rootCount = 2


class EndpointAddress(Sequence):
    componentType = components(
        mandatory("destinationAddress", listOf(h225.AliasAddress())),
        optional("remoteExtensionAddress", h225.AliasAddress()),
        optional("destinationAddressPresentationIndicator", h225.PresentationIndicator()),
        optional("destinationAddressScreeningIndicator", h225.ScreeningIndicator()),
        optional("remoteExtensionAddressPresentationIndicator", h225.PresentationIndicator()),
        optional("remoteExtensionAddressScreeningIndicator", h225.ScreeningIndicator()),
    )
    extensible = True
    rootCount = 2


class PresentationAllowedIndicator(Boolean):
    pass


class H225InformationElement(OctetString):
    pass


class Extension(Sequence):
    componentType = components(
        mandatory("extensionId", ObjectIdentifier()),
        mandatory("extensionArgument", OpenType()),
    )


class ExtensionSeq(SequenceOf):
    componentType = Extension()


class ExtensionChoice(Choice):
    """
    The C{argumentExtension} that H.450.2 and H.450.3 write out at each use.
    """

    componentType = alternatives(
        ("extensionSeq", ExtensionSeq()),
        ("nonStandardData", h225.NonStandardParameter()),
    )


TYPES: dict[str, Any] = {
    "H4501SupplementaryService": H4501SupplementaryService,
    "NetworkFacilityExtension": NetworkFacilityExtension,
    "EntityType": EntityType,
    "InterpretationApdu": InterpretationApdu,
    "ServiceApdus": ServiceApdus,
    "ROS": ROS,
    "Invoke": Invoke,
    "ReturnResult": ReturnResult,
    "ReturnError": ReturnError,
    "Reject": Reject,
    "EndpointAddress": EndpointAddress,
    "PartySubaddress": PartySubaddress,
    "UserSpecifiedSubaddress": UserSpecifiedSubaddress,
    "NSAPSubaddress": NSAPSubaddress,
    "PresentationAllowedIndicator": PresentationAllowedIndicator,
    "H225InformationElement": H225InformationElement,
    "Extension": Extension,
    "ExtensionSeq": ExtensionSeq,
    "ExtensionChoice": ExtensionChoice,
}
