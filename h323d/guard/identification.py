"""
Who asks: from what an application shows to an entry of the registry.

Exactly one proof counts: a signature, if there is one; else the key at the other end of the
connection; else a password that was verified at the door; else the address.  What an entry does not
list does not exist for it: there is nothing to fall back to.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from h323d.call.applications import Application, CallType, Door
from h323d.guard.gates.inputs import ABSENT, Asker
from h323d.guard.inheritance import RINGING, Granted, Inheritance
from h323d.guard.presences import Presences
from h323d.guard.recognition import Recognition
from h323d.guard.registry.guardian import Guardian, ProofForm
from h323d.guard.registry.registry import Registry
from h323d.guard.signatures.verifying import Fault, Signatures, Verified
from h323d.values.address import ANONYMOUS, AddressKind, PartyAddress, TransportAddress
from h323d.values.ed25519 import SCHEME
from h323d.values.networks import Networks
from h323d.values.proof import TLS, Proof, verified

__all__ = ["Identification", "Identified"]

_FORMS = {"digest": ProofForm.DIGEST, "h2351": ProofForm.H235}
_REGISTERING = (Door.RRQ, Door.REGISTER)
_REGISTERED = (Door.ARQ, Door.BRQ, Door.URQ, Door.DRQ, Door.RAI, Door.IRR)


@dataclass(frozen=True, slots=True)
class Identified:
    """
    Who asks.

    @ivar guardian: C{None} if they have proven nothing that the registry knows.
    @ivar key: that their signature was made with; empty for none.
    @ivar callType: what is declared, now or by what is taken over.
    """

    asker: Asker
    guardian: Guardian | None = None
    key: bytes = b""
    callType: CallType | None = None


_NOBODY = Identified(ABSENT)


class Identification:
    """
    Identifies.
    """

    def __init__(
        self, signatures: Signatures, presences: Presences, recognition: Recognition
    ) -> None:
        self._signatures = signatures
        self._presences = presences
        self._recognition = recognition
        self._ofSetups = Inheritance()
        self._ofAnswers = Inheritance(RINGING)

    def identify(self, application: Application, registry: Registry, now: float) -> Identified:
        """
        Look at what is shown.  A signature counts this once.
        """
        inherited = self._inherited(application, registry, now)
        signatures = _signaturesOf(application)
        if signatures:
            return self._bySignature(signatures, application, registry, now)
        for proof in application.proofs:
            if proof.scheme == TLS and _isShown(proof, application, registry):
                return _byConnection(proof, application, registry)
        for proof in verified(application.proofs):
            if proof.scheme != TLS:
                return _bySecret(proof, application, registry)
        if inherited is not None:
            return _byInheritance(inherited, application, registry)
        return _byAddress(application, registry)

    def leave(
        self, application: Application, found: Identified, generation: str, now: float
    ) -> None:
        """
        Let the Setup of a call, or its answer, take over what its ARQ has proven.

        @param generation: of the registry that was looked into.
        """
        form, source = found.asker.form, application.source
        if form is None or source is None:
            return
        who, called = (found.asker.terminalId, form, found.key), frozenset(application.called)
        granted = Granted(*who, found.callType, source.host, called, generation, now)
        inheritance = self._ofAnswers if application.answering else self._ofSetups
        inheritance.leave(application.callIdentifier, granted)

    def _inherited(
        self, application: Application, registry: Registry, now: float
    ) -> Granted | None:
        """
        What somebody has proven before, if they need nothing else to prove it.
        """
        if application.door is Door.SETUP:
            return self._ofSetups.take(application, registry.generation, now)
        source = application.source
        if application.door is not Door.ANSWER or source is None:
            return None
        # Whom we have called, we know, whatever their ARQ says.
        granted = self._ofAnswers.take(replace(application, called=()), registry.generation, now)
        presence = self._presences.at(application.protocol, source)
        if granted is not None or presence is None:
            return granted
        who = presence.terminalId, presence.form, presence.key
        return Granted(*who, None, source.host, frozenset(), registry.generation, now)

    def signed(self, application: Application, registry: Registry, now: float) -> Identified:
        """
        The same for what a signature alone counts for, whoever calls.
        """
        signatures = _signaturesOf(application)
        if not signatures:
            return _NOBODY
        return self._bySignature(signatures, replace(application, calling=()), registry, now)

    def _bySignature(
        self, proofs: list[Proof], application: Application, registry: Registry, now: float
    ) -> Identified:
        proof = proofs[0]
        if len(proofs) > 1 or not proof.signature:
            return Identified(Asker(Fault.MALFORMED.value))
        verified = self._verified(proof, application.source, registry, now)
        if isinstance(verified, Fault):
            return Identified(Asker(verified.value))
        guardian = verified.guardian
        found = _known(guardian, ProofForm.ED25519, application, registry, application.callType)
        if found is None:
            return _NOBODY
        named = proof.identity == guardian.terminalId and found.asker.namesAreOwn
        return replace(found, asker=replace(found.asker, namesAreOwn=named), key=verified.key)

    def signer(self, proof: Proof, source: TransportAddress, registry: Registry, now: float) -> str:
        """
        The C{terminal_id} of who signed a request, whether it has been judged or not; empty for
        nobody that the registry knows, and for who may not prove anything so.

        @param source: where it came from.
        """
        known = self._recognition.of(proof, source)
        if known is None:
            self._verified(proof, source, registry, now)
            known = self._recognition.of(proof, source)
        return known or ""

    def _verified(
        self, proof: Proof, source: TransportAddress | None, registry: Registry, now: float
    ) -> Verified | Fault:
        host = "" if source is None else source.host
        verified = self._signatures.verify(proof, registry, host, now)
        if source is not None:
            signer = "" if isinstance(verified, Fault) else _signerOf(verified.guardian)
            self._recognition.note(proof, source, signer)
        return verified


def _signerOf(guardian: Guardian) -> str:
    return guardian.terminalId if ProofForm.ED25519 in guardian.proofs else ""


def _signaturesOf(application: Application) -> list[Proof]:
    return [each for each in application.proofs if each.scheme == SCHEME]


def _isShown(proof: Proof, application: Application, registry: Registry) -> bool:
    """
    Whether a key is shown to prove something: whoever we connect to over TLS has one, and so may
    H.323 equipment that proves who it is by other things.
    """
    if application.door not in (Door.SETUP, Door.ANSWER):
        return True
    guardian = registry.bySPKI(proof.key)
    return guardian is not None and ProofForm.TLS in guardian.proofs


def _byConnection(proof: Proof, application: Application, registry: Registry) -> Identified:
    guardian = registry.bySPKI(proof.key)
    if guardian is None:
        return Identified(Asker(Fault.UNKNOWN_KEY.value))
    found = _known(guardian, ProofForm.TLS, application, registry, application.callType)
    return _NOBODY if found is None else replace(found, key=proof.key)


def _bySecret(proof: Proof, application: Application, registry: Registry) -> Identified:
    form = _FORMS.get(proof.scheme)
    if form is None:
        return _NOBODY
    guardian = registry.byName(proof.identity)
    if guardian is None:
        return Identified(Asker(form=form))
    return _known(guardian, form, application, registry, application.callType) or _NOBODY


def _byInheritance(granted: Granted, application: Application, registry: Registry) -> Identified:
    guardian = registry.byTerminalId(granted.terminalId)
    if guardian is None:
        return _NOBODY
    callType = granted.callType
    found = _known(guardian, granted.form, application, registry, callType)
    if found is None:
        return _NOBODY
    asker = replace(found.asker, inherited=True)
    return Identified(asker, found.guardian, granted.key, callType)


def _byAddress(application: Application, registry: Registry) -> Identified:
    source = application.source
    guardian = None if source is None else registry.byAddress(source.host)
    if guardian is None:
        return _NOBODY
    return (
        _known(guardian, ProofForm.ADDRESS, application, registry, application.callType) or _NOBODY
    )


def _known(
    guardian: Guardian,
    form: ProofForm,
    application: Application,
    registry: Registry,
    callType: CallType | None,
) -> Identified | None:
    """
    @return: C{None} if the entry does not take such a proof.
    """
    if form not in guardian.proofs:
        return None
    asker = Asker(
        "",
        form,
        guardian.terminalId,
        guardian.status,
        _namesAreOwn(guardian, application, registry),
        _isWhereTheySay(guardian, form, application),
        callType is None or guardian.mayDeclare(callType, form),
    )
    return Identified(asker, guardian, b"", callType)


def _isWhereTheySay(guardian: Guardian, form: ProofForm, application: Application) -> bool:
    """
    Whether a registration by RAS leads to where it comes from, as the source of a datagram is
    not signed; or to where the entry says that they are, if that is all that is known of them.
    """
    if application.door is not Door.RRQ or application.source is None:
        return True
    hosts = [each.host for each in application.addresses]
    if form is ProofForm.ADDRESS:
        networks = Networks(guardian.addresses)
        return all(host in networks for host in hosts)
    return form is not ProofForm.ED25519 or guardian.nat or application.source.host in hosts


def _namesAreOwn(guardian: Guardian, application: Application, registry: Registry) -> bool:
    """
    Whether all names by which somebody registers, or calls, are an entry's.
    """
    if application.door in _REGISTERING:
        names = (*application.calling, *application.registered)
        return bool(names) and all(registry.isOf(each, guardian) for each in names)
    if application.door is Door.ANSWER:
        return not any(_isAnothers(each, guardian, registry) for each in application.called)
    if application.party and application.protocol == "h323" and application.registered:
        return all(registry.isOf(each, guardian) for each in application.registered)
    if application.door in _REGISTERED:
        return False  # nobody who has no name of the entry is registered as that
    return all(registry.isOf(each, guardian) for each in application.calling if _isNumber(each))


def _isAnothers(name: PartyAddress, guardian: Guardian, registry: Registry) -> bool:
    """
    Whether who was called by a name is another guardian.  A number may lead to several, or to a
    gateway that has many.
    """
    owner = registry.byAlias(name) or registry.byName(name.number)
    return owner is not None and owner is not guardian and not registry.isOf(name, guardian)


def _isNumber(name: PartyAddress) -> bool:
    """
    Whether somebody can be called back by a name; an H.323 identifier may be any text.
    """
    return name.kind is not AddressKind.H323_ID and name != ANONYMOUS
