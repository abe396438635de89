"""Runs of defended models: blocked turns, what replies took, which target attacks saw, needs before calls."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from plimsoll.core import (
    Attack,
    Model,
    Outcome,
    Record,
    Request,
    Response,
    Sample,
    Usage,
    UserError,
    offered,
    refuse_unmet,
    replace,
    user,
)
from plimsoll.models.scripted import Scripted
from plimsoll.run.ask.plan import build
from plimsoll.run.ask.pool import Pool, Settings
from plimsoll.run.keep.journal import read
from plimsoll.run.spec import RunSpec
from plimsoll.run.work.session import Session

WORDS = "[T1]\nkill\n"


class Asking(Attack):
    """An attack that asks the target once for each question."""

    name = "asking"

    async def attack(self, sample: Sample, target: Model) -> AsyncIterator[Sample]:
        await target.generate(Request(messages=sample.messages))
        yield replace(sample, messages=(user("Please: " + sample.messages[-1].text),))


def run(tmp_path: Path, model: Model, **spec: object) -> list[Record]:
    given = {"own/m": model, "own/asking": Asking()}
    plan = build(
        RunSpec(benchmark="xstest:split=starter", model="own/m", limit=6, **spec),  # type: ignore[arg-type]
        Pool(Settings(log_dir=tmp_path), given),
    )
    going = Session(plan)
    asyncio.run(going.run())
    return list(read(going.folder.records_path))


@pytest.fixture
def words(tmp_path: Path) -> Path:
    path = tmp_path / "words.txt"
    path.write_text(WORDS, encoding="utf-8")
    return path


@pytest.mark.parametrize("attacks", [(), ("encoding/base64:carrier=decode",)])
def test_a_blocked_turn_is_an_outcome_of_its_own_with_a_reason_attacked_or_not(
    tmp_path: Path, words: Path, attacks: tuple[str, ...]
) -> None:
    found = run(
        tmp_path,
        Scripted(lambda _: "How to kill it: press a key."),
        defenses=(f"block_reply:guard=(words:file={words})",),
        attacks=attacks,
    )
    assert {record.outcome for record in found} == {Outcome.BLOCKED}
    reasons = {verdict.reason for record in found for verdict in record.verdicts.values()}
    assert reasons == {"words held the reply back: unsafe (T1)"}


def test_what_an_endpoint_withheld_says_so(tmp_path: Path) -> None:
    found = run(tmp_path, Scripted(lambda _: Response(finish="blocked")))
    assert found[0].outcome is Outcome.BLOCKED
    assert {verdict.reason for verdict in found[0].verdicts.values()} == {"the endpoint withheld the reply"}


def test_a_defended_reply_says_what_all_calls_for_it_took(tmp_path: Path) -> None:
    model = Scripted(
        lambda _: Response(text="Fine.", usage=Usage(input_tokens=7, output_tokens=2, seconds=0.5))
    )
    (first, *_) = run(tmp_path, model, defenses=("smoothed:copies=3",))
    assert first.transcript is not None
    took = first.transcript.responses[-1].usage
    assert (took.calls, took.input_tokens, took.output_tokens, took.seconds) == (3, 21, 6, 1.5)
    (first, *_) = run(tmp_path, model)
    assert first.transcript is not None
    assert first.transcript.responses[-1].usage.calls == 0


@pytest.mark.parametrize(
    ("defenses", "sees", "saw", "asked"),
    [
        (("self_reminder",), "defended", "defended", "responsibl"),
        (("self_reminder",), "bare", "bare", ""),
        ((), "defended", "bare", ""),
    ],
)
def test_a_record_says_which_target_its_attack_saw(
    tmp_path: Path, defenses: tuple[str, ...], sees: str, saw: str, asked: str
) -> None:
    first_asked: list[str] = []

    def answer(request: Request) -> str:
        if not request.messages[-1].text.count("Please:"):
            first_asked.append(request.messages[-1].text)
        return "Fine."

    found = run(tmp_path, Scripted(answer), defenses=defenses, attacks=("own/asking",), attack_sees=sees)
    assert {record.sample.attempt.saw for record in found if record.sample.attempt} == {saw}
    assert all((asked in text) and (bool(asked) or "responsibl" not in text) for text in first_asked)


def test_an_attack_that_asks_no_target_saw_none(tmp_path: Path) -> None:
    found = run(
        tmp_path, Scripted(lambda _: "Fine."), defenses=("self_reminder",), attacks=("encoding/rot13",)
    )
    assert {record.sample.attempt.saw for record in found if record.sample.attempt} == {""}


def test_a_model_that_declares_nothing_is_credited_with_nothing() -> None:
    class Silent:
        name, revision = "own/silent", "1"

    silent: Model = Silent()  # type: ignore[assignment]
    assert offered(silent) == frozenset()
    for need in ("images", "tools", "prefill", "logprobs", "likelihoods", "weights"):
        with pytest.raises(UserError, match="own/silent does not offer"):
            refuse_unmet("it", frozenset({need}), silent)


@pytest.mark.parametrize("defense", ["thinking/zero_think", "thinking/less_think", "thinking/more_think"])
def test_an_unmet_need_stops_before_the_first_call(tmp_path: Path, defense: str) -> None:
    class Chat(Scripted):
        offers = frozenset()  # type: ignore[assignment]

    model = Chat(lambda _: "Fine.")
    with pytest.raises(UserError, match=f"{defense} needs a reply that is begun for it"):
        run(tmp_path, model, defenses=(defense,))
    assert model.calls == 0
