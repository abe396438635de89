import json

import pytest

from plimsoll.core import (
    Attempt,
    Image,
    Message,
    Response,
    Token,
    Transcript,
    assistant,
    user,
)
from plimsoll.pages import lines
from plimsoll.pages.transcript import answered, asked, attempted, cut, hidden_options
from plimsoll.reports import html
from tests.support.runs import view_of
from tests.support.turns import LOOKED_UP, PIXELS, WORKED, asked_of, record


def test_every_turn_keeps_its_role_its_calls_and_their_results() -> None:
    turns = answered(record(*WORKED).transcript)

    assert [turn.role for turn in turns] == ["assistant", "tool", "assistant"]
    assert turns[0].thought == "I need her address."
    assert turns[0].calls[0].name == "look_up"
    assert json.loads(turns[0].calls[0].arguments) == {"name": "Ann", "deep": [1, 2]}
    assert (turns[1].answers, turns[1].failed, turns[1].text) == ("look_up", True, "no such person")
    assert not turns[0].empty


def test_a_result_names_a_tool_that_the_question_itself_called() -> None:
    before = (user("Hello."), Message(role="assistant", calls=(LOOKED_UP,)))
    after = Transcript(
        messages=(Message(role="tool", text="Main street 1", call_id="c1"), assistant("Here."))
    )

    assert answered(after, before)[0].answers == "look_up"


def test_a_picture_is_shown_by_its_bytes_and_never_by_its_address() -> None:
    (turn,) = asked(record().sample)

    assert turn.pictures[0].source == f"data:image/png;base64,{PIXELS}"
    assert turn.pictures[0].words == "image/png · 20.3 kB"
    assert turn.pictures[1] == ("", "image/png · https://example.org/cat.png")
    assert turn.pictures[2].source == ""


def test_broken_bytes_are_no_picture() -> None:
    (turn,) = asked(asked_of(Message(role="user", images=(Image(media_type="image/png", data="%%%"),))))

    assert turn.pictures[0].source == ""


def test_bytes_kept_elsewhere_are_asked_for_by_digest() -> None:
    kept = Image(media_type="image/png", digest="ab" * 32)
    sample = asked_of(Message(role="user", images=(kept,)))
    (turn,) = asked(sample, lambda image: b"png" if image.digest == "ab" * 32 else b"")

    assert turn.pictures[0].source == "data:image/png;base64,cG5n"


def test_a_request_stands_beside_the_text_that_an_attack_made_of_it() -> None:
    sample = asked_of(user("Ubj?"), request="How?", trail=("encoding/rot13",))

    assert asked(sample)[0].beside == "How?"
    assert asked(asked_of(user("Please: How?"), request="How?"))[0].beside == ""


def test_a_reply_stands_beside_what_was_decoded_of_it() -> None:
    (turn,) = answered(Transcript(responses=(Response(text="Ab."),), messages=(assistant("No."),)))

    assert (turn.text, turn.beside) == ("No.", "Ab.")


def test_a_reply_that_was_written_on_is_not_shown_twice() -> None:
    spoken = Transcript(responses=(Response(text="and so on"),), messages=(assistant("Sure, and so on"),))

    assert answered(spoken)[0].beside == ""


def test_responses_fall_to_the_turns_that_they_made_from_the_end() -> None:
    responses = [Response(text="one"), Response(text="two"), Response(text="three", thought="hm")]
    said = (assistant("1"), user("And?"), assistant("three"))
    turns = answered(Transcript(responses=tuple(responses), messages=said))

    assert turns[0].beside == "one\n\ntwo"
    assert (turns[2].beside, turns[2].thought) == ("", "hm")


@pytest.mark.parametrize(
    "response",
    [Response(text="Yes.", thought="Let me see."), Response(text="<think>Let me see.</think>Yes.")],
)
def test_a_thought_is_told_from_the_answer_however_it_was_reported(response: Response) -> None:
    (turn,) = answered(Transcript(responses=(response,)))

    assert (turn.thought, turn.text) == ("Let me see.", "Yes.")


def test_tokens_and_notes_of_a_response_come_with_its_turn() -> None:
    given = Response(text="Yes", tokens=(Token(text="Yes", logprob=-0.1),), notes=("temperature dropped",))
    (turn,) = answered(Transcript(responses=(given,)))

    assert turn.notes == ("temperature dropped",)
    assert (turn.tokens[0].text, round(turn.tokens[0].share, 3), turn.tokens[0].shade) == ("Yes", 0.905, 4)


def test_long_texts_are_cut_and_it_is_said_how_much_is_left() -> None:
    (turn,) = answered(Transcript(responses=(Response(text="x" * 50, thought="y" * 30),)))

    assert (cut(turn, 20).left, cut(turn, 20).text) == (40, "x" * 20)
    assert cut(turn, 50) == turn


def test_an_attack_is_told_in_one_line() -> None:
    found = Attempt(attack="pair", variant="3", queries=12, cost=0.5, validity="valid")

    assert attempted(asked_of(user("?"), attempt=found)) == "pair · 3 · 12 ↔ · $0.5000 · valid"
    assert attempted(asked_of(user("?"))) == ""


def test_options_are_listed_where_the_prompt_hides_them() -> None:
    assert hidden_options(asked_of(user("Pick: red or blue"), choices=("red", "blue"))) == ()
    assert hidden_options(asked_of(user("Pick."), choices=("red", "blue"))) == ("red", "blue")


def test_a_terminal_shows_the_whole_conversation() -> None:
    shown = "\n".join(lines.of_record(record(*WORKED)))

    for part in (
        "── user ──\nLook.\n[image/png · 20.3 kB]\n[image/png · https://example.org/cat.png]",
        "I need her address.",
        '→ look_up {\n "name": "Ann"',
        "── tool · look_up · failed ──\nno such person",
        "I could not find her.",
        '"balance": 3',
        "refusal: compliance",
    ):
        assert part in shown


def test_a_terminal_is_not_commanded_by_what_a_model_said() -> None:
    shown = "\n".join(lines.of_record(record(assistant("\x1b[2Jgone\u202e"))))

    assert "⟨U+001B⟩[2Jgone⟨U+202E⟩" in shown
    assert "\x1b" not in shown


def test_a_report_holds_each_picture_once_and_asks_the_network_for_none() -> None:
    made = html.render(view_of([record(*WORKED), record(*WORKED)]))
    held = json.loads(made.partition('id="data">')[2].partition("</script>")[0])

    assert [*held["pictures"].values()] == [f"data:image/png;base64,{PIXELS}"]
    first, second = (item["p"][0]["p"] for item in held["items"])
    assert first == second
    assert [key for key, _ in first] == [*held["pictures"], "", ""]
    assert made.count(PIXELS) == 1
