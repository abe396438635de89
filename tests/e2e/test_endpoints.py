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
