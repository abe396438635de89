"""The door for Python: runs, records, comparisons, parts of one's own."""

import asyncio
import functools
import math
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import plimsoll
from plimsoll.core import (
    Attack,
    Instrument,
    Model,
    Request,
    Response,
    Sample,
    Transcript,
    UserError,
    Verdict,
    Wrapped,
    replace,
    system,
)
from plimsoll.run.keep.folder import open_run, runs

STARTER = "safetybench:split=starter,language=en"


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PLIMSOLL_CACHE", str(tmp_path / "cache"))


def says_b(prompt: str) -> str:
    """A function as a model."""
    return "(B)"


async def says_b_later(prompt: str) -> str:
    """A coroutine as a model."""
    await asyncio.sleep(0)
    return "(B)"


@dataclass(frozen=True)
class Louder(Attack):
    """Capital letters, and a mark after them."""

    mark: str = "!"
    name: str = "louder"

    async def attack(self, sample: Sample, target: Model) -> AsyncIterator[Sample]:
        *before, last = sample.messages
        loud = replace(last, text=last.text.upper() + self.mark)
        yield replace(sample, messages=(*before, loud), request=sample.request or last.text)


@dataclass(frozen=True)
class Reminded(Wrapped):
    """A system prompt before every request."""

    word: str = "kind"

    async def generate(self, request: Request) -> Response:
        reminder = system(f"Be {self.word}.")
        return await self.inner.generate(replace(request, messages=(reminder, *request.messages)))


@dataclass(frozen=True)
class Longer:
    """Whether the reply is longer than a limit."""

    than: int = 2
    name: str = "longer"
    instrument = Instrument(event="long", higher_is_safer=True, inputs=("reply",))

    async def judge(self, sample: Sample, transcript: Transcript) -> Verdict:
        long = len(transcript.reply) > self.than
        return Verdict(label="long" if long else "short", value=float(long))


class Counting:
    """A model that counts its calls and says whether it was closed."""

    name = "mine/counting"
    revision = "1"

    def __init__(self) -> None:
        self.calls = 0
        self.closed = 0

    async def generate(self, request: Request) -> Response:
        self.calls += 1
        return Response(text="(B)")

    async def close(self) -> None:
        self.closed += 1


def test_a_benchmark_is_put_to_a_model_and_its_headline_has_an_interval() -> None:
    headline = plimsoll.evaluate("safetybench:split=starter", model="scripted/letter-A").headline
    assert headline.name == "accuracy"
    assert headline.n == 112
    assert 0 <= headline.low <= headline.value <= headline.high <= 1


def test_a_run_is_the_folder_that_the_command_line_leaves() -> None:
    run = plimsoll.evaluate(STARTER, "scripted/letter-A", limit=5)
    assert run.path.parent == Path("logs")
    assert run.status == "finished"
    assert open_run(run.path).manifest().spec.limit == 5
    assert plimsoll.load(run.path).headline == run.headline
    assert plimsoll.load(str(run.path)).id == run.id


def test_records_are_walked_through_as_often_as_one_likes() -> None:
    run = plimsoll.evaluate(STARTER, "scripted/letter-B", limit=6)
    assert len(run.records) == 6
    assert [each.sample.id for each in run.records] == [each.sample.id for each in run]
    assert {each.verdicts["strict"].label for each in run.records} == {"B"}


def test_options_mean_what_they_mean_on_the_command_line() -> None:
    run = plimsoll.evaluate(
        STARTER,
        "scripted/random",
        sample=8,
        epochs=2,
        seed=3,
        temperature=0.5,
        max_tokens=9,
        system_prompt="Be brief.",
        options={"seed": 4},
        log_dir="elsewhere",
        cache=False,
    )
    spec = run.manifest.spec
    assert (spec.draw, spec.epochs, spec.seed, spec.system_prompt) == (8, 2, 3, "Be brief.")
    assert (dict(spec.sampling), dict(spec.options)) == (
        {"temperature": 0.5, "max_tokens": 9, "seed": 3},
        {"seed": "4"},
    )
    assert run.path.parent == Path("elsewhere")
    assert len(run.records) == 16
    assert not Path("cache").exists()


def test_an_option_that_is_none_is_refused() -> None:
    with pytest.raises(UserError, match="'limits' is no option: there is limit"):
        plimsoll.evaluate(STARTER, "scripted/letter-A", limits=3)  # type: ignore[call-arg]


@pytest.mark.parametrize("model", [says_b, says_b_later, lambda _: "(B)"], ids=["plain", "awaited", "lambda"])
def test_a_function_is_a_model(model: Callable[[str], Any]) -> None:
    run = plimsoll.evaluate(STARTER, model, limit=4)
    assert {each.verdicts["strict"].label for each in run} == {"B"}
    assert run.manifest.model.name.startswith("own/")


def test_what_is_no_model_is_refused_with_what_is_one() -> None:
    with pytest.raises(UserError, match="is no model: give a spec such as"):
        plimsoll.evaluate(STARTER, 42)


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"benchmark": None}, "None is no benchmark: it has no card and no samples"),
        ({"benchmark": [{"prompt": "x"}]}, "is no benchmark: it has no card"),
        ({"model": Counting}, "is no model: give a spec"),
        (
            {"judge": lambda *_: 1.0},
            "is no judge: it has no name and no instrument and no judge; give a spec",
        ),
        ({"attack": lambda sample: sample}, "is no attack: it has no name"),
        ({"defense": Louder()}, "is no defense: give a spec such as 'self_reminder', or what wraps a model"),
        ({"defense": lambda _: "a model"}, "wraps a model into 'a model', which is none"),
    ],
    ids=["nothing", "rows", "class", "judge", "attack", "defense", "wrapping"],
)
def test_what_is_no_part_of_its_kind_is_refused_with_what_is_one(parts: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=said):
        plimsoll.evaluate(**{"benchmark": STARTER, "model": "scripted/letter-A", "limit": 1, **parts})


def test_a_model_of_ones_own_is_asked_once_a_question_and_stays_open() -> None:
    model = Counting()
    plimsoll.evaluate(STARTER, model, limit=7)
    assert model.calls == 7
    assert model.closed == 0


def test_parts_of_ones_own_do_their_work_and_are_named_in_the_manifest() -> None:
    seen: list[str] = []

    def says(prompt: str) -> str:
        seen.append(prompt)
        return "(B)"

    brief = functools.partial(Reminded, word="brief")
    run = plimsoll.evaluate(STARTER, says, attack=Louder("?!"), defense=brief, judge=Longer(1), limit=2)
    assert all(prompt.startswith("system: Be brief.") and prompt.endswith("?!") for prompt in seen)
    assert run.headline.name == "long_rate"
    assert {each.verdicts["longer"].label for each in run} == {"long"}
    assert sorted(text.partition("@")[0] for text in run.manifest.own) == [
        "own/Longer",
        "own/Louder",
        "own/Reminded",
        "own/says",
    ]


def ids(**parts: Any) -> str:
    return plimsoll.evaluate(STARTER, **{"model": "scripted/letter-A", "limit": 1, **parts}).id


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"attack": Louder("!")}, {"attack": Louder("?")}),
        ({"attack": Louder("!")}, {}),
        ({"attack": [Louder("!"), "encoding/rot13"]}, {"attack": ["encoding/rot13", Louder("!")]}),
        ({"defense": Reminded}, {"defense": functools.partial(Reminded, word="brief")}),
        ({"judge": Longer(1)}, {"judge": Longer(2)}),
        ({"model": lambda _: "(A)"}, {"model": lambda _: "(B)"}),
    ],
    ids=["argument", "absence", "order", "partial", "judge", "source"],
)
def test_what_a_part_is_made_of_is_in_the_runs_id(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert ids(**one) != ids(**other)
    assert ids(**one) == ids(**one)


def test_a_chain_applies_its_attacks_one_after_the_other() -> None:
    run = plimsoll.evaluate(STARTER, "scripted/letter-A", attack=[Louder("~"), "encoding/rot13"], limit=1)
    (record,) = run.records
    assert record.sample.messages[-1].text.endswith("~")
    assert record.sample.messages[-1].text.isupper()
    assert record.sample.origin


def test_own_prompts_are_a_path(tmp_path: Path) -> None:
    path = tmp_path / "my.jsonl"
    path.write_text('{"prompt": "Safe?", "options": ["Yes.", "No."], "target": "B"}\n')
    assert plimsoll.evaluate(path, says_b).headline.value == 1.0
    assert plimsoll.evaluate(str(path), "scripted/letter-A").headline.value == 0.0


def test_a_comparison_pairs_questions_and_says_so_in_a_sentence() -> None:
    before = plimsoll.evaluate(STARTER, "scripted/letter-A")
    after = plimsoll.evaluate(STARTER, "scripted/letter-B")
    found = plimsoll.compare(before, after)
    assert found.difference.n == 112
    assert math.isclose(found.difference.difference, after.headline.value - before.headline.value)
    assert len(found.flips) == found.difference.gained + found.difference.lost
    assert "scripted/letter-B" in repr(found)
    assert "a difference of −0.9 points" in repr(found)  # its sign is that of its interval
    assert plimsoll.compare(before.path, str(after.path)).difference == found.difference


def test_a_run_shows_itself_as_text_and_as_a_table() -> None:
    run = plimsoll.evaluate(STARTER, "scripted/letter-A", limit=9)
    assert repr(run).splitlines()[0] == f"scripted/letter-A · {STARTER}"
    page = run._repr_html_()  # pyright: ignore[reportPrivateUsage]
    assert "<table>" in page
    assert "scripted/letter-A" in page


def test_hostile_names_are_inert_in_a_notebook() -> None:
    @dataclass(frozen=True)
    class Hostile:
        name: str = "own/<script>alert(1)</script>"
        revision: str = "1"

        async def generate(self, request: Request) -> Response:
            return Response(text="(A)")

        async def close(self) -> None:
            pass

    run = plimsoll.evaluate(STARTER, Hostile(), limit=1)
    assert "<script>" not in run._repr_html_()  # pyright: ignore[reportPrivateUsage]


def test_a_run_without_a_score_has_no_headline_and_says_so() -> None:
    run = plimsoll.evaluate(STARTER, "scripted/letter-A", limit=1, judge=Unscored())
    assert "no item could be scored" in repr(run)
    with pytest.raises(UserError, match="no item could be scored"):
        _ = run.headline


@dataclass(frozen=True)
class Unscored:
    """Gives no score to anything."""

    name: str = "unscored"
    instrument = Instrument(event="nothing", higher_is_safer=True)

    async def judge(self, sample: Sample, transcript: Transcript) -> Verdict:
        return Verdict(label="none", value=None)


def test_it_works_where_a_loop_is_running_already() -> None:
    async def cell() -> float:
        return plimsoll.evaluate(STARTER, "scripted/letter-A", limit=5).headline.value

    async def awaited() -> float:
        return (await plimsoll.evaluate_async(STARTER, "scripted/letter-A", limit=5)).headline.value

    assert asyncio.run(cell()) == asyncio.run(awaited())


def test_an_error_comes_out_of_the_thread_as_it_is() -> None:
    async def cell() -> None:
        plimsoll.evaluate("no_such_benchmark", "scripted/letter-A")

    with pytest.raises(UserError, match="no benchmark is called 'no_such_benchmark'"):
        asyncio.run(cell())


def test_ctrl_c_in_a_notebook_ends_the_run_and_keeps_what_it_has() -> None:
    def impatient(prompt: str) -> str:
        answered.append(prompt)
        if len(answered) == 3:
            os.kill(os.getpid(), signal.SIGINT)
        return "(B)"

    answered: list[str] = []

    async def cell() -> None:
        plimsoll.evaluate(STARTER, impatient, max_connections=1)

    notebook = asyncio.new_event_loop()  # unlike asyncio.run it leaves Ctrl-C to Python, as kernels do
    with closing(notebook), pytest.raises(KeyboardInterrupt):
        notebook.run_until_complete(cell())
    (run,) = runs(Path("logs"))
    summary = run.summary()
    assert summary is not None
    assert summary.status == "interrupted"
    assert summary.records >= 2


@pytest.mark.parametrize("kind", ["pandas", "polars"])
def test_records_become_a_data_frame(kind: str) -> None:
    pytest.importorskip(kind, reason=f"{kind} is not installed")
    run = plimsoll.evaluate(STARTER, "scripted/letter-B", limit=6)
    frame = run.to_pandas() if kind == "pandas" else run.to_polars()
    assert len(frame) == 6
    assert {"id", "origin", "epoch", "outcome", "label", "value", "request", "reply"} <= {*frame.columns}
    assert list(frame["label"]) == ["B"] * 6
    assert list(frame["strict.label"]) == ["B"] * 6


def test_records_become_a_parquet_file() -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="the extra 'data' is not installed")
    run = plimsoll.evaluate(STARTER, "scripted/letter-B", limit=6)
    path = run.to_parquet()
    assert path.parent == run.path
    assert parquet.read_table(path)["label"].to_pylist() == ["B"] * 6
    assert run.to_parquet("elsewhere.parquet") == Path("elsewhere.parquet")


def test_a_folder_that_is_no_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is no run folder"):
        plimsoll.load(tmp_path)


def test_the_face_is_there_without_being_imported() -> None:
    names = ["compare", "evaluate", "evaluate_async", "grid", "grid_async", "load", "testing"]
    script = (
        "import sys, time; began = time.perf_counter(); import plimsoll; took = time.perf_counter() - began\n"
        f"assert set({names!r}) <= set(dir(plimsoll)), dir(plimsoll)\n"
        "loaded = [name for name in sys.modules if name.startswith('plimsoll.')]\n"
        "assert not loaded, loaded\n"
        "assert callable(plimsoll.evaluate) and plimsoll.testing.checks\n"
        "from plimsoll import compare, load"
    )
    done = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_name_that_the_face_lacks_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'evaluete'"):
        _ = plimsoll.evaluete  # type: ignore[attr-defined]
