"""
The guardians who prove by SIP's digest who they are, as users of SIP.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from h323d.guard.registry.guardian import Guardian, ProofForm
from h323d.guard.registry.registry import Registry
from h323d.values.address import AddressKind, PartyAddress

__all__ = ["DigestUser", "digestUserOf", "digestUsers"]


@dataclass(frozen=True, slots=True)
class DigestUser:
    """
    @ivar name: that goes with the password.
    @ivar names: more that they may register and call by.
    @ivar sha256: H(A1) by SHA-256; empty for none.
    @ivar md5: the same by MD5.
    """

    name: str
    names: tuple[str, ...]
    sha256: str = field(repr=False)
    md5: str = field(repr=False)


def digestUsers(registry: Registry) -> Iterator[DigestUser]:
    """
    All of a registry; those that are suspended too, who are told so when they have proven it.
    """
    for each in registry:
        user = digestUserOf(each)
        if user is not None:
            yield user


def digestUserOf(guardian: Guardian) -> DigestUser | None:
    """
    A guardian as a user; C{None} if they do not prove by digest who they are.
    """
    if ProofForm.DIGEST not in guardian.proofs or not guardian.aliases:
        return None
    secrets = {secret.kind: secret.value for secret in guardian.secrets}
    name = _userOf(guardian)
    names = dict.fromkeys(map(_plain, guardian.aliases))
    names.pop(name, None)
    return DigestUser(name, tuple(names), secrets.get("sha256", ""), secrets.get("md5", ""))


def _plain(alias: PartyAddress) -> str:
    """
    A name without its scheme.
    """
    isURI = alias.kind is AddressKind.URL
    return alias.value.partition(":")[2] if isURI else alias.value


def _userOf(guardian: Guardian) -> str:
    """
    The user of the first SIP URI, or else the first name.
    """
    uris = [each for each in guardian.aliases if each.kind is AddressKind.URL]
    return (uris or guardian.aliases)[0].number
