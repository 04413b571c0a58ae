"""
What is changed in a message on its way, and that nothing else is.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from h323d.asn1 import h225
from h323d.call.applications import CallType, Priority, Reason
from h323d.call.callers import CallerName
from h323d.call.declaration import Declaration
from h323d.gatekeeper.routed import messages
from h323d.gatekeeper.routed.messages import SetupChange
from h323d.h323.calls.admission import AdmissionGrant
from h323d.h323.security.guarddata import declared, refused
from h323d.h323.signalling import messages as plain
from h323d.h323.signalling import q931, uuie
from h323d.h323.signalling.addresses import aliasesFromParties, transportToValue
from h323d.h323.signalling.callpriority import CallPriority, PriorityValue, designation
from h323d.h323.signalling.elements import encodeDisplay
from h323d.h323.signalling.endpointtype import gatekeeperType, terminalType
from h323d.h323.signalling.q931 import IE, Element, MessageType, Q931Message
from h323d.h323.signalling.uuie import CallIdentity, Fields, SetupParties, Start
from h323d.values.address import AddressKind, PartyAddress, TransportAddress

IDENTITY = CallIdentity(bytes(range(16)), bytes(16))
US, THERE = TransportAddress("10.0.0.1", 1720), TransportAddress("10.0.0.3", 1720)
UNKNOWN = Element(0x7A, b"\x01\x02")
OTHER_CODESET = Element(0x7E, b"ours", 5)


def digits(number: str) -> PartyAddress:
    return PartyAddress(AddressKind.DIALLED_DIGITS, number)


def setup(**more: object) -> Q931Message:
    parties = SetupParties((digits("1000"),), (digits("2000"),), endpointIdentifier="e1")
    name, fields = uuie.setup(IDENTITY, terminalType("test"), parties, Start())
    fields |= more
    octets = h225.encode(
        "H323-UserInformation",
        {"h323-uu-pdu": {"h323-message-body": (name, fields), "_ext_40": b"news"}},
    )
    made = plain.setup(octets, "Anna", parties.calling, parties.called)
    made = replace(made, elements=(UNKNOWN, *made.elements, OTHER_CODESET))
    return q931.decode(q931.encode(plain.addressed(made, 77, False)))


def pduOf(message: Q931Message) -> Fields:
    assert message.userUser is not None
    value: Fields = h225.decode("H323-UserInformation", message.userUser)
    pdu: Fields = value["h323-uu-pdu"]
    return pdu


def changed(message: Q931Message, change: SetupChange) -> Q931Message:
    return messages.rewritten(change.applied(message), change.edit)


def declaring(message: Q931Message, *entries: Fields) -> Q931Message:
    """
    The same, with C{genericData}.
    """
    pdu = pduOf(message) | {"genericData": list(entries)}
    octets = h225.encode("H323-UserInformation", {"h323-uu-pdu": pdu})
    return plain.make(MessageType.SETUP, octets, ())


def test_whatHasNothingToChangeStaysOctetByOctet() -> None:
    message = setup()
    assert messages.rewritten(message) is message
    assert q931.encode(message) == message.octets


def test_onlyNamedFieldsOfASetupChange() -> None:
    before, after = setup(), changed(setup(), SetupChange(US, THERE))
    old, new = pduOf(before), pduOf(after)
    fields = dict(old["h323-message-body"][1])
    del fields["endpointIdentifier"]
    fields["sourceCallSignalAddress"] = transportToValue(US)
    fields["destCallSignalAddress"] = transportToValue(THERE)
    assert new == old | {"h323-message-body": ("setup", fields)}
    assert new["_ext_40"] == b"news"


def test_whatAGatekeeperHasGrantedIsShown() -> None:
    grant = AdmissionGrant(endpointIdentifier="e9", tokens=({"tokenOID": (1, 2, 3)},))
    fields = pduOf(changed(setup(), SetupChange(US, THERE, grant=grant)))["h323-message-body"][1]
    assert (fields["endpointIdentifier"], fields["tokens"]) == ("e9", [{"tokenOID": (1, 2, 3)}])


def test_theOtherElementsOfQ931StayInTheirOrder() -> None:
    before, after = setup(), changed(setup(), SetupChange(US, THERE))
    assert [each for each in after.elements if each.identifier != IE.USER_USER or each.codeset] == [
        each for each in before.elements if each.identifier != IE.USER_USER or each.codeset
    ]
    assert [each.identifier for each in after.elements] == [
        each.identifier for each in before.elements
    ]


def test_anotherNameIsToldInBothPlaces() -> None:
    after = changed(setup(), SetupChange(US, THERE, (digits("3000"),)))
    fields = pduOf(after)["h323-message-body"][1]
    assert fields["destinationAddress"] == aliasesFromParties((digits("3000"),))
    assert (after.contents(IE.CALLED_PARTY_NUMBER) or b"").endswith(b"3000")


def test_anotherNameThatIsNoNumberTakesTheNumberAway() -> None:
    name = PartyAddress(AddressKind.H323_ID, "berta")
    after = changed(setup(), SetupChange(US, THERE, (name,)))
    assert after.contents(IE.CALLED_PARTY_NUMBER) is None


def test_anotherNameOfTheCallerIsToldInAllPlaces() -> None:
    before = setup()
    display = Element(IE.DISPLAY, encodeDisplay("Chairman"))
    before = replace(before, elements=(display, *before.elements))
    name = CallerName((digits("1001"),), "1001")
    after = changed(before, SetupChange(US, THERE, caller=name))
    fields = pduOf(after)["h323-message-body"][1]
    assert fields["sourceAddress"] == aliasesFromParties((digits("1001"),))
    assert (after.contents(IE.CALLING_PARTY_NUMBER) or b"").endswith(b"1001")
    assert after.contents(IE.DISPLAY) == b"1001\0"
    assert after.contents(IE.CALLED_PARTY_NUMBER) == before.contents(IE.CALLED_PARTY_NUMBER)


def test_aCallerWithoutANameIsToldInNone() -> None:
    before = setup()
    after = changed(before, SetupChange(US, THERE, caller=CallerName((), "")))
    assert "sourceAddress" in pduOf(before)["h323-message-body"][1]
    assert "sourceAddress" not in pduOf(after)["h323-message-body"][1]
    assert before.contents(IE.CALLING_PARTY_NUMBER) is not None
    assert after.contents(IE.CALLING_PARTY_NUMBER) is None


def test_theHopCountGoesDown() -> None:
    after = changed(setup(hopCount=7), SetupChange(US, THERE))
    assert pduOf(after)["h323-message-body"][1]["hopCount"] == 6


def test_whatSignsTheCallersMessageIsNotPassedOn() -> None:
    token = ("cryptoEPPwdHash", None)
    value = {
        "alias": ("h323-ID", "a"),
        "timeStamp": 1,
        "token": {"algorithmOID": (1, 2), "paramS": {}, "hash": (0, 8)},
    }
    after = changed(setup(cryptoTokens=[(token[0], value)]), SetupChange(US, THERE))
    assert "cryptoTokens" not in pduOf(after)["h323-message-body"][1]


def test_whatACallerDeclaresIsNotPassedOn() -> None:
    other = {"id": ("nonStandard", bytes(16))}
    before = declaring(setup(), declared(Declaration(CallType.ESCALATE)), other)
    assert len(pduOf(before)["genericData"]) == 2
    assert pduOf(changed(before, SetupChange(US, THERE)))["genericData"] == [other]


@pytest.mark.parametrize(
    ("priority", "isPassed"), [(None, True), (Priority.HIGH, True), (Priority.NORMAL, False)]
)
def test_aPriorityThatTheCallDoesNotHaveIsNotPassedOn(
    priority: Priority | None, isPassed: bool
) -> None:
    asked = designation(CallPriority(PriorityValue.EMERGENCY_AUTHORIZED))
    other = {"id": ("nonStandard", bytes(16))}
    after = changed(declaring(setup(), asked, other), SetupChange(US, THERE, priority=priority))
    assert pduOf(after)["genericData"] == [asked, other][not isPassed :]


def test_whatNobodyCouldReadIsTakenAway() -> None:
    message = plain.make(MessageType.ALERTING, b"\xff\xff", [Element(IE.DISPLAY, b"x")])
    assert messages.unreadable(message, uuie.NOTHING)
    bare = messages.withoutUserUser(message)
    assert bare.userUser is None
    assert bare.contents(IE.DISPLAY) == b"x"


def withData(message: Q931Message) -> Q931Message:
    data = {"protocol-discriminator": 4, "user-information": b"078-05-1120"}
    value = {"h323-uu-pdu": pduOf(message), "user-data": data}
    octets = h225.encode("H323-UserInformation", value)
    return plain.make(
        MessageType(message.messageType), octets, [Element(IE.DISPLAY, b"Anna"), UNKNOWN]
    )


def test_whatIsThereToBeReadIsTakenAway() -> None:
    octets = uuie.write(uuie.EMPTY, False)
    message = withData(plain.facility(octets))
    bare = messages.withoutWords(message)
    assert [each.identifier for each in bare.elements if each.identifier != IE.USER_USER] == [0x7A]
    assert bare.userUser == octets


@pytest.mark.parametrize(
    "said",
    [
        {"h4501SupplementaryService": [b"Anna Lund"]},
        {"nonStandardData": {"nonStandardIdentifier": ("object", (1, 2)), "data": b"Anna"}},
        {"nonStandardControl": [{"nonStandardIdentifier": ("object", (1, 2)), "data": b"Anna"}]},
        {"genericData": [{"id": ("oid", (1, 2))}]},
        {"stimulusControl": {}},
    ],
)
def test_soIsWhatMayCarryAnything(said: dict[str, Any]) -> None:
    pdu = {"h323-message-body": uuie.EMPTY, "h245Tunnelling": True, "h245Control": [b"x"]}
    octets = h225.encode("H323-UserInformation", {"h323-uu-pdu": pdu | said})
    bare = messages.withoutWords(plain.facility(octets))
    assert pduOf(bare) == pdu | ({"genericData": []} if "genericData" in said else {})


def test_whatAStandardOrTheGuardSaysStays() -> None:
    pdu = {
        "h323-message-body": uuie.EMPTY,
        "h245Tunnelling": True,
        "genericData": [refused(Reason.CAPACITY_EXCEEDED), {"id": ("standard", 4)}],
    }
    octets = h225.encode("H323-UserInformation", {"h323-uu-pdu": pdu})
    assert messages.withoutWords(plain.facility(octets)).userUser == octets


def test_theDisplayOfASetupIsAnothersToChange() -> None:
    bare = messages.withoutWords(withData(setup()))
    assert bare.contents(IE.DISPLAY) == b"Anna"
    assert pduOf(bare) == pduOf(setup())
    assert b"078-05" not in q931.encode(plain.addressed(bare, 77, False))


@pytest.mark.parametrize("octets", [None, setup().userUser], ids=["bare", "with a body"])
def test_whatHasNothingToReadStays(octets: bytes | None) -> None:
    alerting = plain.make(MessageType.ALERTING, octets, [UNKNOWN])
    assert messages.withoutWords(alerting).elements == alerting.elements


def test_ourCallProceedingLeavesTunnellingOpen() -> None:
    made = messages.callProceeding(IDENTITY, gatekeeperType("h323d"), True)
    content = uuie.read(made.userUser or b"")
    assert content.body == "callProceeding"
    assert content.tunnelling is None  # to those who know that it is provisional
    assert content.pdu["h245Tunnelling"] is True  # to others


def test_aForwardingNamesTheOtherDestination() -> None:
    made = messages.callForwarded(IDENTITY, (digits("3000"),), THERE)
    content = uuie.read(made.userUser or b"")
    assert content.reason == "callForwarded"
    assert content.aliases("alternativeAliasAddress") == (digits("3000"),)
    assert content.fields["alternativeAddress"] == transportToValue(THERE)
