"""
TLS for call signalling, accepted and opened (ITU-T H.460.22).

The same connections as L{h323d.net.stream}'s, sealed on their way.  Who is at
the other end is known as far as certificates are asked for: one has to be
signed by an authority of ours.  Names in certificates are not compared, because
calls go to addresses.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from OpenSSL import SSL, crypto
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import (
    IOpenSSLClientConnectionCreator,
    IOpenSSLServerConnectionCreator,
)
from twisted.internet.ssl import (
    Certificate,
    CertificateOptions,
    TLSVersion,
    trustRootFromCertificates,
)
from twisted.protocols.tls import TLSMemoryBIOProtocol
from zope.interface import implementer

from h323d.call.parts import Change, Commit
from h323d.call.transport import (
    IListening,
    IOpening,
    IStreamListener,
    IStreamOpener,
    IStreamUser,
)
from h323d.errors import ConfigurationError
from h323d.net.binding import cannotBind
from h323d.net.stream import BACKLOG, Accepting, Dialling, Listening, Opening
from h323d.values.address import TransportAddress

__all__ = ["Credentials", "TLSListener", "TLSOpener"]

_BEGIN = "-----BEGIN CERTIFICATE-----"


@implementer(IOpenSSLServerConnectionCreator, IOpenSSLClientConnectionCreator)
class Credentials:
    """
    Our certificate, and whose certificates we believe.  What was read last is
    used for connections from then on.
    """

    def __init__(
        self, certificate: str, privateKey: str, authorities: str, verifyPeers: bool
    ) -> None:
        """
        @param certificate: a PEM file: ours first, then those between it and
            its authority; empty for none, as a client may have none.
        @param privateKey: a PEM file.
        @param authorities: a PEM file of those whose signature counts.
        @param verifyPeers: ask peers for a certificate.

        @raise ConfigurationError: as for L{prepare}.
        """
        self._certificate = certificate
        self._privateKey = privateKey
        self._authorities = authorities
        self._verifyPeers = verifyPeers
        self._context = self._read()

    def prepare(self) -> Commit:
        """
        Read the files again.

        @raise ConfigurationError: a file cannot be read, or does not hold
            what it should, or key and certificate do not belong together.
        """
        return Change(self, self._read())

    def reconfigure(self, context: SSL.Context) -> None:
        """
        Use what was read for connections from now on.
        """
        self._context = context

    def serverConnectionForTLS(self, tlsProtocol: TLSMemoryBIOProtocol) -> SSL.Connection:
        return SSL.Connection(self._context, None)

    def clientConnectionForTLS(self, tlsProtocol: TLSMemoryBIOProtocol) -> SSL.Connection:
        return SSL.Connection(self._context, None)

    def _read(self) -> SSL.Context:
        options: dict[str, Any] = {}  # Any: what CertificateOptions takes
        if self._certificate:
            own, *between = _parsed(
                self._certificate, "h323.certificate", lambda text: _certificates(text)
            )
            options["certificate"], options["extraCertChain"] = own, between
            options["privateKey"] = _parsed(
                self._privateKey,
                "h323.privateKey",
                lambda text: crypto.load_privatekey(crypto.FILETYPE_PEM, text.encode(), b""),
            )
        if self._verifyPeers:
            trusted = _parsed(self._authorities, "h323.authorities", _certificates)
            options["trustRoot"] = trustRootFromCertificates([Certificate(c) for c in trusted])
        try:
            context: SSL.Context = CertificateOptions(
                raiseMinimumTo=TLSVersion.TLSv1_2, **options
            ).getContext()
            if self._certificate:
                context.check_privatekey()
        except SSL.Error as error:
            raise ConfigurationError("h323.privateKey", "is not the certificate's") from error
        return context


def _parsed(path: str, place: str, parse: Callable[[str], Any]) -> Any:
    try:
        return parse(Path(path).expanduser().read_text(encoding="ascii"))
    except OSError as error:
        raise ConfigurationError(place, f"{path}: {error.strerror}") from error
    except (crypto.Error, ValueError, TypeError) as error:
        raise ConfigurationError(place, f"{path}: is not what it should be, in PEM") from error


def _certificates(text: str) -> list[crypto.X509]:
    parts = [_BEGIN + part for part in text.split(_BEGIN)[1:]]
    if not parts:
        raise ValueError("no certificate")
    return [crypto.load_certificate(crypto.FILETYPE_PEM, part.encode()) for part in parts]


@implementer(IStreamListener)
class TLSListener:
    """
    Listens on a reactor.
    """

    def __init__(self, reactor: Any, credentials: Credentials) -> None:
        self._reactor = reactor
        self._credentials = credentials

    def listen(self, address: TransportAddress, newUser: Callable[[], IStreamUser]) -> IListening:
        try:
            port = self._reactor.listenSSL(
                address.port,
                Accepting(newUser),
                self._credentials,
                backlog=BACKLOG,
                interface=address.host,
            )
        except (CannotListenError, OSError) as error:
            raise cannotBind("TLS", address, error) from error
        return Listening(port)


@implementer(IStreamOpener)
class TLSOpener:
    """
    Connects by a reactor.
    """

    def __init__(self, reactor: Any, credentials: Credentials, bindHost: str = "") -> None:
        """
        @param bindHost: the local address that connections leave from; empty
            for any.
        """
        self._reactor = reactor
        self._credentials = credentials
        self._bindHost = bindHost

    def open(self, address: TransportAddress, user: IStreamUser, timeout: float) -> IOpening:
        bind = (self._bindHost, 0) if self._bindHost else None
        connector = self._reactor.connectSSL(
            address.host,
            address.port,
            Dialling(user),
            self._credentials,
            timeout=timeout,
            bindAddress=bind,
        )
        return Opening(connector)
