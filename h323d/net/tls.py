"""
TLS for signalling, accepted and opened (ITU-T H.460.22; RFC 3261, 26.2.1).

The same connections as L{h323d.net.stream}'s, sealed on their way.  They open when their
handshake is done, and who was dialled has proved to be who it should be
(L{h323d.net.trust}).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
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
    ISecureOpener,
    IStreamListener,
    IStreamOpener,
    IStreamUser,
    NewUser,
)
from h323d.errors import ConfigurationError
from h323d.net.binding import cannotBind, listenStreams
from h323d.net.stream import Accepting, Connecting, Connection, Listening, Opening
from h323d.net.trust import ANYBODY, Expected, Trust, namesOf, publicKey
from h323d.values.address import TransportAddress
from h323d.values.tlspeer import CertificateFiles, ClientCertificates, TLSPeer

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
        clients: ClientCertificates,
        peers: Sequence[TLSPeer] = (),
        section: str = "h323",
        others: Sequence[CertificateFiles] = (),
    ) -> None:
        """
        @param certificate: a PEM file: ours first, then those between it and
            its authority; empty for none, as a client may have none.
        @param privateKey: a PEM file.
        @param authorities: a PEM file of those whose signature counts; empty
            to believe whomever we dial.
        @param clients: what those who connect to us are asked for.
        @param peers: whom to believe by other than an address in a certificate.
        @param section: of the configuration, that names the files.
        @param others: of our certificates, for who asks for a name that they have.

        @raise ConfigurationError: as for L{prepare}.
        """
        self._certificate = certificate
        self._privateKey = privateKey
        self._authorities = authorities
        self._clients = clients
        self._section = section
        self._others = tuple(others)
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

    def recognizes(
        self, connection: SSL.Connection, key: bytes | None, host: str, domain: str
    ) -> bool:
        """
        Whether who has connected to us is who we would want at a host: by a key that we know, or
        by what an authority has signed, where that is asked of everybody.

        @param key: the peer's.
        @param domain: as for L{Trust.of}.
        """
        expected = self.trust.of(host, domain)
        isVouchedFor = bool(expected.keys) or self._clients is ClientCertificates.SIGNED
        return isVouchedFor and not expected.fault(connection, key)

    def serverConnectionForTLS(self, tlsProtocol: TLSMemoryBIOProtocol) -> SSL.Connection:
        return SSL.Connection(self._accepting, None)

    def towards(self, expected: Expected, domain: str = "") -> SSL.Connection:
        """
        A connection that we dial.

        @param domain: the server is told that it is meant (RFC 6066, 3); empty for nothing.
        """
        connection = SSL.Connection(self._dialling, None)
        if domain:
            connection.set_tlsext_host_name(domain.encode("ascii"))
        if expected.keys:
            connection.set_verify(SSL.VERIFY_NONE)  # it is the key that counts, not who signed it
        return connection

    def _read(self) -> tuple[SSL.Context, SSL.Context]:
        """
        @return: for whom we accept, and for whom we dial.
        """
        options: dict[str, Any] = {}  # Any: what CertificateOptions takes
        if self._certificate:
            options = _shown(CertificateFiles(self._certificate, self._privateKey), self._section)
        believing = dict(options)
        if self._authorities:
            trusted = _parsed(self._authorities, f"{self._section}.authorities", _certificates)
            believing["trustRoot"] = trustRootFromCertificates([Certificate(c) for c in trusted])
        signed = self._clients is ClientCertificates.SIGNED
        try:
            accepting = self._context(believing if signed else options)
            dialling = self._context(believing)
        except SSL.Error as error:
            place = f"{self._section}.privateKey"
            raise ConfigurationError(place, "is not the certificate's") from error
        if self._clients is ClientCertificates.ANY:
            accepting.set_verify(SSL.VERIFY_PEER, _takeAny)
        if self._others:
            accepting.set_tlsext_servername_callback(_Names(self._named()).choose)
        return accepting, dialling

    def _named(self) -> dict[str, SSL.Context]:
        """
        What shows our other certificates, by their names.
        """
        named: dict[str, SSL.Context] = {}
        place = f"{self._section}.otherCertificates"
        for files in self._others:
            options = _shown(files, place)
            try:
                context = self._context(options)
            except SSL.Error as error:
                raise ConfigurationError(
                    f"{place}.privateKey", "is not the certificate's"
                ) from error
            for name in namesOf(options["certificate"]):
                named.setdefault(name, context)
        return named

    def _context(self, options: dict[str, Any]) -> SSL.Context:
        """
        @raise SSL.Error: key and certificate do not belong together.
        """
        made = CertificateOptions(raiseMinimumTo=TLSVersion.TLSv1_2, **options)
        context: SSL.Context = made.getContext()
        if self._certificate:
            context.check_privatekey()
        return context


class _Names:
    """
    Chooses the certificate that is shown: the one that has the name that is asked for, as it is
    or by a wildcard, or else the first.
    """

    def __init__(self, contexts: Mapping[str, SSL.Context]) -> None:
        self._contexts = contexts

    def choose(self, connection: SSL.Connection) -> None:
        """
        The name is known (RFC 6066, 3); what is asked of the client stays.
        """
        name = (connection.get_servername() or b"").decode("ascii", "replace").lower()
        context = self._contexts.get(name) or self._contexts.get(f"*.{name.partition('.')[2]}")
        if context is not None:
            connection.set_context(context)


@implementer(IOpenSSLClientConnectionCreator)
class _Towards:
    """
    Makes the connection to one peer.
    """

    def __init__(self, credentials: Credentials, expected: Expected, domain: str) -> None:
        self._credentials = credentials
        self._expected = expected
        self._domain = domain

    def clientConnectionForTLS(self, tlsProtocol: TLSMemoryBIOProtocol) -> SSL.Connection:
        return self._credentials.towards(self._expected, self._domain)


def _takeAny(
    connection: SSL.Connection, certificate: crypto.X509, error: int, depth: int, good: int
) -> bool:
    """
    What counts is the key of who connects, which the handshake proves that they have.
    """
    return True


def _shown(files: CertificateFiles, place: str) -> dict[str, Any]:
    """
    @param place: in the configuration.
    @return: Any: what CertificateOptions takes.
    """
    own, *between = _parsed(files.certificate, f"{place}.certificate", _certificates)
    key = _parsed(
        files.privateKey,
        f"{place}.privateKey",
        lambda text: crypto.load_privatekey(crypto.FILETYPE_PEM, text.encode(), b""),
    )
    return {"certificate": own, "extraCertChain": between, "privateKey": key}


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
        credentials: Credentials | None = None,
    ) -> None:
        """
        @param deadline: when its handshake has to be done, in seconds of the clock.
        @param expected: who has to be there, where we dialled.
        @param credentials: by which we know who somebody is, where we were dialled.
        """
        super().__init__(user, clock)
        self._deadline = deadline
        self._expected = expected
        self._credentials = credentials
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

    def provesToBe(self, host: str, domain: str) -> bool:
        transport: Any = self.transport
        if self._credentials is None or transport is None:
            return False
        handle = transport.getHandle()
        return self._credentials.recognizes(handle, self.peerKey, host, domain)

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
    def __init__(self, newUser: NewUser, clock: IReactorTime, credentials: Credentials) -> None:
        super().__init__(newUser, clock)
        self._credentials = credentials

    def connection(self, user: IStreamUser) -> Connection:
        deadline = self._clock.seconds() + HANDSHAKE_TIMEOUT
        return _SecureConnection(user, self._clock, deadline, credentials=self._credentials)


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
        accepting = _Accepting(newUser, clock, self._credentials)
        sealed = _SealedAccepting(self._credentials, False, accepting, clock)
        try:
            port = listenStreams(self._reactor, address, sealed)
        except (CannotListenError, OSError) as error:
            raise cannotBind("TLS", address, error) from error
        return Listening(port)


@implementer(ISecureOpener)
class TLSOpener:
    """
    Connects by a reactor.
    """

    def __init__(self, reactor: Any, credentials: Credentials, domain: str = "") -> None:
        """
        @param domain: the SIP domain that peers have to speak for; empty where their address
            counts.
        """
        self._reactor = reactor
        self._credentials = credentials
        self._domain = domain

    def expecting(self, domain: str) -> IStreamOpener:
        opener: IStreamOpener = TLSOpener(self._reactor, self._credentials, domain)
        return opener

    def open(
        self,
        address: TransportAddress,
        user: IStreamUser,
        timeout: float,
        local: str = "",
        ports: Iterable[int] | None = None,
    ) -> IOpening:
        clock, domain = self._reactor, self._domain
        expected = self._credentials.trust.of(address.host, domain)
        connection = _SecureConnection(user, clock, clock.seconds() + timeout, expected)
        dialling = Connecting(user, connection, local, ports)
        towards = _Towards(self._credentials, expected, domain)
        sealed = TLSMemoryBIOFactory(towards, True, dialling, clock)
        connector = self._reactor.connectTCP(
            address.host,
            address.port,
            sealed,
            timeout=timeout,
            bindAddress=dialling.nextBinding(),
        )
        return Opening(connector, connection)
