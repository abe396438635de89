"""What a defense costs, where many cells are held against the margin at once."""

from pathlib import Path

from tests.reports.test_grid_defenses import OVER, Known, made, ones, only


def test_a_cost_that_one_of_many_cells_shows_by_chance_is_no_loss(tmp_path: Path) -> None:
    one = [Known(OVER, "none", ones(10, 400)), Known(OVER, "d", ones(25, 400))]
    many = [Known(OVER, f"d{number}", ones(20, 400)) for number in range(12)]
    assert [leg.finding for leg in only(made(tmp_path / "one", one)).rows[1].legs] == ["lost"]
    found = only(made(tmp_path / "many", [*one, *many]))
    assert [leg.finding for leg in found.rows[1].legs] == ["unshown"]
