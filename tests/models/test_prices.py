from pathlib import Path

import pytest

from plimsoll.core import Usage, UserError
from plimsoll.models.prices import TABLE, price_of


def table(folder: Path, text: str) -> Path:
    path = folder / "prices.toml"
    path.write_text(text)
    return path


def test_a_known_model_has_its_price_with_source_and_date() -> None:
    price = price_of("openai/gpt-4o-mini")
    assert price is not None
    assert (price.input, price.cached_input, price.output) == (0.15, 0.075, 0.6)
    assert price.source
    assert price.date == "2026-08-05"


@pytest.mark.parametrize(
    "name",
    ["openai/gpt-4o-mini-2099", "openai/unheard-of", "scripted/random", "llamacpp", "transformers/gpt-4o"],
)
def test_an_unknown_model_has_no_price(name: str) -> None:
    assert price_of(name) is None


def test_the_users_table_goes_first_and_ours_fills_in(tmp_path: Path) -> None:
    own = table(tmp_path, '[[price]]\nmodels = ["openai/gpt-4o", "openai/mine-*"]\ninput = 1\noutput = 2\n')
    assert [price_of(n, own).output for n in ("openai/gpt-4o", "openai/mine-7b")] == [2.0, 2.0]
    assert price_of("openai/gpt-4o-mini", own) == price_of("openai/gpt-4o-mini")


def test_the_longest_name_that_fits_counts(tmp_path: Path) -> None:
    rows = [("openai/*", 1), ("openai/big-*", 9), ("*", 5)]
    text = "".join(f'[[price]]\nmodels = ["{name}"]\ninput = {x}\noutput = {x}\n' for name, x in rows)
    own = table(tmp_path, text)
    assert [price_of(n, own).input for n in ("openai/big-1", "openai/small", "x/y")] == [9, 1, 5]


def test_cached_tokens_cost_what_the_table_says_and_else_the_full_price(tmp_path: Path) -> None:
    usage = Usage(input_tokens=1_000_000, cached_tokens=500_000, output_tokens=100_000)
    row = '[[price]]\nmodels = ["{}"]\ninput = 2.0\noutput = 10.0\n{}'
    own = table(tmp_path, row.format("a", "") + row.format("b", "cached_input = 0.0\n"))
    assert [price_of(n, own).cost(usage) for n in ("a", "b")] == [3.0, 2.0]


@pytest.mark.parametrize(
    "text",
    ["oops", '[[price]]\nmodels = ["a"]\ninput = 1\n', '[[price]]\nmodels = ["a"]\ninput = -1\noutput = 1\n'],
)
def test_a_file_that_is_no_price_table_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(UserError, match="no price table"):
        price_of("a", table(tmp_path, text))


def test_no_name_stands_twice_in_our_table() -> None:
    names = [line for line in TABLE.read_text("utf-8").splitlines() if line.startswith("models")]
    assert len(names) == len(set(names)) > 20
