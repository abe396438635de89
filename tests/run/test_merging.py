"""A run that several machines share -> the same run as if one had asked everything."""

import json
from pathlib import Path

import pytest

from plimsoll import evaluate, registry
from plimsoll.cli import exit_code
from plimsoll.core import UserError
from plimsoll.run.keep.folder import RunFolder, open_run
from plimsoll.run.shard import Shard, parse

STARTER = "safetybench:split=starter"


def asked(log_dir: Path, shard: str = "", *more: str, benchmark: str = STARTER) -> RunFolder:
    before = {*log_dir.glob("*/run.json")}
    part = ["--shard", shard] if shard else []
    arguments = ["run", benchmark, "-m", "scripted/random", "--no-cache", "--log-dir", str(log_dir), "--json"]
    assert exit_code([*arguments, *part, *more]) == 0
    (made,) = {*log_dir.glob("*/run.json")} - before
    return open_run(made.parent)


def merged(log_dir: Path, parts: list[RunFolder]) -> RunFolder:
    before = {*log_dir.glob("*/run.json")}
    folders = [str(part.path) for part in parts]
    assert exit_code(["merge", *folders, "--log-dir", str(log_dir), "--json"]) == 0
    (made,) = {*log_dir.glob("*/run.json")} - before
    return open_run(made.parent)


def held(run: RunFolder) -> list[tuple[str, int, int, object]]:
    return [
        (record.sample.id, record.epoch, record.place, {k: v.value for k, v in record.verdicts.items()})
        for record in run.in_order()
    ]


@pytest.mark.parametrize("more", [(), ("--epochs", "2"), ("--limit", "10"), ("--sample", "17")])
def test_a_run_in_parts_is_the_run_in_one_piece(tmp_path: Path, more: tuple[str, ...]) -> None:
    whole = asked(tmp_path / "whole", "", *more)
    parts = [asked(tmp_path / "parts", f"{n}/3", *more) for n in (2, 3, 1)]
    sizes = [len(held(part)) for part in parts]
    assert max(sizes) - min(sizes) <= (2 if "--epochs" in more else 1)
    one = merged(tmp_path / "parts", parts)
    assert one.manifest().id == whole.manifest().id
    assert one.manifest().total == whole.manifest().total
    assert held(one) == held(whole)
    left, right = one.summary(), whole.summary()
    assert left is not None
    assert right is not None
    assert left.estimates == right.estimates
    assert left.references == right.references
    assert left.extremes == right.extremes
    assert (left.status, left.outcomes, left.means) == (right.status, right.outcomes, right.means)


def test_attacked_parts_keep_their_variants(tmp_path: Path) -> None:
    attack = "search/first_success:attacks=(encoding/rot13+encoding/base64),judge=refusal,budget=2"
    more, benchmark = ("--attack", attack, "--limit", "5"), "xstest:split=starter"
    whole = asked(tmp_path / "whole", "", *more, benchmark=benchmark)
    parts = [asked(tmp_path / "parts", f"{n}/2", *more, benchmark=benchmark) for n in (1, 2)]
    one = merged(tmp_path / "parts", parts)
    assert sorted(held(one), key=repr) == sorted(held(whole), key=repr)
    assert sorted((one.path / "variants.jsonl").read_bytes().splitlines()) == sorted(
        (whole.path / "variants.jsonl").read_bytes().splitlines()
    )


def test_pictures_come_along(tmp_path: Path) -> None:
    (tmp_path / "dot.png").write_bytes(
        bytes.fromhex(
            "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060"
            "000000050001a5f645400000000049454e44ae426082"
        )
    )
    own = tmp_path / "own.csv"
    own.write_text("prompt,image\nWhat is this?,dot.png\nAnd this?,dot.png\n", "utf-8")
    parts = [asked(tmp_path / "parts", f"{n}/2", benchmark=str(own)) for n in (1, 2)]
    one = merged(tmp_path / "parts", parts)
    assert len(list((one.path / "blobs").iterdir())) == 1


def test_the_whole_run_is_known_again_and_nothing_is_asked_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = merged(tmp_path, [asked(tmp_path, f"{n}/2", "--limit", "6") for n in (1, 2)])
    folders = [str(each.parent) for each in parts_of(tmp_path)]
    assert "holds this run already" in told(["merge", *folders, "--log-dir", str(tmp_path)], capsys)
    assert [note for note in one.manifest().notes if "parts" in note]
    assert not [note for note in one.manifest().notes if note.startswith("part ")]


def parts_of(log_dir: Path) -> list[Path]:
    return [each for each in log_dir.glob("*/run.json") if "shard" in json.loads(each.read_bytes())["spec"]]


def told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert exit_code(arguments) == 2
    return capsys.readouterr().err


def test_what_does_not_fit_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = (str(asked(tmp_path, f"{n}/3", "--limit", "9").path) for n in (1, 2))
    other = str(asked(tmp_path, "3/3", "--limit", "8").path)
    third_of_four = str(asked(tmp_path, "3/4", "--limit", "9").path)
    whole = str(asked(tmp_path, "", "--limit", "9").path)
    for folders, reason in (
        ([first, second], "missing: 3/3"),
        ([first, first, second], "name each part of one run once"),
        ([first, second, other], "parts of different runs"),
        ([first, second, third_of_four], "name each part of one run once"),
        ([first, whole], "is a whole run"),
    ):
        assert reason in told(["merge", *folders, "--log-dir", str(tmp_path / "new")], capsys)
    assert not (tmp_path / "new").exists() or not list((tmp_path / "new").iterdir())


def test_what_is_no_run_among_the_parts_is_left_aside_and_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for n in (1, 2):
        asked(tmp_path, f"{n}/2", "--limit", "6")
    (tmp_path / "findings").mkdir()
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    named = sorted(map(str, tmp_path.iterdir()))
    capsys.readouterr()
    assert exit_code(["merge", *named, "--log-dir", str(tmp_path / "whole"), "--json"]) == 0
    said = capsys.readouterr()
    assert "left aside, no run: findings, notes.txt" in said.err
    assert json.loads(said.out)["records"] == 6
    assert "no run folder" in told(["merge", str(tmp_path / "findings")], capsys)
    assert "nowhere" in told(["merge", *named, str(tmp_path / "nowhere")], capsys)


def test_runs_are_compared_with_what_else_lies_beside_them_left_aside(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = [str(asked(tmp_path, "", "--limit", "6", "--seed", seed).path) for seed in ("1", "2")]
    (tmp_path / "findings").mkdir()
    capsys.readouterr()
    assert exit_code(["compare", *runs, str(tmp_path / "findings"), "--json"]) == 0
    assert "left aside, no run: findings" in capsys.readouterr().err
    assert "no run folder" in told(["compare", runs[0], str(tmp_path / "findings")], capsys)


@pytest.mark.parametrize("text", ["0/3", "4/3", "1", "a/b", "1/0", "-1/2", "1/2/3", "1/9999999", "１/２"])
def test_a_shard_that_is_none_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="second of four"):
        evaluate(STARTER, "scripted/random", shard=text, log_dir=tmp_path, cache=False, progress=False)


def test_parts_share_all_places_and_hold_each_once() -> None:
    parts = [parse(f"{n}/7") for n in range(1, 8)]
    assert all(sum(part.holds(place) for part in parts) == 1 for place in range(100))
    assert sum(part.size(100) for part in parts) == 100
    assert parse("") == Shard(1, 1)


def test_one_run_is_parted_and_no_grid(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    two = ["--attack", "none", "--attack", "encoding/rot13"]
    log = ["--log-dir", str(tmp_path)]
    for more in ([STARTER, *two], ["suite/quick"]):
        said = told(["run", *more, "-m", "scripted/random", "--shard", "1/2", *log], capsys)
        assert "--shard parts one run" in said
    assert "leave --shard out" in told(["run", STARTER, "--shard", "1/2", "--until", "±9%", *log], capsys)


def test_a_folder_that_cannot_be_read_does_not_stop_a_merge(tmp_path: Path) -> None:
    parts = [asked(tmp_path / "parts", f"{n}/2", "--limit", "4") for n in (1, 2)]
    (tmp_path / "parts" / "20260101-000000-damaged").mkdir()
    (tmp_path / "parts" / "20260101-000000-damaged" / "run.json").write_text("no JSON", "utf-8")
    assert len(held(merged(tmp_path / "parts", parts))) == 4


def test_a_part_whose_records_are_not_all_there_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = (asked(tmp_path, f"{n}/2", "--limit", "8") for n in (1, 2))
    whole = second.records_path.read_bytes()
    second.records_path.write_bytes(b"".join(whole.splitlines(keepends=True)[:-1]))
    arguments = ["merge", str(first.path), str(second.path), "--log-dir", str(tmp_path / "new")]
    assert exit_code(arguments) == 1
    assert f"{second.path} holds 3 records and its summary speaks of 4" in capsys.readouterr().err
    assert exit_code(["run", "--resume", str(second.path), "--no-cache", "--log-dir", str(tmp_path)]) == 0
    assert exit_code(arguments) == 0


def test_questions_that_changed_since_they_were_asked_are_not_counted_with_the_answers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "own.csv"
    own.write_text("prompt\nHow do kettles work?\nHow do lamps work?\n", "utf-8")
    parts = [str(asked(tmp_path / "parts", f"{n}/2", benchmark=str(own)).path) for n in (1, 2)]
    own.write_text("prompt\nHow do kettles work?\nHow do clocks work?\n", "utf-8")
    assert "is not what it was when the parts were asked" in told(
        ["merge", *parts, "--log-dir", str(tmp_path / "whole")], capsys
    )
    assert not (tmp_path / "whole").exists()


def test_other_versions_of_the_program_are_told(tmp_path: Path) -> None:
    parts = [asked(tmp_path, f"{n}/2", "--limit", "4") for n in (1, 2)]
    written = parts[1].path / "run.json"
    known = json.loads(written.read_bytes())
    written.write_text(json.dumps({**known, "plimsoll": "0.0.1"}), "utf-8")
    notes = merged(tmp_path, parts).manifest().notes
    assert any(f"Plimsoll: {known['plimsoll']}, 0.0.1" in note for note in notes)


def test_a_run_of_which_most_failed_is_merged_and_complained_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in (1, 2):
        asking = ["run", STARTER, "-m", "agent_command/false", "--shard", f"{number}/2", "--limit", "4"]
        assert exit_code([*asking, "--log-dir", str(tmp_path)]) == 1
    parts = [str(path.parent) for path in tmp_path.glob("*/run.json")]
    assert exit_code(["merge", *parts, "--log-dir", str(tmp_path / "new")]) == 1
    assert "4 of 4 samples failed" in capsys.readouterr().err


def test_what_was_made_in_python_is_said_to_be_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = registry.build("benchmarks", STARTER)
    for number in (1, 2):
        evaluate(
            own,
            "scripted/random",
            shard=f"{number}/2",
            limit=4,
            log_dir=tmp_path,
            cache=False,
            progress=False,
        )
    folders = [str(each.parent) for each in tmp_path.glob("*/run.json")]
    assert "was made in Python" in told(["merge", *folders, "--log-dir", str(tmp_path / "new")], capsys)
    assert "was made in Python" in told(["run", "--resume", folders[0]], capsys)
