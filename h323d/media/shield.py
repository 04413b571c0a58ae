"""
What encrypts and decrypts the packets of one stream: pylibsrtp, which this module alone knows, or
L{h323d.media.libsrtp} where that cannot.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Set

from h323d.dsp.libraries import Library, Missing
from h323d.media.identifiedkey import IdentifiedKey, StreamCipher
from h323d.media.libsrtp import SUITES, Session, libsrtp
from h323d.media.positions import NOTHING_YET, ShieldPosition
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
_NUMBERS = struct.Struct("!H4xI")  # of a header of RTP, from its sequence number on
_RTP = struct.Struct("!BBHII")
_EMPTY_REPORT = b"\x80\xc9\x00\x01"  # of a receiver who has nothing to say; its SSRC is missing
_HALF = 1 << 15  # of all sequence numbers
_STEP = 1 << 14
_DIGEST = 16  # octets
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


class _Keyless:
    """
    Takes nothing.
    """

    def _refuse(self, packet: bytes) -> bytes:
        return NOTHING

    protect = unprotect = protect_rtcp = unprotect_rtcp = _refuse


def _newCipher(key: MasterKey, sends: bool) -> StreamCipher:
    cipher = _newSession(key, sends)
    return IdentifiedKey(cipher, key) if key.identifier else cipher


def _newSession(key: MasterKey, sends: bool) -> StreamCipher:
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
    session: StreamCipher = BundledSession(policy)
    return session


class _Index:
    """
    How far the packets of one direction have come (RFC 3711, 3.3.1).

    @ivar ssrc: theirs.
    @ivar last: of the newest.
    """

    def __init__(self) -> None:
        self.ssrc = 0
        self.last = NOTHING_YET

    def follow(self, packet: bytes) -> None:
        sequence, self.ssrc = _NUMBERS.unpack_from(packet, 2)
        if self.last == NOTHING_YET:
            self.last = sequence
            return
        ahead = (sequence - self.last) & 0xFFFF
        if ahead < _HALF:
            self.last += ahead


def _packetAt(ssrc: int, index: int) -> bytes:
    """
    One that says nothing.
    """
    return _RTP.pack(0x80, 0, index & 0xFFFF, 0, ssrc)


def _stepsTo(index: int) -> list[int]:
    """
    Indices on the way there from the first ones, none so far from the next that a number might have
    turned over unseen.
    """
    return [*range(0, index, _STEP), index]


def _digest(key: MasterKey) -> bytes:
    return hashlib.sha256(key.suite.value.encode() + key.octets).digest()[:_DIGEST]


class Shield:
    """
    What stands around the RTP of a slot, its RTCP, or both.  Before it has keys, nothing goes
    through.
    """

    def __init__(self, goesOn: ShieldPosition | None = None) -> None:
        """
        @param goesOn: how far its packets have come elsewhere, with the keys that they had.
        """
        from pylibsrtp import Error  # as above

        self._refusals = (Error, ValueError)
        self._goesOn = goesOn
        self._sent, self._taken = _Index(), _Index()
        self._reports = self._untold = 0
        self._keys: StreamKeys | None = None
        self._out: StreamCipher = _Keyless()
        self._in: StreamCipher = _Keyless()
        self._before: StreamCipher | None = None  # of the peer's last key, until it uses its next

    def rekey(self, keys: StreamKeys) -> None:
        """
        A direction whose key stays goes on as it is, with all that it has counted.  What is still
        on its way with the peer's last key is taken.
        """
        had, self._keys = self._keys, keys
        if had is None or keys.ours != had.ours:
            self._out = _newCipher(keys.ours, sends=True)
            self._sent, self._reports, self._untold = _Index(), 0, 0
            self._sendOn(keys.ours)
        if had is None or keys.theirs != had.theirs:
            self._before = None if had is None else self._in
            self._in = _newCipher(keys.theirs, sends=False)
            self._taken = _Index()
            self._takeOn(keys.theirs)

    def _sendOn(self, key: MasterKey) -> None:
        """
        Have no index again that packets with this key have had.
        """
        known = self._goesOn
        if known is None or known.ours != _digest(key):
            return
        self._reports = self._untold = known.reports
        if known.sent != NOTHING_YET:
            self._sent.ssrc, self._sent.last = known.ssrc, known.sent
            for index in _stepsTo(known.sent):
                self._out.protect(_packetAt(known.ssrc, index))

    def _takeOn(self, key: MasterKey) -> None:
        """
        Take the peer's packets as those that come next.
        """
        known = self._goesOn
        if known is None or known.theirs != _digest(key) or known.taken == NOTHING_YET:
            return
        self._taken.ssrc, self._taken.last = known.source, known.taken
        peer = _newCipher(key, sends=True)
        for index in _stepsTo(known.taken):
            self._in.unprotect(peer.protect(_packetAt(known.source, index)))

    @property
    def position(self) -> ShieldPosition | None:
        """
        How far it is with the keys that it has; C{None} if it has none.
        """
        if self._keys is None:
            return None
        return ShieldPosition(
            _digest(self._keys.ours),
            self._sent.ssrc,
            self._sent.last,
            self._reports,
            _digest(self._keys.theirs),
            self._taken.ssrc,
            self._taken.last,
        )

    # Nothing comes of what the library does not take.

    def out(self, packet: bytes) -> bytes:
        try:
            octets = self._out.protect(packet)
        except self._refusals:
            return NOTHING
        if octets:
            self._sent.follow(packet)
        return octets

    def outControl(self, packet: bytes) -> bytes:
        # No word of libsrtp sets the index of RTCP: what was sent elsewhere is sent to nobody, once
        # there is something to send.
        while self._untold:
            self._untold -= 1
            self._out.protect_rtcp(_EMPTY_REPORT + packet[4:8])
        try:
            octets = self._out.protect_rtcp(packet)
        except self._refusals:
            return NOTHING
        self._reports += 1
        return octets

    def taken(self, packet: bytes) -> bytes:
        try:
            octets = self._in.unprotect(packet)
        except self._refusals:
            return NOTHING if self._before is None else self._takenBefore(packet, self._before)
        self._before = None
        if octets:
            self._taken.follow(octets)
        return octets

    def _takenBefore(self, packet: bytes, session: StreamCipher) -> bytes:
        try:
            return session.unprotect(packet)
        except self._refusals:
            return NOTHING

    def takenControl(self, packet: bytes) -> bytes:
        try:
            return self._in.unprotect_rtcp(packet)
        except self._refusals:
            return NOTHING
