"""
One guardian, as the registry has it.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from h323d.call.applications import CallType
from h323d.values.address import PartyAddress
from h323d.values.ed25519 import PublicKey

__all__ = ["DEFAULT_QUOTA", "STRONG", "WEAK", "Guardian", "ProofForm", "Secret", "Status"]

DEFAULT_QUOTA = 10_000_000  # bit/s, both directions together


class Status(enum.Enum):
    """
    Whether a guardian may do anything.
    """

    ACTIVE = "active"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


class ProofForm(enum.Enum):
    """
    How somebody proves who they are.
    """

    ED25519 = "ed25519"
    """A signature of their own over this message."""

    TLS = "tls"
    """The key of the other end of the connection."""

    H235 = "h235"
    """A shared password, by H.235.1."""

    DIGEST = "digest"
    """A shared password, by SIP's digest."""

    ADDRESS = "address"
    """That answers reach a listed network."""


STRONG = (ProofForm.ED25519, ProofForm.TLS)
"""
What only the holder of a private key can give, and what is taken where an entry does not say.
"""

WEAK = (ProofForm.H235, ProofForm.ADDRESS)


@dataclass(frozen=True, slots=True)
class Secret:
    """
    What stands for a password of SIP's digest, which itself is in no file.

    @ivar kind: of the hash: C{"sha256"} or C{"md5"}.
    @ivar value: H(A1) in hexadecimal.
    """

    kind: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Guardian:
    """
    @ivar terminalId: the name of the entry, as in C{"if://guardian/technical"}.
    @ivar keys: those that count; the second is the one that comes after it.
    @ivar certificate: SHA-256 of the SubjectPublicKeyInfo of a TLS key; empty for none.
    @ivar aliases: all names by which they call, and are called.
    @ivar proofs: what is taken as a proof.
    @ivar may: the types of calls that they may declare; empty where the file does not say.
    @ivar nat: their requests come from other addresses than are written in them.
    @ivar addresses: the networks that they are in.
    @ivar secrets: what stands for their passwords.
    @ivar quota: bit/s that they may have at once, both directions together; C{None} where the
        file does not say.
    @ivar particulars: what only people read, by the names of the fields.
    @ivar line: where the entry begins in the file.
    """

    terminalId: str
    keys: tuple[PublicKey, ...] = ()
    certificate: bytes = b""
    aliases: tuple[PartyAddress, ...] = ()
    proofs: tuple[ProofForm, ...] = STRONG
    may: tuple[CallType, ...] = ()
    nat: bool = False
    addresses: tuple[str, ...] = ()
    secrets: tuple[Secret, ...] = ()
    quota: int | None = None
    status: Status = Status.ACTIVE
    particulars: tuple[tuple[str, str], ...] = ()
    line: int = field(default=0, compare=False)

    def mayDeclare(self, callType: CallType, form: ProofForm) -> bool:
        """
        Whether they may declare a type of call, having proved themselves so.

        By a weak proof nothing but ROUTINE, unless the entry says so; EMERGENCY never.
        """
        if callType is CallType.EMERGENCY:
            return callType in self.may and form in STRONG
        if self.may:
            return callType in self.may
        return callType is CallType.ROUTINE or form not in WEAK
