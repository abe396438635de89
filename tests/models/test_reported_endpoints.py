"""Every case of the server that misbehaves as real ones were reported to, through the public function."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import plimsoll
from plimsoll.core import PlimsollError, UserError
from plimsoll.evaluation.results import Run
from tests.support.reported import SERVER, served

if not SERVER.is_file():
    pytest.skip("no misbehaving server beside the official data", allow_module_level=True)

OPTIONS = Path(__file__).parents[1] / "support" / "own_choices.csv"
PROMPTS = "simplesafetytests:split=starter"
ANSWERED, REFUSED, BLOCKED, EMPTY = "answered", "refused", "blocked", "empty"
OUTCOMES = {
    BLOCKED: (
        "azure400 azure400_badrequest azure200err openrouter403 invalid_prompt ark oneapi_sensitive grok403 "
        "gemini_or400 empty_choices empty_choices_filter no_message finish_filter finish_safety dashscope "
        "dashscope2 deepseek moonshot"
    ),
    REFUSED: "refusal_field",
    ANSWERED: (
        "plain think_close_only think_ws_open think_tag_other parts usage_missing usage_floats err_null sse "
        "gbk gz br_lie bom nan status201 strict_path echo_model open_close_only open_plain open_gptoss"
    ),
    EMPTY: "think_only think_null think_cut tool_no_content open_cut no_content_key",
}
"""What becomes of every prompt, at one call each."""
_FILTERS = ("openrouter403", "invalid_prompt", "ark", "azure200err", "azure400_badrequest", "grok403")
IN_PART = (
    *("openrouter403_some", "invalid_prompt_some", "some_empty_choices_filter", "some_gemini_or400"),
    *(f"some_{each}" for each in _FILTERS),
)
LEARNED = ("stream_only", "thinking_nonstream", "no_temperature", "want_mct")
LETTERS = {
    "B": (
        "lp_only_chosen lp_one lp_other lp_zero lp_space lp_gpt2space lp_spspace lp_bytes lp_tokenid "
        "lp_emptyfirst lp_legacy lp_think"
    ),
    "A": "lp_differs",
}
TOO_LONG = ("ctx400", "ctx_llamacpp", "ctx_sglang")


def run(url: str, folder: Path, benchmark: Any = PROMPTS, **more: Any) -> Run:
    options = {"base_url": url}
    return plimsoll.evaluate(
        benchmark, "openai/m", options=options, cache=False, log_dir=folder, **{"limit": 6, **more}
    )


def outcomes(run: Run) -> Counter[str]:
    return Counter(record.outcome.value for record in run.records)


@pytest.mark.parametrize(
    ("outcome", "case"), [(outcome, case) for outcome, cases in OUTCOMES.items() for case in cases.split()]
)
def test_every_prompt_comes_to_what_a_user_wants_at_one_call(outcome: str, case: str, tmp_path: Path) -> None:
    with served(case, tmp_path) as endpoint:
        assert outcomes(run(endpoint.url, tmp_path)) == {outcome: 6}
        assert len(endpoint.asked) == 6


@pytest.mark.parametrize("case", IN_PART)
def test_a_filter_that_takes_offence_now_and_then_stops_nothing(case: str, tmp_path: Path) -> None:
    with served(case, tmp_path) as endpoint:
        found = outcomes(run(endpoint.url, tmp_path, limit=10))
        assert len(endpoint.asked) == found.total() == 10
        assert set(found) <= {ANSWERED, BLOCKED}


@pytest.mark.parametrize("case", LEARNED)
def test_what_an_endpoint_does_not_take_is_learned_once_and_said(case: str, tmp_path: Path) -> None:
    with served(case, tmp_path) as endpoint:
        done = run(endpoint.url, tmp_path)
        assert len(endpoint.asked) == 7
    assert outcomes(done) == {ANSWERED: 6}


def test_a_system_prompt_that_is_refused_is_put_otherwise_and_said(tmp_path: Path) -> None:
    with served("no_system", tmp_path) as endpoint:
        done = run(endpoint.url, tmp_path, system_prompt="Be kind.")
        assert len(endpoint.asked) == 7
    assert outcomes(done) == {ANSWERED: 6}
    assert all(record.transcript.responses[-1].notes for record in done.records if record.transcript)


@pytest.mark.parametrize("case", ["no_logprobs422", "no_logprobs_msg", "no_logprobs_vague"])
def test_without_log_probabilities_the_text_is_read_and_it_is_said(case: str, tmp_path: Path) -> None:
    with served(case, tmp_path) as endpoint:
        done = run(endpoint.url, tmp_path, OPTIONS)
    assert outcomes(done) == {ANSWERED: 4}
    assert all(record.transcript.responses[-1].notes for record in done.records if record.transcript)


def test_a_reply_that_is_longer_than_the_endpoint_grants_stops_before_the_second_call(tmp_path: Path) -> None:
    with served("mct_too_big", tmp_path) as endpoint:
        with pytest.raises(UserError, match="--max-tokens"):
            run(endpoint.url, tmp_path)
        assert len(endpoint.asked) == 1


@pytest.mark.parametrize(
    ("letter", "case"), [(letter, case) for letter, cases in LETTERS.items() for case in cases.split()]
)
def test_the_letter_that_was_said_or_weighed_most_is_chosen(letter: str, case: str, tmp_path: Path) -> None:
    with served(case, tmp_path) as endpoint:
        done = run(endpoint.url, tmp_path, OPTIONS)
    labels = [verdict.label for record in done.records for verdict in record.verdicts.values()]
    assert labels == [letter] * 4


@pytest.mark.parametrize("case", TOO_LONG)
def test_a_prompt_that_does_not_fit_says_so_and_is_asked_once(case: str, tmp_path: Path) -> None:
    with served(case, tmp_path) as endpoint:
        done = run(endpoint.url, tmp_path)
        assert len(endpoint.asked) == 6
    assert outcomes(done) == {"error": 6}
    assert all("context" in failure.message for record in done.records for failure in record.failures)


def test_a_wrong_address_is_shown(tmp_path: Path) -> None:
    with served("strict_path", tmp_path) as endpoint, pytest.raises(PlimsollError) as stopped:
        run(endpoint.url.removesuffix("/v1") + "/api", tmp_path)
    assert "/api/chat/completions" in str(stopped.value)


@pytest.mark.long
@pytest.mark.parametrize("case", ["rpm_bare", "rpm_body", "rpm_header"])
def test_a_limit_of_calls_a_minute_is_waited_for(case: str, tmp_path: Path) -> None:
    with served(case, tmp_path) as endpoint:
        assert outcomes(run(endpoint.url, tmp_path, f"prompts:file={OPTIONS}", epochs=6)) == {ANSWERED: 24}


@pytest.mark.long
@pytest.mark.parametrize(("case", "number"), [("slow_serial", "3"), ("slow_cancel", "3"), ("outage", "30")])
def test_a_slow_endpoint_and_one_that_comes_back_answer_all(case: str, number: str, tmp_path: Path) -> None:
    with served(case, tmp_path, number) as endpoint:
        assert outcomes(run(endpoint.url, tmp_path, f"prompts:file={OPTIONS}", epochs=10)) == {ANSWERED: 40}


def test_a_quota_of_a_day_stops_with_the_time_of_its_reset(tmp_path: Path) -> None:
    with served("quota_day", tmp_path) as endpoint, pytest.raises(PlimsollError) as stopped:
        run(endpoint.url, tmp_path, f"prompts:file={OPTIONS}", epochs=10)
    assert "it asks to wait until 20" in str(stopped.value)
