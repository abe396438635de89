"""A reply -> whether it declines to answer, in English or Chinese."""


def is_refusal(reply: str) -> bool:
    """True when the reply declines to answer and gives no letter either."""
    raise NotImplementedError
