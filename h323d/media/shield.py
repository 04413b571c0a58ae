"""
What encrypts and decrypts the packets of one stream: pylibsrtp, which this module alone knows, or
L{h323d.media.libsrtp} where that cannot.
"""

from __future__ import annotations

from collections.abc import Set
from typing import Protocol

from h323d.dsp.libraries import Library, Missing
from h323d.media.libsrtp import SUITES, Session, libsrtp
from h323d.values.media.encryption import CryptoSuite, MasterKey, StreamKeys

__all__ = ["EVERYWHERE", "NOTHING", "Shield", "suitesWith"]

NOTHING = b""  # is left of a packet that does not go through
_WINDOW = 1024  # packets in which one that comes late is told from one that comes again
_PROFILES = {
    CryptoSuite.AES_CM_80: "SRTP_PROFILE_AES128_CM_SHA1_80",
    CryptoSuite.AES_CM_32: "SRTP_PROFILE_AES128_CM_SHA1_32",
    CryptoSuite.AES_128_GCM: "SRTP_PROFILE_AEAD_AES_128_GCM",
    CryptoSuite.AES_256_GCM: "SRTP_PROFILE_AEAD_AES_256_GCM",
}
EVERYWHERE = frozenset(_PROFILES)
"""
The suites that need no library of the system's.
"""


def suitesWith(found: Library | Missing) -> Set[CryptoSuite]:
    """
    By what can be encrypted.

    @param found: of libsrtp.
    """
    return EVERYWHERE if isinstance(found, Missing) else EVERYWHERE | SUITES


class _Session(Protocol):
    """
    One direction, of libsrtp.
    """

    def protect(self, packet: bytes) -> bytes: ...
    def unprotect(self, packet: bytes) -> bytes: ...
    def protect_rtcp(self, packet: bytes) -> bytes: ...
    def unprotect_rtcp(self, packet: bytes) -> bytes: ...


class _Keyless:
    """
    Takes nothing.
    """

    def _refuse(self, packet: bytes) -> bytes:
        return NOTHING

    protect = unprotect = protect_rtcp = unprotect_rtcp = _refuse


def _newSession(key: MasterKey, sends: bool) -> _Session:
    if key.suite in SUITES:
        library = libsrtp()
        assert isinstance(library, Library), f"{key.suite.value} was negotiated: {library}"
        return Session(library, key, sends, _WINDOW)
    # Where nothing is encrypted, the library need not be loaded.
    from pylibsrtp import Policy
    from pylibsrtp import Session as BundledSession

    policy = Policy(
        key=key.octets,
        ssrc_type=Policy.SSRC_ANY_OUTBOUND if sends else Policy.SSRC_ANY_INBOUND,
        srtp_profile=getattr(Policy, _PROFILES[key.suite]),
    )
    policy.window_size = _WINDOW
    session: _Session = BundledSession(policy)
    return session


class Shield:
    """
    What stands around the RTP of a slot, its RTCP, or both.  Before it has keys, nothing goes
    through.
    """

    def __init__(self) -> None:
        from pylibsrtp import Error  # as above

        self._refusals = (Error, ValueError)
        self._keys: StreamKeys | None = None
        self._out: _Session = _Keyless()
        self._in: _Session = _Keyless()
        self._before: _Session | None = None  # of the peer's last key, until it uses its next

    def rekey(self, keys: StreamKeys) -> None:
        """
        A direction whose key stays goes on as it is, with all that it has counted.  What is still
        on its way with the peer's last key is taken.
        """
        had, self._keys = self._keys, keys
        if had is None or keys.ours != had.ours:
            self._out = _newSession(keys.ours, sends=True)
        if had is None or keys.theirs != had.theirs:
            self._before = None if had is None else self._in
            self._in = _newSession(keys.theirs, sends=False)

    # Nothing comes of what the library does not take.

    def out(self, packet: bytes) -> bytes:
        try:
            return self._out.protect(packet)
        except self._refusals:
            return NOTHING

    def outControl(self, packet: bytes) -> bytes:
        try:
            return self._out.protect_rtcp(packet)
        except self._refusals:
            return NOTHING

    def taken(self, packet: bytes) -> bytes:
        try:
            octets = self._in.unprotect(packet)
        except self._refusals:
            return NOTHING if self._before is None else self._takenBefore(packet, self._before)
        self._before = None
        return octets

    def _takenBefore(self, packet: bytes, session: _Session) -> bytes:
        try:
            return session.unprotect(packet)
        except self._refusals:
            return NOTHING

    def takenControl(self, packet: bytes) -> bytes:
        try:
            return self._in.unprotect_rtcp(packet)
        except self._refusals:
            return NOTHING
