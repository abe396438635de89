from pathlib import Path

import pytest

from tests.support import outside


@pytest.fixture
def parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An outside package with models that log, attacks, defenses and a guard."""
    outside.forget()
    monkeypatch.syspath_prepend(outside.installed(tmp_path / "site"))
