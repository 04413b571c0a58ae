"""
C{h323d-witness serve}: a witness of other people's logs, that signs their heads as they are handed
in.
"""

from __future__ import annotations

import fcntl
import ipaddress
import os
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from twisted.internet.error import CannotListenError

from h323d.cli.witness.logs import keyFrom
from h323d.cli.witness.signing import addCosigner, cosignerFrom
from h323d.errors import ConfigurationError
from h323d.net.binding import cannotBind, listenStreams
from h323d.values.address import TransportAddress
from h323d.witness.log.cosigning import Cosigned
from h323d.witness.log.note import SignatureType, Signer, VerifierKey

__all__ = ["addServe", "listen", "logsIn"]

LISTEN = "127.0.0.1:8323"


def addServe(parser: ArgumentParser) -> None:
    addCosigner(parser)
    parser.add_argument(
        "--log",
        action="append",
        required=True,
        help="the public key of a log that is cosigned, or a file with it; one for each",
    )
    parser.add_argument(
        "--directory", type=Path, required=True, help="where you keep what you cosigned last"
    )
    parser.add_argument(
        "--listen", default=LISTEN, metavar="ADDRESS:PORT", help=f"where to listen ({LISTEN})"
    )
    parser.set_defaults(run=_serve)


def _serve(options: Namespace) -> int:
    from twisted.internet import reactor  # only now: nothing else of the program needs it

    running: Any = reactor  # Any: the reactor is a module to mypy
    address = _addressOf(options.listen)
    signer = cosignerFrom(options)
    options.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(options.directory):
        listen(running, address, logsIn(options.directory, options.log, signer), signer.key)
        running.run()
    return 0


def listen(
    reactor: Any, address: TransportAddress, logs: Mapping[str, Cosigned], key: VerifierKey
) -> None:
    """
    Take heads, and say where.

    @param reactor: Any: one of several interfaces at once.
    @param logs: by their origins.
    @param key: of who cosigns.

    @raise ConfigurationError: the address cannot be bound.
    """
    from h323d.cli.witness.desk import Desk, newSite  # only now: it takes a web server to load

    site = newSite(Desk(logs, reactor, _tell), reactor)
    try:
        port = listenStreams(reactor, address, site)
    except (OSError, CannotListenError) as error:
        raise ConfigurationError("--listen", str(cannotBind("TCP", address, error))) from None
    bound = TransportAddress(address.host, port.getHost().port)
    if not ipaddress.ip_address(address.host).is_loopback:
        _tell("this is plain HTTP: put a web server with TLS before it")
    _tell(f"cosigns as {key} at http://{bound}")
    for each in logs.values():
        _tell(f"{each.key.name} had {each.last.size} records")


def logsIn(directory: Path, keys: Sequence[str], signer: Signer) -> dict[str, Cosigned]:
    """
    What was cosigned last of each log, by its origin.

    @param keys: of the logs, or files with them.

    @raise ConfigurationError: one of them is none, or not that of a log, or stands there twice.
    @raise DecodeError: a file of the directory has something else.
    @raise OSError: it cannot be read.
    """
    logs: dict[str, Cosigned] = {}
    for text in keys:
        key = keyFrom(text)
        if key.type is not SignatureType.ED25519:
            raise ConfigurationError(text, "is the key of a cosigner, not of a log")
        if key.name in logs:
            raise ConfigurationError(text, f"{key.name} has a key already")
        logs[key.name] = Cosigned(directory / f"{quote(key.name, safe='')}.head", key, signer)
    return logs


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """
    Nobody else cosigns by this directory.
    """
    lock = os.open(directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConfigurationError(str(directory), "another process cosigns by it") from None
        yield
    finally:
        os.close(lock)


def _addressOf(text: str) -> TransportAddress:
    try:
        parts = urlsplit(f"//{text}")
        host = str(ipaddress.ip_address(parts.hostname or ""))
        if parts.port is None or text != str(TransportAddress(host, parts.port)):
            raise ValueError
    except ValueError:
        raise ConfigurationError("--listen", f"{text!r} is not ADDRESS:PORT") from None
    return TransportAddress(host, parts.port)


def _tell(line: str) -> None:
    print(line, flush=True)
