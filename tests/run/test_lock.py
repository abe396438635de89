import os
import subprocess
import sys
from pathlib import Path

import pytest

from plimsoll.core import lock
from plimsoll.core.lock import Taken, held
from plimsoll.core.processes import lives

WITHOUT_LOCKS = """
import asyncio, sys
del sys.modules["fcntl"]
sys.modules["fcntl"] = None
from plimsoll.core.lock import Taken, held
from pathlib import Path
path = Path(sys.argv[1])
"""


def without_locks(path: Path, code: str) -> subprocess.CompletedProcess[str]:
    """A process in which the system offers no locks, as some file systems do not."""
    return subprocess.run(
        [sys.executable, "-c", WITHOUT_LOCKS + code, str(path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_lock_is_held_by_one_and_goes_away_with_its_holder(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with held(path):
        assert path.read_text() == str(os.getpid())
        with pytest.raises(Taken, match=str(os.getpid())), held(path):
            pass
    with held(path):
        pass


def test_without_locks_a_process_that_lives_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    path.write_text(str(os.getpid()))
    refused = without_locks(
        path, "try:\n with held(path): pass\nexcept Taken as taken: print('taken', taken)"
    )
    assert refused.stdout.strip() == f"taken {os.getpid()}"
    path.write_text("")
    done = without_locks(path, "with held(path): print(path.read_text())")
    assert done.stdout.strip().isdecimal(), done.stderr
    assert path.read_text() == ""


def test_without_locks_one_that_was_killed_stands_in_nobodys_way(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    killed = without_locks(path, "import os\nwith held(path): os._exit(9)")
    assert killed.returncode == 9
    assert path.read_text().isdecimal()
    assert without_locks(path, "with held(path): print('mine')").stdout.strip() == "mine"


def test_a_whole_run_needs_no_module_of_one_system_alone(tmp_path: Path) -> None:
    """Neither `fcntl`, nor signals in a loop, nor reads at a place: what one system lacks."""
    code = """
import os
for name in ("pread", "pwrite"):
    delattr(os, name)
def missing(*_): raise NotImplementedError
asyncio.SelectorEventLoop.add_signal_handler = missing
from plimsoll.cli import main
main(["run", "safetybench:split=starter,language=en", "-m", "scripted/letter-A", "--limit", "4", "--no-cache",
      "--log-dir", sys.argv[1], "--json"])
"""
    done = without_locks(tmp_path / "logs", code)
    assert done.returncode == 0, done.stderr
    assert '"outcomes":{"answered":4}' in done.stdout


def test_a_process_is_asked_for_without_being_disturbed() -> None:
    code = "import sys; sys.stdin.read(); print('undisturbed')"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert lives(other.pid)
        assert other.communicate("")[0] == "undisturbed\n"
    assert not lives(other.pid)
    assert lives(os.getpid())
    assert not lives(1 << 70)


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() == 0, reason="root may signal every process")
def test_a_process_of_somebody_else_lives_too() -> None:
    assert lives(1)


def test_a_folder_is_waited_for(tmp_path: Path) -> None:
    with lock.waited_for(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []
