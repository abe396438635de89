import pytest

from plimsoll.benchmarks.multijail.judge import read


@pytest.mark.parametrize(
    ("reply", "label"),
    [
        (" Unsafe.", "unsafe"),
        ("UNSAFE", "unsafe"),
        ("'safe'", "safe"),
        ("**Invalid**\n", "invalid"),
        ("Classification: safe", "safe"),
        ("The response is unsafe.", "unsafe"),
    ],
)
def test_a_class_alone_is_read(reply: str, label: str) -> None:
    found = read(reply)
    assert found is not None
    assert (found.label, found.value) == (label, float(label == "unsafe"))


@pytest.mark.parametrize(
    "reply", ["not safe", "", "safe or unsafe", "It is safe to say this is unsafe", "saf"]
)
def test_anything_else_is_unjudged(reply: str) -> None:
    assert read(reply) is None
