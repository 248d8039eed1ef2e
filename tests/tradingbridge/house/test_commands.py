"""Commands of the operator, beside a bridge and without one."""

from pathlib import Path

import pytest

from tests.tradingbridge.house.launched import manage


@pytest.mark.parametrize(
    "command",
    [("check_alert", "alert.json"), ("create_api_token", "demo"), ("reseal_credentials",)],
    ids=lambda command: command[0],
)
def test_a_command_that_asks_a_bridge_makes_no_new_one(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    told = manage(tmp_path / "elsewhere", *command)
    assert told.returncode == 1
    assert "There is no bridge in" in told.stderr
    assert "VAR_DIR" in told.stderr
    assert not (tmp_path / "elsewhere" / "pgdata").exists()
