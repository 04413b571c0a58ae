"""
What C{h323ctl hash} makes of a password, or of a PIN: what stands in a configuration in its place.
"""

from __future__ import annotations

import getpass
import json
import secrets
import sys

from h323d.conference.pins import hashed
from h323d.config.reading import load
from h323d.errors import ConfigurationError
from h323d.gatekeeper.security.config import SecurityConfig
from h323d.sip.digest.algorithms import Algorithm, secretOf

__all__ = ["entryOf", "pinEntry", "readPassword"]

_SALT = 16  # octets


def readPassword(what: str = "Password") -> str:
    """
    Ask for a password, twice; or take the first line of what is no terminal.

    @param what: what it is called.

    @raise ConfigurationError: there is none, or they are two.
    """
    if not sys.stdin.isatty():
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = getpass.getpass(f"{what}: ")
        if getpass.getpass("Again: ") != password:
            raise ConfigurationError(what.lower(), "these are two")
    if not password:
        raise ConfigurationError(what.lower(), "there is none")
    return password


def entryOf(user: str, password: str, realm: str | None, configuration: str | None) -> str:
    """
    @param realm: what the password is for; C{None} for what the configuration says.
    @param configuration: its file; C{None} for the defaults.

    @return: C{[[security.users]]} as TOML, with a line for each algorithm.

    @raise ConfigurationError: the file cannot be used.
    """
    if realm is None:
        security = SecurityConfig() if configuration is None else load(configuration).security
        realm = security.realm
    lines = ["[[security.users]]", f"name = {json.dumps(user, ensure_ascii=False)}"]
    for key, algorithm in (("sha256", Algorithm.SHA_256), ("md5", Algorithm.MD5)):
        lines.append(f'{key} = "{secretOf(algorithm, user, realm, password)}"')
    return "\n".join(lines) + "\n"


def pinEntry(digits: str) -> str:
    """
    @return: the C{pin} of a room, as TOML.

    @raise ConfigurationError: it is no PIN.
    """
    try:
        return f'pin = "{hashed(digits, secrets.token_bytes(_SALT))}"\n'
    except ValueError as error:
        raise ConfigurationError("pin", str(error)) from None
