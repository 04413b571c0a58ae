"""
H.235.1's hash, computed by hand: nothing here is shared with what is tested.
"""

from __future__ import annotations

import hashlib

__all__ = ["hmacByHand", "isSignedWith"]

HASH_OCTETS = 12


def hmacByHand(key: bytes, data: bytes) -> bytes:
    """
    RFC 2104 with SHA-1, written out.
    """
    block = key.ljust(64, b"\0")
    inner = hashlib.sha1(bytes(octet ^ 0x36 for octet in block) + data).digest()
    return hashlib.sha1(bytes(octet ^ 0x5C for octet in block) + inner).digest()


def isSignedWith(password: str, octets: bytes, found: bytes) -> bool:
    """
    Whether a message carries the hash that who knows the password makes of it.

    @param octets: the message as it was on the wire.
    @param found: the hash in it.
    """
    assert octets.count(found) == 1
    zeroed = octets.replace(found, bytes(HASH_OCTETS))
    key = hashlib.sha1(password.encode()).digest()
    return hmacByHand(key, zeroed)[:HASH_OCTETS] == found
