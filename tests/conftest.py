"""Where the official files lie: `PLIMSOLL_DATA`, or the folder `shared/data` beside the checkout."""

import logging
import os
import signal
from collections.abc import Generator
from pathlib import Path

import hypothesis  # imported within a deep stack it cannot parse its own source
import pytest

from plimsoll.core import MissingExtra
from plimsoll.data import locate
from tests.support.extras import need

os.environ.setdefault("PLIMSOLL_LANG", "en")  # whatever the locale of who runs the tests

hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    # A shell's background job ignores Ctrl-C and hands that on to every process that a test starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _untraced(record: logging.LogRecord) -> bool:
    """A record whose cause is one line."""
    if record.exc_info and record.exc_info[1] is not None:
        record.msg, record.args = f"{record.getMessage()}: {record.exc_info[1]!r}", ()
        record.exc_info = None
    return True


# asyncio tells of a lost task when the collector finds it, be that in the middle of ast.parse. Python 3.11
# parses lines to format a traceback, and an ast.parse within another breaks the outer one.
logging.getLogger("asyncio").addFilter(_untraced)


@pytest.fixture
def official(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder of SafetyBench's official files; the test is skipped where it is not there."""
    given = os.environ.get(locate.VARIABLE)
    root = Path(given) if given else Path(__file__).parents[2] / "shared" / "data"
    folder = root / "safetybench"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not here: set {locate.VARIABLE} to a folder with the official files")
    monkeypatch.setenv(locate.VARIABLE, str(root))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return folder


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, None, None]:
    """On an install without extras a test that needs one is skipped; where the extra is there, it fails."""
    try:
        yield
    except MissingExtra as error:
        need(error.extra)
        raise
