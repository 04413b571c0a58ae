"""
A Python shell inside the running server, by SSH, with keys only.

It listens on the loopback alone.  The namespace holds the commands of C{h323ctl}
that ask a server, as functions, C{server} with all its objects, and C{state} to
read any machine's state.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from twisted.conch.checkers import (
    IAuthorizedKeysDB,
    SSHPublicKeyChecker,
    readAuthorizedKeyFile,
)
from twisted.conch.insults.insults import ServerProtocol
from twisted.conch.manhole import ColoredManhole, ManholeInterpreter
from twisted.conch.manhole_ssh import ConchFactory, TerminalRealm, TerminalSession
from twisted.conch.ssh.keys import BadKeyError, Key
from twisted.cred.portal import Portal
from zope.interface import implementer

from h323d.errors import ConfigurationError
from h323d.inputs import IInputs, Input
from h323d.operation.command import Role
from h323d.operation.desk import Actor

__all__ = ["MANHOLE", "AuthorizedKeys", "Shell", "Shells", "keptHostKey", "manholeFactory"]

MANHOLE = Actor("manhole", Role.OPERATOR)  # whoever has a key that is let in


@implementer(IAuthorizedKeysDB)
class AuthorizedKeys:
    """
    The keys in one file, read at each attempt, so that a removed key is out
    at once.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def getAuthorizedKeys(self, username: bytes) -> Iterable[Key]:
        try:
            with self._path.open("rb") as file:
                return list(readAuthorizedKeyFile(file))
        except (OSError, BadKeyError):
            return []


def keptHostKey(path: Path) -> Key:
    """
    The host key at C{path}; made, readable by its owner only, when missing.

    @raise ConfigurationError: it cannot be read, made or understood.
    """
    try:
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            made = Key(Ed25519PrivateKey.generate()).toString("openssh")
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(made)
        key: Key = Key.fromFile(os.fspath(path))
        return key
    except OSError as error:
        raise ConfigurationError(f"manhole host key {path}", error.strerror or "no") from error
    except BadKeyError as error:
        raise ConfigurationError(f"manhole host key {path}", "is not an SSH key") from error


class ShellSession(TerminalSession):
    """
    One shell.  What Conch leaves out would end it with a traceback: a window
    of another size, the end of the input, no terminal at all.
    """

    width, height = 80, 24

    def openShell(self, proto: Any) -> None:  # Any: Conch declares no types for it
        self._proto = proto
        super().openShell(proto)

    def windowChanged(self, newWindowSize: tuple[int, int, int, int]) -> None:
        """
        Lines are as long as they were.
        """

    def eofReceived(self) -> None:
        self._proto.loseConnection()


class Shells:
    """
    The shells that are open, by number.  A line that is typed in one is an input of the server.
    """

    def __init__(self, inputs: IInputs, namespace: Mapping[str, Any]) -> None:
        """
        @param namespace: what every shell has by name; Any, as it can be anything.
        """
        self._inputs = inputs
        self._namespace = namespace
        self._interpreters: dict[int, ManholeInterpreter] = {}
        self._opened = 0
        inputs.lead(Input.LINE, self._run)

    def opened(self, interpreter: ManholeInterpreter) -> int:
        """
        One more.

        @return: its number.
        """
        interpreter.locals.update(self._namespace)
        self._opened += 1
        self._interpreters[self._opened] = interpreter
        return self._opened

    def closed(self, number: int) -> None:
        """
        One less.
        """
        self._interpreters.pop(number, None)

    def typed(self, number: int, line: bytes) -> bool:
        """
        Have a line run.

        @return: whether it takes more lines to be a whole.
        """
        return bool(self._inputs.enter(Input.LINE, number, line))

    def _run(self, number: int, line: bytes) -> object:
        if number not in self._interpreters:  # it is open in a process that we follow
            unseen = ManholeInterpreter(_Unseen(), dict(self._namespace))
            self._interpreters[number] = unseen
        return self._interpreters[number].push(line)


class _Unseen:
    """
    Where nobody sees what a line has printed.
    """

    def addOutput(self, data: bytes, asynchronous: bool = False) -> None:
        """
        Nobody does.
        """


class Shell(ColoredManhole):
    """
    What somebody types into, and sees the results of.
    """

    def __init__(self, shells: Shells) -> None:
        super().__init__()
        self._shells = shells

    def connectionMade(self) -> None:
        super().connectionMade()
        self._number = self._shells.opened(self.interpreter)

    def connectionLost(self, reason: object) -> None:
        self._shells.closed(self._number)
        super().connectionLost(reason)

    def lineReceived(self, line: bytes) -> None:
        self.pn = self._shells.typed(self._number, line)
        if self._needsNewline():
            self.terminal.nextLine()
        self.terminal.write(self.ps[self.pn])


def manholeFactory(shells: Shells, authorizedKeys: Path, hostKey: Path) -> ConchFactory:
    """
    A factory to listen with.

    @param shells: which gets those that are opened.
    @param authorizedKeys: a file of public keys.
    @param hostKey: where the host key is kept.

    @raise ConfigurationError: for the host key.
    """
    realm: Any = TerminalRealm()  # Any: Conch declares no types for it
    realm.sessionFactory = ShellSession
    realm.chainedProtocolFactory = lambda: ServerProtocol(Shell, shells)
    portal = Portal(realm)
    portal.registerChecker(SSHPublicKeyChecker(AuthorizedKeys(authorizedKeys)))
    factory = ConchFactory(portal)
    key = keptHostKey(hostKey)
    hostKeys: Any = factory  # Any: Conch says bytes where it means keys
    hostKeys.publicKeys = {key.sshType(): key.public()}
    hostKeys.privateKeys = {key.sshType(): key}
    return factory
