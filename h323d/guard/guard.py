"""
The guard: the gate that asks who somebody is, and then all others of IF.guard.

Without an await, it identifies, decides and reserves: nobody can come in between.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from twisted.internet.interfaces import IReactorTime
from zope.interface import implementer

from h323d.call.applications import (
    PASSED,
    Admission,
    Application,
    CallType,
    Door,
    IGate,
    Priority,
    Purpose,
    Refusal,
    Texts,
)
from h323d.events.bus import EventBus
from h323d.guard.config import GuardConfig
from h323d.guard.gates.allowance import allowance
from h323d.guard.gates.chain import AT
from h323d.guard.gates.inputs import Asker, Decision, Demand, GateInput
from h323d.guard.gates.recording import wholeMilliseconds
from h323d.guard.gravechats import GraveChats
from h323d.guard.holdings import Holding, Holdings, Standing
from h323d.guard.identification import Identification, Identified
from h323d.guard.judging import Judging
from h323d.guard.ledger import Call
from h323d.guard.pii.detection import foundAmong, redacted
from h323d.guard.pii.rules import PIIKind
from h323d.guard.policies import NO_POLICIES, Policies
from h323d.guard.precedence import NOBODY, Precedence, PrecedenceOwner
from h323d.guard.presences import Presence, Presences
from h323d.guard.recognition import Recognition
from h323d.guard.refused import RefusedGuardians
from h323d.guard.registry.guardian import Guardian, ProofForm, Status
from h323d.guard.registry.registry import Registry
from h323d.guard.registry.users import digestUserOf
from h323d.guard.roomtypes import NO_ROOMS, RoomNames, RoomTypes
from h323d.guard.signatures.budget import SignatureBudget
from h323d.guard.signatures.memory import ReplayMemory
from h323d.guard.signatures.verifying import Signatures
from h323d.guard.stocktaking import Stocktaking
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.ed25519 import SCHEME, Signing
from h323d.values.proof import Proof

__all__ = ["Guard"]

_REPORTED = (Door.BRQ, Door.OLC, Door.REINVITE)  # where what a call has is changed
_WITHIN = (Door.REINVITE, Door.REFER)  # a dialog of SIP
_OF_A_LEG = (*_WITHIN, Door.OLC, Door.ROOM)  # that is known by its name
_READ = (Purpose.CALL, Purpose.SEAT)


@implementer(IGate)
class Guard:
    """
    @ivar registry: the one that is in force.
    @ivar holdings: what those have who were admitted.
    @ivar chats: what is written to and from those who are in grave calls.
    @ivar roomTypes: as which type of call everything in some rooms counts.
    @ivar key: that guardians are answered by; C{None} if they are answered unsigned.
    @ivar precedence: who of them goes before others.
    """

    name = "guard"
    doors = frozenset(AT)

    def __init__(
        self,
        config: GuardConfig,
        registry: Registry,
        clock: IReactorTime,
        rooms: RoomNames = NO_ROOMS,
        key: Signing | None = None,
        events: EventBus | None = None,
        policies: Policies = NO_POLICIES,
        owner: PrecedenceOwner = NOBODY,
    ) -> None:
        """
        @param rooms: knows which names are those of rooms.
        @param events: where it is told who is refused; C{None} to tell nobody.
        @param policies: the operator's.
        @param owner: ends calls that give way to others.
        """
        events = events or EventBus()
        self.registry = registry
        self.key = key
        self.holdings = Holdings(registry)
        self.roomTypes = RoomTypes(rooms)
        self.chats = GraveChats(self.holdings)
        self.precedence = Precedence(self.holdings, clock, events, owner)
        self._stocktaking = Stocktaking(config, self.holdings, self.precedence)
        self._clock = clock
        self._refused = RefusedGuardians(clock, events)
        self._presences = Presences()
        self._judging = Judging(policies, clock)
        self._memory = ReplayMemory(clock.seconds())
        signatures = Signatures(config.name, self._memory, SignatureBudget())
        self._identification = Identification(signatures, self._presences, Recognition())
        self.reconfigure(config)

    def reconfigure(self, config: GuardConfig) -> None:
        """
        Other limits for who asks from now on; nobody loses what they have.
        """
        self._config = self._stocktaking.config = config
        self.roomTypes.reconfigure(config.escalateRooms)

    def recall(self, since: float, shown: Iterable[tuple[bytes, Proof]]) -> None:
        """
        Learn what was shown to the run before, by which key.

        @param since: from when on that is all, in seconds of Unix time.
        """
        self._memory.recall(since, shown)

    def consult(self, policies: Policies) -> None:
        """
        Go by other policies of the operator's.
        """
        self._judging.policies = policies

    def use(self, registry: Registry) -> list[str]:
        """
        Go by another registry.

        @return: the names of the calls that it would not have admitted, of which the legs, or
            the calls themselves, are to be ended.
        """
        self.registry = self.holdings.registry = registry
        return [each.name for each in self.holdings if not each.counts(registry)]

    def mayStay(self, names: Iterable[PartyAddress], before: Registry) -> bool:
        """
        Whether who has registered by these names may stay so.

        @param before: the registry by which they did; whose keys, passwords or networks are
            others now has to prove them again.
        """
        named = tuple(names)
        guardian = self.registry.ownerOf(named)
        if guardian is None or guardian.status is not Status.ACTIVE:
            return False
        known = before.byTerminalId(guardian.terminalId)
        return known is None or not _hasLost(known, guardian)

    def userOfKey(self, key: bytes) -> str | None:
        """
        The user of SIP who proves by a public key, at the other end of a connection, who they
        are.

        @param key: a SubjectPublicKeyInfo.

        @return: empty for a guardian who is no user; C{None} for nobody.
        """
        guardian = self.registry.bySPKI(key)
        if guardian is None or ProofForm.TLS not in guardian.proofs:
            return None
        user = digestUserOf(guardian)
        return "" if user is None else user.name

    def signerOf(self, proof: Proof, source: TransportAddress) -> str:
        """
        The C{terminal_id} of who signed a request of RAS that came from there; empty for nobody.
        """
        return self._identification.signer(proof, source, self.registry, self._clock.seconds())

    def signerAt(self, source: TransportAddress) -> str:
        """
        The same of who has registered from there by RAS, and signed that.
        """
        presence = self._presences.at("h323", source)
        isSigner = presence is not None and presence.form is ProofForm.ED25519
        return presence.terminalId if presence is not None and isSigner else ""

    def judge(self, application: Application) -> Admission | Refusal:
        now = wholeMilliseconds(self._clock.seconds())
        held = self._heldBefore(application)
        if application.door is Door.OLC and self.holdings.covers(held, application.bandwidth):
            return PASSED
        if held is not None:
            found = self._within(held, application, now)
        elif application.door in _OF_A_LEG:
            return PASSED  # a call of ours, which no guardian has asked for
        else:
            found = self._identification.identify(application, self.registry, now)
        call = Call(found.asker.terminalId, application.callIdentifier)
        asked = GateInput(
            Door.ANSWER if application.answering else application.door,
            now,
            self.registry.generation,
            found.asker,
            self._demandOf(application, found, call),
        )
        isSIP = application.protocol == "sip"
        asked = self._stocktaking.stocked(asked, call, found.guardian, isSIP)
        key = _signingKey(found, application, held)
        decision, account = self._judging.judge(asked, application, key)
        if decision.told is not None and decision.failure is not None:
            refused = Refusal.of(decision.told, decision.failure.detail, account)
            refusal = replace(refused, bandwidth=allowance(asked, decision))
            room = self.roomTypes.room(application.called)
            self._refused.tell(application, found, self.registry, room, refusal)
            return refusal
        return replace(self._pass(application, found, call, asked, decision), account=account)

    def _pass(
        self,
        application: Application,
        found: Identified,
        call: Call,
        asked: GateInput,
        decision: Decision,
    ) -> Admission:
        """
        Give what it needs to who may pass.
        """
        if application.door.purpose is Purpose.REGISTRATION:
            return self._enter(application, found)
        if application.door.purpose is Purpose.BELIEF:
            return PASSED
        return self._admit(application, found, call, asked, decision)

    def _enter(self, application: Application, found: Identified) -> Admission:
        """
        Note where somebody has registered.
        """
        form, source = found.asker.form, application.source
        if form is None or source is None:
            return PASSED
        who, by = (found.asker.terminalId, form, found.key), application.protocol
        standing = Standing(*who, self.holdings)
        presence = Presence(*who, by, source, application.addresses, self._presences)
        self._presences.arrive(presence)
        user = digestUserOf(found.guardian) if found.key and found.guardian else None
        return Admission(leases=(standing, presence), user="" if user is None else user.name)

    def _admit(
        self,
        application: Application,
        found: Identified,
        call: Call,
        asked: GateInput,
        decision: Decision,
    ) -> Admission:
        bandwidth, shown = asked.demand.bandwidth, _shown(application, asked, decision)
        if application.door is Door.ROOM:
            return self._seat(application, shown)
        if application.door in _REPORTED and self.holdings.ledger.resize(call, bandwidth):
            return PASSED
        form = found.asker.form
        assert form is not None  # or the first gate would not have opened
        name = application.legId or application.callIdentifier
        kind = None if application.answering else decision.callType
        yielding = self._stocktaking.yieldingTo(asked, call)
        if yielding is not None:
            yielding.end()
        given = call, bandwidth, form, found.key, name, found.asker.inherited, kind
        holding = self.holdings.give(*given)
        if yielding is not None:
            self.precedence.bandwidthPreempted(yielding, holding)
        if shown is not None:
            self.holdings.becomesGrave(holding, application.callId)
        if application.door is Door.ARQ:
            self._identification.leave(application, found, asked.generation, asked.now)
        priority = Priority.HIGH if kind is CallType.EMERGENCY else Priority.NORMAL
        return Admission(texts=shown, priority=priority, leases=(holding,))

    def _seat(self, application: Application, shown: Texts | None) -> Admission:
        held = self.holdings.of(application.legId)
        if shown is None or held is None:
            return PASSED
        self.holdings.becomesGrave(held, application.callId)
        return Admission(texts=shown)

    def _heldBefore(self, application: Application) -> Holding | None:
        """
        What the leg has already, which is asked about again: it goes on, elsewhere or with other
        media.
        """
        if application.door in _OF_A_LEG:
            return self.holdings.of(application.legId)
        return self.holdings.of(application.continues) if application.continues else None

    def _within(self, held: Holding, application: Application, now: float) -> Identified:
        """
        Who asks for something in a dialog: who signed to begin it signs that, too.
        """
        if not _isSigned(held, application.door):
            return self._alreadyKnown(held, application)
        found = self._identification.signed(application, self.registry, now)
        isTheirs = found.asker.terminalId in ("", held.lease.call.terminalId)
        return found if isTheirs else replace(found, asker=replace(found.asker, namesAreOwn=False))

    def _alreadyKnown(self, held: Holding, application: Application) -> Identified:
        """
        Who has a leg already.
        """
        terminalId = held.lease.call.terminalId
        guardian = self.registry.byTerminalId(terminalId)
        status = None if guardian is None else guardian.status
        declares = held.callType or application.callType
        may = declares is None or guardian is None or guardian.mayDeclare(declares, held.form)
        asker = Asker("", held.form, terminalId, status, mayDeclare=may)
        return Identified(asker, guardian, held.key, declares)

    def _typeAround(self, application: Application) -> CallType | None:
        """
        The type of the room that is called; or else of the call that it goes on from, or that
        is answered.
        """
        if self.holdings.goesOnGravely(application.continues, application.callId):
            return CallType.ESCALATE
        return self.roomTypes.of(_roomOf(application) or application.called)

    def _demandOf(self, application: Application, found: Identified, call: Call) -> Demand:
        before = self.holdings.ofCall(call) if application.door in _REPORTED else None
        return Demand(
            found.callType if before is None else before.callType,
            self._typeAround(application),
            application.declaredPII,
            self._piiOf(application) if self._isRead(application, found) else frozenset(),
            self._bandwidthOf(application, call),
        )

    def _isRead(self, application: Application, found: Identified) -> bool:
        """
        Whether the texts are looked through: not for who is refused whatever is in them, as it
        takes its time, nor of who answers, whose they are not.
        """
        asker = found.asker
        isKnown = not asker.fault and asker.status is Status.ACTIVE and asker.namesAreOwn
        return isKnown and not application.answering

    def _piiOf(self, application: Application) -> frozenset[PIIKind]:
        """
        What is in the texts: names that are an entry's are none, be they displayed, too.
        """
        if application.door.purpose not in _READ:
            return frozenset()
        texts = application.texts
        return foundAmong(
            [
                each
                for each in (texts.displayName, *texts.names)
                if each and self.registry.byAlias(PartyAddress(AddressKind.H323_ID, each)) is None
            ]
        )

    def _bandwidthOf(self, application: Application, call: Call) -> int:
        """
        What is asked for; what a call has, or is thought to need, if it does not say.
        """
        before = self.holdings.ledger.of(call)
        usual = self._config.unsaid if before is None else before.bandwidth
        if application.door is Door.ANSWER:  # it says what is open, which need not be all
            return max(application.bandwidth, usual)
        return application.bandwidth or usual


def _roomOf(application: Application) -> tuple[PartyAddress, ...]:
    """
    The room in which a seat is asked for, as who is called; nobody, if it is none.
    """
    room = application.room
    return (PartyAddress(AddressKind.H323_ID, room),) if room else ()


def _signingKey(found: Identified, application: Application, held: Holding | None) -> bytes:
    """
    By which the signature of an application was verified; empty where none was: who goes on with
    what they have, or takes over what was proven before, has not signed that.
    """
    isLookedAt = held is None or _isSigned(held, application.door)
    hasOne = any(each.scheme == SCHEME for each in application.proofs)
    isIt = isLookedAt and hasOne and found.asker.form is ProofForm.ED25519
    return found.key if isIt else b""


def _isSigned(held: Holding, door: Door) -> bool:
    """
    Whether what is asked for in a dialog counts by a signature alone.
    """
    return door in _WITHIN and held.form is ProofForm.ED25519 and not held.inherited


def _hasLost(before: Guardian, now: Guardian) -> bool:
    """
    Whether something by which a guardian could have proven themselves is gone.
    """
    return bool(
        set(before.proofs) - set(now.proofs)
        or set(before.keys) - set(now.keys)
        or set(before.secrets) - set(now.secrets)
        or set(before.addresses) - set(now.addresses)
        or before.certificate not in (b"", now.certificate)
    )


def _shown(application: Application, asked: GateInput, decision: Decision) -> Texts | None:
    """
    What may be shown of its texts; C{None} for all.
    """
    if CallType.ESCALATE not in (decision.callType, asked.demand.roomType):
        return None
    texts = application.texts
    return Texts(redacted(texts.displayName), tuple(map(redacted, texts.names)))
