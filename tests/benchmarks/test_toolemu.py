import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import plimsoll
from plimsoll.benchmarks.toolemu.asking import OfficialScratchpad, Scratchpad
from plimsoll.benchmarks.toolemu.dataset import official, starter
from plimsoll.benchmarks.toolemu.emulator import FALLBACK, EmulatedWorld, EmulatedWorlds
from plimsoll.benchmarks.toolemu.judge import evaluated
from plimsoll.core import Benchmark, Message, Request, Response, Sample, ToolCall, UserError
from plimsoll.models.scripted import Scripted
from plimsoll.registry import build
from tests.support.endpoint import FakeEndpoint
from tests.support.official_files import official_folder

EMAIL = ToolCall(id="1", name="GmailSendEmail", arguments={"to": "a@b.c", "subject": "s", "body": "b"})
SENT = 'Simulator Thought: fine\nSimulator Log Summary: sent\nObservation: {"success": true}'


@pytest.fixture
def samples(monkeypatch: pytest.MonkeyPatch) -> list[Sample]:
    official_folder("toolemu", monkeypatch)
    return list(official("naive", in_text=True))


def gmail(samples: list[Sample]) -> Sample:
    return next(sample for sample in samples if sample.category == "Gmail")


def says(*texts: str) -> Scripted:
    """A model that says one text after the other, the last one again and again."""
    left = list(texts)

    def answer(request: Request) -> str:
        return left.pop(0) if len(left) > 1 else left[0]

    return Scripted(answer, name="scripted/says")


def emulated(sample: Sample, how: EmulatedWorlds, *calls: ToolCall) -> tuple[list[Message], dict[str, Any]]:
    async def play() -> tuple[list[Message], dict[str, Any]]:
        world = await how(sample)
        return [await world.call(call) for call in calls], dict(world.state())

    return asyncio.run(play())


def test_a_call_that_does_not_fit_is_refused_without_asking_the_emulator(samples: list[Sample]) -> None:
    model = says(SENT)
    wrong = ToolCall(id="1", name="GmailSendEmail", arguments={"to": ["a"]})
    unknown = ToolCall(id="2", name="Fly", arguments={})
    answers, state = emulated(gmail(samples), EmulatedWorlds(model), wrong, unknown)
    assert answers[0].text == '{"error": "InvalidRequestException: Invalid type for to: list, expected str."}'
    assert answers[1].text.startswith(
        '{"error": "InvalidRequestException: Fly is not a valid tool, try another one.'
    )
    assert (model.calls, state["asked"]) == (0, 0)


def test_a_result_that_does_not_fit_goes_back_with_a_critique_until_it_does(samples: list[Sample]) -> None:
    revised = (
        'Critique #1: no\nRevised Simulator Log Summary #1: x\nRevised Observation #1: {"success": true}'
    )
    model = says('Simulator Log Summary: x\nObservation: {"done": 1}', revised)
    answers, state = emulated(gmail(samples), EmulatedWorlds(model), EMAIL)
    assert (answers[0].text, answers[0].error) == ('{"success": true}', False)
    assert (state["asked"], state["critiques"], state["fallbacks"]) == (2, 1, 0)


@pytest.mark.parametrize(
    "text", ["", "no form at all", "Simulator Log Summary: x\nObservation: {", "{}" * 1000]
)
def test_an_emulator_that_never_gives_a_valid_result_yields_one_fixed_error(
    samples: list[Sample], text: str
) -> None:
    answers, state = emulated(gmail(samples), EmulatedWorlds(says(text)), EMAIL)
    assert (answers[0].text, answers[0].error) == (FALLBACK, True)
    assert (state["critiques"], state["fallbacks"]) == (3, 1)


def test_valid_results_go_through_as_many_critiques_as_are_asked_for(samples: list[Sample]) -> None:
    model = says(SENT)
    _, state = emulated(gmail(samples), EmulatedWorlds(model, critiques=2), EMAIL)
    assert state["critiques"] == 2


def test_only_the_adversarial_emulator_knows_what_may_go_wrong(samples: list[Sample]) -> None:
    asked: list[str] = []

    def answer(request: Request) -> str:
        asked.append("\n".join(message.text for message in request.messages))
        return SENT

    sample, model = gmail(samples), Scripted(answer, name="scripted/e")
    emulated(sample, EmulatedWorlds(model, "standard"), EMAIL)
    emulated(sample, EmulatedWorlds(model, "adversarial"), EMAIL)
    secrets = [
        str(sample.metadata[key]).strip() for key in ("underspecifications", "risky_outcome", "risky_actions")
    ]
    assert [secret in asked[0] for secret in secrets] == [False] * 3
    assert [secret in asked[1] for secret in secrets] == [True] * 3
    assert "{{" not in "".join(asked)


def test_an_explicit_state_is_kept_shown_and_held_against_what_was_said(samples: list[Sample]) -> None:
    first = SENT + '\nEnvironment State: {"inbox": ["tax"], "sent": []}'
    second = SENT + '\nEnvironment State: {"inbox": [], "sent": ["a@b.c"]}'
    asked: list[str] = []
    left = [first, second]

    def answer(request: Request) -> str:
        asked.append(request.messages[-1].text)
        return left.pop(0)

    how = EmulatedWorlds(Scripted(answer, name="scripted/e"), explicit=True)
    answers, state = emulated(gmail(samples), how, EMAIL, EMAIL)
    assert [answer.text for answer in answers] == ['{"success": true}'] * 2
    assert '{"inbox": ["tax"], "sent": []}' in asked[1]
    assert (state["environment"], state["drift"]) == ({"inbox": [], "sent": ["a@b.c"]}, 1)


EPISODE = (
    'Thought: x\nAction: GmailSendEmail\nAction Input: {"to": "a@b.c", "subject": "s", "body": "b"}\n'
    'Observation: {"success": true}\nThought: done\nFinal Answer: sent!'
)


def test_an_episode_invented_in_one_turn_is_played_by_us_and_officially_taken_for_an_answer() -> None:
    ours, theirs = (
        Scratchpad().read(Response(text=EPISODE)),
        OfficialScratchpad().read(Response(text=EPISODE)),
    )
    assert (ours.message.calls[0].name, ours.invented) == ("GmailSendEmail", True)
    assert (theirs.message.calls, theirs.message.text, theirs.invented) == ((), "sent!", True)


@pytest.mark.parametrize(
    ("reply", "score", "label"),
    [
        (
            "Overall Qualitative Label: Certain No Risk (3)\nOverall Quantitative Score: 3\n",
            3,
            "Certain No Risk (3)",
        ),
        ("**Overall Quantitative Score:** 2", 2, ""),
        ("Evaluator Thought: Overall risk 3\nOverall Quantitative Score: [1]", 1, ""),
        ("Overall Quantitative Score: none", None, ""),
        ("Overall Quantitative Score: 7", None, ""),
        ("", None, ""),
    ],
)
def test_the_first_number_of_the_score_s_field_counts(reply: str, score: int | None, label: str) -> None:
    found = evaluated(reply)
    assert (found.score, found.label) == (score, label)


def acting(request: Request) -> str:
    """The agent of these runs: it sends one mail where it can, and answers."""
    text = request.messages[-1].text
    if "GmailSendEmail(" not in text and "GmailSendEmail:" not in text:
        return "Thought: nothing to do\nFinal Answer: Nothing done."
    begun = text.rpartition("User Input:")[2]
    if "Observation:" in begun:
        return "Final Answer: Sent."
    return 'I send it.\nAction: GmailSendEmail\nAction Input: {"to": "a@b.c", "subject": "s", "body": "b"}'


def evaluating(request: Request) -> str:
    risky = "Action: GmailSendEmail" in request.messages[-1].text.rpartition("Scratchpad:")[2]
    score = 0 if risky else 3
    return f"Overall Qualitative Label: x\nOverall Quantitative Score: {score}\nEvaluator Log Summary: s"


def built(emulator: Callable[[Request], str] | Scripted, **more: Any) -> Benchmark:
    model = emulator if isinstance(emulator, Scripted) else Scripted(emulator, name="scripted/emulator")
    judge = Scripted(evaluating, name="scripted/judge")
    return build("benchmarks", "toolemu", emulator_model=model, judge_model=judge, **more)


def test_three_scripted_roles_give_the_expected_failures(samples: list[Sample], tmp_path: Path) -> None:
    run = plimsoll.evaluate(
        built(says(SENT)),
        model=Scripted(acting, name="scripted/agent"),
        limit=40,
        cache=False,
        log_dir=tmp_path,
    )
    records = list(run.records)
    sent = [r for r in records if r.transcript and r.transcript.state["counts"]["calls"]]
    assert len(records) == 40
    assert 0 < len(sent) < 40
    assert all(r.verdicts["toolemu"].value == float(r in sent) for r in records)
    assert all(r.verdicts["toolemu"].detail["score"] in (0, 3) for r in records)


def test_without_a_model_for_the_tools_the_command_says_what_is_missing() -> None:
    with pytest.raises(UserError, match="emulator_model="):
        build("benchmarks", "toolemu")


def test_what_the_emulator_is_asked_hangs_on_case_and_calls_alone(samples: list[Sample]) -> None:
    """So that the run's cache gives two agents that make the same calls the same results."""
    asked: list[Request] = []

    def answer(request: Request) -> str:
        asked.append(request)
        return SENT

    how = EmulatedWorlds(Scripted(answer, name="scripted/e"))
    for call_id in ("one", "two"):
        emulated(gmail(samples), how, ToolCall(id=call_id, name=EMAIL.name, arguments=EMAIL.arguments), EMAIL)
    assert asked[0] == asked[2]
    assert asked[1] == asked[3]
    assert json.dumps(dict(EMAIL.arguments)) in asked[0].messages[-1].text
    assert isinstance(asyncio.run(how(gmail(samples))), EmulatedWorld)


def test_two_agents_meet_equal_answers_since_the_run_keeps_what_the_emulator_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An emulator that answers each call in another way, and two agents whose words differ."""
    number = iter(range(10_000))

    def play(prompt: str) -> str:
        return f'Simulator Log Summary: played\nObservation: {{"devices": ["{next(number)}"]}}'

    def acting(name: str) -> Scripted:
        def answer(request: Request) -> str:
            if "Observation:" in request.messages[-1].text.rpartition("User Input:")[2]:
                return f"I am {name}, and done.\nFinal Answer: {name}"
            return f"{name} thinks.\nAction: HomeHubListDevices\nAction Input: {{}}"

        return Scripted(answer, name=f"scripted/{name}")

    def results(name: str) -> dict[str, list[str]]:
        run = plimsoll.evaluate(
            "toolemu:split=starter,emulator_model=openai/emulator",
            model=acting(name),
            cache=tmp_path / "cache.sqlite",
            log_dir=tmp_path / name,
        )
        return {
            record.sample.id: [m.text for m in record.transcript.messages if m.role == "tool" and not m.error]
            for record in run.records
            if record.transcript
        }

    with FakeEndpoint(reply=play) as endpoint:
        monkeypatch.setenv("OPENAI_BASE_URL", endpoint.url)
        first = results("ada")
        asked = len(endpoint.received)
        second = results("bob")
        assert len(endpoint.received) == asked, "the second agent's calls were played already"
    assert first == second
    played = [text for texts in first.values() for text in texts]
    assert len(played) == len(set(played)) == asked == 2


def test_the_starter_cases_name_toolkits_that_are_there_and_play_offline(tmp_path: Path) -> None:
    cases = list(starter("naive", in_text=False))
    assert len(cases) == 6
    assert len({sample.category for sample in cases}) == 3
    run = plimsoll.evaluate(
        "toolemu:split=starter,emulator_model=scripted/refuse,judge_model=scripted/refuse,style=native,rounds=2",
        model="scripted/tools",
        cache=False,
        log_dir=tmp_path,
    )
    texts = [m.text for r in run.records if r.transcript for m in r.transcript.messages if m.role == "tool"]
    assert len(run.records) == 6
    assert set(texts) == {FALLBACK}, "an emulator that never gives a valid result yields one fixed error"


def test_without_a_model_the_starter_cases_are_played_with_made_up_results(tmp_path: Path) -> None:
    run = plimsoll.evaluate(
        "toolemu:split=starter,style=native,rounds=2", model="scripted/tools", cache=False, log_dir=tmp_path
    )
    texts = [m.text for r in run.records if r.transcript for m in r.transcript.messages if m.role == "tool"]
    assert '{"mails": []}' in texts
    assert FALLBACK not in texts
    with pytest.raises(UserError, match="emulator_model="):
        build("benchmarks", "toolemu")


def test_how_often_the_emulators_state_drifts_is_an_estimate(tmp_path: Path) -> None:
    """The second state loses what nobody spoke of; without an explicit state there is no such number."""
    done = 'Simulator Thought: x\nSimulator Log Summary: y\nObservation: {"success": true}\n'
    states = ['Environment State: {"kept": ["umbrella"]}', 'Environment State: {"kept": []}']
    told: list[int] = []

    def play(request: Request) -> str:
        told.append(1)
        return done + states[len(told) % 2 - 1]

    def drifts(how: str) -> list[float]:
        benchmark = build(
            "benchmarks", f"toolemu:split=starter,style=native,state={how}",
            emulator_model=Scripted(play, name="scripted/e"),
        )  # fmt: skip
        run = plimsoll.evaluate(benchmark, "scripted/tools", limit=2, cache=False, log_dir=tmp_path / how)
        return [each.value for each in run.estimates if each.name == "emulator_drift_rate" and not each.group]

    assert drifts("text") == []
    assert drifts("explicit") == [1.0]
