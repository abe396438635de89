"""US dollars -> text in which a sum below a cent is no zero."""

CENT = 0.01


def dollars(amount: float) -> str:
    """`12.40 USD`, `0.0031 USD`, `0 USD`: below a cent the first two digits that are none."""
    if not amount:
        return "0 USD"
    if amount >= CENT:
        return f"{amount:,.2f} USD"
    return f"{_plain(amount)} USD"


def _plain(amount: float) -> str:
    """Two telling digits, without an exponent."""
    text = f"{amount:.1e}"
    places = int(text.partition("e")[2])
    return f"{amount:.{1 - places}f}".rstrip("0")
