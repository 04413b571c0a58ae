"""
DTLS-SRTP in session descriptions: the C{fingerprint} attribute (RFC 8122) says whose handshake it
is, C{setup} (RFC 4145, RFC 5763) who begins it, and C{tls-id} (RFC 8842) which one it is.  All of
them may stand for the whole session, or for a medium.  Where C{rtcp-mux} (RFC 5761) is offered, one
handshake does for RTP and RTCP; we do not offer it.

What an attribute says that is malformed, or that we do not know, is not said; fingerprints are of
the certificates that their side will show, and one that fits is enough.
"""

from __future__ import annotations

import enum
from dataclasses import replace

from h323d.sip.sdp.description import (
    Attribute,
    MediaDescription,
    SessionDescription,
    attributeOf,
    attributesOf,
)
from h323d.values.media.encryption import KeyAgreement
from h323d.values.media.fingerprint import Fingerprint, strongest

__all__ = ["agreementAnswered", "agreementOffered", "answered", "isAgreed", "offered"]

FINGERPRINT, SETUP, IDENTITY = "fingerprint", "setup", "tls-id"
MULTIPLEXED = "rtcp-mux"
MAX_FINGERPRINTS = 16  # that are looked at
_SAID = frozenset({FINGERPRINT, SETUP, MULTIPLEXED})


class _Setup(enum.Enum):
    """
    Who begins.
    """

    ACTIVE = "active"
    PASSIVE = "passive"
    ACTPASS = "actpass"
    HOLDCONN = "holdconn"


def isAgreed(line: MediaDescription) -> bool:
    """
    Whether a line of ours has keys agreed on by DTLS.
    """
    return line.attribute(FINGERPRINT) is not None


def offered(shown: Fingerprint, before: MediaDescription | None) -> list[Attribute]:
    """
    What we offer: that the peer chooses who begins; and then, that it stays so.

    @param shown: of the certificate that we show.
    @param before: our own line of the last round.
    """
    if before is not None and isAgreed(before):
        return [each for each in before.attributes if each[0] in _SAID]
    return _attributes(shown, _Setup.ACTPASS)


def answered(shown: Fingerprint, agreement: KeyAgreement) -> list[Attribute]:
    """
    What we answer.

    @param shown: of the certificate that we show.
    """
    said = _attributes(shown, _Setup.ACTIVE if agreement.begins else _Setup.PASSIVE)
    return [*said, (MULTIPLEXED, None)] if agreement.multiplexed else said


def _attributes(shown: Fingerprint, setup: _Setup) -> list[Attribute]:
    return [(SETUP, setup.value), (FINGERPRINT, str(shown))]


def agreementOffered(
    offer: SessionDescription, line: MediaDescription, reachable: bool, had: object
) -> KeyAgreement | None:
    """
    How keys are agreed on as the peer offers it.  Where it leaves that to us, we begin if we may,
    as our hello then waits for nothing (RFC 5763, 5); but what was agreed on before, and is not
    changed, stays.

    @param reachable: whether the peer can be sent to before anything came from it: not where it
        names a place that is not its own, as behind a translator of addresses.
    @param had: how keys are had so far.
    @return: C{None} if the offer has nothing that we can use.
    """
    setup = _setupOf(offer, line, _Setup.ACTIVE)
    begins = setup is _Setup.PASSIVE or (setup is _Setup.ACTPASS and reachable)
    agreement = _agreement(offer, line, begins)
    if agreement is None or setup in (None, _Setup.HOLDCONN):
        return None
    turned = replace(agreement, begins=not begins)
    return turned if setup is _Setup.ACTPASS and turned == had else agreement


def agreementAnswered(
    ours: MediaDescription, answer: SessionDescription, line: MediaDescription
) -> KeyAgreement | None:
    """
    How keys are agreed on as the peer answers.

    @param ours: the line that we offered.
    @return: C{None} if the answer has nothing that we can use.
    """
    setup = _setupOf(answer, line, _Setup.PASSIVE)
    if setup not in (_Setup.ACTIVE, _Setup.PASSIVE) or ours.attribute(SETUP) == setup.value:
        return None
    agreement = _agreement(answer, line, setup is _Setup.PASSIVE)
    if agreement is None or ours.attribute(MULTIPLEXED) is not None:
        return agreement
    return replace(agreement, multiplexed=False)


def _agreement(
    description: SessionDescription, line: MediaDescription, begins: bool
) -> KeyAgreement | None:
    texts = attributesOf(line.attributes, FINGERPRINT)
    texts = texts or attributesOf(description.attributes, FINGERPRINT)
    parsed = map(Fingerprint.parse, texts[:MAX_FINGERPRINTS])
    found = strongest(each for each in parsed if each is not None)
    identity = _said(description, line, IDENTITY) or ""
    multiplexed = line.attribute(MULTIPLEXED) is not None
    return KeyAgreement(begins, found, identity, multiplexed) if found else None


def _setupOf(
    description: SessionDescription, line: MediaDescription, usual: _Setup
) -> _Setup | None:
    """
    @param usual: what it is where nothing is said (RFC 4145, 4).
    @return: C{None} for what nobody knows.
    """
    text = _said(description, line, SETUP)
    if text is None:
        return usual
    return next((each for each in _Setup if each.value == text.strip().lower()), None)


def _said(description: SessionDescription, line: MediaDescription, name: str) -> str | None:
    found = attributeOf(line.attributes, name)
    return attributeOf(description.attributes, name) if found is None else found
