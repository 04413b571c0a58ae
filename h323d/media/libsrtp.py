"""
AES_256_CM by the system's libsrtp 2 (RFC 6188): what pylibsrtp, which carries one, has no profile
for.

The library is opened at run time where somebody has installed it, and used for these suites alone;
one that does not encrypt as it should is not used.
"""

from __future__ import annotations

import functools
from typing import Any

from h323d.dsp.libraries import Library, Missing, find
from h323d.values.media.encryption import CryptoSuite, MasterKey

__all__ = ["SUITES", "Session", "libsrtp", "tried"]

_DECLARATIONS = """
    typedef struct srtp_ctx *srtp_t;
    typedef struct {
        uint32_t cipher_type;
        int cipher_key_len;
        uint32_t auth_type;
        int auth_key_len;
        int auth_tag_len;
        int sec_serv;
    } srtp_crypto_policy_t;
    typedef struct srtp_policy {
        struct { int type; unsigned int value; } ssrc;
        srtp_crypto_policy_t rtp;
        srtp_crypto_policy_t rtcp;
        const unsigned char *key;
        void *keys;
        unsigned long num_master_keys;
        void *deprecated_ekt;
        unsigned long window_size;
        int allow_repeat_tx;
        int *enc_xtn_hdr;
        int enc_xtn_hdr_count;
        struct srtp_policy *next;
    } srtp_policy_t;
    unsigned int srtp_get_version(void);
    int srtp_init(void);
    void srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(srtp_crypto_policy_t *);
    void srtp_crypto_policy_set_aes_cm_256_hmac_sha1_32(srtp_crypto_policy_t *);
    int srtp_create(srtp_t *, const srtp_policy_t *);
    int srtp_dealloc(srtp_t);
    int srtp_protect(srtp_t, void *, int *);
    int srtp_unprotect(srtp_t, void *, int *);
    int srtp_protect_rtcp(srtp_t, void *, int *);
    int srtp_unprotect_rtcp(srtp_t, void *, int *);
"""
_FIRST, _NEXT = 0x2010000, 0x3000000  # versions: 2.0 has another policy, as 3.0 has
_INSTALL = "apt install libsrtp2-1"
_ANY_INBOUND, _ANY_OUTBOUND = 2, 3  # types of SSRC
_LONGEST = 1500  # octets that a packet may have
_TRAILER = 148  # that may be added to it (SRTP_MAX_TRAILER_LEN, and the index of SRTCP)

_LONG_TAG = "srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80"
_POLICIES = {
    CryptoSuite.AES_256_CM_80: _LONG_TAG,
    CryptoSuite.AES_256_CM_32: "srtp_crypto_policy_set_aes_cm_256_hmac_sha1_32",
}
SUITES = frozenset(_POLICIES)
"""
What this is for.
"""

# A key that RFC 6188 derives others from as an example, a packet of RTP, and what becomes of it.
_MASTER = bytes.fromhex(
    "f0f04914b513f2763a1b1fa130f10e2998f6f6e43e4309d1e622a0e332b9f1b63b04803de51ee7c96423ab5b78d2"
)
_PLAIN = bytes.fromhex("8000000a000000a0cafebabe") + bytes(range(20))
_REPORT = bytes.fromhex("81c90007cafebabe") + bytes(24)
_PROVEN = bytes.fromhex(
    "8000000a000000a0cafebabe15255c2e20fc3398ea02fe2e8bf2928e5e0b2d43221c38838665c09a23a0"
)
_TAG_OCTETS = {CryptoSuite.AES_256_CM_80: 10, CryptoSuite.AES_256_CM_32: 4}


class Session:
    """
    One direction of a stream.
    """

    def __init__(self, library: Library, key: MasterKey, sends: bool, window: int) -> None:
        """
        @param window: packets in which one that comes late is told from one that comes again.
        """
        ffi, functions = library.ffi, library.functions
        octets = ffi.from_buffer("unsigned char[]", key.octets)
        policy = ffi.new("srtp_policy_t *")
        getattr(functions, _POLICIES[key.suite])(ffi.addressof(policy, "rtp"))
        getattr(functions, _LONG_TAG)(ffi.addressof(policy, "rtcp"))  # always (RFC 4568, 6.2.2)
        policy.ssrc.type = _ANY_OUTBOUND if sends else _ANY_INBOUND
        policy.key, policy.window_size = octets, window
        made = ffi.new("srtp_t *")
        if functions.srtp_create(made, policy):
            raise ValueError("libsrtp does not take the key")
        self._functions = functions
        self._session: Any = ffi.gc(made[0], functions.srtp_dealloc)  # Any: cffi's
        self._place = ffi.new("unsigned char[]", _LONGEST + _TRAILER)
        self._octets = ffi.buffer(self._place)
        self._length = ffi.new("int *")

    # Each raises ValueError for what the library does not take.

    def protect(self, packet: bytes) -> bytes:
        return self._done(self._functions.srtp_protect, packet)

    def unprotect(self, packet: bytes) -> bytes:
        return self._done(self._functions.srtp_unprotect, packet)

    def protect_rtcp(self, packet: bytes) -> bytes:
        return self._done(self._functions.srtp_protect_rtcp, packet)

    def unprotect_rtcp(self, packet: bytes) -> bytes:
        return self._done(self._functions.srtp_unprotect_rtcp, packet)

    def _done(self, function: Any, packet: bytes) -> bytes:
        """
        @param function: Any: cffi's.
        """
        size = len(packet)
        if size > _LONGEST:
            raise ValueError("longer than any packet")
        self._octets[:size] = packet
        self._length[0] = size
        if status := function(self._session, self._place, self._length):
            raise ValueError(f"libsrtp: {status}")
        done: bytes = self._octets[: self._length[0]]
        return done


@functools.cache
def libsrtp() -> Library | Missing:
    """
    Look for the library once, and have it prove itself.
    """
    return tried(find(_DECLARATIONS, ("libsrtp2.so.1",), (), _INSTALL))


def tried(found: Library | Missing) -> Library | Missing:
    """
    @return: a library only if it is of a version that is known, and encrypts as it should.
    """
    if isinstance(found, Missing):
        return found
    try:
        version = found.functions.srtp_get_version()
        if not _FIRST <= version < _NEXT:
            reason = f"{found.file} is of version {version >> 24}.{version >> 16 & 255}"
            return Missing(f"{reason}, and not 2.1 or later", _INSTALL)
        if not found.functions.srtp_init() and all(_encrypts(found, suite) for suite in SUITES):
            return found
    except (AttributeError, ValueError):  # a function that is not there, or does not do its work
        pass
    return Missing(f"{found.file} does not encrypt as it should", _INSTALL)


def _encrypts(library: Library, suite: CryptoSuite) -> bool:
    key = MasterKey(suite, _MASTER)
    sending, receiving = (Session(library, key, sends, 128) for sends in (True, False))
    packet, report = sending.protect(_PLAIN), sending.protect_rtcp(_REPORT)
    return (
        packet == _PROVEN[: len(_PLAIN) + _TAG_OCTETS[suite]]
        and receiving.unprotect(packet) == _PLAIN
        and receiving.unprotect_rtcp(report) == _REPORT != report[: len(_REPORT)]
    )
