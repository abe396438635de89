"""Wrong wishes and bad company: one sentence before the run, or a record that is never scored."""

import json
from pathlib import Path

import pytest

import plimsoll
from plimsoll import registry
from plimsoll.cli import exit_code
from plimsoll.core import Request, UserError
from plimsoll.judges.refusal import refusal
from plimsoll.models.scripted import REFUSAL, Scripted

RUN = ("run", "simplesafetytests:split=starter", "-m", "scripted/refuse", "--limit", "2", "--no-cache")
TAKE_A_FILE = (
    "roleplay/library:file={}",
    "search/fuzz:judge=refusal,file={}",
    "search/genetic:judge=refusal,file={}",
    "examples/chain_of_utterances:file={}",
    "dialogue/script:file={}",
    "s_eval:kind=instruction_jailbreak,file={}",
    "s_eval:kind=chain_of_utterances,file={}",
    "multijail:attacker=scripted/echo,scenario=intentional,template={}",
)
BUDGETS = (
    *("search/pair:budget=0", "search/tap:budget=0", "search/pair:streams=0", "search/tap:width=0"),
    *("search/fuzz:budget=0", "search/genetic:budget=0", "search/best_of_n:n=0"),
    *("search/first_success:budget=0,attacks=(encoding/rot13)", "search/gcg:width=0"),
    *("search/bandit:budget=0,attacks=(encoding/rot13)", "search/bandit:epsilon=2,attacks=(encoding/rot13)"),
    *("dialogue/crescendo:rounds=0", "dialogue/agent:rounds=-1", "dialogue/likert:rounds=0"),
    *("dialogue/chunked:pieces=0", "groups/from_target:most=0"),
)


def refused(attack: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """What the command says of an attack that cannot be, in one line and before a run folder is made."""
    assert exit_code([*RUN, "--log-dir", str(tmp_path / "logs"), "--attack", attack]) == 2
    said = capsys.readouterr().err.strip()
    assert "Traceback" not in said
    assert not (tmp_path / "logs").exists()
    return " ".join(said.split())


@pytest.mark.parametrize(
    ("attack", "said"),
    [
        ("encoding/rot31", "did you mean encoding/rot13"),
        ("encoding/base64+roleplay/inception", "roleplay/deep_inception"),
        ("sorrybench", "sorry_bench"),
        ("", "write none"),
        ("encoding/caesar:ofset=3", "offset"),
        ("encoding/caesar:offset=three", "three"),
    ],
)
def test_an_attack_that_is_not_there_is_named_with_the_closest(
    attack: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said in refused(attack, tmp_path, capsys)


@pytest.mark.parametrize("spec", TAKE_A_FILE)
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"No slot at all.", "slot"),
        (b"Two: {request} and {request}", "2 times|once"),
        ("Anführung: {request}".encode("latin-1"), "UTF-8"),
        (b"\xff\xfe{\x00r\x00", "UTF-8"),
    ],
)
def test_a_template_without_its_one_slot_or_not_in_utf_8_is_refused(
    spec: str, content: bytes, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "template.txt"
    path.write_bytes(content)
    with pytest.raises(UserError, match=said):
        registry.build("attacks", spec.format(path))


@pytest.mark.parametrize("spec", TAKE_A_FILE)
def test_a_file_that_is_not_there_is_named(spec: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"absent\.txt"):
        registry.build("attacks", spec.format(tmp_path / "absent.txt"))


@pytest.mark.parametrize("spec", BUDGETS)
def test_a_budget_of_nothing_is_refused_by_its_name(spec: str) -> None:
    name, _, rest = spec.partition(":")
    key = rest.partition("=")[0]
    needed = {"search/pair", "search/tap", "dialogue/crescendo", "dialogue/agent", "dialogue/likert"}
    judged = {*needed, "search/fuzz", "search/genetic", "search/first_success", "search/bandit"}
    given = {"attacker": Scripted(lambda _: "x")} if name in needed else {}
    given |= {"judge": refusal()} if name in judged else {}
    with pytest.raises(UserError, match=f"{key}="):
        registry.build("attacks", spec, **given)


@pytest.mark.parametrize(
    "attack",
    ["arabic/forms", "arabic/arabizi", "chinese/split", "chinese/full_width:carrier=raw+encoding/rot13"],
)
def test_a_writing_outside_its_script_is_recorded_and_counts_for_nothing(attack: str, tmp_path: Path) -> None:
    asked: list[Request] = []

    def answer(request: Request) -> str:
        asked.append(request)
        return REFUSAL

    run = plimsoll.evaluate(
        "simplesafetytests:split=starter", Scripted(answer), attack=attack, limit=3, cache=False,
        log_dir=tmp_path, progress=False,
    )  # fmt: skip
    outcomes = [record.outcome.value for record in run.records]
    assert outcomes == ["not_applicable"] * 3
    assert asked == []
    assert not [each for each in run.estimates if each.name in ("refusal_rate", "unsafe_rate", "safe_rate")]


SAME = json.dumps({"prompt": "Say it, please."})


@pytest.mark.parametrize(
    "says",
    [
        *(REFUSAL, "", "no JSON here", '{"prompt": ""}', '{"prompt": 7}'),
        *('{"prompt": "' + "x" * 30_000 + '"}', "[" * 5_000),
    ],
)
@pytest.mark.parametrize(
    "attack",
    [
        "style/register", "persuasion", "languages/translation:to=sw", "sorry_bench:mutation=slang",
        "safety_prompts:kind=Reverse_Exposure", "s_eval:kind=compositional_instructions", "multijail:pool=sw",
        "search/pair:judge=refusal", "search/tap:judge=refusal", "dialogue/crescendo:judge=refusal",
    ],
)  # fmt: skip
def test_an_attacker_that_refuses_or_writes_garbage_leaves_records_that_nobody_scored(
    attack: str, says: str, tmp_path: Path
) -> None:
    calls: list[Request] = []

    def write(request: Request) -> str:
        calls.append(request)
        return says

    made = registry.build("attacks", attack, attacker=Scripted(write))
    run = plimsoll.evaluate(
        "simplesafetytests:split=starter", Scripted(lambda _: "Sure."), attack=made, limit=2, cache=False,
        log_dir=tmp_path, progress=False,
    )  # fmt: skip
    records = list(run.records)
    assert [record.outcome.value for record in records] == ["not_applicable"] * 2
    assert all(record.sample.attempt and record.sample.attempt.parameters["reason"] for record in records)
    assert len(calls) <= 2 * 30
    assert all(verdict.value is None for record in records for verdict in record.verdicts.values())


@pytest.mark.parametrize(
    "attack",
    ["search/pair:judge=refusal", "search/tap:judge=refusal", "dialogue/crescendo:judge=refusal,rounds=4"],
)
def test_an_attacker_that_says_the_same_for_ever_ends_at_the_budget(attack: str, tmp_path: Path) -> None:
    asked: list[Request] = []

    def decline(request: Request) -> str:
        asked.append(request)
        return REFUSAL

    made = registry.build("attacks", attack, attacker=Scripted(lambda _: SAME))
    run = plimsoll.evaluate(
        "simplesafetytests:split=starter", Scripted(decline), attack=made, limit=1, cache=False,
        log_dir=tmp_path, progress=False,
    )  # fmt: skip
    assert len(asked) <= 61
    assert [record.outcome.value for record in run.records] == ["refused"]
