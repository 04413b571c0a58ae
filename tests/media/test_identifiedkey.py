"""
The master key identifier, as libsrtp puts it into packets and takes it out, where that is installed.
"""

from __future__ import annotations

from typing import Any

import pytest

from h323d.dsp.libraries import Missing, find
from h323d.media.identifiedkey import IdentifiedKey
from h323d.media.libsrtp import libsrtp
from h323d.media.shield import NOTHING, Shield
from h323d.rtp.packet import RTPPacket, encode
from h323d.values.media.encryption import CryptoSuite, MasterKey, StreamKeys

DECLARATIONS = """
    typedef struct srtp_ctx *srtp_t;
    typedef struct {
        uint32_t cipher_type;
        int cipher_key_len;
        uint32_t auth_type;
        int auth_key_len;
        int auth_tag_len;
        int sec_serv;
    } srtp_crypto_policy_t;
    typedef struct {
        unsigned char *key;
        unsigned char *mki_id;
        unsigned int mki_size;
    } srtp_master_key_t;
    typedef struct srtp_policy {
        struct { int type; unsigned int value; } ssrc;
        srtp_crypto_policy_t rtp;
        srtp_crypto_policy_t rtcp;
        unsigned char *key;
        srtp_master_key_t **keys;
        unsigned long num_master_keys;
        void *deprecated_ekt;
        unsigned long window_size;
        int allow_repeat_tx;
        int *enc_xtn_hdr;
        int enc_xtn_hdr_count;
        struct srtp_policy *next;
    } srtp_policy_t;
    void srtp_crypto_policy_set_rtp_default(srtp_crypto_policy_t *);
    void srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32(srtp_crypto_policy_t *);
    void srtp_crypto_policy_set_aes_gcm_128_16_auth(srtp_crypto_policy_t *);
    int srtp_create(srtp_t *, const srtp_policy_t *);
    int srtp_dealloc(srtp_t);
    int srtp_protect_mki(srtp_t, void *, int *, unsigned int, unsigned int);
    int srtp_unprotect_mki(srtp_t, void *, int *, unsigned int);
    int srtp_protect_rtcp_mki(srtp_t, void *, int *, unsigned int, unsigned int);
    int srtp_unprotect_rtcp_mki(srtp_t, void *, int *, unsigned int);
"""
DEFAULT = "srtp_crypto_policy_set_rtp_default"  # AES_CM_128_HMAC_SHA1_80
GALOIS = "srtp_crypto_policy_set_aes_gcm_128_16_auth"
POLICIES = {
    CryptoSuite.AES_CM_80: (DEFAULT, DEFAULT),
    CryptoSuite.AES_CM_32: ("srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32", DEFAULT),
    CryptoSuite.AES_128_GCM: (GALOIS, GALOIS),
}
INBOUND, OUTBOUND = 2, 3
SOUND = encode(RTPPacket(0, 7, 160, 0xCAFEBABE, bytes(range(160))))
REPORT = bytes.fromhex("81c90007cafebabe") + bytes(range(24))
ROOM = 300  # octets for a packet and what is added to it


class Libsrtp:
    """
    The library, with one key that has an identifier.
    """

    def __init__(self, key: MasterKey, sends: bool) -> None:
        begun = libsrtp()  # which can be done once in a process
        if isinstance(begun, Missing):
            pytest.skip(str(begun))
        found = find(DECLARATIONS, (begun.file,), (), "")
        assert not isinstance(found, Missing)
        self._ffi, self._functions = found.ffi, found.functions
        ffi = self._ffi
        octets = ffi.new("unsigned char[]", key.octets)
        identifier = ffi.new("unsigned char[]", key.identifier)
        master = ffi.new("srtp_master_key_t *", (octets, identifier, len(key.identifier)))
        masters = ffi.new("srtp_master_key_t *[]", [master])
        policy = ffi.new("srtp_policy_t *")
        for name, stream in zip(POLICIES[key.suite], ("rtp", "rtcp"), strict=True):
            getattr(self._functions, name)(ffi.addressof(policy, stream))
        policy.ssrc.type = OUTBOUND if sends else INBOUND
        policy.keys, policy.num_master_keys, policy.window_size = masters, 1, 128
        made = ffi.new("srtp_t *")
        if self._functions.srtp_create(made, policy):
            pytest.skip(f"libsrtp has no {key.suite.value}")
        self._session: Any = ffi.gc(made[0], self._functions.srtp_dealloc)  # Any: cffi's

    def sent(self, packet: bytes, stream: str = "") -> bytes:
        return self._done(f"srtp_protect{stream}_mki", packet, 1, 0)

    def taken(self, packet: bytes, stream: str = "") -> bytes:
        return self._done(f"srtp_unprotect{stream}_mki", packet, 1)

    def _done(self, name: str, packet: bytes, *arguments: int) -> bytes:
        place = self._ffi.new("unsigned char[]", ROOM)
        self._ffi.memmove(place, packet, len(packet))
        length = self._ffi.new("int *", len(packet))
        assert not getattr(self._functions, name)(self._session, place, length, *arguments)
        return bytes(self._ffi.buffer(place, length[0]))


@pytest.fixture(params=POLICIES, ids=str)
def key(request: pytest.FixtureRequest) -> MasterKey:
    suite: CryptoSuite = request.param
    return MasterKey(suite, bytes(range(suite.keyOctets)), b"\0\1")


def shieldWith(key: MasterKey) -> Shield:
    shield = Shield()
    shield.rekey(StreamKeys(key, key))
    return shield


def test_whatWeSendIsTakenByWhoKnowsTheKeyByItsIdentifier(key: MasterKey) -> None:
    there, shield = Libsrtp(key, sends=False), shieldWith(key)
    assert there.taken(shield.out(SOUND)) == SOUND
    if key.suite is not CryptoSuite.AES_CM_32:  # libsrtp looks for it where a tag of RTP would be
        assert there.taken(shield.outControl(REPORT), "_rtcp") == REPORT


def test_whatIsSentWithAnIdentifierIsTaken(key: MasterKey) -> None:
    there, shield = Libsrtp(key, sends=True), shieldWith(key)
    assert shield.taken(there.sent(SOUND)) == SOUND
    assert shield.takenControl(there.sent(REPORT, "_rtcp")) == REPORT


@pytest.mark.parametrize("identifier", [b"", b"\0\2", b"\1"])
def test_whatHasAnotherIdentifierIsNotTaken(key: MasterKey, identifier: bytes) -> None:
    theirs = MasterKey(key.suite, key.octets, identifier)
    here, there = shieldWith(key), shieldWith(theirs)
    assert here.taken(there.out(SOUND)) == NOTHING
    assert here.takenControl(there.outControl(REPORT)) == NOTHING


@pytest.mark.parametrize("packet", [b"", b"\0\1", SOUND[:12]])
def test_whatIsTooShortIsNotTaken(key: MasterKey, packet: bytes) -> None:
    assert shieldWith(key).taken(packet) == NOTHING
    assert shieldWith(key).takenControl(packet) == NOTHING


class Plain:
    """
    Encrypts nothing.
    """

    def protect(self, packet: bytes) -> bytes:
        return packet

    unprotect = protect_rtcp = unprotect_rtcp = protect


def test_theIdentifierStandsBeforeTheTag() -> None:
    known = IdentifiedKey(Plain(), MasterKey(CryptoSuite.AES_CM_32, bytes(30), b"ID"))
    assert known.protect(b"octets, tag.") == b"octets, IDtag."
    assert known.unprotect(b"octets, IDtag.") == b"octets, tag."
    assert known.protect_rtcp(b"octets, a long tag") == b"octets, IDa long tag"
    assert known.unprotect_rtcp(b"octets, IDa long tag") == b"octets, a long tag"
