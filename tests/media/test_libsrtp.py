"""
AES_256_CM, as the system's libsrtp does it: compared with RFC 3711 by C{cryptography}.
"""

from __future__ import annotations

import hashlib
import hmac
import random
from types import SimpleNamespace

import pytest
from cffi import FFI
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from h323d.dsp.libraries import Library, Missing
from h323d.media.libsrtp import Session, libsrtp, tried
from h323d.rtp.packet import RTPPacket, encode
from h323d.values.media.encryption import CryptoSuite, MasterKey

SSRC, WINDOW = 0xCAFEBABE, 128
SUITES = {CryptoSuite.AES_256_CM_80: 10, CryptoSuite.AES_256_CM_32: 4}  # octets of the tag
REPORT = bytes.fromhex("81c90007cafebabe") + bytes(range(24))
OCTETS = random.Random(1).randbytes(46)


@pytest.fixture
def library() -> Library:
    found = libsrtp()
    if isinstance(found, Missing):
        pytest.skip(str(found))
    return found


def counted(key: bytes, start: int, data: bytes) -> bytes:
    """
    AES in counter mode (RFC 3711, 4.1.1).
    """
    cipher = Cipher(algorithms.AES(key), modes.CTR(start.to_bytes(16, "big")))
    return cipher.encryptor().update(data)


def derived(label: int, octets: int) -> bytes:
    """
    A key of the session (RFC 3711, 4.3).
    """
    salt = int.from_bytes(OCTETS[32:], "big")
    return counted(OCTETS[:32], (salt ^ label << 48) << 16, bytes(octets))


def encrypted(packet: bytes, sequence: int, tag: int, labels: int = 0, header: int = 12) -> bytes:
    """
    @param labels: the first of three: 0 for RTP.
    @param tag: octets of it.
    """
    key, auth, salt = derived(labels, 32), derived(labels + 1, 20), derived(labels + 2, 14)
    start = int.from_bytes(salt, "big") << 16 ^ SSRC << 64 ^ sequence << 16
    data = packet[:header] + counted(key, start, packet[header:])
    covered = data + (bytes(4) if not labels else (1 << 31 | sequence).to_bytes(4, "big"))
    sent = covered if labels else data
    return sent + hmac.digest(auth, covered, hashlib.sha1)[:tag]


def rtp(sequence: int) -> bytes:
    return encode(RTPPacket(0, sequence, 160 * sequence, SSRC, b"sound that is to be heard by two"))


@pytest.mark.parametrize("suite", SUITES)
def test_packetsAreEncryptedAsTheStandardSays(library: Library, suite: CryptoSuite) -> None:
    session = Session(library, MasterKey(suite, OCTETS), True, WINDOW)
    for sequence in (7, 8):
        assert session.protect(rtp(sequence)) == encrypted(rtp(sequence), sequence, SUITES[suite])


@pytest.mark.parametrize("suite", SUITES)
def test_packetsAreDecryptedAsTheStandardSays(library: Library, suite: CryptoSuite) -> None:
    session = Session(library, MasterKey(suite, OCTETS), False, WINDOW)
    assert session.unprotect(encrypted(rtp(7), 7, SUITES[suite])) == rtp(7)


@pytest.mark.parametrize("suite", SUITES)
def test_reportsHaveTheLongTagWithEitherSuite(library: Library, suite: CryptoSuite) -> None:
    session = Session(library, MasterKey(suite, OCTETS), True, WINDOW)
    sent = session.protect_rtcp(REPORT)
    assert sent == encrypted(REPORT, int.from_bytes(sent[-14:-10], "big") & 0xFFFF, 10, 3, 8)


@pytest.mark.parametrize("octets", [b"", b"\x80", bytes(8), bytes(1501), bytes(5000)])
def test_whatIsNoPacketIsAnError(library: Library, octets: bytes) -> None:
    session = Session(library, MasterKey(CryptoSuite.AES_256_CM_80, OCTETS), True, WINDOW)
    for refusing in (session.protect, session.unprotect, session.unprotect_rtcp):
        with pytest.raises(ValueError, match=r"libsrtp|longer"):
            refusing(octets)


def test_theLongestPacketIsEncrypted(library: Library) -> None:
    session = Session(library, MasterKey(CryptoSuite.AES_256_CM_80, OCTETS), True, WINDOW)
    packet = rtp(1) + bytes(1500 - len(rtp(1)))
    assert session.protect(packet) == encrypted(packet, 1, 10)


def test_whatIsMissingStaysSo() -> None:
    missing = Missing("no libsrtp2.so.1 is here", "apt install libsrtp2-1")
    assert tried(missing) is missing


@pytest.mark.parametrize(("version", "told"), [(0x2000000, "2.0"), (0x3000000, "3.0")])
def test_aLibraryOfAnotherVersionIsNotUsed(version: int, told: str) -> None:
    functions = SimpleNamespace(srtp_get_version=lambda: version)
    found = tried(Library("libsrtp2.so.1", FFI(), functions))
    assert isinstance(found, Missing)
    assert f"is of version {told}" in found.reason


def test_aLibraryThatEncryptsOtherwiseIsNotUsed(library: Library) -> None:
    names = [each for each in dir(library.functions) if each.startswith("srtp")]
    functions = SimpleNamespace(**{each: getattr(library.functions, each) for each in names})
    functions.srtp_protect = lambda session, place, length: 0
    found = tried(Library("libsrtp2.so.1", library.ffi, functions))
    assert isinstance(found, Missing)
    assert found.reason == "libsrtp2.so.1 does not encrypt as it should"


def test_aLibraryWithoutTheFunctionsIsNotUsed() -> None:
    found = tried(Library("libsrtp2.so.1", FFI(), SimpleNamespace()))
    assert isinstance(found, Missing)
