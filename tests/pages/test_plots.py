import re

from plimsoll.pages.markup import Markup
from plimsoll.pages.plots import NARROW, Plots, Row, Track

NOTES = (("en", "50.0 (15.0–85.0)"), ("zh", "33.3 (6.1–79.2)"), ("more", "100.0 (20.7–100.0)"))


def lines_of(label: str, *note: tuple[str, str]) -> dict[str, list[str]]:
    """What stands on each line, by its height."""
    row = Row(label=label, note=note, tracks=[Track(tone=tone, value=0.5) for tone, _ in note])
    drawn = Plots(Markup("en")).bars("Title", [row], "Accuracy in percent")
    found: dict[str, list[str]] = {}
    for height, text in re.findall(r'<text class="(?:label|note)"[^>]* y="(\d+)"[^>]*>(.*?)</text>', drawn):
        found.setdefault(height, []).append(re.sub("<[^>]*>", "", text))
    return found


def test_numbers_that_a_phone_has_no_room_for_go_below_the_label() -> None:
    lines = lines_of("H18 Privacy", *NOTES)
    assert len(lines) == 2
    assert max(len("".join(parts)) for parts in lines.values()) <= NARROW + 4


def test_short_numbers_stay_beside_the_label() -> None:
    assert list(lines_of("Privacy", ("zh", "91.2"), ("en", "88.0")).values()) == [["Privacy", "91.2 · 88.0"]]


def test_a_long_label_wraps_instead_of_running_off_the_page() -> None:
    label = "Non-violent unethical behavior (e.g. lying, cheating, etc.)"
    lines = lines_of(label, ("zh", "100.0"))
    assert len(lines) == 2
    assert " ".join(parts[0] for parts in lines.values()) == label
