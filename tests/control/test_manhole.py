"""
The manhole: a kept host key, keys that can be taken away, no passwords.
"""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from twisted.conch.ssh.keys import Key
from twisted.cred.credentials import IUsernamePassword

from h323d.control.manhole import AuthorizedKeys, keptHostKey, manholeFactory
from h323d.errors import ConfigurationError


def test_theHostKeyIsMadeOnceAndKept(tmp_path: Path) -> None:
    path = tmp_path / "state" / "key"
    made = keptHostKey(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert keptHostKey(path) == made


def test_aBrokenHostKeyIsAClearError(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("not a key")
    with pytest.raises(ConfigurationError, match="is not an SSH key"):
        keptHostKey(path)


def test_aRemovedKeyIsOutAtOnce(tmp_path: Path) -> None:
    path = tmp_path / "authorized_keys"
    keys = AuthorizedKeys(path)
    assert list(keys.getAuthorizedKeys(b"anybody")) == []
    public = keptHostKey(tmp_path / "key").public()
    path.write_bytes(public.toString("openssh"))
    assert list(keys.getAuthorizedKeys(b"anybody")) == [public]
    path.write_text("")
    assert list(keys.getAuthorizedKeys(b"anybody")) == []


def test_passwordsAreNeverTaken(tmp_path: Path) -> None:
    factory = manholeFactory({}, tmp_path / "authorized_keys", tmp_path / "key")
    assert IUsernamePassword not in factory.portal.listCredentialsInterfaces()
    (hostKey,) = factory.privateKeys.values()
    assert isinstance(hostKey, Key)
