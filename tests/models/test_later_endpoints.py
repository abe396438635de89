"""Ways of endpoints that were set down before anybody looked whether they are known."""

from collections.abc import Mapping
from pathlib import Path

import pytest

import plimsoll
from plimsoll.core import (
    ContextExceeded,
    Denied,
    ModelError,
    Overloaded,
    Request,
    Sampling,
    TransientError,
    user,
)
from plimsoll.evaluation.results import Run
from plimsoll.models._faults import Rejected, Reply, fault
from plimsoll.models._framing import Headers
from plimsoll.models._waits import wait_of
from tests.support.asking import INSTRUCTED, PLAIN, ask, ask_together
from tests.support.endpoint import FakeEndpoint, Fault, document, status
from tests.support.later_endpoints import FILTERED, UNFILTERED
from tests.support.later_fields import COLD, RENAMED, ROOM, SHORTER, SYSTEMLESS, TOO_LONG, UNKNOWN, WARM
from tests.support.later_letters import MEANT_B, SEVERAL, TEN
from tests.support.later_streams import BROKEN, GOOD
from tests.support.later_waits import BUSY, HEADERS, HOPELESS, SPENT, UNDER_200, WAITS
from tests.support.later_waits import PLAIN as PLAIN_REFUSALS

FOUR = "red|green|blue|white"
TEN_OPTIONS = "one|two|three|four|five|six|seven|eight|nine|ten"
SAMPLED = Request(
    messages=(user("Hello"),), sampling=Sampling(temperature=0.0, top_p=0.9, seed=3, max_tokens=4096)
)


@pytest.mark.parametrize("trouble", FILTERED.values(), ids=FILTERED.keys())
def test_a_filter_is_known_in_later_words(trouble: Fault) -> None:
    with FakeEndpoint(always=trouble) as endpoint:
        (response,) = ask(endpoint, PLAIN)
        assert len(endpoint.received) == 1
    assert response.finish == "blocked"


@pytest.mark.parametrize("trouble", UNFILTERED.values(), ids=UNFILTERED.keys())
def test_what_is_no_filter_is_an_error_in_later_words(trouble: Fault) -> None:
    with FakeEndpoint(always=trouble) as endpoint, pytest.raises(ModelError):
        ask(endpoint, PLAIN)


@pytest.mark.parametrize(("written", "seconds"), WAITS)
def test_the_time_is_read_in_later_words(written: str, seconds: float | None) -> None:
    assert wait_of({}, written.encode()) == pytest.approx(seconds)


@pytest.mark.parametrize(("fields", "seconds"), HEADERS)
def test_the_time_is_read_in_later_headers(fields: Mapping[str, str], seconds: float | None) -> None:
    headers = Headers((name.lower(), value) for name, value in fields.items())
    assert wait_of(headers) == pytest.approx(seconds)


@pytest.mark.parametrize(("code", "said"), SPENT)
def test_what_is_used_up_stops_the_run(code: int, said: str) -> None:
    found = fault(Reply(code, {}, status(code, said).body))
    assert isinstance(found, Denied)


@pytest.mark.parametrize(("code", "said"), BUSY)
def test_what_passes_is_asked_again(code: int, said: str) -> None:
    assert isinstance(fault(Reply(code, {}, status(code, said).body)), TransientError)


@pytest.mark.parametrize(("code", "said"), HOPELESS)
def test_what_holds_for_every_prompt_stops_the_run(code: int, said: str) -> None:
    assert isinstance(fault(Reply(code, {}, status(code, said).body)), Denied)


@pytest.mark.parametrize("said", PLAIN_REFUSALS)
def test_what_only_sounds_like_it_is_a_refusal_of_one_request(said: str) -> None:
    assert type(fault(Reply(400, {}, status(400, said).body))) is Rejected


def test_what_holds_for_every_prompt_is_found_out_by_one_call() -> None:
    with FakeEndpoint(always=status(400, "Model Not Exist")) as endpoint:
        found = ask_together(endpoint, *[PLAIN] * 8)
        assert len(endpoint.received) == 1
    assert all(isinstance(each, Denied) for each in found)


@pytest.mark.parametrize(("told", "kind"), UNDER_200)
def test_errors_under_200_are_read_wherever_they_stand(told: dict[str, object], kind: str) -> None:
    with FakeEndpoint(always=document(told)) as endpoint, pytest.raises(ModelError) as caught:
        ask(endpoint, PLAIN)
    kinds = {"Overloaded": Overloaded, "Denied": Denied, "TransientError": TransientError}
    assert isinstance(caught.value, kinds[kind]), type(caught.value)
    texts = [
        str(x) for x in (told.get("error_msg"), told.get("msg"), told.get("message"), told.get("detail")) if x
    ]
    assert all(text in str(caught.value) for text in texts)


@pytest.mark.parametrize("said", COLD)
def test_a_temperature_above_0_is_asked_for_in_later_words(said: str) -> None:
    with FakeEndpoint(
        "hi", answer=lambda body: status(400, said) if body.get("temperature") == 0 else None
    ) as endpoint:
        (response,) = ask(endpoint, SAMPLED)
        assert endpoint.received[-1].body["temperature"] == 0.01
    assert "temperature 0.01" in response.notes[0]


@pytest.mark.parametrize(
    ("code", "said"), [*((400, said) for said in WARM), *((500, said) for said in WARM[-2:])]
)
def test_a_temperature_is_left_out_in_later_words(code: int, said: str) -> None:
    with FakeEndpoint(
        "hi", answer=lambda body: status(code, said) if "temperature" in body else None
    ) as endpoint:
        (response,) = ask(endpoint, SAMPLED)
    assert "without temperature" in response.notes[0]


def test_of_two_fields_that_exclude_each_other_the_temperature_stays() -> None:
    said = "`temperature` and `top_p` cannot both be specified for this model. Please use only one."

    def answer(body: Mapping[str, object]) -> Fault | None:
        return status(400, said) if {"temperature", "top_p"} <= body.keys() else None

    with FakeEndpoint("hi", answer=answer) as endpoint:
        (response,) = ask(endpoint, SAMPLED)
        assert "temperature" in endpoint.received[-1].body
    assert "without top_p" in response.notes[0]


@pytest.mark.parametrize(("field", "said"), RENAMED)
def test_the_other_name_of_the_longest_reply_is_tried_in_later_words(field: str, said: str) -> None:
    with FakeEndpoint("hi", answer=lambda body: status(400, said) if field in body else None) as endpoint:
        wanted = {"max_tokens": "max_completion_tokens"}.get(field, "max_tokens")
        endpoint.tokens_field = wanted  # type: ignore[assignment]
        (response,) = ask(endpoint, SAMPLED, max_tokens_field=field)
        assert wanted in endpoint.received[-1].body
    assert response.text == "hi"


@pytest.mark.parametrize(
    ("most", "said"), [*((2048, each) for each in SHORTER), *((3192, each) for each in ROOM)]
)
def test_a_shorter_reply_is_asked_for_in_later_words(most: int, said: str) -> None:
    with FakeEndpoint(
        "hi", answer=lambda body: status(400, said) if body["max_tokens"] > most else None
    ) as endpoint:
        (response,) = ask(endpoint, SAMPLED)
        assert endpoint.received[-1].body["max_tokens"] in (most - 1, most)
    assert response.text == "hi"


@pytest.mark.parametrize(("code", "said"), TOO_LONG)
def test_a_prompt_that_does_not_fit_is_known_in_later_words(code: int, said: str) -> None:
    assert isinstance(fault(Reply(code, {}, status(code, said).body)), ContextExceeded)


@pytest.mark.parametrize(("code", "said"), UNKNOWN)
def test_an_unknown_field_is_left_out_in_later_words(code: int, said: str) -> None:
    with FakeEndpoint("hi", answer=lambda body: status(code, said) if "seed" in body else None) as endpoint:
        (response,) = ask(endpoint, SAMPLED)
        assert {"temperature", "top_p"} <= endpoint.received[-1].body.keys()
    assert "without seed" in response.notes[0]


@pytest.mark.parametrize("said", SYSTEMLESS)
def test_no_system_role_is_known_in_later_words(said: str) -> None:
    def answer(body: Mapping[str, list[dict[str, str]]]) -> Fault | None:
        return status(400, said) if body["messages"][0]["role"] == "system" else None

    with FakeEndpoint("hi", answer=answer) as endpoint:  # type: ignore[arg-type]
        (response,) = ask(endpoint, INSTRUCTED)
    assert "no system role" in response.notes[0]


@pytest.mark.parametrize("reply", GOOD.values(), ids=GOOD.keys())
def test_the_answer_counts_in_later_shapes(reply: Fault) -> None:
    with FakeEndpoint(always=reply) as endpoint:
        (response,) = ask(endpoint, PLAIN)
        assert len(endpoint.received) == 1
    assert (response.text.strip(), response.finish) == ("B", "stop")


@pytest.mark.parametrize("reply", BROKEN.values(), ids=BROKEN.keys())
def test_half_an_answer_is_none(reply: Fault) -> None:
    with FakeEndpoint(always=reply) as endpoint, pytest.raises(TransientError):
        ask(endpoint, PLAIN)


def chosen(reply: Fault, folder: Path, options: str) -> list[str | None]:
    questions = folder / "questions.csv"
    questions.write_text(f"id,prompt,options,target\n1,Which one?,{options},B\n", "utf-8")
    with FakeEndpoint(always=reply) as endpoint:
        run: Run = plimsoll.evaluate(
            questions, "openai/m", options={"base_url": endpoint.url}, cache=False, log_dir=folder, limit=1
        )
    return [verdict.label for record in run.records for verdict in record.verdicts.values()]


@pytest.mark.parametrize("reply", MEANT_B.values(), ids=MEANT_B.keys())
def test_the_letter_that_is_meant_is_chosen(reply: Fault, tmp_path: Path) -> None:
    assert chosen(reply, tmp_path, FOUR) == ["B"]


@pytest.mark.parametrize("reply", SEVERAL.values(), ids=SEVERAL.keys())
def test_several_letters_are_none(reply: Fault, tmp_path: Path) -> None:
    assert chosen(reply, tmp_path, FOUR) == ["unparsed"]


@pytest.mark.parametrize("reply", TEN.values(), ids=TEN.keys())
def test_among_ten_options_i_may_be_a_word(reply: Fault, tmp_path: Path) -> None:
    assert chosen(reply, tmp_path, TEN_OPTIONS) == ["B"]
