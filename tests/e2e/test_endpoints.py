"""Broken endpoints, through the whole run: asked again or recorded with its stage, never scored."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.endpoint import (
    FakeEndpoint,
    Fault,
    closed,
    closed_mid_body,
    closed_mid_chunk,
    half_body,
    hang,
    html,
    invalid_json,
    status,
)
from tests.support.shell import Finished, plimsoll

BROKEN = {
    "429": status(429),
    "500": status(500),
    "half a body": half_body(),
    "invalid JSON": invalid_json(),
    "HTML": html(),
    "closed": closed(),
    "closed mid-body": closed_mid_body(),
    "closed mid-chunk": closed_mid_chunk(),
}


def asked(folder: Path, endpoint: FakeEndpoint, *more: str, **environment: str) -> Finished:
    return plimsoll(
        folder,
        "run",
        "safetybench:split=starter,language=en",
        *("--model", "openai/any", "-M", f"base_url={endpoint.url}", "--limit", "6", "--json", *more),
        OPENAI_API_KEY="sk-test",
        **environment,
    )


def accuracy(done: Finished) -> dict[str, Any]:
    return next(e for e in done.last_json["estimates"] if e["name"] == "accuracy" and not e.get("group"))


@pytest.mark.parametrize("fault", BROKEN.values(), ids=BROKEN.keys())
def test_a_passing_fault_is_asked_again_and_leaves_no_trace_in_the_score(
    tmp_path: Path, fault: Fault
) -> None:
    with FakeEndpoint("(B)", faults=[fault]) as endpoint:
        done = asked(tmp_path, endpoint)
        assert done.code == 0, done.err
        assert len(endpoint.received) == 7
    assert done.last_json["outcomes"] == {"answered": 6}


def test_retry_after_is_honoured_by_every_call(tmp_path: Path) -> None:
    with FakeEndpoint("(B)", faults=[status(429, retry_after="1")]) as endpoint:
        done = asked(tmp_path, endpoint, "--max-connections", "1")
        assert done.last_json["outcomes"] == {"answered": 6}
    summary = json.loads((tmp_path / done.last_json["run"] / "summary.json").read_text())
    assert summary["seconds"] >= 1.0


def test_an_error_for_good_is_recorded_with_its_stage_and_never_scored(tmp_path: Path) -> None:
    with FakeEndpoint("(B)", faults=[None, status(400)]) as endpoint:
        done = asked(tmp_path, endpoint, "--max-connections", "1", "--max-errors", "1")
    assert done.code == 0, done.err
    assert done.last_json["outcomes"] == {"answered": 5, "error": 1}
    assert (accuracy(done)["n"], accuracy(done)["unscored"]) == (5, 1)
    failed = plimsoll(tmp_path, "records", done.last_json["run"], "--outcome", "error", "--full").rows
    assert failed[0]["failures"][0]["stage"] == "elicit"


@pytest.mark.parametrize(
    ("bound", "code"), [((), 1), (("--max-errors", "20%"), 0), (("--max-errors", "0"), 1)]
)
def test_failures_beyond_the_bound_are_an_error_that_is_told_with_its_cause(
    tmp_path: Path, bound: tuple[str, ...], code: int
) -> None:
    with FakeEndpoint("(B)", faults=[None, status(400, "no such luck")]) as endpoint:
        done = asked(tmp_path, endpoint, "--max-connections", "1", *bound)
        address = endpoint.url
    assert done.code == code, done.err
    assert list(done.last_json["failures"].values()) == [1]
    if code:
        assert "1 of 6 samples failed (17 %)" in done.err
        assert f"1 × elicit: Rejected: HTTP 400 from {address}/chat/completions: no such luck" in done.err


def test_silence_ends_with_patience_and_is_a_failure_with_its_remedy(tmp_path: Path) -> None:
    with FakeEndpoint("(B)", always=hang(30)) as endpoint:
        done = asked(tmp_path, endpoint, "-M", "timeout=0.05", "--patience", "0.5")
    assert done.code == 1, done.err
    assert done.last_json["status"] == "incomplete"
    assert done.last_json["outcomes"] == {"error": 6}
    assert not [e for e in done.last_json["estimates"] if e["name"] == "accuracy"]
    assert "6 of 6 samples failed" in done.err
    assert "no answer within" in done.err
    assert "-M timeout=" in done.err
    assert "--max-connections" in done.err


def test_a_refused_key_stops_the_run_and_says_what_to_do(tmp_path: Path) -> None:
    with FakeEndpoint(always=status(401, "Incorrect API key provided")) as endpoint:
        done = asked(tmp_path, endpoint)
        assert len(endpoint.received) <= 6
    assert done.code == 1
    assert "401" in done.err
    assert "plimsoll run --resume" in done.err
    assert "sk-test" not in done.err + done.out
    assert "Traceback" not in done.err


def test_the_cost_limit_stops_a_run_that_then_goes_on(tmp_path: Path) -> None:
    prices = tmp_path / "prices.toml"
    prices.write_text(
        '[[price]]\nmodels = ["openai/any"]\ninput = 1000000.0\noutput = 0.0\nsource = "test"\n'
        'date = "2026-01-01"\n'
    )
    with FakeEndpoint("(B)") as endpoint:
        dry = asked(tmp_path, endpoint, "--prices", str(prices), "--dry-run")
        assert dry.last_json["forecast"]["cost"] > 100
        assert not endpoint.received
        done = asked(tmp_path, endpoint, "--prices", str(prices), "--max-cost", "1", "--max-connections", "1")
        assert done.code == 1
        assert "cost limit of 1 USD" in done.err
        asked_before = len(endpoint.received)
        assert asked_before < 6
        assert 0 < done.last_json["outcomes"]["missing"] < 6
        again = asked(tmp_path, endpoint)
        assert again.last_json["outcomes"] == {"answered": 6}
        assert len(endpoint.received) == 6


@pytest.mark.parametrize(
    ("logprobs", "means"), [(20, "first_token"), (None, "generation"), (0, "generation")]
)
def test_the_record_says_by_which_means_the_answer_was_had(
    tmp_path: Path, logprobs: int | None, means: str
) -> None:
    with FakeEndpoint("(B)", logprobs=logprobs) as endpoint:
        done = asked(tmp_path, endpoint)
    assert done.last_json["outcomes"] == {"answered": 6}
    summary = json.loads((tmp_path / done.last_json["run"] / "summary.json").read_text())
    assert summary["means"] == {means: 6}


def test_a_run_goes_on_with_more_patience_on_a_server_that_has_moved(tmp_path: Path) -> None:
    with FakeEndpoint("(B)", faults=[None, None, None, status(401)]) as first:
        stopped = asked(tmp_path, first, "--max-connections", "1")
    assert stopped.code == 1
    with FakeEndpoint("(B)") as second:
        again = asked(tmp_path, second, "-M", "timeout=300", "--max-connections", "7")
        assert len(second.received) == 3
    assert again.last_json["run"] == stopped.last_json["run"]
    assert again.last_json["outcomes"] == {"answered": 6}


def test_resume_takes_a_new_address_and_timeout_and_nothing_that_decides_answers(tmp_path: Path) -> None:
    with FakeEndpoint("(B)", faults=[None, None, None, status(401)]) as first:
        stopped = asked(tmp_path, first, "--max-connections", "1")
    run = stopped.last_json["run"]
    with FakeEndpoint("(B)") as second:
        ways = ("-M", f"base_url={second.url}/", "-M", "timeout=300")
        refused = plimsoll(tmp_path, "run", "--resume", run, *ways, "-M", "logprobs=off")
        assert refused.code == 2
        assert "logprobs would make another run" in refused.err
        again = plimsoll(tmp_path, "run", "--resume", run, *ways, "--json")
        assert again.code == 0, again.err
        assert len(second.received) == 3
    assert again.last_json["run"] == run


def test_what_decides_answers_makes_another_run_and_other_answers(tmp_path: Path) -> None:
    with FakeEndpoint("(B)") as endpoint:
        one = asked(tmp_path, endpoint)
        asked(tmp_path, endpoint, "-M", "timeout=99")
        assert len(endpoint.received) == 6
        two = asked(tmp_path, endpoint, "-M", 'extra={"top_k": 1}')
        assert len(endpoint.received) == 12
    assert one.last_json["run"].rpartition("-")[2] != two.last_json["run"].rpartition("-")[2]


def test_prompts_that_the_filter_stops_are_blocked_and_the_run_finishes(tmp_path: Path) -> None:
    flagged = Fault(
        status=403,
        body=json.dumps({"error": {"code": 403, "message": "Your input was flagged for violence."}}).encode(),
    )
    with FakeEndpoint("(B)", faults=[flagged, None, flagged]) as endpoint:
        done = asked(tmp_path, endpoint)
        assert len(endpoint.received) == 6
    assert done.code == 0, done.err
    assert done.last_json["status"] == "finished"
    assert done.last_json["outcomes"] == {"answered": 4, "blocked": 2}


def test_a_wait_is_said_on_the_screen(tmp_path: Path) -> None:
    with FakeEndpoint("(B)", faults=[status(429, "Slow down. Please retry in 2.1 s")]) as endpoint:
        done = asked(tmp_path, endpoint, "--max-connections", "1")
    assert done.code == 0, done.err
    assert "waiting 2 s" in done.err
    assert "Slow down" in done.err


def test_a_fall_back_is_said_on_the_screen_and_in_every_report(tmp_path: Path) -> None:
    with FakeEndpoint("(B)", logprobs=0) as endpoint:
        done = asked(tmp_path, endpoint)
    assert "note: asked without log-probabilities" in done.err
    assert any("without log-probabilities" in note for note in done.last_json["notes"])
    for form in ("table", "md", "html"):
        told = plimsoll(tmp_path, "report", done.last_json["run"], "--format", form, "--output", "-")
        assert "without log-probabilities" in " ".join((told.out + told.err).split()), form


def test_two_models_are_two_runs(tmp_path: Path) -> None:
    models = ("-m", "scripted/letter-A", "-m", "scripted/letter-B")
    done = plimsoll(tmp_path, "run", "safetybench:split=starter", *models, "--json")
    assert done.code == 0
    assert [cell["model"] for cell in done.last_json["cells"]] == ["scripted/letter-A", "scripted/letter-B"]


def test_a_cost_limit_below_the_estimate_of_a_hundred_calls_is_spent(tmp_path: Path) -> None:
    prices = tmp_path / "prices.toml"
    row = 'models = ["openai/any"]\ninput = 0.0\noutput = 1000.0\nsource = "test"\ndate = "2026-01-01"\n'
    prices.write_text(f"[[price]]\n{row}")
    # Three tokens said cost 0.003 USD, eight are estimated.
    with FakeEndpoint("(B)") as endpoint:
        done = asked(tmp_path, endpoint, "--prices", str(prices), "--max-cost", "0.01")
        assert len(endpoint.received) == 4
    assert done.code == 1
    assert "cost limit of 0.01 USD" in done.err
    assert done.last_json["outcomes"] == {"answered": 4, "missing": 2}
