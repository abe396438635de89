import asyncio
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from plimsoll.benchmarks.agent_safetybench import scores
from plimsoll.benchmarks.agent_safetybench.dataset import MODES, RISKS, Cases, official
from plimsoll.benchmarks.agent_safetybench.judge import official_label, read_answer
from plimsoll.benchmarks.agent_safetybench.worlds import CaseWorlds
from plimsoll.core import Benchmark, Record, Request, Response, Sample, ToolCall, Transcript, Verdict
from plimsoll.metrics.rates import judged_value, rate
from plimsoll.models.scripted import Scripted
from plimsoll.registry import build
from tests.support.official_files import official_folder

pytest.importorskip("asb_envs", reason="the extra 'agents' is not installed")


@pytest.fixture
def cases(monkeypatch: pytest.MonkeyPatch) -> Cases:
    official_folder("agent-safetybench", monkeypatch)
    return official("native", "none")


def test_the_official_cases_have_the_published_counts(cases: Cases) -> None:
    samples = list(cases)
    assert [sample.id for sample in samples] == [str(number) for number in range(2000)]
    assert Counter(sample.category for sample in samples) == dict.fromkeys(RISKS, 250)
    modes = Counter(mode for sample in samples for mode in sample.metadata["failure_modes"])
    assert [modes[mode] for mode in MODES] == [392, 257, 77, 333, 421, 122, 131, 79, 358, 124]
    assert Counter(sample.metadata["part"] for sample in samples) == {"behavior": 1589, "content": 411}
    assert sum(sample.metadata["fulfillable"] for sample in samples) == 735
    assert sum("dialog" in sample.metadata for sample in samples) == 111
    assert Counter(len(each.environments) for each in cases.cases)[2] == 162
    assert sum(len(each.environments) == 3 for each in cases.cases) == 46
    assert all(
        sample.metadata["dialog"][0]["role"] == "user" for sample in samples if "dialog" in sample.metadata
    )


def test_both_defenses_stand_behind_the_official_system_text(monkeypatch: pytest.MonkeyPatch) -> None:
    official_folder("agent-safetybench", monkeypatch)
    plain, simple, enhanced = (
        next(iter(official("native", defense))).messages[0].text for defense in ("none", "simple", "enhanced")
    )
    assert simple.startswith(plain)
    assert enhanced.startswith(plain)
    assert "please avoid the risky behaviors below" in simple
    assert "DO NOT generate any harmful content" in enhanced


def played(cases: Cases, *numbers: int, coercion: str = "official") -> list[tuple[Any, Any]]:
    """Each tool of some cases called once with `x`: what came back, and the state."""

    async def play() -> list[tuple[Any, Any]]:
        worlds = CaseWorlds(coercion)  # type: ignore[arg-type]
        found: list[tuple[Any, Any]] = []
        for number in numbers:
            world = await worlds(list(cases)[number])
            texts = [
                (await world.call(ToolCall(id="1", name=t.name, arguments={}))).text for t in world.tools
            ]
            found.append((texts, world.state()))
        worlds.worker.close()
        return found

    return asyncio.run(play())


def test_two_cases_never_share_a_state_and_two_plays_are_alike(cases: Cases) -> None:
    first, again, other = played(cases, 3, 3, 1)
    assert first == again
    assert first[1] != other[1]


def test_calls_are_coerced_as_officially_or_refused_strictly(cases: Cases) -> None:
    async def called(coercion: Any) -> list[tuple[str, bool]]:
        worlds = CaseWorlds(coercion)
        world = await worlds(next(iter(cases)))
        wrong = {"recipients": "[]", "title": 7, "content": "x", "no such": 1}
        answers = [
            await world.call(ToolCall(id="1", name=name, arguments=wrong)) for name in ("send_email", "fly")
        ]
        worlds.worker.close()
        return [(answer.text, answer.error) for answer in answers]

    lenient, strict = asyncio.run(called("official")), asyncio.run(called("strict"))
    assert json.loads(lenient[1][0]) == {"success": False, "message": "Tool fly doesn't exist."}
    assert not lenient[0][1]
    assert strict[0][1]
    assert "Unknown parameter no such." in strict[0][0]


@pytest.mark.parametrize(
    ("reply", "label"),
    [
        ("[Answer] safe\n[Analysis] fine", "safe"),
        ("[Answer] Unsafe.\n", "unsafe"),
        ("[Answer] unsafe, since\n", "unsafe"),
        ("[Answer] safe", ""),
        ("safe\n", ""),
        ("[Answer]\n\n", ""),
        ("[Answer] mostly safe\n", ""),
    ],
)
def test_the_official_reading_takes_the_first_word_of_the_answer_s_line(reply: str, label: str) -> None:
    assert official_label(reply) == label


@pytest.mark.parametrize(
    ("reply", "value"),
    [
        ("[Answer] safe", 1.0),
        ("**[Answer]** unsafe\n[Analysis] it is not safe", 0.0),
        ("[Answer] safe or unsafe", None),
        ("", None),
    ],
)
def test_ours_reads_any_clear_answer(reply: str, value: float | None) -> None:
    verdict = read_answer("safe", "unsafe", reply)
    assert (verdict.value if verdict else None) == value


def test_a_published_total_is_what_its_parts_give() -> None:
    rows = {name: row for name, row in scores.published().items() if "Average" not in name}
    assert [name for name, row in rows.items() if scores.contradicts_itself(row)] == []
    assert scores.contradicts_itself({"total": 55.1, "behavior": 43.4, "content": 76.2})


def test_what_could_not_be_judged_bounds_the_score() -> None:
    judged = [Verdict(label="safe", value=1.0), Verdict(label="unsafe", value=0.0), None, None]
    tallies = [metric() for metric in scores.scores("j")]
    for number, verdict in enumerate(judged):
        sample = Sample(
            id=str(number), messages=(), metadata={"failure_modes": ["M1", "M5"], "part": "content"}
        )
        record = Record(sample=sample, transcript=Transcript(), verdicts={"j": verdict} if verdict else {})
        for tally in tallies:
            tally.add(record)
    found = {(e.name, *e.group.values()): e for tally in tallies for e in tally.estimates()}
    assert (found["safe_rate_at_least",].value, found["safe_rate_at_most",].value) == (0.25, 0.75)
    assert found["safe_rate", "M5"].value == 0.5
    assert found["safe_rate", "content"].unscored == 2


def shield(request: Request) -> Response:
    return Response(text="[Answer] unsafe\n" if "call_1" in request.messages[-1].text else "[Answer] safe\n")


def test_shield_agent_is_asked_as_it_was_taught_and_every_case_is_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import plimsoll

    official_folder("agent-safetybench", monkeypatch)
    asked: list[Request] = []

    def answer(request: Request) -> Response:
        asked.append(request)
        return shield(request)

    benchmark: Benchmark = build(
        "benchmarks", "agent_safetybench", shield_model=Scripted(answer, name="scripted/shield")
    )
    run = plimsoll.evaluate(benchmark, model="scripted/tools", limit=8, cache=False, log_dir=tmp_path)
    records = list(run.records)
    assert {record.verdicts["agent_safetybench_compat"].label for record in records} == {"unsafe"}
    assert [message.role for message in asked[0].messages] == ["system", "user"]
    assert (asked[0].messages[0].text, asked[0].sampling.max_tokens) == ("", 10)


def test_cases_of_one_environment_are_one_cluster_in_intervals(cases: Cases) -> None:
    samples = list(cases)
    acting = [sample for sample in samples if sample.metadata["part"] == "behavior"]
    families = {sample.cluster for sample in acting}
    assert families == {sample.metadata["environments"][0]["name"] or sample.family for sample in acting}
    assert len(families) < 400 < len(acting)
    assert {sample.cluster for sample in samples if sample.metadata["part"] == "content"}.isdisjoint(families)


def test_environments_that_agree_within_make_the_interval_wider() -> None:
    def width(families: int) -> float:
        tally = rate("safe_rate", judged_value("conduct"))()
        for number in range(120):
            safe = float(number % families % 2)
            sample = Sample(id=str(number), messages=(), family=f"world-{number % families}")
            verdicts = {"conduct": Verdict(label="safe", value=safe)}
            tally.add(Record(sample=sample, transcript=Transcript(), verdicts=verdicts))
        (found,) = tally.estimates()
        assert found.value == 0.5
        return found.high - found.low

    assert width(12) > 2 * width(120)
