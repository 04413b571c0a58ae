"""
The passwords of endpoints, found by name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from h323d.call.lookups import IFiles
from h323d.errors import ConfigurationError
from h323d.gatekeeper.security.config import PasswordEntry, SecurityConfig
from h323d.h323.security.h235 import SCHEME, keyOf

__all__ = ["Passwords", "Secret", "passwordIn", "readPasswords"]


@dataclass(frozen=True, slots=True)
class Secret:
    """
    What somebody knows.

    @ivar identity: who; the first of the names.
    @ivar names: what who knows it may register.
    @ivar key: the same as H.235.1 uses it.
    @ivar scheme: how a neighbour proves it, as L{h323d.values.proof.Proof} has it; of an
        endpoint, C{security.weakSchemes} says more.
    """

    identity: str
    names: frozenset[str]
    password: str = field(repr=False)
    key: bytes = field(repr=False)
    scheme: str = SCHEME


class Passwords:
    """
    The table.
    """

    def __init__(self, secrets: Iterable[Secret]) -> None:
        self._byName = {name: secret for secret in secrets for name in secret.names}

    def __len__(self) -> int:
        return len(self._byName)

    def use(self, other: Passwords) -> None:
        """
        Have what the other has from now on.
        """
        self._byName = other._byName

    def differing(self, other: Passwords) -> tuple[str, ...]:
        """
        The names for which the other wants something else to be proved.
        """
        names = dict.fromkeys((*self._byName, *other._byName))
        return tuple(name for name in names if self.of(name) != other.of(name))

    def of(self, name: str) -> Secret | None:
        """
        What proves this name; C{None} if nothing has to.
        """
        return self._byName.get(name)


def readPasswords(config: SecurityConfig, files: IFiles) -> Passwords:
    """
    Take the passwords from the configuration and the files that it names.

    @raise ConfigurationError: a file cannot be read, or has no password.
    """
    return Passwords(_secret(entry, index, files) for index, entry in enumerate(config.passwords))


def _secret(entry: PasswordEntry, index: int, files: IFiles) -> Secret:
    place = f"security.passwords[{index}].passwordFile"
    password = entry.password or passwordIn(files, entry.passwordFile, place)
    return Secret(entry.alias, frozenset((entry.alias, *entry.names)), password, keyOf(password))


def passwordIn(files: IFiles, path: str, place: str) -> str:
    """
    The password that stands in the first line of a file.

    @param place: the key that names the file, for who reads the error.

    @raise ConfigurationError: it cannot be read, or has no password.
    """
    try:
        text = files.read(path)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "is not UTF-8 text"
        raise ConfigurationError(place, f"{path}: {reason}") from error
    password = text.partition("\n")[0].rstrip("\r")
    if not password:
        raise ConfigurationError(place, f"{path}: the first line is empty")
    return password
