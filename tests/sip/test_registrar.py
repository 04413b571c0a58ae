"""
What a registrar makes of a REGISTER, by RFC 3261, 10.3.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from h323d.call.applications import (
    PASSED,
    Admission,
    Application,
    Reason,
    Refusal,
    Verdict,
)
from h323d.errors import DecodeError
from h323d.net.stream import StreamOpener
from h323d.sip.binding import Binding
from h323d.sip.config import SIPConfig
from h323d.sip.messages.message import SIPRequest, SIPResponse
from h323d.sip.messages.parser import parse
from h323d.sip.messages.uri import SIPURI
from h323d.sip.reasons import RegistrationRefused
from h323d.sip.registrar import Registrant, Registrar
from h323d.values.address import TransportAddress
from tests.support.lease import Lease
from tests.support.loggedfailures import LoggedFailures
from tests.support.sippeers import SECURED, SERVER, ScriptedPeer, SIPWorld, Wire, request

PHONE = TransportAddress("10.0.0.3", 5060)
CONTACT = "Contact: <sip:a@10.0.0.3>"


class Locations:
    """
    A L{h323d.sip.registrar.RegistrarOwner} that grants everything.

    @ivar bound: the bindings by address of record.
    @ivar refused: what to answer instead of granting.
    @ivar verdict: what the gates say.
    @ivar granted: what they have granted for what was done.
    """

    def __init__(self) -> None:
        self.bound: dict[str, tuple[Binding, ...]] = {}
        self.registrants: list[Registrant] = []
        self.refused: Exception | None = None
        self.closed: list[TransportAddress] = []
        self.judged: list[Application] = []
        self.verdict: Verdict | Deferred[Verdict] = PASSED
        self.granted: list[Admission] = []

    def bindings(self, address: SIPURI, registrant: Registrant) -> tuple[Binding, ...]:
        return self.bound.get(str(address), ())

    def rebind(
        self, address: SIPURI, bindings: tuple[Binding, ...], registrant: Registrant
    ) -> None:
        if self.refused is not None:
            raise self.refused
        self.bound[str(address)] = bindings
        self.registrants.append(registrant)

    def judge(self, application: Application) -> Verdict | Deferred[Verdict]:
        self.judged.append(application)
        return self.verdict

    def admitted(self, address: SIPURI, registrant: Registrant, admission: Admission) -> None:
        self.granted.append(admission)

    def connectionClosed(self, peer: TransportAddress) -> None:
        self.closed.append(peer)

    def needs(self, peer: TransportAddress) -> bool:
        return any(registrant.source == peer for registrant in self.registrants)


class Desk:
    """
    A registrar, and a way to ask it.
    """

    def __init__(self, config: SIPConfig | None = None) -> None:
        self.clock = Clock()
        self.clock.advance(1_700_000_000.0)
        self.locations = Locations()
        self.registrar = Registrar(self.clock, config or SIPConfig(), self.locations)
        self.cseq = 0

    def ask(
        self,
        *headers: str,
        to: str = "sip:alice@example.com",
        uri: str = "sip:example.com",
        callId: str = "phone",
        cseq: int | None = None,
        source: TransportAddress = PHONE,
        connected: bool = False,
    ) -> SIPResponse:
        """
        @param cseq: C{None} for one more than last time.
        """
        answer = self.begin(
            *headers, to=to, uri=uri, callId=callId, cseq=cseq, source=source, connected=connected
        )
        assert isinstance(answer, SIPResponse)
        return answer

    def begin(
        self,
        *headers: str,
        to: str = "sip:alice@example.com",
        uri: str = "sip:example.com",
        callId: str = "phone",
        cseq: int | None = None,
        source: TransportAddress = PHONE,
        connected: bool = False,
    ) -> SIPResponse | Deferred[SIPResponse]:
        """
        The same where the answer may be late.
        """
        self.cseq = self.cseq + 1 if cseq is None else cseq
        text = [
            f"REGISTER {uri} SIP/2.0",
            "Via: SIP/2.0/UDP 10.0.0.3;branch=z9hG4bK1",
            "From: <sip:alice@example.com>;tag=1",
            f"To: <{to}>",
            f"Call-ID: {callId}",
            f"CSeq: {self.cseq} REGISTER",
            *headers,
        ]
        message = parse(("\r\n".join(text) + "\r\n\r\n").encode())
        assert isinstance(message, SIPRequest)
        return self.registrar.answer(message, source, "tag", connected)

    @property
    def bound(self) -> tuple[Binding, ...]:
        return self.locations.bound.get("sip:alice@example.com", ())


def contacts(response: SIPResponse) -> list[str]:
    assert response.status == 200
    return [str(contact) for contact in response.contacts]


def test_aContactIsBoundAndToldWithItsTime() -> None:
    desk = Desk()
    answer = desk.ask("Contact: <sip:a@10.0.0.3:5070;x=y>;expires=120")
    assert contacts(answer) == ["<sip:a@10.0.0.3:5070;x=y>;expires=120"]
    (binding,) = desk.bound
    assert binding.deadline == desk.clock.seconds() + 120
    assert binding.address == TransportAddress("10.0.0.3", 5070)
    assert (binding.callId, binding.cseq) == ("phone", 1)


def test_theAnswerTellsTheDate() -> None:
    assert Desk().ask(CONTACT).headers.get("Date") == "Tue, 14 Nov 2023 22:13:20 GMT"


def test_theAddressOfRecordIsToWithoutWhatIsNoNameAndUnescaped() -> None:
    desk = Desk()
    desk.ask(CONTACT, to="sip:%61lice:secret@EXAMPLE.com;user=phone")
    assert list(desk.locations.bound) == ["sip:alice@example.com"]


def test_theProductIsKeptForPeople() -> None:
    desk = Desk()
    desk.ask(CONTACT, "User-Agent: phone/1.0 " + "x" * 100)
    assert desk.locations.registrants[0].product == ("phone/1.0 " + "x" * 100)[:64]


def test_aQueryIsAnsweredWithWhatIsBoundAndWhatIsLeftOfItsTime() -> None:
    desk = Desk()
    desk.ask("Contact: <sip:a@10.0.0.3>;expires=100;q=0.5")
    desk.clock.advance(30)
    assert contacts(desk.ask()) == ["<sip:a@10.0.0.3>;expires=70;q=0.5"]
    assert len(desk.locations.registrants) == 1


def test_anExpiredContactIsNotTold() -> None:
    desk = Desk()
    desk.ask("Contact: <sip:a@10.0.0.3>;expires=100")
    desk.clock.advance(100)
    assert contacts(desk.ask()) == []


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ((CONTACT,), 3600),
        ((CONTACT, "Expires: 90"), 90),
        ((CONTACT + ";expires=80", "Expires: 90"), 80),
        ((CONTACT + ";expires=soon",), 3600),
        ((CONTACT + ";expires=" + "9" * 5000,), 7200),
        ((CONTACT, "Expires: 7201"), 7200),
    ],
)
def test_theTimeIsTheContactsOwnOrTheRequestsOrAnHour(
    headers: tuple[str, ...], seconds: int
) -> None:
    desk = Desk(SIPConfig(maxExpires=7200))
    assert desk.ask(*headers).contacts[0].parameter("expires") == str(seconds)


def test_tooBriefATimeIsRefusedAndTheLeastIsTold() -> None:
    desk = Desk(SIPConfig(minExpires=60))
    answer = desk.ask(CONTACT, "Expires: 59")
    assert (answer.status, answer.headers.get("Min-Expires")) == (423, "60")
    assert desk.bound == ()


def test_contactsAreAddedToThoseThatThereAre() -> None:
    desk = Desk()
    desk.ask(CONTACT)
    answer = desk.ask("Contact: <sip:b@10.0.0.3>, <sip:c@10.0.0.3>", "Expires: 100")
    assert contacts(answer) == [
        "<sip:a@10.0.0.3>;expires=3600",
        "<sip:b@10.0.0.3>;expires=100",
        "<sip:c@10.0.0.3>;expires=100",
    ]


def test_aContactIsRenewedAtItsPlace() -> None:
    desk = Desk()
    desk.ask("Contact: <sip:a@10.0.0.3>, <sip:b@10.0.0.3>")
    desk.clock.advance(100)
    answer = desk.ask("Contact: <sip:a@10.0.0.3>")
    assert contacts(answer) == ["<sip:a@10.0.0.3>;expires=3600", "<sip:b@10.0.0.3>;expires=3500"]


def test_aContactIsRemovedByZero() -> None:
    desk = Desk()
    desk.ask("Contact: <sip:a@10.0.0.3>, <sip:b@10.0.0.3>")
    assert contacts(desk.ask("Contact: <sip:a@10.0.0.3>;expires=0")) == [
        "<sip:b@10.0.0.3>;expires=3600"
    ]


def test_theWildcardRemovesAll() -> None:
    desk = Desk()
    desk.ask("Contact: <sip:a@10.0.0.3>, <sip:b@10.0.0.3>")
    assert contacts(desk.ask("Contact: *", "Expires: 0")) == []
    assert desk.bound == ()


@pytest.mark.parametrize("more", [(), ("Expires: 10",)])
def test_aWildcardThatDoesNotRemoveIsMalformed(more: tuple[str, ...]) -> None:
    desk = Desk()
    desk.ask(CONTACT)
    with pytest.raises(DecodeError, match="Expires"):
        desk.ask("Contact: *", *more)
    assert len(desk.bound) == 1


@pytest.mark.parametrize("headers", [(CONTACT,), ("Contact: *", "Expires: 0")])
@pytest.mark.parametrize("cseq", [6, 7])
def test_anOlderRequestOfTheSameAgentIsAborted(headers: tuple[str, ...], cseq: int) -> None:
    desk = Desk()
    desk.ask(CONTACT, cseq=7)
    before = desk.bound
    assert desk.ask(*headers, cseq=cseq).status == 500
    assert desk.bound == before


def test_anAgentThatWasStartedAnewMayCountFromTheStart() -> None:
    desk = Desk()
    desk.ask(CONTACT, cseq=7)
    assert desk.ask(CONTACT, callId="other", cseq=1).status == 200
    assert desk.bound[0].callId == "other"


def test_oneContactThatIsOutOfOrderAbortsTheWholeRequest() -> None:
    desk = Desk()
    desk.ask("Contact: <sip:b@10.0.0.3>", cseq=7)
    before = desk.bound
    assert desk.ask("Contact: <sip:a@10.0.0.3>, <sip:b@10.0.0.3>", cseq=7).status == 500
    assert desk.bound == before


def test_aContactThatStandsTwiceIsOne() -> None:
    answer = Desk().ask("Contact: <sip:a@10.0.0.3>, <sip:a@10.0.0.3>;expires=100")
    assert contacts(answer) == ["<sip:a@10.0.0.3>;expires=100"]


def test_moreContactsAtOnceThanAllowedAreRefused() -> None:
    desk = Desk(SIPConfig(maxContacts=2))
    assert desk.ask("Contact: <sip:a@10.0.0.3>, <sip:b@10.0.0.3>, <sip:c@10.0.0.3>").status == 403
    assert desk.bound == ()


def test_forOneContactTooManyTheOneLeavesThatWasNotRenewedForLongest() -> None:
    desk = Desk(SIPConfig(maxContacts=2))
    for user in ("a", "b", "a", "c"):
        desk.clock.advance(1)
        assert desk.ask(f"Contact: <sip:{user}@10.0.0.3>").status == 200
    assert [binding.uri.user for binding in desk.bound] == ["a", "c"]


def test_aContactThatNobodyKnowsTheAgeOfLeavesFirst() -> None:
    desk = Desk(SIPConfig(maxContacts=2))
    desk.ask("Contact: <sip:b@10.0.0.3>, <sip:a@10.0.0.3>")
    fresh, restored = desk.bound
    desk.locations.bound["sip:alice@example.com"] = (fresh, replace(restored, renewed=0.0))
    desk.ask("Contact: <sip:c@10.0.0.3>")
    assert [binding.uri.user for binding in desk.bound] == ["b", "c"]


INSTANCE = '+sip.instance="<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>"'


@pytest.mark.parametrize("more", ["", ";reg-id=1"])
def test_aUserAgentHasOneContactWhateverItsURI(more: str) -> None:
    desk = Desk()
    desk.ask(CONTACT)
    desk.ask(f"Contact: <sip:x@10.0.0.3:40001>;{INSTANCE}{more}", callId="first")
    answer = desk.ask(f"Contact: <sip:y@10.0.0.3:40002>;{INSTANCE}{more}", callId="second", cseq=1)
    assert contacts(answer) == [
        "<sip:a@10.0.0.3>;expires=3600",
        f"<sip:y@10.0.0.3:40002>;expires=3600;{INSTANCE}",
    ]


def test_whatIsTooLongForAnInstanceIsNone() -> None:
    desk = Desk()
    for number in range(2):
        instance = "x" * 200 + str(number)
        desk.ask(f'Contact: <sip:{number}@10.0.0.3>;+sip.instance="{instance}"')
    assert [binding.instance for binding in desk.bound] == ["", ""]


def test_aUserAgentMayTellOfTwoContactsAtOnce() -> None:
    desk = Desk()
    for _ in range(2):
        desk.ask(f"Contact: <sip:x@10.0.0.3>;{INSTANCE}, <sip:y@10.0.0.3>;{INSTANCE}")
        assert [binding.uri.user for binding in desk.bound] == ["x", "y"]


def test_anOlderRequestOfAUserAgentDoesNotReplaceItsContact() -> None:
    desk = Desk()
    desk.ask(f"Contact: <sip:x@10.0.0.3>;{INSTANCE}", cseq=7)
    assert desk.ask(f"Contact: <sip:y@10.0.0.3>;{INSTANCE}", cseq=6).status == 500


@pytest.mark.parametrize("contact", ["sip:a@10.0.0.3:5070", "sip:a@192.168.1.5;transport=tcp"])
def test_whatCameOverAConnectionIsReachedOverIt(contact: str) -> None:
    desk = Desk()
    source = TransportAddress("10.0.0.3", 40000)
    desk.ask(f"Contact: <{contact}>", source=source, connected=True)
    (binding,) = desk.bound
    assert (binding.address, binding.connected) == (source, True)


@pytest.mark.parametrize(
    ("contact", "left"),
    [
        ("sip:a@10.0.0.3:5070", TransportAddress("10.0.0.3", 5070)),
        ("sip:a@10.0.0.3;transport=tcp", PHONE),
        ("sip:a@192.168.1.5;transport=tcp", None),
        ("sip:a@phone.invalid", None),
        ("sip:a@10.0.0.3:0", None),
    ],
)
def test_afterItsConnectionAContactHasItsOwnAddressOrNone(
    contact: str, left: TransportAddress | None
) -> None:
    desk = Desk()
    desk.ask(f"Contact: <{contact}>", source=TransportAddress("10.0.0.3", 40000), connected=True)
    after = desk.bound[0].disconnected()
    assert (None if after is None else (after.address, after.connected)) == (
        None if left is None else (left, False)
    )


def test_aContactThatAsksForUDPIsNotReachedOverItsConnection() -> None:
    desk = Desk()
    source = TransportAddress("10.0.0.3", 40000)
    desk.ask("Contact: <sip:a@10.0.0.3;transport=udp>", source=source, connected=True)
    assert (desk.bound[0].address, desk.bound[0].connected) == (PHONE, False)


@pytest.mark.parametrize(
    "contact", ["sip:a@192.168.1.5:5062", "sip:a@phone.local", "sip:a@10.0.0.4", "sip:a@10.0.0.3:0"]
)
def test_aContactThatIsNotAtTheSourceIsReachedThere(contact: str) -> None:
    desk = Desk()
    source = TransportAddress("10.0.0.3", 40000)
    answer = desk.ask(f"Contact: <{contact}>", source=source)
    assert contacts(answer) == [f"<{contact}>;expires=3600"]
    assert desk.bound[0].address == source


def test_aContactAtTheSourceIsReachedAtItsOwnPort() -> None:
    desk = Desk()
    desk.ask("Contact: <sip:a@[2001:DB8::3]:5062>", source=TransportAddress("2001:db8::3", 999))
    assert desk.bound[0].address == TransportAddress("2001:db8::3", 5062)


@pytest.mark.parametrize("contact", ["mailto:a@example.com", "tel:+49123"])
def test_aContactThatWeCannotCallIsRefused(contact: str) -> None:
    answer = Desk().ask(f"Contact: <{contact}>")
    assert answer.status == 403
    assert "no SIP URIs" in (answer.headers.get("Warning") or "")


@pytest.mark.parametrize(
    "contact", ["sips:a@10.0.0.3", "sips:a@10.0.0.3;transport=tcp", "sip:a@10.0.0.3;transport=TLS"]
)
def test_aContactOverTLSIsRefusedHoweverItIsWritten(contact: str) -> None:
    answer = Desk().ask(f"Contact: <{contact}>")
    assert answer.status == 403
    assert (answer.headers.get("Warning") or "").endswith('over UDP and TCP, and not over TLS"')


@pytest.mark.parametrize(
    ("contact", "port"),
    [("sips:a@10.0.0.3", 5061), ("sip:a@10.0.0.3;transport=tls", 5061), ("sips:a@10.0.0.3:5", 5)],
)
def test_whereTLSIsSpokenAContactOverItIsAtItsPort(contact: str, port: int) -> None:
    desk = Desk(SECURED)
    assert desk.ask(f"Contact: <{contact}>", to="sips:alice@example.com").status == 200
    ((address, bindings),) = desk.locations.bound.items()
    assert address.startswith("sip:alice@")
    assert [each.address.port for each in bindings] == [port]


def test_aContactOverSomethingElseIsRefusedToo() -> None:
    answer = Desk().ask("Contact: <sip:a@10.0.0.3;transport=x%22y>")
    assert (answer.status, (answer.headers.get("Warning") or "")[-7:]) == (403, 'others"')


@pytest.mark.parametrize("q", ["2", "-1", "high", "1.5", "0.1234"])
def test_aPreferenceThatIsNoneIsMalformed(q: str) -> None:
    with pytest.raises(DecodeError, match="q value"):
        Desk().ask(f"{CONTACT};q={q}")


@pytest.mark.parametrize(
    "to",
    ["tel:+49123", "sip:example.com", "sips:alice@example.com", "sip:" + "a" * 300 + "@h"],
)
def test_aNameThatCannotBeRegisteredIsNotFound(to: str) -> None:
    assert Desk().ask(CONTACT, to=to).status == 404


@pytest.mark.parametrize(
    ("to", "uri", "status"),
    [
        ("sip:a@example.com", "sip:example.com", 200),
        ("sip:a@Example.COM", "sip:10.0.0.1", 200),
        ("sip:a@example.com", "sip:example.org", 404),
        ("sip:a@example.org", "sip:example.com", 404),
        ("sip:a@example.com", "tel:1", 404),
    ],
)
def test_onlyTheDomainsThatAreConfiguredAreServed(to: str, uri: str, status: int) -> None:
    desk = Desk(SIPConfig(domains=("EXAMPLE.com", "10.0.0.1")))
    assert desk.ask(CONTACT, to=to, uri=uri).status == status


def test_whatTheOwnerRefusesIsAnsweredAsItSays() -> None:
    desk = Desk()
    desk.locations.refused = RegistrationRefused(503, "Retry-After", "5")
    answer = desk.ask(CONTACT)
    assert (answer.status, answer.headers.get("Retry-After")) == (503, "5")


def server(locations: Locations) -> tuple[SIPWorld, ScriptedPeer]:
    world = SIPWorld()
    world.peer("10.0.0.1", registrations=locations)
    return world, world.script("10.0.0.3")


def test_theEndpointTakesARegisterAndARepetitionGetsTheSameAnswer() -> None:
    locations = Locations()
    world, script = server(locations)
    for _ in range(2):
        script.send(request("REGISTER", extra="Expires: 100\n"), SERVER)
        world.run(0.05)
    assert script.statuses == [200, 200]
    assert script.messages[0] == script.messages[1]
    assert len(locations.registrants) == 1
    assert locations.registrants[0].source == PHONE
    world.settle()


def test_theEndpointSaysThatItTakesRegister() -> None:
    world, script = server(Locations())
    script.send(request("OPTIONS"), SERVER)
    world.run(0.05)
    assert (script.messages[0].headers.get("Allow") or "").endswith(", REGISTER")


def test_aRegisterThatIsMalformedIsAnsweredWith400() -> None:
    world, script = server(Locations())
    script.send(request("REGISTER").replace("<sip:script@10.0.0.3>\n", "*\n"), SERVER)
    world.run(0.05)
    assert script.statuses == [400]


def test_aConnectionThatRegisteredIsKeptAndItsEndIsTold() -> None:
    locations = Locations()
    world = SIPWorld()
    world.peer("10.0.0.1", SIPConfig(idleTimeout=1.0), registrations=locations)
    wire = Wire()
    StreamOpener(world.network.host("10.0.0.3")).open(SERVER, wire, 5)
    world.run(0.05)
    wire.send(request("REGISTER", via="SIP/2.0/TCP 10.0.0.3"))
    world.run(5.0)
    assert (wire.statuses, wire.closed, locations.closed) == ([200], False, [])
    assert wire.stream is not None
    wire.stream.close()
    world.run(0.1)
    assert locations.closed == [wire.stream.local]
    world.settle()


def test_aRegisterOfADialogIsNone() -> None:
    world, script = server(Locations())
    script.send(request("REGISTER", toTag="x"), SERVER)
    world.run(0.05)
    assert script.statuses == [481]


def test_aGateIsAskedForAnyRegisterThatIsForUs() -> None:
    desk = Desk(SIPConfig(domains=("example.com",)))
    desk.ask()
    desk.ask(CONTACT)
    desk.ask(CONTACT, to="sip:alice@example.org")
    assert [each.source for each in desk.locations.judged] == [PHONE, PHONE]
    assert str(desk.locations.judged[0].calling[-1]) == "sip:alice@example.com"


@pytest.mark.parametrize(
    ("reason", "answer"),
    [
        (Reason.INVALID_SIGNATURE, (403, None)),
        (Reason.CAPACITY_EXCEEDED, (503, "5")),
        (Reason.GATEKEEPER_ERROR, (500, None)),
    ],
)
def test_aRegisterThatAGateRefusesIsAnsweredByItsReason(
    reason: Reason, answer: tuple[int, str | None]
) -> None:
    desk = Desk()
    desk.locations.verdict = Refusal.of(reason)
    refused = desk.ask(CONTACT)
    assert (refused.status, refused.headers.get("Retry-After"), desk.bound) == (*answer, ())


def test_aRegisterWaitsForAGateThatTakesItsTime() -> None:
    desk, slow = Desk(), Deferred[Verdict]()
    desk.locations.verdict = slow
    answers: list[SIPResponse] = []
    begun = desk.begin(CONTACT)
    assert isinstance(begun, Deferred)
    begun.addCallback(answers.append)
    assert (answers, desk.bound) == ([], ())
    desk.clock.advance(1)
    slow.callback(PASSED)
    assert contacts(answers[0]) == ["<sip:a@10.0.0.3>;expires=3600"]


@pytest.mark.parametrize("refused", [None, RegistrationRefused(503)])
def test_whatAGateKeepsIsTheOwnersIfTheRegistrationIsMade(
    refused: RegistrationRefused | None,
) -> None:
    desk, lease = Desk(), Lease()
    desk.locations.verdict = Admission(leases=(lease,))
    desk.locations.refused = refused
    desk.ask(CONTACT)
    granted = [each.leases for each in desk.locations.granted]
    assert (granted, lease.ends) == (([(lease,)], 0) if refused is None else ([], 1))


def test_whatAGateKeepsForAMalformedRegisterEnds() -> None:
    desk, lease = Desk(), Lease()
    desk.locations.verdict = Admission(leases=(lease,))
    with pytest.raises(DecodeError):
        desk.ask("Contact: *")
    assert lease.ends == 1


@pytest.mark.parametrize(
    ("verdict", "contact", "status"),
    [
        (PASSED, "<sip:script@10.0.0.3>", 200),
        (PASSED, "*", 400),
        (Refusal.of(Reason.NOT_REGISTERED), "<sip:script@10.0.0.3>", 403),
    ],
)
def test_aRegisterIsAnsweredWithinItsTransactionThoughAGateWasSlow(
    verdict: Verdict, contact: str, status: int
) -> None:
    locations, slow = Locations(), Deferred[Verdict]()
    locations.verdict = slow
    world, script = server(locations)
    text = request("REGISTER").replace("<sip:script@10.0.0.3>\n", f"{contact}\n")
    for _ in range(2):  # which repeats the request
        script.send(text, SERVER)
        world.run(0.5)
    assert (script.statuses, len(locations.judged)) == ([], 1)
    slow.callback(verdict)
    world.run(0.05)
    assert script.statuses == [status]
    world.settle()


def test_aFaultOfOursInALateAnswerIsAnsweredWith500(loggedFailures: LoggedFailures) -> None:
    locations, slow = Locations(), Deferred[Verdict]()
    locations.verdict, locations.refused = slow, ZeroDivisionError()
    world, script = server(locations)
    script.send(request("REGISTER"), SERVER)
    world.run(0.05)
    slow.callback(PASSED)
    world.run(0.05)
    assert script.statuses == [500]
    assert len(loggedFailures.take(ZeroDivisionError)) == 1
    world.settle()


# Ways that are kept open, and proxies on the way.


OUTBOUND = ("Supported: path, outbound", 'Contact: <sip:a@10.0.0.3>;+sip.instance="<i>";reg-id=1')
EDGE = "Path: <sip:edge@10.0.0.3:5080;lr;ob>"
BEHIND = "Via: SIP/2.0/UDP 192.168.1.5;branch=z9hG4bK2"


def test_aWayThatIsKeptOpenIsReachedByIt() -> None:
    desk = Desk()
    answer = desk.ask(*OUTBOUND, source=TransportAddress("10.0.0.3", 40000))
    (binding,) = desk.bound
    assert (binding.flow, binding.address.port) == (1, 40000)
    assert "outbound" in answer.headers.tokens("Require")
    assert answer.contacts[0].parameter("reg-id") == "1"


def test_aUserAgentKeepsSeveralOpen() -> None:
    desk = Desk()
    for number in (1, 2, 2):
        contact = OUTBOUND[1].replace("reg-id=1", f"reg-id={number}")
        desk.ask(OUTBOUND[0], contact, callId=f"c{number}")
    assert [each.flow for each in desk.bound] == [1, 2]


def test_oneThatKeepsNoneOpenAnyMoreHasOneContact() -> None:
    desk = Desk()
    desk.ask(*OUTBOUND)
    desk.ask(OUTBOUND[1].replace(";reg-id=1", ""), callId="other")
    assert [each.flow for each in desk.bound] == [0]


@pytest.mark.parametrize(
    "headers",
    [
        (OUTBOUND[1],),
        (OUTBOUND[0], CONTACT + ";reg-id=1"),
        (OUTBOUND[0], 'Contact: <sip:a@10.0.0.3>;+sip.instance="<i>"'),
    ],
)
def test_whatIsNoWayIsAContact(headers: tuple[str, ...]) -> None:
    desk = Desk()
    assert "Require" not in desk.ask(*headers).headers
    assert desk.bound[0].flow == 0


@pytest.mark.parametrize("number", ["0", "x", "-1", "4294967296", "99999999999"])
def test_aWayWithoutANumberIsMalformed(number: str) -> None:
    with pytest.raises(DecodeError):
        Desk().ask(OUTBOUND[0], OUTBOUND[1].replace("reg-id=1", f"reg-id={number}"))


@pytest.mark.parametrize(
    ("path", "status"),
    [((), 439), (("Path: <sip:10.0.0.3;lr>",), 439), ((EDGE,), 200)],
    ids=["none", "not", "edge"],
)
def test_theFirstProxyHasToKeepItOpen(path: tuple[str, ...], status: int) -> None:
    assert Desk().ask(BEHIND, *path, *OUTBOUND).status == status


def test_aPathIsKeptToldAndWhereCallsGo() -> None:
    desk = Desk()
    paths = ("Path: <sip:10.0.0.3:5080;lr>", "Path: <sip:192.0.2.9;lr>")
    answer = desk.ask(BEHIND, *paths, "Contact: <sip:a@192.168.1.5>")
    (binding,) = desk.bound
    assert binding.path == ("sip:10.0.0.3:5080;lr", "sip:192.0.2.9;lr")
    assert binding.address == TransportAddress("10.0.0.3", 5080)
    assert answer.headers.lines("Path") == tuple(each.partition(": ")[2] for each in paths)


def test_aPathThatIsElsewhereIsNotFollowed() -> None:
    desk = Desk()
    desk.ask("Path: <sip:192.0.2.66;lr>", "Contact: <sip:a@192.168.1.5>")
    assert desk.bound[0].address == PHONE


@pytest.mark.parametrize(
    "path",
    [
        "Path: <sip:10.0.0.3>",
        "Path: <tel:1>",
        "Path: nonsense",
        "Path: " + ", ".join(9 * ["<sip:10.0.0.3;lr>"]),
        f"Path: <sip:{'a' * 300}@10.0.0.3;lr>",
    ],
)
def test_aPathThatCannotBeTakenIsMalformed(path: str) -> None:
    with pytest.raises(DecodeError):
        Desk().ask(path, CONTACT)


def test_withItsConnectionAWayIsGone() -> None:
    desk = Desk()
    desk.ask(*OUTBOUND, connected=True)
    assert desk.bound[0].disconnected() is None


def test_whoIsBehindAProxyIsReachedWithoutTheConnection() -> None:
    desk = Desk()
    path = "Path: <sip:10.0.0.3:5080;transport=tcp;lr>"
    desk.ask(path, "Contact: <sip:a@192.168.1.5>", connected=True)
    left = desk.bound[0].disconnected()
    assert left is not None
    assert not left.connected
