"""
What the command line of C{h323d-call} means: whom to call and where, what to play, where to
record, and how to be.
"""

from __future__ import annotations

import argparse
import ipaddress
import string
from pathlib import Path
from urllib.parse import quote

from h323d.call.applications import CallType
from h323d.call.declaration import Declaration
from h323d.call.homes import WILDCARDS, Homes
from h323d.call.media import ISampleSource
from h323d.cli.phonesettings import PhoneSettings
from h323d.dsp.codec import ICodec
from h323d.dsp.provisions import provisions
from h323d.dsp.tones import Tone
from h323d.errors import DecodeError, H323dError
from h323d.guard.keyfile import signingKeyIn
from h323d.h323.calls.callstart import StartUpOptions
from h323d.h323.ports import RAS_PORT, SECURE_SIGNALLING_PORT, SIGNALLING_PORT
from h323d.media.audio.files import ToneSource, WAVSink, WAVSource
from h323d.media.config import MediaConfig
from h323d.net.route import Routes
from h323d.sip.messages.uri import SIPURI, parseURI
from h323d.values.address import AddressKind, PartyAddress, TransportAddress
from h323d.values.ed25519 import SigningIdentity
from h323d.values.media.profile import MediaProfile
from h323d.values.tlspeer import CertificateFiles

__all__ = ["codecsOf", "destinationOf", "settingsOf", "sinkOf", "sourceOf"]


def codecsOf(names: str) -> tuple[ICodec, ...]:
    """
    @param names: of codecs of the house, with commas between them; empty for all that there are.

    @raise H323dError: one is unknown, or cannot be had.
    """
    provided = provisions()
    if not names:
        return tuple(each.codec for each in provided if each.codec is not None)
    codecs: list[ICodec] = []
    for name in (each.strip() for each in names.split(",")):
        called = [each for each in provided if each.format.isCalled(name)]
        if not called:
            known = ", ".join(dict.fromkeys(each.format.name for each in provided))
            raise H323dError(f"--codec: {name} is none of {known}")
        if called[0].codec is None:
            raise H323dError(f"--codec: {name}: {called[0].missing}")
        codecs += [each.codec for each in called if each.codec is not None]
    return tuple(codecs)


def settingsOf(options: argparse.Namespace, destination: TransportAddress | None) -> PhoneSettings:
    """
    What the party is like.

    @param destination: where it calls, if that is known.

    @raise H323dError: an option cannot be used.
    """
    codecs = codecsOf(options.codec or "PCMU,PCMA")
    formats = tuple(each.format for each in codecs)
    gatekeeper = _address(options.gatekeeper, RAS_PORT) if options.gatekeeper else None
    password = options.gatekeeper_password_file
    return PhoneSettings(
        bind=options.bind or _near(options.target or options.registrar, gatekeeper or destination),
        alias=options.alias,
        profile=MediaProfile.audio(formats, options.packet_ms),
        codecs=codecs,
        startUp=StartUpOptions(
            not options.no_fast_start, not options.no_tunnelling, options.early_h245
        ),
        gatekeeper=gatekeeper,
        gatekeeperPassword="" if password is None else _firstLine(password),
        transfers=options.transfers,
        tls=options.tls,
        tlsAuthorities="" if options.tls_authorities is None else str(options.tls_authorities),
        tlsKey=options.tls_key or "",
        tlsShown=_shownBy(options),
        sipPort=options.sip_port,
        h323Port=options.h323_port,
        media=_mediaOf(options),
        signs=_signsAs(options),
        declaration=_declarationIn(options),
        registrar=None if options.registrar is None else _registrarAt(options.registrar),
    )


def _registrarAt(text: str) -> SIPURI:
    try:
        uri = parseURI(text)
        if isinstance(uri, SIPURI) and not uri.user and not uri.secure:
            ipaddress.ip_address(uri.host.strip("[]"))
            return uri
    except (DecodeError, ValueError):
        pass
    raise H323dError(f"--registrar: {text} is no sip:ADDRESS")


def _declarationIn(options: argparse.Namespace) -> Declaration:
    callType = None if options.call_type is None else CallType(options.call_type)
    return Declaration(callType, options.pii)


def _shownBy(options: argparse.Namespace) -> CertificateFiles | None:
    if options.tls_certificate is None:
        return None
    return CertificateFiles(str(options.tls_certificate), str(options.tls_private_key))


def _signsAs(options: argparse.Namespace) -> SigningIdentity | None:
    if options.key is None:
        return None
    try:
        key = signingKeyIn(options.key.read_text(), str(options.key))
    except OSError as error:
        raise H323dError(f"--key: {options.key}: {error.strerror}") from error
    return SigningIdentity(key, options.terminal_id, options.guard, options.guard_key)


def _mediaOf(options: argparse.Namespace) -> MediaConfig:
    try:
        return MediaConfig(portFirst=options.rtp_port & ~1, maximumPorts=16, tickMs=20)
    except ValueError as error:
        raise H323dError(f"--rtp-port: {str(error).partition(': ')[2]}") from error


def _firstLine(path: Path) -> str:
    try:
        line = path.read_text(encoding="utf-8").partition("\n")[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "is not UTF-8 text"
        raise H323dError(f"--gatekeeper-password-file: {path}: {reason}") from error
    if not line:
        raise H323dError(f"--gatekeeper-password-file: {path}: the first line is empty")
    return line


def _near(target: str | None, peer: TransportAddress | None) -> str:
    """
    Our address that the other side sees, where none is given.
    """
    host = peer.host if peer is not None else ""
    if target and target.startswith(("sip:", "sips:")):
        host = getattr(parseURI(_escaped(target)), "host", "")
    homes = Homes(WILDCARDS, Routes())
    try:
        return homes.towards(str(ipaddress.ip_address(host.strip("[]")))).told
    except ValueError:  # a name, or none: answering
        return homes.main.told


def sinkOf(options: argparse.Namespace) -> WAVSink | None:
    """
    Where to record, if anywhere.

    @raise H323dError: the file cannot be written.
    """
    if not options.record:
        return None
    path = Path(options.record)
    try:
        path.touch()  # better now than when the call is over
    except OSError as error:
        raise H323dError(f"--record: {path}: {error.strerror}") from error
    return WAVSink(path)


def sourceOf(options: argparse.Namespace) -> ISampleSource | None:
    """
    What to play, if anything.

    @raise H323dError: it cannot be played.
    """
    if options.tone:
        if not 0 < options.tone < 4000:
            raise H323dError("--tone: must be between 1 and 3999 Hz")
        return ToneSource(Tone((options.tone,), options.level))
    return WAVSource(Path(options.play)) if options.play else None


def destinationOf(
    options: argparse.Namespace,
) -> tuple[PartyAddress | None, TransportAddress | None]:
    """
    Whom a target means, and where its Setup goes.

    @raise H323dError: it means nobody.
    """
    text = options.target
    if not text:
        return None, None
    if text.startswith(("sip:", "sips:")):
        return PartyAddress(AddressKind.URL, _escaped(text)), None
    alias, at, host = text.removeprefix("h323:").rpartition("@")
    port = SECURE_SIGNALLING_PORT if options.tls else SIGNALLING_PORT
    if at:
        return _party(alias), _address(host, port)
    if options.gatekeeper:
        return _party(host), None
    address = _address(host, port)
    return PartyAddress(AddressKind.TRANSPORT, str(address)), address


def _escaped(uri: str) -> str:
    """
    A URI whose names were typed as they are, with spaces and letters of any language.
    """
    return quote(uri, safe=string.punctuation)


def _party(alias: str) -> PartyAddress:
    digits = all(character in "0123456789*#," for character in alias)
    return PartyAddress(AddressKind.DIALLED_DIGITS if digits else AddressKind.H323_ID, alias)


def _address(text: str, port: int) -> TransportAddress:
    host, colon, number = text.rpartition(":")
    if not colon or (text.count(":") > 1 and not text.startswith("[")):
        host, number = text, str(port)
    try:
        address = TransportAddress(str(ipaddress.ip_address(host.strip("[]"))), int(number))
    except ValueError:
        raise H323dError(f"{text} is not an address and port") from None
    if not 0 < address.port < 65536:
        raise H323dError(f"{text} is not an address and port")
    return address
