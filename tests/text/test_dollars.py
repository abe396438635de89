import pytest

from plimsoll.text.dollars import dollars


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "0 USD"),
        (1234.5, "1,234.50 USD"),
        (0.01, "0.01 USD"),
        (0.00996, "0.01 USD"),
        (0.0031, "0.0031 USD"),
        (0.000042, "0.000042 USD"),
        (0.0000001234, "0.00000012 USD"),
    ],
)
def test_a_sum_below_a_cent_is_shown_as_what_it_is(amount: float, text: str) -> None:
    assert dollars(amount) == text
