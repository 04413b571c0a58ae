"""
Where passwords come from, and whose they are.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from h323d.errors import ConfigurationError
from h323d.gatekeeper.security.config import PasswordEntry, SecurityConfig
from h323d.gatekeeper.security.passwords import readPasswords
from h323d.h323.security.h235 import keyOf
from h323d.net.files import Files

ANNA = PasswordEntry("anna", "secret")


def test_passwordsAreFoundByEveryName() -> None:
    config = SecurityConfig(passwords=(PasswordEntry("anna", "secret", names=("1001",)),))
    passwords = readPasswords(config, Files())
    secret = passwords.of("1001")
    assert secret is not None
    assert secret.identity == "anna"
    assert secret is passwords.of("anna")
    assert secret.key == keyOf("secret")
    assert passwords.of("bob") is None


def test_aPasswordFromAFile(tmp_path: Path) -> None:
    path = tmp_path / "anna"
    path.write_text("secret\r\nanything else\n")
    config = SecurityConfig(passwords=(PasswordEntry("anna", passwordFile=str(path)),))
    secret = readPasswords(config, Files()).of("anna")
    assert secret is not None
    assert secret.password == "secret"


@pytest.mark.parametrize("content", [b"", b"\nsecond line", b"\xff\xfe"])
def test_aFileWithoutAPassword(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "anna"
    path.write_bytes(content)
    config = SecurityConfig(passwords=(ANNA, PasswordEntry("bob", passwordFile=str(path))))
    with pytest.raises(ConfigurationError) as caught:
        readPasswords(config, Files())
    assert caught.value.place == "security.passwords[1].passwordFile"


def test_aFileThatIsNotThere(tmp_path: Path) -> None:
    config = SecurityConfig(passwords=(PasswordEntry("a", passwordFile=str(tmp_path / "no")),))
    with pytest.raises(ConfigurationError, match="No such file"):
        readPasswords(config, Files())


def test_secretsAreNotShown() -> None:
    config = SecurityConfig(passwords=(ANNA,))
    secret = readPasswords(config, Files()).of("anna")
    assert "secret" not in repr(config)
    assert "'secret'" not in repr(secret)
    assert secret is not None
    assert repr(secret.key) not in repr(secret)


def test_whatIsProvedOtherwiseThanBeforeIsNamed() -> None:
    entries = [ANNA, PasswordEntry("bob", "x"), PasswordEntry("carla", "y")]
    before = readPasswords(SecurityConfig(passwords=(entries[0], entries[1])), Files())
    changed = PasswordEntry("bob", "z", names=("2000",))
    after = readPasswords(SecurityConfig(passwords=(entries[0], changed, entries[2])), Files())
    assert sorted(before.differing(after)) == ["2000", "bob", "carla"]
    assert before.differing(before) == ()


def test_othersAreUsedFromThenOn() -> None:
    passwords = readPasswords(SecurityConfig(passwords=(ANNA,)), Files())
    passwords.use(readPasswords(SecurityConfig(passwords=(PasswordEntry("bob", "x"),)), Files()))
    assert len(passwords) == 1
    assert passwords.of("anna") is None
    assert passwords.of("bob") is not None
