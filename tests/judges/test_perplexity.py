import asyncio
import math
from pathlib import Path
from typing import Any

import pytest

import plimsoll
from plimsoll.core import Outcome, Response, Sample, Token, Transcript, UserError, Verdict, user
from plimsoll.judges.perplexity import Perplexity
from tests.support.endpoint import FakeEndpoint

SAMPLE = Sample(id="1", messages=(user("Say something."),))


def judged(*logprobs: float, text: str = "word", **fields: Any) -> Verdict:
    tokens = tuple(Token(text="word", logprob=value) for value in logprobs)
    transcript = Transcript(responses=(Response(text=text, tokens=tokens, **fields),))
    return asyncio.run(Perplexity().judge(SAMPLE, transcript))


def test_perplexity_is_one_over_the_geometric_mean_of_the_probabilities() -> None:
    verdict = judged(math.log(0.5), math.log(0.125))
    assert verdict.value == pytest.approx(0.25)
    assert verdict.detail == {"perplexity": pytest.approx(4.0), "tokens": 2, "least": 0.125}
    assert verdict.label == "4"


def test_a_token_that_was_all_but_impossible_is_still_a_number() -> None:
    verdict = judged(-9999.0)
    assert verdict.value == 0.0
    assert math.isfinite(verdict.detail["perplexity"])


def test_a_reply_without_log_probabilities_is_unscored_and_says_why() -> None:
    verdict = judged()
    assert (verdict.value, verdict.outcome) == (None, Outcome.NOT_APPLICABLE)
    assert verdict.label == "no log-probabilities"


def test_a_blank_or_blocked_reply_is_told_from_an_unsure_one() -> None:
    assert judged(-1.0, text=" ").outcome is Outcome.EMPTY
    assert judged(text="", finish="blocked").outcome is Outcome.BLOCKED


def questions(folder: Path) -> str:
    path = folder / "own.csv"
    path.write_text("id,prompt\na,Say B.\nb,Say B again.\n")
    return str(path)


def test_a_run_judged_by_perplexity_asks_for_log_probabilities(tmp_path: Path) -> None:
    with FakeEndpoint("B it is") as endpoint:
        run = plimsoll.evaluate(
            questions(tmp_path),
            "openai/any",
            options={"base_url": endpoint.url},
            judge="perplexity",
            log_dir=tmp_path,
            cache=False,
        )
    assert run.headline is not None
    assert (run.headline.name, run.headline.n) == ("token_probability", 2)
    assert run.headline.value == pytest.approx(math.exp(-0.1), abs=1e-5)
    assert all(received.body["logprobs"] for received in endpoint.received)


def test_a_model_without_log_probabilities_is_refused_before_the_first_call(tmp_path: Path) -> None:
    with (
        FakeEndpoint() as endpoint,
        pytest.raises(
            UserError, match=r"judge perplexity needs log-prob.* which anthropic/claude-x does not"
        ),
    ):
        plimsoll.evaluate(
            questions(tmp_path),
            "anthropic/claude-x",
            options={"base_url": endpoint.root},
            judge="perplexity",
            log_dir=tmp_path,
        )
    assert endpoint.received == []
