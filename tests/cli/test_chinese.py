"""Whoever reads Chinese meets no English sentence: in help, in errors, in what a run prints."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest

from plimsoll import cli, registry
from plimsoll.core import Benchmark
from plimsoll.words import catalogue, preferred, translated
from plimsoll.words.wrapping import NEVER_FIRST, cells, wrapped
from tests.support import said
from tests.support.benchmarks import SMALL
from tests.support.extras import need
from tests.support.house import SOURCE

HOW = (
    '\nnot in Chinese yet. Add each as `"English" = "中文"` to src/plimsoll/words/zh/{table}.toml '
    "(holes keep their numbers, names and flags stay):\n"
)
SENTENCE = re.compile(r"\b[a-z]{2,} [a-z]{2,} [a-z]{2,}\b")
"""Three English words in a row are a sentence; names and flags are not."""
COMMAND = re.compile(r"plimsoll [\w ./:=-]+|`[^`]*`|'[^']*'")


STARTING = [
    part
    for part in registry.parts("benchmarks")
    if any(option.name == "split" and "starter" in option.kind for option in part.options)
]
"""Benchmarks that bring a starter set."""


def starter_of(part: registry.Part) -> Benchmark:
    """A benchmark on its starter set, with models that it cannot do without."""
    specs = (spec for spec in SMALL.get(part.name, ()) if "split=starter" in spec)
    return registry.build("benchmarks", next(specs, f"{part.name}:split=starter"))


def english(text: str) -> list[str]:
    """The English sentences in a text; commands to copy, and what is quoted, are none."""
    return SENTENCE.findall(COMMAND.sub("", text))


def untranslated(sentences: list[str]) -> list[str]:
    known = catalogue.catalogue("zh").whole
    return [each for each in sentences if each not in known]


def hold(sentences: list[str], table: str) -> None:
    if lost := untranslated(sentences):
        shown = "\n".join(f'"{each}" = ""' for each in lost)
        pytest.fail(HOW.replace("{table}", table) + shown, pytrace=False)


def chinese(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PLIMSOLL_LANG": "zh", "COLUMNS": "80", "PYTHONUTF8": "1"} | more
    return subprocess.run(
        [sys.executable, "-m", "plimsoll", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )


def test_all_help_is_there_in_chinese() -> None:
    hold(said.help_texts(), "help")


def test_all_errors_are_there_in_chinese() -> None:
    hold(said.raised(), "errors")


def test_all_that_commands_print_is_there_in_chinese() -> None:
    hold([*said.spoken(), *said.told()], "spoken")


def test_what_is_said_of_every_part_is_there_in_chinese() -> None:
    differs = (part.card.differs for room in registry.ROOMS for part in registry.parts(room) if part.card)
    hold([*said.summaries(), *filter(None, differs)], "parts")


@pytest.mark.parametrize("part", STARTING, ids=lambda part: part.name)
def test_the_notes_of_a_starter_set_are_there_in_chinese(part: registry.Part) -> None:
    lost = [note for note in starter_of(part).notes if translated(note, "zh") == note]
    assert lost == [], "add them to src/plimsoll/words/zh/parts.toml"


def test_a_translation_has_the_holes_of_what_it_translates() -> None:
    for source, target in catalogue.catalogue("zh").whole.items():
        holes = catalogue.HOLE.findall(source)
        assert holes == [str(number) for number in range(len(holes))], source
        assert set(catalogue.HOLE.findall(target)) <= set(holes), source


def test_pages_have_both_languages_for_every_word() -> None:
    for file in sorted(SOURCE.rglob("words.toml")):
        for key, entry in tomllib.loads(file.read_text("utf-8")).items():
            assert entry.keys() == {"en", "zh"}, f"{file.parent.name}: {key}"


@pytest.mark.parametrize("command", ["", "run", "board serve", "label"])
def test_help_is_read_in_chinese(command: str) -> None:
    shown = chinese(*command.split(), "--help").stdout
    assert shown.startswith("用法：plimsoll")
    assert english(shown) == []
    assert "显示本帮助后退出" in shown


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("rnu", "没有名为 'rnu' 的命令；是不是想写 run？"),
        ("run --limt 3", "没有选项 '--limt'。是不是想写 '--limit'？"),
        ("run xstest --limit x", "'--limit' 的值无效：'x' 不是有效的整数。"),
        ("gate x", "缺少选项 '--baseline'。"),
        ("board add", "缺少参数 '<榜单>'。"),
        ("report --format pdf", "'pdf' 不在 'table', 'html', 'md', 'json'"),
        ("run safteybench", "没有基准叫 'safteybench'；是不是想写 safetybench"),
        ("run xstest:foo=1", "xstest 没有参数 'foo'"),
        ("run xstest:split=starter -m gpt-4o", "没有名为 'gpt-4o' 的模型；是不是想写 openai/gpt-4o？"),
        (
            "run xstest:split=starter -m scripted --attack rot13",
            "没有攻击叫 'rot13'；是不是想写 encoding/rot13？",
        ),
        ("run xstest:split=starter -m scripted/refuse --sample-id z", "基准中没有这个样本"),
        ("run xstest:split=starter -m openai/x", "需要密钥：export OPENAI_API_KEY=..."),
        ("report nowhere", "nowhere 不是运行文件夹：其中没有 run.json"),
        ("data pull nothing", "没有名为 'nothing' 的数据集"),
        ("run xstest:split=official -m scripted/refuse", "本机没有 xstest 的"),
    ],
)
def test_an_error_is_told_in_chinese(line: str, told: str, tmp_path: Path) -> None:
    nothing = {"PLIMSOLL_DATA": str(tmp_path), "XDG_DATA_HOME": str(tmp_path), "OPENAI_API_KEY": ""}
    done = chinese(*line.split(), **nothing)
    assert done.returncode == 2
    assert told in done.stderr
    assert english(done.stderr) == []


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run in it."""
    folder = tmp_path_factory.mktemp("logs")
    done = chinese("run", "xstest:split=starter", "-m", "scripted/refuse", "--log-dir", str(folder))
    assert done.returncode == 0, done.stderr
    (folder / "table.txt").write_text(done.stdout, "utf-8")
    return folder


def test_an_endpoint_that_is_away_is_told_in_chinese(tmp_path: Path) -> None:
    away = ("-m", "openai/x", "-M", "base_url=http://127.0.0.1:9/v1", "--patience", "0", "--no-cache")
    done = chinese("run", "xstest:split=starter", *away, "--limit", "2", "--log-dir", str(tmp_path))
    assert done.returncode == 1
    assert "2 个样本中有 2 个失败（100 %），超过 --max-errors 5% 的限度" in done.stderr
    assert "提问时：暂时出错：到 http://127.0.0.1:9/v1/chat/completions 的连接中断" in done.stderr
    assert english(re.sub(r"（\[Errno.*?）", "", done.stderr)) == []


def test_the_table_after_a_run_is_in_chinese(ran: Path) -> None:
    table = (ran / "table.txt").read_text("utf-8")
    assert "过度拒答率：100.0%（95% 区间 79.6–100.0，n = 15）" in table
    assert "Plimsoll 自编的入门集，不是官方提示词" in table
    assert english(table.replace(str(ran), "")) == []


def test_no_line_of_the_table_is_wider_than_the_terminal(ran: Path) -> None:
    table, _, paths = (ran / "table.txt").read_text("utf-8").partition("\n运行 ")
    assert paths
    assert max(cells(line) for line in table.splitlines()) <= 80
    assert "…\n" not in table.replace("……", "")


def test_a_report_is_chinese_where_its_reader_is(ran: Path) -> None:
    made = chinese("report", "--format", "md", "-o", "-", "--log-dir", str(ran)).stdout
    assert english(made.partition("xstest")[0]) == []
    asked = chinese("report", "--format", "md", "-o", "-", "--language", "en", "--log-dir", str(ran)).stdout
    assert "Over-refusal" in asked


@pytest.mark.parametrize("locale", ["zh_CN.UTF-8", "zh_TW", "zh"])
def test_the_locale_decides_where_nothing_else_does(locale: str) -> None:
    assert preferred({"LANG": locale}) == "zh"
    assert preferred({"LANG": locale, "LC_ALL": "C.UTF-8"}) == "en"
    assert preferred({"LANG": locale, "LC_ALL": "C", "PLIMSOLL_LANG": "zh"}) == "zh"
    assert preferred({"LANG": locale, "PLIMSOLL_LANG": "en"}) == "en"


def test_english_stays_as_it_is() -> None:
    told = "no command is called 'rnu'; did you mean run? (plimsoll --help shows all)"
    assert translated(told, "en") == told


@pytest.mark.parametrize("said", ["", "  ", "no such sentence", "{0}", "a: b", "\n\n", "· · ·"])
def test_what_is_not_known_stays_as_it_is(said: str) -> None:
    assert translated(said, "zh") == said


def test_what_the_user_wrote_stays_as_it_is() -> None:
    written = "'no spec: write name'"
    assert written in translated(f"no suite is called {written}: there is quick", "zh")


def test_lines_of_chinese_end_where_chinese_lines_end() -> None:
    text = "多个基准、模型、攻击、防御或系统提示词视为备选项（每种组合都运行），并显示为矩阵。"
    for width in range(4, 60):
        lines = wrapped(text, width)
        assert "".join(lines) == text
        assert not any(line[0] in NEVER_FIRST for line in lines)
        assert all(cells(line) <= width + 4 for line in lines)


def test_no_line_of_a_note_begins_with_a_full_stop(ran: Path) -> None:
    table = (ran / "table.txt").read_text("utf-8")
    assert "• " in table
    assert not any(line.lstrip().startswith(tuple("，。；：！？、）")) for line in table.splitlines())


def test_pages_written_as_files_begin_in_chinese(ran: Path, tmp_path: Path) -> None:
    need("view")
    done = chinese("view", "--log-dir", str(ran), "--bundle", str(tmp_path / "pages"))
    first = Path(done.stdout.strip())
    assert first.name == "index.zh.html"
    assert 'lang="zh-Hans"' in first.read_text("utf-8")
    (report,) = (page for page in first.parent.glob("*.html") if not page.name.startswith("index"))
    assert 'lang="zh-Hans"' in report.read_text("utf-8")


@pytest.mark.parametrize("line", ["", "board", "data", "card", "taxonomy"])
def test_a_command_without_a_word_shows_its_help_with_the_names_as_they_are_typed(line: str) -> None:
    shown = chinese(*line.split())
    asked = chinese(*line.split(), "--help")
    assert shown.returncode == 2
    assert shown.stdout == asked.stdout
    assert shown.stderr == ""
    assert shown.stdout.startswith("用法：")


@pytest.mark.parametrize("name", ["nothing", "text", "open", "host", "value", "seen", "report"])
def test_what_was_typed_is_never_translated(name: str, tmp_path: Path) -> None:
    done = chinese("report", name, PLIMSOLL_LOG_DIR=str(tmp_path))
    assert done.returncode == 2
    assert f"{name} 不是运行文件夹" in done.stderr


def test_every_command_is_summed_up_in_the_list_of_commands() -> None:
    assert sorted(cli.SUMMARIES) == sorted(cli.group.list_commands(click.Context(cli.group)))
