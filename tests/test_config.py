"""
The configuration file: every key can be set, and every fault names the file and the key.
"""

from __future__ import annotations

import dataclasses
import enum
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from h323d.config.reading import load, parse, read
from h323d.config.sample import sample
from h323d.config.sections import Configuration
from h323d.errors import ConfigurationError, ConfigurationFaults
from h323d.gatekeeper.config import AliasConflict
from h323d.toml import linesOf

SAMPLE = Path(__file__).parents[1] / "etc" / "h323d.toml"
KEYS = [
    (section.name, key.name)
    for section in dataclasses.fields(Configuration)
    for key in dataclasses.fields(getattr(Configuration(), section.name))
]
TABLES = {
    ("conference", "rooms"),
    ("lines", "groups"),
    ("h323", "tlsPeers"),
    ("sip", "tlsPeers"),
    ("sip", "otherCertificates"),
    ("sip", "srtpPeers"),
    ("gatekeeper", "alternates"),
    ("gatekeeper", "parents"),
    ("routing", "rewrites"),
    ("routing", "routes"),
    ("routing", "neighbours"),
    ("routing", "trunks"),
    ("routed", "rules"),
    ("security", "passwords"),
    ("security", "users"),
    ("server", "advertised"),
    ("witness", "cosigners"),
}


COSIGNER = "w.example+5eda88e9+BDtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"

NEEDS = {
    ("guard", "registry"): ("name",),
    ("h323", "tlsPort"): ("certificate", "privateKey"),
    ("h323", "certificate"): ("privateKey",),
    ("h323", "privateKey"): ("certificate",),
    ("h323", "verifyPeers"): ("authorities",),
    ("sip", "tlsPort"): ("certificate", "privateKey"),
    ("sip", "certificate"): ("privateKey",),
    ("sip", "otherCertificates"): ("certificate", "privateKey"),
    ("sip", "privateKey"): ("certificate",),
    ("web", "bind"): ("certificate", "privateKey"),
    ("web", "certificate"): ("privateKey",),
    ("web", "privateKey"): ("certificate",),
    ("witness", "directory"): ("origin",),
}  # keys that mean nothing without others


def another(section: str, key: str) -> Any:
    """
    A value that the key may have, and has not by default.
    """
    special = {
        ("server", "bind"): "127.0.0.9",
        ("server", "advertise"): "192.0.2.1",
        ("server", "advertised"): [{"address": "10.0.0.9", "network": "10.0.0.0/8"}],
        ("gatekeeper", "aliasConflict"): "replace",
        ("gatekeeper", "alternates"): [{"address": "192.0.2.2"}],
        ("gatekeeper", "parents"): [{"name": "up", "address": "192.0.2.3", "aliases": ["us"]}],
        ("gatekeeper", "preGrantedCalls"): "both",
        ("routing", "rewrites"): [{"prefix": "0", "to": "49"}],
        ("routing", "routes"): [{"name": "anna", "to": ["192.0.2.1"]}],
        ("routing", "neighbours"): [{"name": "north", "address": "192.0.2.1"}],
        ("routing", "trunks"): [{"name": "carrier", "address": "sip.example.com"}],
        ("routing", "catchAll"): "192.0.2.1:1720",
        ("routing", "httpURL"): "http://127.0.0.1/route",
        ("routing", "dnsServers"): ["192.0.2.53"],
        ("routing", "enumPrefix"): "00",
        ("routed", "model"): "proxied",
        ("routed", "rules"): [{"prefixes": ["1"]}],
        ("routed", "failoverCauses"): [27],
        ("security", "h2351"): "off",
        ("gateway", "codecPreference"): "caller",
        ("lines", "watching"): "group",
        ("lines", "groups"): [{"members": ["1001", "anna"]}],
        ("cdr", "log"): "all",
        ("security", "weakSchemes"): ["md5", "cat"],
        ("security", "hostMismatch"): "log",
        ("security", "allow"): ["192.0.2.0/24"],
        ("security", "deny"): ["192.0.2.1", "2001:db8::/32"],
        ("security", "share"): 0.5,
        ("security", "trunks"): ["192.0.2.0/24"],
        ("security", "thirdParties"): ["198.51.100.0/24"],
        ("security", "digest"): "all",
        ("security", "md5Networks"): ["192.0.2.0/24"],
        ("defence", "exempt"): ["192.0.2.0/24"],
        ("defence", "unforged"): ["192.0.2.0/24"],
        ("security", "users"): [{"name": "anna", "md5": 32 * "0"}],
        ("security", "passwords"): [{"alias": "anna", "password": "secret"}],
        ("sip", "outboundProxy"): "sip:proxy.example.com",
        ("sip", "clientCertificates"): "any",
        ("sip", "otherCertificates"): [{"certificate": "b.pem", "privateKey": "b.key"}],
        ("sip", "srtp"): "required",
        ("sip", "srtpKeys"): "dtls",
        ("sip", "srtpPeers"): [{"network": "192.0.2.0/24"}],
        ("sip", "tlsPeers"): [{"network": "192.0.2.0/24", "key": "sha256:" + 64 * "9"}],
        ("h323", "tlsPeers"): [{"network": "192.0.2.0/24", "key": "sha256:" + 64 * "9"}],
        ("traversal", "privateNetworks"): ["192.168.0.0/16"],
        ("sip", "trustedNetworks"): ["192.0.2.0/24"],
        ("web", "bind"): "192.0.2.1",
        ("web", "metricsFrom"): ["192.0.2.0/24"],
        ("media", "tickMs"): 10,
        ("h323", "portRange"): "20000-20999",
        ("h323", "h245PortRange"): "30000-30999",
        ("witness", "anchors"): ["/mnt/elsewhere/heads", "https://example.com/heads"],
        ("witness", "cosigners"): [{"url": "https://example.com/w", "key": COSIGNER}],
        ("conference", "packetMs"): 40,
        ("gateway", "packetMs"): 40,
        ("gateway", "failoverCauses"): [27],
        ("conference", "menu"): ["*7 mute"],
        ("conference", "patterns"): ["7xx"],
        ("conference", "rooms"): [{"name": "council", "aliases": ["801"]}],
    }
    default = getattr(getattr(Configuration(), section), key)
    if (section, key) in special:
        return special[section, key]
    if isinstance(default, bool):
        return not default
    if isinstance(default, (int, float)):
        return default + 2
    return ["other"] if isinstance(default, tuple) else "other"


def toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {toml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return f'"{value}"' if isinstance(value, str) else repr(value)


CHANGING = [each for each in KEYS if each != ("ha", "follower")]  # of which there is one value


@pytest.mark.parametrize(("section", "key"), CHANGING, ids=[".".join(each) for each in CHANGING])
def test_everyKeyCanBeSet(section: str, key: str) -> None:
    value = another(section, key)
    others = "".join(f'{each} = "x"\n' for each in NEEDS.get((section, key), ()))
    read = parse(f"[{section}]\n{key} = {toml(value)}\n{others}", "file")
    found = getattr(getattr(read, section), key)
    if isinstance(found, enum.Enum):
        found = found.value
    if isinstance(found, tuple):
        found = [asGiven(each) for each in found]
        value = [asGiven(each) for each in value]
    assert found == value
    assert getattr(getattr(read, section), key) != getattr(getattr(Configuration(), section), key)
    rest = {name: each for name, each in sections(read).items() if name != section}
    assert rest == {
        name: each for name, each in sections(Configuration()).items() if name != section
    }


def asGiven(item: Any) -> Any:
    """
    An item of a list: a table without what it leaves out, its lists as tuples.
    """
    if isinstance(item, enum.Enum):
        return item.value
    if not dataclasses.is_dataclass(item):
        pairs = item.items() if isinstance(item, dict) else None
        return item if pairs is None else {key: _tuple(value) for key, value in pairs}
    return {
        each.name: getattr(item, each.name)
        for each in dataclasses.fields(item)
        if getattr(item, each.name) != each.default
    }


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def sections(configuration: Configuration) -> dict[str, Any]:
    return {
        each.name: getattr(configuration, each.name) for each in dataclasses.fields(configuration)
    }


def test_theSampleInTheTreeIsTheOneThatIsWritten() -> None:
    assert SAMPLE.read_text() == sample()


def test_theSampleSetsNothing() -> None:
    assert parse(sample(), "sample") == Configuration()


def test_theSampleShowsEveryKeyWithItsDefault() -> None:
    shown: dict[str, dict[str, Any]] = {}
    table: dict[str, Any] = {}
    for line in sample().splitlines():
        if line.startswith("["):
            table = shown.setdefault(line.strip("[]"), {})
        elif line.startswith("# [["):
            table = {}
        elif _KEY.match(line):
            table |= tomllib.loads(line.removeprefix("# "))
    for section, key in KEYS:
        default = getattr(getattr(Configuration(), section), key)
        if (section, key) not in TABLES:
            expected = default.value if isinstance(default, enum.Enum) else default
            value = shown[section][key]
            assert (tuple(value) if isinstance(value, list) else value) == expected


_KEY = re.compile(r"# \w+ = ")


def test_aWholeNumberWillDoWhereAFractionMayStand() -> None:
    assert parse("[sip]\nT1 = 1\n", "file").sip.T1 == 1.0


def test_anEnumerationIsReadByItsWord() -> None:
    read = parse('[gatekeeper]\naliasConflict = "replace"\n', "file")
    assert read.gatekeeper.aliasConflict is AliasConflict.REPLACE


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[spi]\n", "file: spi: unknown key; did you mean sip?"),
        ("[sip]\nprot = 5060\n", "file: sip.prot: unknown key; did you mean port?"),
        ("[sip]\nzzzz = 1\n", "file: sip.zzzz: unknown key"),
        ("[h323]\nsilenceTimeout = 1\n", "file: h323.silenceTimeout: is media.silenceTimeout now"),
        (
            "[media]\nsilenceSeconds = 1\n",
            "file: media.silenceSeconds: is media.silenceTimeout now",
        ),
        ("sip = 3\n", "file: sip: must be a table"),
        ('[sip]\nport = "5060"\n', "file: sip.port: must be a whole number"),
        ("[sip]\nport = 5060.0\n", "file: sip.port: must be a whole number"),
        ("[sip]\nport = true\n", "file: sip.port: must be a whole number"),
        ("[sip]\ntcp = 1\n", "file: sip.tcp: must be true or false"),
        ('[sip]\nT1 = "0.5"\n', "file: sip.T1: must be a number"),
        ("[sip]\nuser = 5\n", "file: sip.user: must be a string"),
        ('[conference]\npatterns = "8xxxx"\n', "file: conference.patterns: must be a list"),
        ("[conference]\npatterns = [8]\n", "file: conference.patterns[0]: must be a string"),
        ('[conference]\nrooms = ["council"]\n', "file: conference.rooms[0]: must be a table"),
        ('[[conference.rooms]]\naliases = ["1"]\n', "file: conference.rooms[0]: name is missing"),
        (
            '[[conference.rooms]]\nname = "a"\nalias = []\n',
            "file: conference.rooms[0].alias: unknown key; did you mean aliases?",
        ),
        (
            '[gatekeeper]\naliasConflict = "maybe"\n',
            "file: gatekeeper.aliasConflict: must be one of reject, replace",
        ),
        ('[server]\nbind = "here"\n', "file: server.bind: 'here' is not an IP address"),
        ("[media]\ntickMs = 7\n", "file: media.tickMs: "),
        ("[sip]\nT1 = nan\n", "file: sip.T1: must be finite"),
        ("[sip]\nT1 = 0\n", "file: sip.T1: must be more than 0"),
        ("[sip]\nmaxCalls = 0\n", "file: sip.maxCalls: must be at least 1"),
        ("[conference]\nmaxRooms = 0\n", "file: conference.maxRooms: must be at least 1"),
        ("[control]\nmanholePort = 0\n", "file: control.manholePort: must be 1 to 65535"),
        ("[gatekeeper]\ntimeToLive = 1\n", "file: gatekeeper.timeToLive: must be 10 to 604800"),
    ],
)
def test_aFaultNamesTheFileAndTheKey(text: str, message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse(text, "file")
    assert str(caught.value).startswith(message)
    assert str(caught.value).count("file") == 1


@pytest.mark.parametrize("section", ["sip", "h323"])
@pytest.mark.parametrize("port", [-1, 65536])
def test_aPortThatIsNoneIsRefused(section: str, port: int) -> None:
    with pytest.raises(ConfigurationError, match=f"file: {section}.port: "):
        parse(f"[{section}]\nport = {port}\n", "file")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"[sip\n", r"Expected ']' at the end of a table declaration \(at line 1, column 5\)"),
        (b"[sip]\nport = 1\nport = 2\n", r"Cannot overwrite a value \(at line 3, column 9\)"),
        (b"\xff\xfe", "is not UTF-8 text"),
    ],
    ids=["not TOML", "key twice", "not UTF-8"],
)
def test_aFileThatCannotBeReadIsNamed(content: bytes, reason: str, tmp_path: Path) -> None:
    file = tmp_path / "h323d.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigurationError, match=f"{file}: {reason}"):
        load(file)


def test_aFileThatIsNotThereIsNamed(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"absent\.toml: No such file or directory"):
        load(tmp_path / "absent.toml")


def test_aDirectoryIsNoFile(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="Is a directory"):
        load(tmp_path)


def test_aDeeplyNestedFileIsRefused() -> None:
    with pytest.raises(ConfigurationError, match="file: nested too deep"):
        parse("a = " + "[" * 100_000, "file")


FAULTY = """\
[sip]
prot = 1
T1 = 0
T2 = 0
tcp = "yes"

[[conference.rooms]]
aliases = ["1"]

[[conference.rooms]]
name = "council"
aliases = [
    "801",
    802,
]
maxPartcipants = 3

[routing]
neighbours = [{ name = "north" }, { name = "south", address = "nowhere" }]

[nonsense]
"""


def test_everyFaultIsToldWithItsLine() -> None:
    with pytest.raises(ConfigurationFaults) as caught:
        parse(FAULTY, "file")
    assert str(caught.value).splitlines() == [
        "file: sip.prot: unknown key; did you mean port? (at line 2)",
        "file: sip.tcp: must be true or false (at line 5)",
        "file: sip.T1: must be more than 0 (at line 3)",
        "file: sip.T2: must be more than 0 (at line 4)",
        "file: conference.rooms[0]: name is missing (at line 7)",
        "file: conference.rooms[1].aliases[1]: must be a string (at line 12)",
        "file: conference.rooms[1].maxPartcipants: unknown key; did you mean maxParticipants? "
        "(at line 16)",
        "file: routing.neighbours[0].address: '' is not an IP address with a port (at line 19)",
        "file: routing.neighbours[1].address: 'nowhere' is not an IP address with a port (at line 19)",
        "file: nonsense: unknown key (at line 21)",
    ]
    assert caught.value.place == "file: sip.prot"


def test_whatHasAFaultIsLeftOutOfWhatIsRead(tmp_path: Path) -> None:
    file = tmp_path / "h323d.toml"
    file.write_text("[sip]\nport = 5061\nT1 = 0\n[h323]\nport = -1\n")
    configuration, faults = read(file)
    assert (configuration.sip.port, configuration.sip.T1) == (5061, 0.5)
    assert configuration.h323 == Configuration().h323
    assert [each.place for each in faults] == [f"{file}: sip.T1", f"{file}: h323.port"]


def test_everyKeyOfTheSampleHasItsLine() -> None:
    text = re.sub(r"(?m)^# (?=\w+ = |\[\[)", "", sample())
    lines = linesOf(text)
    for place, number in lines.items():
        key = place.rpartition(".")[2].partition("[")[0]
        assert key in text.splitlines()[number - 1]
    assert len(lines) > len(KEYS)


def test_aNumberOfFiveThousandDigitsIsRefused() -> None:
    with pytest.raises(ConfigurationError, match="file: a number has too many digits"):
        parse("[sip]\nport = " + "1" * 5000, "file")


@pytest.mark.parametrize(
    ("given", "binds"),
    [
        ('"127.0.0.1"', ("127.0.0.1",)),
        ('["0.0.0.0", "::"]', ("0.0.0.0", "::")),
        ('["10.0.0.1", "172.16.0.1", "::"]', ("10.0.0.1", "172.16.0.1", "::")),
    ],
)
def test_oneAddressOrSeveralAreBound(given: str, binds: tuple[str, ...]) -> None:
    assert parse(f"[server]\nbind = {given}", "file").server.binds == binds


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ('bind = "example.com"', "server.bind", "'example.com' is not an IP address"),
        ("bind = []", "server.bind", "names no address"),
        ('bind = ["0.0.0.0", "10.0.0.1"]', "server.bind", "0.0.0.0 is all addresses of its family"),
        ('bind = ["::1", "::1"]', "server.bind", "an address stands there twice"),
        ("bind = [1]", "server.bind[0]", "must be a string"),
        ("bind = 1", "server.bind", "must be a string"),
        ('advertise = "no name"', "server.advertise", "neither an IP address nor a name"),
        ('advertise = "300.1.2.3"', "server.advertise", "neither an IP address nor a name"),
        ("advertised = [{network = '10.0.0.0/8'}]", "server.advertised[0]", "address is missing"),
        (
            "advertised = [{network = '10.0.0.1/8', address = '10.0.0.1'}]",
            "server.advertised[0].network",
            "is no network",
        ),
        (
            "advertised = [{network = '::/0', address = '10.0.0.1'}]",
            "server.advertised[0].address",
            "of another family",
        ),
    ],
)
def test_whatCannotBeBoundOrToldIsAnErrorWithItsPlace(text: str, place: str, reason: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse(f"[server]\n{text}", "file")
    assert caught.value.place == f"file: {place}"
    assert reason in caught.value.reason


def test_aNameMayBeAdvertised() -> None:
    server = parse('[server]\nadvertise = "gw.example.com"', "file").server
    assert [each.host for each in server.advertisements] == ["gw.example.com"] * 2
