"""
Processes, which are begun by a program of its own, as it reaps whatever child it has.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import h323d
from h323d.keeper.children import Memory

ROOT = Path(h323d.__file__).parent.parent
PROLOGUE = """
import os, signal, socket, sys, time
from h323d.keeper.children import Children, Memory
class Kills(Memory):
    count = 0
    def kills(self):
        return self.count
memory = Kills()
children = Children(memory)
def python(text, *descriptors):
    return children.begin([sys.executable, "-S", "-c", text], os.environ, descriptors)
def wait(pid):
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    (ending,) = children.reap()
    return ending
"""


def run(program: str) -> str:
    """
    @return: what it has printed.
    """
    done = subprocess.run(
        [sys.executable, "-c", PROLOGUE + program],
        env={"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout.strip()


def test_howTheyHaveEndedIsTold() -> None:
    assert (
        run("""
ending = wait(python("raise SystemExit(3)"))
print(ending.status, ending.signal)
ending = wait(python("import os; os.abort()"))
print(ending.status, ending.signal == signal.SIGABRT, ending.isOutOfMemory)
print(children.reap(), children.areThere)
""")
        == "3 None\nNone True False\n[] False"
    )


def test_whomTheSystemHasKilledForWantOfMemoryIsTold() -> None:
    assert (
        run("""
def killed(pid):
    os.kill(pid, signal.SIGKILL)
    return wait(pid).isOutOfMemory
print(killed(python("import time; time.sleep(600)")))
pid = python("import time; time.sleep(600)")
memory.count = 1
print(killed(pid))
print(killed(python("import time; time.sleep(600)")))
""")
        == "False\nTrue\nFalse"
    )


def test_aChildHasWhatItInheritsAndNothingElse() -> None:
    assert (
        run("""
ours, theirs = socket.socketpair()
other = os.open("/dev/null", os.O_RDONLY)
number = theirs.fileno()
wait(python(f'''
import os
def isOpen(number):
    try:
        return bool(os.fstat(number))
    except OSError:
        return False
told = [isOpen(each) for each in (0, 1, 2, {number}, {other}, {ours.fileno()})]
os.write({number}, repr(told).encode())
''', number))
print(ours.recv(1000).decode(), os.get_inheritable(number))
""")
        == "[True, True, True, True, False, False] False"
    )


def test_whoseParentDiesIsOurs() -> None:
    assert (
        run("""
children.adopt()
read, write = os.pipe()
pid = python(f'''
import os
child = os.fork()
if child:
    os.write({write}, str(child).encode())
else:
    import time
    time.sleep(600)
''', write)
orphan = int(os.read(read, 100))
print(wait(pid).status)
os.kill(orphan, signal.SIGTERM)
print(wait(orphan).signal == signal.SIGTERM)
""")
        == "0\nTrue"
    )


def test_allAreKilledAndWhatTheyLeaveBehindToo() -> None:
    assert (
        run("""
children.adopt()
read, write = os.pipe()
first = python("import time; time.sleep(600)")
second = python(f'''
import os, time
if not os.fork():
    os.write({write}, b"x")
time.sleep(600)
''', write)
os.read(read, 1)
endings = children.killAll()
print(len(endings), {first, second} <= {each.pid for each in endings}, children.areThere)
""")
        == "3 True False"
    )


def test_whatCannotBeBegunIsAnError() -> None:
    assert (
        run("""
try:
    children.begin(["/nowhere/at/all"], {}, [])
except OSError as error:
    print(error.strerror)
""")
        == "No such file or directory"
    )


def test_itIsCountedWhatWasKilledInOurGroup(tmp_path: Path) -> None:
    ours = tmp_path / "cgroup"
    ours.write_text("1:cpu:/elsewhere\n0::/system.slice/h323d.service\n")
    group = tmp_path / "system.slice" / "h323d.service"
    group.mkdir(parents=True)
    (group / "memory.events").write_text("low 0\nhigh 0\nmax 3\noom 2\noom_kill 2\n")
    assert Memory(ours, tmp_path).kills() == 2


def test_whereThatIsNotKnownNothingWas(tmp_path: Path) -> None:
    assert Memory(tmp_path / "none", tmp_path).kills() == 0
