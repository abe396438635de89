"""Code -> the pages that repeat it: catalogue, command line, schemas, the tree of rooms.

`python docs/generate.py` writes them; a test says when they are stale. It is no part of the package.
"""

import ast
import inspect
import os
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import msgspec

from plimsoll import cli, registry
from plimsoll.cli._help import context as help_context
from plimsoll.cli.coverage import covered_by
from plimsoll.core import Record
from plimsoll.data.slugs import slug_of
from plimsoll.run.ask.grid import GridManifest
from plimsoll.run.keep.journal import Entry
from plimsoll.run.keep.manifest import Manifest, Summary
from plimsoll.taxonomies import coverage
from plimsoll.words import translated

os.environ["PLIMSOLL_LANG"] = "en"  # the same pages on every machine
DOCS = Path(__file__).parent
SOURCE = DOCS.parent / "src" / "plimsoll"
WIDTH = 100
VARIABLES = (
    "Every option can be given by a variable too, named by its longest flag, with or without its command: "
    "`PLIMSOLL_LOG_DIR=logs` stands for `--log-dir logs` everywhere, `PLIMSOLL_RUN_LOG_DIR=logs` for that of "
    "`plimsoll run`; what stands on the command line wins "
    "([keys and settings](how-to/keys-and-settings.md))."
)
PARTS_IN_CHINESE = (
    "随 Plimsoll 安装的全部部件，按类列出。",
    "`plimsoll list` 显示同样的内容；`plimsoll show ROOM/NAME` 显示一个部件。",
)
IN_CHINESE = (
    "`plimsoll --help` 和 `plimsoll COMMAND --help` 在 `PLIMSOLL_LANG=zh` 时打印的内容。",
    "每个选项也可以用变量给出，变量以最长的选项名命名，可带命令名：`PLIMSOLL_LOG_DIR=logs` 在各处代表 "
    "`--log-dir logs`，`PLIMSOLL_RUN_LOG_DIR=logs` 只代表 `plimsoll run` 的；命令行上写的优先"
    "（[密钥与设置](how-to/keys-and-settings.md)）。",
)
ALL_PARTS = (
    "Every part that is installed with Plimsoll, by room.",
    "`plimsoll list` shows the same; `plimsoll show ROOM/NAME` shows one part.",
)
LONGEST_LINE = 90
"""Characters of a docstring's first sentence that the tree shows whole."""
MADE = "<!-- Made by docs/generate.py: change the code, then run it. -->"
SCHEMAS: Mapping[str, Any] = {
    "run": Manifest,
    "record": Record,
    "index": Entry,
    "summary": Summary,
    "grid": GridManifest,
    "submission": dict[str, int],
}
"""Name of the schema -> the type that reads and writes the file."""


PARTS = [part for room in registry.ROOMS for part in registry.parts(room)]


def pages() -> dict[Path, str]:
    """Every page that is made from code, by its path."""
    made = {
        DOCS / "catalogue.md": catalogue(),
        DOCS / "cli.md": command_line(),
        DOCS / "zh" / "catalogue.md": in_chinese(catalogue, "目录", *PARTS_IN_CHINESE),
        DOCS / "zh" / "cli.md": in_chinese(command_line, "命令行", *IN_CHINESE),
        DOCS / "zh" / "field" / "attacks.md": in_chinese(attacks),
        DOCS / "zh" / "field" / "defenses.md": in_chinese(defenses),
        DOCS / "field" / "coverage.md": field(),
        DOCS / "field" / "attacks.md": attacks(),
        DOCS / "field" / "defenses.md": defenses(),
        DOCS / "field" / "systems.md": systems(),
        DOCS / "architecture.md": architecture((DOCS / "architecture.md").read_text(encoding="utf-8")),
    }
    for name, kind in SCHEMAS.items():
        made[DOCS / "formats" / f"{name}.schema.json"] = schema(name, kind)
    return made


def field() -> str:
    """What the field's surveys name, and what of it is measured here."""
    covers = covered_by()
    lines = [MADE, "# What is measured, and what is not", ""]
    lines += [
        "The trees are those of the surveys; the parts name the leaves that they measure in their cards. "
        "A leaf without a part is a gap. `plimsoll coverage SURVEY` prints the same.",
    ]
    for name in coverage.surveys():
        found = coverage.survey(name)
        leaves = coverage.coverage(name, covers)
        measured = sum(bool(each.parts) for each in leaves)
        lines += ["", f"## {found.title} ({found.year})", ""]
        lines += [f"<{found.paper}> · {measured} of {len(leaves)} leaves measured.", ""]
        lines += ["| branch | leaf | 中文 | measured by |", "|:--|:--|:--|:--|"]
        for each in leaves:
            branch = each.branch.en if each.branch else ""
            parts = ", ".join(f"`{part}`" for part in each.parts) or "**gap**"
            lines.append(f"| {branch} | {each.leaf.en} | {each.leaf.zh} | {parts} |")
    return "\n".join(lines) + "\n"


def attacks() -> str:
    """Every attack that the literature and five other tools know: its specs, and what is missing."""
    rows = tomllib.loads((SOURCE / "attacks" / "catalogue.toml").read_text(encoding="utf-8"))["row"]
    built = sum(bool(row.get("specs")) for row in rows.values())
    lines = [MADE, f"# {translated('Attacks of the literature and of other tools')}", ""]
    lines += [
        translated(
            f"{built} of {len(rows)} rows are built, wholly or in part; the others say why not. The rows are "
            "the union of what garak, PyRIT, promptfoo, DeepTeam and EasyJailbreak have by design and of "
            "what the published systems bring. `MODEL`, `JUDGE` and `FILE` stand for yours."
        ),
        "",
    ]
    lines += [_heads("attack", "ours", "missing"), "|:--" * 3 + "|"]
    for name, row in rows.items():
        specs = ", ".join(f"`{spec}`" for spec in row.get("specs", ()))
        lines.append(
            f"| {name.replace('<', '').replace('>', '')} | {specs} | {translated(row.get('missing', ''))} |"
        )
    return "\n".join(lines) + "\n"


def _heads(*names: str) -> str:
    return f"| {' | '.join(map(translated, names))} |"


def defenses() -> str:
    """Every defense of the literature: where it takes hold, what it needs and costs, its specs."""
    rows = tomllib.loads((SOURCE / "defenses" / "catalogue.toml").read_text(encoding="utf-8"))["row"]
    built = sum(bool(row.get("specs")) for row in rows.values())
    lines = [MADE, f"# {translated('Defenses of the literature')}", ""]
    lines += [
        translated(
            f"{built} of {len(rows)} rows are built, wholly or in part; the others say why not. Costs are "
            "calls more for each turn. `MODEL`, `JUDGE` and `FILE` stand for yours. How to measure one: "
            "[defend a model](../how-to/defend-a-model.md)."
        ),
        "",
    ]
    heads = ("defense", "level", "takes hold", "needs", "cost", "ours", "missing", "source")
    lines += [_heads(*heads), "|:--" * len(heads) + "|"]
    for name, row in rows.items():
        specs = ", ".join(f"`{spec}`" for spec in row.get("specs", ()))
        facts = (translated(row[fact]) for fact in ("level", "hooks", "needs", "cost"))
        missing = translated(row.get("missing", ""))
        lines.append(f"| {' | '.join((name, *facts, specs, missing, row.get('source', '')))} |")
    return "\n".join(lines) + "\n"


def systems() -> str:
    """Every system of the literature: where it lies, what it is made of, what is not built."""
    listed = tomllib.loads((DOCS / "field" / "systems.toml").read_text(encoding="utf-8"))["system"]
    lines = [MADE, "# Systems of the literature", ""]
    lines += ["Each lies in one folder; a piece that a second system uses lies in a shared room.", ""]
    lines += ["| system | what it is | file | kinds | status |", "|:--|:--|:--|:--|:--|"]
    lines += [_system(each) for each in sorted(listed, key=lambda each: slug_of(each["name"]))]
    return "\n".join(lines) + "\n"


def _system(listed: Mapping[str, Any]) -> str:
    folder = SOURCE / "benchmarks" / slug_of(listed["name"])
    elsewhere = listed.get("parts", ())
    own = [part for part in PARTS if folder.is_dir() and _place(part).is_relative_to(folder)]
    shared = [part for part in PARTS if f"{part.room}/{part.name.partition('/')[0]}" in elsewhere]
    kinds = Counter(part.room for part in (*own, *shared))
    file = f"`benchmarks/{folder.name}/`" if own else ", ".join(f"`{each}`" for each in elsewhere)
    made = ", ".join(f"{room}: {n}" for room, n in kinds.items()) or ", ".join(
        dict.fromkeys(each.partition("/")[0] for each in elsewhere)
    )
    left = listed.get("open", "")
    status = "built" if not left else f"open: {left}" if own or elsewhere else "not built"
    return f"| {folder.name} | {listed['title']} | {file} | {made} | {status} |"


def _place(part: registry.Part) -> Path:
    return Path(inspect.getfile(part.factory))


def catalogue(title: str = "Catalogue", *lead: str) -> str:
    """Every part of every room, as the registry knows it."""
    lines = [MADE, f"# {title}", "", *(lead or ALL_PARTS), ""]
    for room in registry.ROOMS:
        found = list(registry.parts(room))
        if found:
            lines += [f"## {room}", ""]
            for part in found:
                lines += _part(part)
    return "\n".join(lines).rstrip() + "\n"


def in_chinese(page: Callable[..., str], *words: str) -> str:
    """A page as somebody sees it who reads Chinese."""
    os.environ["PLIMSOLL_LANG"] = "zh"
    try:
        return page(*words)
    finally:
        os.environ["PLIMSOLL_LANG"] = "en"


def command_line(
    title: str = "Command line",
    lead: str = "What `plimsoll --help` and `plimsoll COMMAND --help` print.",
    variables: str = VARIABLES,
) -> str:
    """The help of every command."""
    lines = [MADE, f"# {title}", "", lead, "", variables, ""]
    for path, command in _commands("plimsoll", cli.group):
        lines += [f"## {path}", "", "```text", _help(path, command), "```", ""]
    return "\n".join(lines).rstrip() + "\n"


def schema(name: str, kind: Any) -> str:
    """The JSON Schema of a file format."""
    body = msgspec.json.schema(kind)
    titled = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"plimsoll {name}", **body}
    return msgspec.json.format(msgspec.json.encode(titled), indent=2).decode() + "\n"


def architecture(page: str) -> str:
    """The page with its tree and its floors made anew."""
    return _between(_between(page, "tree", tree()), "floors", floors())


def floors() -> str:
    """The floors of the import contract, the highest first."""
    settings = tomllib.loads((DOCS.parent / "pyproject.toml").read_text(encoding="utf-8"))
    layers: list[str] = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    highest = len(layers)
    return "\n".join(
        f"{highest - place}  {floor.replace('plimsoll.', '')}" for place, floor in enumerate(layers)
    )


def _between(page: str, name: str, text: str) -> str:
    head, begin, rest = page.partition(f"<!-- {name} -->\n")
    tail = rest.partition(f"<!-- /{name} -->")[2]
    return f"{head}{begin}```text\n{text}\n```\n<!-- /{name} -->{tail}"


def tree() -> str:
    """The folders of the package with what their docstrings say."""
    rows = [("src/plimsoll/", _sentence(SOURCE / "__init__.py")), *_folder(SOURCE, "")]
    width = max(len(name) for name, _ in rows) + 2
    return "\n".join(f"{name:<{width}}{said}".rstrip() for name, said in rows)


def _folder(folder: Path, indent: str) -> Iterator[tuple[str, str]]:
    inside = [path for path in folder.iterdir() if _is_shown(path)]
    for path in sorted(inside, key=lambda path: (path.is_file(), path.name)):
        last = path == sorted(inside, key=lambda path: (path.is_file(), path.name))[-1]
        entry = path / "__init__.py" if path.is_dir() else path
        yield f"{indent}{'└' if last else '├'}── {path.name}{'/' * path.is_dir()}", _sentence(entry)
        if path.is_dir():
            yield from _folder(path, indent + ("    " if last else "│   "))


def _is_shown(path: Path) -> bool:
    if path.is_dir():
        return (path / "__init__.py").is_file()
    return path.suffix == ".py" and not path.name.startswith("_")


def _sentence(path: Path) -> str:
    """The first sentence of a module's docstring, for one line of the tree."""
    said = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").partition("\n")[0]
    marks = r"(?<=[.])\s" if len(said) <= LONGEST_LINE else r"(?<=[.:;])\s"
    return re.split(marks, said)[0].rstrip(".:;")


def _part(part: registry.Part) -> Iterator[str]:
    yield from (f"### {part.name}", "", translated(part.summary), "")
    if part.card is not None:
        card = {**asdict(part.card), "languages": ", ".join(part.card.languages)}
        yield from (f"- {translated(key)}: {translated(str(value))}" for key, value in card.items() if value)
        yield ""
    if part.options:
        heads = (translated(head) for head in ("argument", "takes", "default"))
        yield from (f"| {' | '.join(heads)} |", "|---|---|---|")
        yield from (f"| `{row.name}` | {_cell(row.kind)} | {_default(row)} |" for row in part.options)
        yield ""


def _default(argument: registry.Argument) -> str:
    if argument.required:
        return translated("needed")
    if callable(argument.default):
        return f"`{getattr(argument.default, '__name__', argument.name)}`"
    words = " ".join(str(argument.default).split())
    return _cell(f"`{words}`") if words else translated("empty")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _commands(path: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None:
                yield from _commands(f"{path} {name}", inner)


def _help(path: str, command: click.Command) -> str:
    """As the terminal shows it, at a fixed width."""
    context = help_context()(command, info_name=path, max_content_width=WIDTH, terminal_width=WIDTH)
    context.help_option_names = ["-h", "--help"]
    return command.get_help(context).rstrip()


def main() -> None:
    """Write what has changed."""
    os.environ.pop("COLUMNS", None)
    for path, text in pages().items():
        path.parent.mkdir(exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
