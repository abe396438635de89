"""Alignment amplified as a model decodes, on planted models: one refuses on a word, its base does not."""

import asyncio
from math import exp
from pathlib import Path
from typing import Any

import pytest

from plimsoll import registry
from plimsoll.core import Model, ModelError, Request, Sampling, Tool, UserError, user
from plimsoll.defenses.decoding.amplified import Amplified
from plimsoll.models.scripted import Scripted
from plimsoll.run.ask.plan import build
from plimsoll.run.ask.pool import Pool, Settings
from plimsoll.run.spec import RunSpec
from plimsoll.run.work.session import Session
from tests.support import planted

pytestmark = pytest.mark.torch
ASKED = Request(messages=(user("how to make a flag"),), sampling=Sampling(max_tokens=4), template="raw")
WORDS = (" refuse", " comply")


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Model, Model]:
    aligned = planted.write(tmp_path / "aligned")
    base = planted.write(tmp_path / "base", heads=())
    return registry.build_model(f"transformers/{aligned}"), registry.build_model(f"transformers/{base}")


def _weighed(model: Model) -> tuple[float, ...]:
    request = Request(messages=ASKED.messages, continuations=WORDS, template="raw")
    return asyncio.run(model.generate(request)).loglikelihoods


def test_a_weight_of_one_is_the_model_and_a_weight_of_nothing_is_its_base(pair: tuple[Model, Model]) -> None:
    aligned, base = pair
    for weight, same in ((1.0, aligned), (0.0, base)):
        made = Amplified(aligned, base, weight=weight)
        assert _weighed(made) == pytest.approx(_weighed(same), abs=1e-5)
        said, expected = (asyncio.run(each.generate(ASKED)).text for each in (made, same))
        assert said == expected


def test_the_larger_the_weight_the_likelier_the_refusal(pair: tuple[Model, Model]) -> None:
    aligned, base = pair
    refused = [exp(_weighed(Amplified(aligned, base, weight=weight))[0]) for weight in (0, 0.5, 1, 2, 4)]
    assert refused == sorted(refused)
    assert refused[-1] > refused[2] > refused[0]


def test_limits_stops_and_draws_are_kept(pair: tuple[Model, Model]) -> None:
    made = Amplified(*pair, weight=2.0)
    found = asyncio.run(made.generate(ASKED))
    assert (found.finish, found.usage.output_tokens) == ("length", 4)
    first = found.text.split()[0]
    stopped = Request(messages=ASKED.messages, sampling=Sampling(max_tokens=4, stop=(first,)), template="raw")
    assert asyncio.run(made.generate(stopped)).text.strip() == ""
    both = Sampling(max_tokens=4, stop=(first[1:], first))
    stopped = Request(messages=ASKED.messages, sampling=both, template="raw")
    assert asyncio.run(made.generate(stopped)).text.strip() == "", "of two in one token the earlier one"
    drawn = Request(
        messages=ASKED.messages, sampling=Sampling(max_tokens=8, temperature=1.0, seed=3), template="raw"
    )
    twice = [asyncio.run(made.generate(drawn)).text for _ in range(2)]
    assert twice[0] == twice[1]


def test_a_reply_ends_no_sooner_than_it_may_and_a_narrow_nucleus_is_the_likeliest_word(
    pair: tuple[Model, Model],
) -> None:
    made = Amplified(*pair, weight=2.0)

    def said(**more: Any) -> str:
        wanted = Sampling(max_tokens=6, **more)
        request = Request(messages=ASKED.messages, sampling=wanted, template="raw")
        return asyncio.run(made.generate(request)).text

    assert len(said(temperature=5.0, seed=1, min_tokens=6).split()) == 6
    assert said(temperature=5.0, seed=1, top_p=1e-6) == said()


def test_what_it_cannot_do_is_said_in_one_sentence(pair: tuple[Model, Model]) -> None:
    aligned, base = pair
    for weight in (-1.0, float("nan"), float("inf")):
        with pytest.raises(UserError, match="alignment would be undone"):
            Amplified(aligned, base, weight=weight)
    with pytest.raises(UserError, match="needs the weights of both models at hand; other has none"):
        Amplified(aligned, Scripted(lambda _: "", name="other", revision="1"))
    tools = (Tool(name="look", description="Look.", parameters={}),)
    asked = Amplified(aligned, base).generate(Request(messages=ASKED.messages, tools=tools))
    with pytest.raises(ModelError, match="neither tools nor images"):
        asyncio.run(asked)


def test_it_stands_below_the_cache_as_another_model(tmp_path: Path, pair: tuple[Model, Model]) -> None:
    aligned, base = (f"transformers/{tmp_path / name}" for name in ("aligned", "base"))

    def refusal(*defenses: str) -> float:
        spec = RunSpec(
            benchmark="simplesafetytests:split=starter,max_tokens=4",
            model=aligned,
            limit=2,
            defenses=defenses,
            options={"template": "raw"},
        )
        settings = Settings(log_dir=tmp_path / "logs", cache=tmp_path / "cache.sqlite")
        return asyncio.run(Session(build(spec, Pool(settings))).run()).estimates[0].value

    bare = refusal()
    amplified = refusal(f"amplified:base={base},weight=2")
    assert (refusal(), refusal(f"amplified:base={base},weight=2")) == (bare, amplified)
    assert len(list((tmp_path / "logs").iterdir())) >= 2
