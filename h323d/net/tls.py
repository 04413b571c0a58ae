"""
TLS for call signalling, accepted and opened (ITU-T H.460.22).

The same connections as L{h323d.net.stream}'s, sealed on their way.  They open when their
handshake is done, and who was dialled has proved to be who it should be
(L{h323d.net.trust}).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from OpenSSL import SSL, crypto
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import (
    IAddress,
    IHandshakeListener,
    IOpenSSLClientConnectionCreator,
    IOpenSSLServerConnectionCreator,
    IReactorTime,
)
from twisted.internet.protocol import connectionDone
from twisted.internet.ssl import (
    Certificate,
    CertificateOptions,
    TLSVersion,
    trustRootFromCertificates,
)
from twisted.logger import Logger
from twisted.protocols.tls import TLSMemoryBIOFactory, TLSMemoryBIOProtocol
from twisted.python.failure import Failure
from zope.interface import implementer

from h323d.call.parts import Change, Commit
from h323d.call.timer import Timer
from h323d.call.transport import (
    IListening,
    IOpening,
    IStreamListener,
    IStreamOpener,
    IStreamUser,
    NewUser,
)
from h323d.errors import ConfigurationError
from h323d.net.binding import cannotBind, listenStreams
from h323d.net.stream import Accepting, Connecting, Connection, Listening, Opening
from h323d.net.trust import ANYBODY, Expected, Trust, publicKey
from h323d.values.address import TransportAddress
from h323d.values.tlspeer import TLSPeer

__all__ = ["HANDSHAKE_TIMEOUT", "Credentials", "TLSListener", "TLSOpener"]

HANDSHAKE_TIMEOUT = 15.0  # seconds that who connects to us has for it

_BEGIN = "-----BEGIN CERTIFICATE-----"


@implementer(IOpenSSLServerConnectionCreator)
class Credentials:
    """
    Our certificate, and whose certificates we believe.  What was read last is
    used for connections from then on.

    @ivar trust: what is asked of whom we dial.
    """

    def __init__(
        self,
        certificate: str,
        privateKey: str,
        authorities: str,
        verifyPeers: bool,
        peers: Sequence[TLSPeer] = (),
    ) -> None:
        """
        @param certificate: a PEM file: ours first, then those between it and
            its authority; empty for none, as a client may have none.
        @param privateKey: a PEM file.
        @param authorities: a PEM file of those whose signature counts; empty
            to believe whomever we dial.
        @param verifyPeers: ask those who connect to us for a certificate.
        @param peers: whom to believe by other than an address in a certificate.

        @raise ConfigurationError: as for L{prepare}.
        """
        self._certificate = certificate
        self._privateKey = privateKey
        self._authorities = authorities
        self._verifyPeers = verifyPeers
        self.trust = Trust(bool(authorities), peers)
        self._accepting, self._dialling = self._read()

    def prepare(self) -> Commit:
        """
        Read the files again.

        @raise ConfigurationError: a file cannot be read, or does not hold
            what it should, or key and certificate do not belong together.
        """
        return Change(self, self._read())

    def reconfigure(self, contexts: tuple[SSL.Context, SSL.Context]) -> None:
        """
        Use what was read for connections from now on.
        """
        self._accepting, self._dialling = contexts

    def serverConnectionForTLS(self, tlsProtocol: TLSMemoryBIOProtocol) -> SSL.Connection:
        return SSL.Connection(self._accepting, None)

    def towards(self, expected: Expected) -> SSL.Connection:
        """
        A connection that we dial.
        """
        connection = SSL.Connection(self._dialling, None)
        if expected.keys:
            connection.set_verify(SSL.VERIFY_NONE)  # it is the key that counts, not who signed it
        return connection

    def _read(self) -> tuple[SSL.Context, SSL.Context]:
        """
        @return: for whom we accept, and for whom we dial.
        """
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
        believing = dict(options)
        if self._authorities:
            trusted = _parsed(self._authorities, "h323.authorities", _certificates)
            believing["trustRoot"] = trustRootFromCertificates([Certificate(c) for c in trusted])
        try:
            return (
                self._context(believing if self._verifyPeers else options),
                self._context(believing),
            )
        except SSL.Error as error:
            raise ConfigurationError("h323.privateKey", "is not the certificate's") from error

    def _context(self, options: dict[str, Any]) -> SSL.Context:
        """
        @raise SSL.Error: key and certificate do not belong together.
        """
        made = CertificateOptions(raiseMinimumTo=TLSVersion.TLSv1_2, **options)
        context: SSL.Context = made.getContext()
        if self._certificate:
            context.check_privatekey()
        return context


@implementer(IOpenSSLClientConnectionCreator)
class _Towards:
    """
    Makes the connection to one peer.
    """

    def __init__(self, credentials: Credentials, expected: Expected) -> None:
        self._credentials = credentials
        self._expected = expected

    def clientConnectionForTLS(self, tlsProtocol: TLSMemoryBIOProtocol) -> SSL.Connection:
        return self._credentials.towards(self._expected)


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


@implementer(IHandshakeListener)
class _SecureConnection(Connection):
    """
    One TLS connection.
    """

    _log = Logger()

    def __init__(
        self,
        user: IStreamUser,
        clock: IReactorTime,
        deadline: float,
        expected: Expected | None = None,
    ) -> None:
        """
        @param deadline: when its handshake has to be done, in seconds of the clock.
        @param expected: who has to be there, where we dialled.
        """
        super().__init__(user, clock)
        self._deadline = deadline
        self._expected = expected
        self._handshake = Timer(clock)

    def made(self) -> None:
        left = max(0.0, self._deadline - self._clock.seconds())
        self._handshake.start(left, self._tooSlow)

    def handshakeCompleted(self) -> None:
        self._handshake.stop()
        transport: Any = self.transport
        self.peerKey = publicKey(transport.getHandle())
        expected = self._expected or ANYBODY
        self.fault = expected.fault(transport.getHandle(), self.peerKey)
        if self.fault:
            self.abort()
        else:
            self.opened()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._handshake.stop()
        if self._expected is not None and not self.isOpen:
            text = self.fault or reason.getErrorMessage()
            self._log.info("no TLS with {peer}: {reason}", peer=str(self.peer), reason=text)
        super().connectionLost(reason)

    def _tooSlow(self) -> None:
        self.fault = "the TLS handshake took too long"
        self.abort()


class _Accepting(Accepting):
    def connection(self, user: IStreamUser) -> Connection:
        return _SecureConnection(user, self._clock, self._clock.seconds() + HANDSHAKE_TIMEOUT)


class _SealedAccepting(TLSMemoryBIOFactory):
    """
    Seals what is accepted; who gets no user, gets no handshake either.
    """

    def buildProtocol(  # type: ignore[override]  # Twisted's forgets that there may be none
        self, addr: IAddress | None
    ) -> TLSMemoryBIOProtocol | None:
        wrapped = self.wrappedFactory.buildProtocol(addr)
        return None if wrapped is None else self.protocol(self, wrapped)


@implementer(IStreamListener)
class TLSListener:
    """
    Listens on a reactor.
    """

    def __init__(self, reactor: Any, credentials: Credentials) -> None:
        self._reactor = reactor
        self._credentials = credentials

    def listen(self, address: TransportAddress, newUser: NewUser) -> IListening:
        clock = self._reactor
        sealed = _SealedAccepting(self._credentials, False, _Accepting(newUser, clock), clock)
        try:
            port = listenStreams(self._reactor, address, sealed)
        except (CannotListenError, OSError) as error:
            raise cannotBind("TLS", address, error) from error
        return Listening(port)


@implementer(IStreamOpener)
class TLSOpener:
    """
    Connects by a reactor.
    """

    def __init__(self, reactor: Any, credentials: Credentials) -> None:
        self._reactor = reactor
        self._credentials = credentials

    def open(
        self,
        address: TransportAddress,
        user: IStreamUser,
        timeout: float,
        local: str = "",
        ports: Iterable[int] | None = None,
    ) -> IOpening:
        clock, expected = self._reactor, self._credentials.trust.of(address.host)
        connection = _SecureConnection(user, clock, clock.seconds() + timeout, expected)
        dialling = Connecting(user, connection, local, ports)
        sealed = TLSMemoryBIOFactory(_Towards(self._credentials, expected), True, dialling, clock)
        connector = self._reactor.connectTCP(
            address.host,
            address.port,
            sealed,
            timeout=timeout,
            bindAddress=dialling.nextBinding(),
        )
        return Opening(connector, connection)
