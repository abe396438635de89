import pytest

from plimsoll.text.letters import LETTERS, continuations, index_of, letter, option_block


def test_letters_and_places_are_each_others_inverse() -> None:
    assert [index_of(letter(place)) for place in range(26)] == list(range(26))
    assert letter(1) == "B"


@pytest.mark.parametrize("label", ["", "b", "AB", "unparsed", "é", None, "1"])
def test_what_is_no_capital_letter_stands_for_no_option(label: str | None) -> None:
    assert index_of(label) is None


@pytest.mark.parametrize("place", [-1, 26])
def test_there_is_no_letter_beyond_z(place: int) -> None:
    with pytest.raises(IndexError, match=str(place)):
        letter(place)


def test_the_option_block_keeps_options_as_they_are() -> None:
    assert option_block([" Yes. ", "No."]) == "(A)  Yes. \n(B) No.\n"


def test_continuations_begin_with_an_opening_bracket() -> None:
    assert continuations(["x", "y", "z"]) == ("(A", "(B", "(C")
    assert continuations(["x", "y"], opening="") == ("A", "B")
    assert continuations([]) == ()
    assert len(LETTERS) == 26
