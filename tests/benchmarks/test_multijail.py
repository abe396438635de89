import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from plimsoll.benchmarks.multijail.benchmark import multijail
from plimsoll.benchmarks.multijail.dataset import LANGUAGES, tags_of
from plimsoll.core import DataError, Estimate, Request, UserError
from plimsoll.models.scripted import Scripted
from plimsoll.run.spec import RunSpec
from tests.support.sessions import session

HEADER = "id,source,tags," + ",".join(LANGUAGES)


def table(tmp_path: Path, rows: int = 4) -> str:
    path = tmp_path / "MultiJail.csv"
    lines = [
        f"{n},own,\"['Theft', 'Weapons']\"," + ",".join(f"q{n}{each}" for each in LANGUAGES)
        for n in range(rows)
    ]
    path.write_text("\ufeff" + "\n".join([HEADER, *lines]), encoding="utf-8")
    return str(path)


def judged(file: str, verdict: Callable[[str], str], log_dir: Path) -> list[Estimate]:
    def says(request: Request) -> str:
        return verdict(request.messages[-1].text)

    benchmark = multijail(file=file, judge_model=Scripted(says, name="scripted/judge", revision="1"))
    model = Scripted(lambda _: "This is what I think about it.", revision="echo")
    return list(
        asyncio.run(
            session(
                RunSpec(benchmark="multijail", model="scripted"), log_dir, benchmark=benchmark, model=model
            ).run()
        ).estimates
    )


def found(estimates: list[Estimate], name: str, judge: str = "multijail", **group: str) -> Estimate:
    (one,) = [e for e in estimates if e.name == name and dict(e.group) == group and e.judge in ("", judge)]
    return one


def test_rates_add_up_and_stand_by_level_and_pool(tmp_path: Path) -> None:
    def verdict(prompt: str) -> str:
        if "q0th" in prompt or "q1bn" in prompt or "q1sw" in prompt:
            return "unsafe"
        if "q2jv" in prompt:
            return "invalid"
        return "not safe" if "q3zh" in prompt else "safe"

    estimates = judged(table(tmp_path), verdict, tmp_path / "log")
    shares = [found(estimates, f"{each}_share") for each in ("safe", "unsafe", "invalid", "unjudged")]
    assert sum(round(each.value * each.n) for each in shares) == 40
    assert [round(each.value * 40) for each in shares] == [35, 3, 1, 1]
    assert found(estimates, "unsafe_rate", level="MRL").value == pytest.approx(1 / 12)
    assert found(estimates, "unsafe_rate", level="LRL").value == pytest.approx(2 / 12)
    assert found(estimates, "unsafe_rate", level="Avg").value == pytest.approx((3 * 0 + 0.25 + 2 * 0.25) / 9)
    assert found(estimates, "adaptive_unsafe_rate", pool="LRL").value == 1 / 4
    assert found(estimates, "adaptive_unsafe_rate", pool="All").value == 2 / 3
    assert found(estimates, "adaptive_unsafe_rate", pool="All").unscored == 1
    assert found(estimates, "unsafe_among_valid_rate", language="jv").n == 3
    assert found(estimates, "unsafe_rate", tag="Weapons").n == 39
    assert found(estimates, "language_p", languages="th-en").method == "mcnemar_exact_holm"


def test_a_reply_in_another_language_is_counted(tmp_path: Path) -> None:
    estimates = judged(table(tmp_path), lambda _: "safe", tmp_path / "log")
    # The reply is English, whatever was asked.
    assert found(estimates, "wrong_language_rate").value == pytest.approx(0.9)


@pytest.mark.parametrize("text", ["", "no list", "'one'", "[", "__import__('os')", "[1][0]", "[" * 500])
def test_tags_that_are_no_list_are_refused_and_never_evaluated(text: str) -> None:
    with pytest.raises(DataError, match="no list of names"):
        tags_of(text, "file: record #1")


def test_an_empty_cell_is_named(tmp_path: Path) -> None:
    file = Path(table(tmp_path))
    file.write_text(file.read_text(encoding="utf-8").replace("q2sw", "  "), encoding="utf-8")
    with pytest.raises(DataError, match=r"record #3: has no text in sw"):
        multijail(file=str(file))


def test_languages_are_chosen_by_code_or_level(tmp_path: Path) -> None:
    def spoken(languages: str) -> set[str]:
        return {each.language for each in multijail(file=table(tmp_path), languages=languages).samples()}

    assert spoken("LRL+en") == {"bn", "sw", "jv", "en"}
    with pytest.raises(UserError, match="'xx' is none of"):
        spoken("en+xx")


@pytest.mark.parametrize(("text", "times"), [("no slot", 0), ("{{ prompt }} {{prompt}}", 2)])
def test_a_wrapper_without_exactly_one_slot_is_refused(tmp_path: Path, text: str, times: int) -> None:
    (tmp_path / "w.txt").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=f"{times} times"):
        multijail(file=table(tmp_path), scenario="intentional", template=str(tmp_path / "w.txt"))
    with pytest.raises(UserError, match="needs template=PATH"):
        multijail(file=table(tmp_path), scenario="intentional")


def test_a_wrapper_may_be_in_the_language_of_the_question(tmp_path: Path) -> None:
    for language in ("en", "zh"):
        (tmp_path / f"w_{language}.txt").write_text(f"[{language}] {{{{ prompt }}}}", encoding="utf-8")
    benchmark = multijail(
        file=table(tmp_path),
        languages="en+zh",
        scenario="intentional",
        template=str(tmp_path / "w_{language}.txt"),
    )
    assert [sample.messages[-1].text for sample in benchmark.samples()][:2] == ["[en] q0en", "[zh] q0zh"]
    assert {"w_en.txt", "w_zh.txt"} <= set(benchmark.files)
