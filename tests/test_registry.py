import os
import re
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll import registry
from plimsoll.cli import exit_code
from plimsoll.core import UserError
from plimsoll.registry import Spec, parse
from plimsoll.run.ask import plan
from plimsoll.run.spec import RunSpec


@pytest.mark.parametrize(
    ("text", "name", "arguments"),
    [
        ("safetybench", "safetybench", {}),
        ("safetybench:language=en,shots=5", "safetybench", {"language": "en", "shots": "5"}),
        (
            "pair:judge=(rubric:scale=5,mode=x),rounds=3",
            "pair",
            {"judge": "rubric:scale=5,mode=x", "rounds": "3"},
        ),
        ('x:text="a, b",n=1', "x", {"text": "a, b", "n": "1"}),
        ("x:file=a:b.json", "x", {"file": "a:b.json"}),
        ("x:base-url=http://h/?a=b", "x", {"base_url": "http://h/?a=b"}),
        ("x:empty=", "x", {"empty": ""}),
    ],
)
def test_a_spec_is_read(text: str, name: str, arguments: dict[str, str]) -> None:
    assert parse(text) == Spec(name=name, arguments=arguments)


@pytest.mark.parametrize("text", ["", ":a=1", "x:a", "x:=1", "x:a=1,a=2"])
def test_a_spec_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(UserError):
        parse(text)


@given(
    st.dictionaries(
        st.from_regex(r"[a-z_]{1,8}", fullmatch=True), st.from_regex(r"[\w .:/=,-]*", fullmatch=True)
    )
)
def test_a_spec_reads_back_to_itself(arguments: dict[str, str]) -> None:
    spec = Spec(name="part", arguments={key: value.strip() for key, value in arguments.items()})
    assert parse(str(spec)) == spec


def test_unknown_names_arguments_and_values_say_what_there_is() -> None:
    with pytest.raises(UserError, match=r"no attack is called 'encodin'; did you mean encoding"):
        registry.build("attacks", "encodin")
    with pytest.raises(UserError, match=r"encoding/rot31'; did you mean encoding/rot13"):
        registry.build("attacks", "encoding/rot31")
    with pytest.raises(UserError, match=r"no argument 'befor'; did you mean before"):
        registry.build("defenses", "self_reminder:befor=x")
    with pytest.raises(UserError, match=r"no model is called 'opena/gpt'; did you mean openai/gpt"):
        registry.build_model("opena/gpt")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("gpt-4o", "openai/gpt-4o?"),
        ("claude-sonnet-4", "anthropic/claude-sonnet-4?"),
        ("models/Qwen3-4B-Q4_K_M.gguf", "llamacpp/models/Qwen3-4B-Q4_K_M.gguf?"),
        ("Qwen/Qwen3-4B", "openai/Qwen/Qwen3-4B or transformers/Qwen/Qwen3-4B?"),
        ("opnai/gpt-4o", "openai/gpt-4o?"),
        ("scriptd", "scripted?"),
    ],
)
def test_a_model_without_its_provider_is_told_the_likely_one(written: str, meant: str) -> None:
    for options in (None, {"timeout": "3"}):
        with pytest.raises(
            UserError, match=re.escape(f"no model is called '{written}'; did you mean {meant}")
        ):
            registry.build_model(written, options)
    with pytest.raises(UserError, match=re.escape(meant)):
        registry.deciding(written, {"timeout": "3"})


@pytest.mark.parametrize("written", ["rot13", "rot31", "reversed-text", "base64"])
def test_a_member_of_a_family_is_found_without_its_family(written: str) -> None:
    with pytest.raises(UserError, match=rf"no attack is called '{written}'; did you mean encoding/"):
        registry.build("attacks", written)


def test_what_no_user_writes_is_neither_offered_nor_taken() -> None:
    with pytest.raises(UserError, match=r"no argument 'befor'.*; it takes (?!.*inner)"):
        registry.build("defenses", "self_reminder:befor=x")
    with pytest.raises(UserError, match=r"no argument 'model_id'; it takes base_url"):
        registry.build_model("openai/gpt", {"model_id": "other"})
    with pytest.raises(UserError, match="no argument 'inner'"):
        registry.build("defenses", "self_reminder:inner=scripted")


def test_every_part_has_a_summary() -> None:
    bare = [part.name for room in registry.ROOMS for part in registry.parts(room) if not part.summary]
    assert bare == []


def test_options_of_a_model_inside_a_spec_are_refused_and_not_sent_as_its_name() -> None:
    with pytest.raises(UserError, match="-J base_url="):
        registry.build_model("openai/judge:base_url=http://localhost")
    assert registry.build_model("scripted/refuse", {}).name == "scripted/refuse"


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("safteybench", "did you mean safetybench"),
        ("safetybench:shot=5", "did you mean shots"),
        ("safetybench:language=fr", "zh | en"),
    ],
)
def test_a_misspelt_benchmark_is_told_of_before_a_model_is_made(spec: str, said: str) -> None:
    with pytest.raises(UserError, match=re.escape(said)):
        plan.build(RunSpec(benchmark=spec, model="transformers/no-such-folder"))


def test_a_package_that_is_installed_while_python_runs_is_found_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.utime(tmp_path, (1, 1))  # a file system may count time in steps longer than this test
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    assert not registry.holds("models", "late_comer")
    info = tmp_path / "late-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: late\nVersion: 1.0\n", "utf-8")
    (info / "entry_points.txt").write_text("[plimsoll.models]\nlate_comer = late\n", "utf-8")
    assert registry.holds("models", "late_comer")
    assert registry.current("models", "late-comer") == "late_comer"
    assert "late_comer" in registry.names("models")


@pytest.mark.parametrize(
    ("room", "chain", "told"),
    [
        ("attacks", "search/first_success:attacks=encoding/rot13+roleplay/purpose,judge=refusal",
         "several values of attacks stand in parentheses, attacks=(encoding/rot13+roleplay/purpose)"),
        ("attacks", "search/first_success:attacks=encoding/rot13+encoding/caesar:offset=5,judge=refusal",
         "attacks=(encoding/rot13+encoding/caesar)"),
        ("attacks", "search/first_success:judge=refusal,attacks=encoding/rot13+roleplay/purpose",
         "one does where the chain goes on, attacks=(encoding/rot13)"),
        ("attacks", "multijail:attacker=scripted/refuse,pool=zh+sw", "parentheses: pool=(zh+sw)"),
        ("defenses", "smoothing:copies=3+guarded,kind=x", "copies=(3+guarded)"),
    ],
)  # fmt: skip
def test_a_plus_that_cuts_an_argument_in_two_is_named(room: registry.Room, chain: str, told: str) -> None:
    with pytest.raises(UserError) as error:
        registry.links(room, chain)
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("chain", "links"),
    [
        ("encoding/rot13+encoding/base64", ("encoding/rot13", "encoding/base64")),
        ("encoding/caesar:offset=5+encoding/base64", ("encoding/caesar:offset=5", "encoding/base64")),
        ("encoding/vigenere:key=lemon+encoding/base64", ("encoding/vigenere:key=lemon", "encoding/base64")),
        (
            "search/first_success:attacks=(encoding/rot13+roleplay/purpose),judge=refusal+encoding/base64",
            (
                "search/first_success:attacks=(encoding/rot13+roleplay/purpose),judge=refusal",
                "encoding/base64",
            ),
        ),
        ("encoding/rot14+encoding/base64", ("encoding/rot14", "encoding/base64")),
    ],
)
def test_a_chain_is_taken_as_it_was_written(chain: str, links: tuple[str, ...]) -> None:
    assert registry.links("attacks", chain) == links


@pytest.mark.parametrize(
    ("room", "spec", "told"),
    [
        ("judges", "jury:judges=refusal,compliance", "several values of judges are joined by a plus"),
        ("judges", "jury:judges=(refusal,compliance)", "judges=(refusal+compliance)"),
        ("attacks", "search/first_success:judge=refusal,attacks=(encoding/rot13,roleplay/purpose)",
         "attacks=(encoding/rot13+roleplay/purpose)"),
    ],
)  # fmt: skip
def test_a_comma_between_several_parts_is_told_to_be_a_plus(
    room: registry.Room, spec: str, told: str
) -> None:
    with pytest.raises(UserError) as error:
        registry.build(room, spec)
    assert told in str(error.value)


@pytest.mark.parametrize("option", ["--attack", "--defense"])
def test_the_commands_say_where_parentheses_are_missing(
    option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = {
        "--attack": "search/first_success:attacks=encoding/rot13+roleplay/purpose,judge=refusal",
        "--defense": "smoothing:copies=3+guarded,kind=x",
    }[option]
    words = ["run", "xstest:split=starter", "--model", "scripted/refuse", option, spec, "--no-cache"]
    assert exit_code(words) == 2
    assert "stand in parentheses" in " ".join(capsys.readouterr().err.split())
