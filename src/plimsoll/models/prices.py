"""`prices.toml` and the user's own table -> what a model charges; a model in neither has no price."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from plimsoll.core import Usage, UserError, decoding, files

TABLE = Path(__file__).with_name("prices.toml")
MILLION = 1_000_000

Dollars = Annotated[float, Meta(ge=0)]


class Price(Struct, frozen=True, kw_only=True):
    """US dollars for a million tokens."""

    input: float
    cached_input: float
    output: float
    source: str = ""
    date: str = ""
    """The day of the source."""

    def cost(self, usage: Usage) -> float:
        """What a call of this usage costs, in US dollars."""
        fresh = (usage.input_tokens - usage.cached_tokens) * self.input
        again = usage.cached_tokens * self.cached_input
        return (fresh + again + usage.output_tokens * self.output) / MILLION


class _Row(Struct, frozen=True, forbid_unknown_fields=True):
    models: Annotated[list[str], Meta(min_length=1)]
    input: Dollars
    output: Dollars
    cached_input: Dollars | None = None
    """Where none is given, cached tokens are counted at the full price."""
    source: str | None = None
    date: str | None = None


class _Table(Struct, frozen=True, forbid_unknown_fields=True):
    price: list[_Row]
    source: str = ""
    date: str = ""


def price_of(model_name: str, override: Path | None = None) -> Price | None:
    """The price of `provider/model`: from the user's table, else from ours, else unknown."""
    tables = (override, TABLE) if override else (TABLE,)
    return next((price for path in tables if (price := _found(_read(path), model_name))), None)


def _found(table: _Table, model_name: str) -> Price | None:
    fitting = list(_fits(table, model_name))
    if not fitting:
        return None
    _, row = max(fitting, key=lambda fit: fit[0])
    return Price(
        input=row.input,
        cached_input=row.input if row.cached_input is None else row.cached_input,
        output=row.output,
        source=row.source or table.source,
        date=row.date or table.date,
    )


def _fits(table: _Table, model_name: str) -> Iterator[tuple[int, _Row]]:
    for row in table.price:
        for pattern in row.models:
            if fnmatchcase(model_name, pattern):
                yield len(pattern), row


@cache
def _read(path: Path) -> _Table:
    try:
        return decoding.toml(files.read_text(path), _Table)
    except OSError as error:
        raise UserError(f"the price table {path} cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise UserError(
            f"{path} is no price table ({error}): write [[price]] with models, input and output, "
            "in US dollars for a million tokens"
        ) from None
