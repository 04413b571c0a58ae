"""
The master key identifier of SRTP (MKI: RFC 3711, 3.1 and 3.4): octets in each packet by which a
receiver tells several keys of a sender apart.

We have one key for each direction.  So its identifier is put into what was encrypted, and is taken
out again before what came is decrypted: no tag covers it, and whatever encrypts need not know it.
"""

from __future__ import annotations

from typing import Protocol

from h323d.values.media.encryption import CryptoSuite, MasterKey

__all__ = ["IdentifiedKey", "StreamCipher"]

_TAGS = {
    CryptoSuite.AES_CM_80: (10, 10),
    CryptoSuite.AES_CM_32: (4, 10),
    CryptoSuite.AES_256_CM_80: (10, 10),
    CryptoSuite.AES_256_CM_32: (4, 10),
    CryptoSuite.AES_128_GCM: (0, 0),
    CryptoSuite.AES_256_GCM: (0, 0),
}
"""
How many octets of RTP, and of RTCP, come behind the identifier: in the suites of RFC 7714, the tag
is part of what is encrypted.
"""


class StreamCipher(Protocol):
    """
    What encrypts, or decrypts, one direction of a stream.
    """

    # Each raises ValueError, or an error of its library, for what it does not take.

    def protect(self, packet: bytes) -> bytes: ...
    def unprotect(self, packet: bytes) -> bytes: ...
    def protect_rtcp(self, packet: bytes) -> bytes: ...
    def unprotect_rtcp(self, packet: bytes) -> bytes: ...


class IdentifiedKey:
    """
    A cipher, and the identifier of its key.
    """

    def __init__(self, cipher: StreamCipher, key: MasterKey) -> None:
        self._cipher = cipher
        self._identifier = key.identifier
        self._tag, self._controlTag = _TAGS[key.suite]

    def protect(self, packet: bytes) -> bytes:
        return self._with(self._cipher.protect(packet), self._tag)

    def unprotect(self, packet: bytes) -> bytes:
        return self._cipher.unprotect(self._without(packet, self._tag))

    def protect_rtcp(self, packet: bytes) -> bytes:
        return self._with(self._cipher.protect_rtcp(packet), self._controlTag)

    def unprotect_rtcp(self, packet: bytes) -> bytes:
        return self._cipher.unprotect_rtcp(self._without(packet, self._controlTag))

    def _with(self, packet: bytes, tag: int) -> bytes:
        at = len(packet) - tag
        return packet[:at] + self._identifier + packet[at:]

    def _without(self, packet: bytes, tag: int) -> bytes:
        end = len(packet) - tag
        at = end - len(self._identifier)
        if at < 0 or packet[at:end] != self._identifier:
            raise ValueError("another key")
        return packet[:at] + packet[end:]
