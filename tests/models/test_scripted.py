import asyncio
import math
from collections import Counter

import pytest

from plimsoll.core import (
    ModelError,
    Request,
    Response,
    TransientError,
    UserError,
    assistant,
    system,
    user,
)
from plimsoll.models.scripted import Scripted
from plimsoll.registry import build_model

LETTERS = ("(A", "(B", "(C", "(D")


def ask(model: object, text: str = "What now?", draw: int = 0) -> Response:
    request = Request(messages=(user(text),), continuations=LETTERS, draw=draw)
    return asyncio.run(model.generate(request))


@pytest.mark.parametrize(
    ("rule", "reply"),
    [("letter-A", "(A)"), ("letter-D", "(D)"), ("empty", ""), ("echo", "What now?")],
)
def test_a_rule_says_what_its_name_says(rule: str, reply: str) -> None:
    model = build_model(f"scripted/{rule}")
    assert ask(model).text == reply
    assert model.name == f"scripted/{rule}"


def test_scripted_alone_is_random_over_the_continuations() -> None:
    model = build_model("scripted")
    counts = Counter(ask(model, f"question {n}").text for n in range(800))
    assert model.name == "scripted/random"
    assert set(counts) == {"(A)", "(B)", "(C)", "(D)"}
    assert min(counts.values()) > 140


def test_random_depends_on_prompt_seed_and_draw_and_on_nothing_else() -> None:
    one, two = build_model("scripted/random"), build_model("scripted/random")
    prompts = [f"question {n}" for n in range(50)]
    forward = [ask(one, prompt).text for prompt in prompts]
    assert forward == [ask(two, prompt).text for prompt in reversed(prompts)][::-1]
    assert forward != [ask(build_model("scripted/random", {"seed": "1"}), prompt).text for prompt in prompts]
    assert forward != [ask(one, prompt, draw=1).text for prompt in prompts]


def test_seed_rule_and_text_are_part_of_the_revision() -> None:
    revisions = {
        build_model("scripted", options).revision
        for options in ({}, {"seed": "1"}, {"text": "x"}, {"text": "y"}, {"likelihood": "true"})
    }
    assert len(revisions) == 5


def test_likelihood_weighs_the_continuations_in_favour_of_the_reply() -> None:
    response = ask(build_model("scripted/letter-C", {"likelihood": "true"}))
    assert response.means == "loglikelihood"
    assert response.loglikelihoods.index(max(response.loglikelihoods)) == 2
    assert math.isclose(sum(math.exp(x) for x in response.loglikelihoods), 1.0)


def test_a_refusal_weighs_no_continuation() -> None:
    response = ask(build_model("scripted/refuse", {"likelihood": "true"}))
    assert response.means == "generation"
    assert response.loglikelihoods == ()


def test_every_nth_distinct_call_fails_once_and_then_succeeds() -> None:
    model = build_model("scripted/letter-A", {"fail_every": "3"})
    failed: list[str] = []
    for n in range(9):
        try:
            ask(model, f"question {n}")
        except TransientError:
            failed.append(f"question {n}")
            assert ask(model, f"question {n}").text == "(A)"
    assert failed == ["question 2", "question 5", "question 8"]


def test_a_table_answers_by_the_whole_conversation_or_the_last_question() -> None:
    model = Scripted.from_table({"Be kind.\n\nHi": "whole", "Bye": "last"})
    whole = Request(messages=(system("Be kind."), user("Hi")))
    last = Request(messages=(user("Hi"), assistant("Hello"), user("Bye")))
    assert asyncio.run(model.generate(whole)).text == "whole"
    assert asyncio.run(model.generate(last)).text == "last"


def test_a_prompt_that_the_table_lacks_is_named() -> None:
    with pytest.raises(ModelError, match="no reply for 'What now\\?'"):
        ask(Scripted.from_table({"x": "y"}))


def test_a_queue_answers_in_order_and_then_fails() -> None:
    model = Scripted.from_queue(["one", Response(text="two", finish="length"), TransientError("three")])
    assert ask(model).text == "one"
    assert ask(model).finish == "length"
    with pytest.raises(TransientError, match="three"):
        ask(model)
    with pytest.raises(ModelError, match="empty"):
        ask(model)
    assert model.calls == 4


def test_a_function_may_return_an_error_to_be_raised() -> None:
    model = Scripted(lambda request: ModelError("no") if "bad" in request.messages[-1].text else "yes")
    assert ask(model, "good").text == "yes"
    with pytest.raises(ModelError, match="no"):
        ask(model, "bad")


def test_an_unknown_rule_is_answered_with_the_closest() -> None:
    with pytest.raises(UserError, match="did you mean random"):
        build_model("scripted/randm")


def test_a_fixed_text_is_said_to_everyone() -> None:
    assert ask(build_model("scripted", {"text": "The answer is (B)."})).text == "The answer is (B)."
