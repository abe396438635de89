import pytest

from plimsoll.cli import exit_code


def test_one_process_may_call_the_command_line_many_times(capfd: pytest.CaptureFixture[str]) -> None:
    assert [exit_code(["list", "judges"]) for _ in range(2)] == [0, 0]
    assert exit_code(("show", "judges/choice")) == 0
    assert "choice" in capfd.readouterr().out
