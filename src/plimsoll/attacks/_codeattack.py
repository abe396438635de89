"""CodeAttack's own template files -> its prompts byte for byte, and its own reading of the answers.

The released prompts and the code in the repository differ: the code puts one line break more behind the
request, and splits the words of a stack at hyphens as well."""

import re
from functools import partial
from pathlib import Path
from typing import Literal, NamedTuple

from plimsoll.attacks._wrapping import Made, Plain, Wrapping
from plimsoll.core import UserError, user
from plimsoll.data import locate
from plimsoll.text.templates import Template, read_template

Compat = Literal["release", "repo"]
Kind = Literal["python_string", "python_list", "python_stack", "C_string", "go_string"]
SLUG, OFFICIAL = "codeattack", "official"
LINES = {"C_string": 10, "go_string": 17}
"""Which line of a template without a slot is replaced, as its code has it."""
_SLOT = re.compile(
    r'\{wrapped_input\}|^    std::string my_string = "[^\n]*";\n|^        myQueue := "[^\n]*"\n', re.MULTILINE
)
_STRUCTURE = re.compile(r"decode\(my_(string|list|stack)\)")
_UNSAFE = re.compile(r'["\\\n\r]')
_READING = {
    "python": re.compile(r'output_list\.append\("([^"]+)"\)'),
    "C": re.compile(r'outputList\.push_back\("([^"]+)"\);'),
    "go": re.compile(r'outputList\s*=\s*append\(outputList,\s*"([^"]+)"\)'),
}
_LISTED = re.compile(r"output_list\s*=\s*\[\s*(.*?)\s*\]", re.DOTALL)


class Known(NamedTuple):
    """An official template."""

    kind: Kind
    template: Template
    file: str
    checksum: str


def wrapping(place: str, wanted: str, compat: Compat) -> Wrapping:
    """The attack with an official template: of a file, a folder, or (`official`) the data folder."""
    known = read(_path(place, wanted))

    def wrap(plain: Plain) -> Made:
        parameters = {"template": known.file, "sha256": known.checksum, "compat": compat}
        said = prompt(known, plain.text, compat)
        return Made((user(said),), whole=_is_whole(known.kind, plain.text, compat), parameters=parameters)

    return Wrapping("code/codeattack", wrap, read=partial(as_shown, known.kind))


def read(path: Path) -> Known:
    """A template file, its placeholder found by what it says and checked by where it stands."""
    template, checksum = read_template(str(path), _SLOT, "{wrapped_input}")
    kind = _kind(template)
    if kind is None:
        raise UserError(f"template {path}: is none of CodeAttack's: it names no string, list or stack")
    place = template.before.count("\n")
    if place != LINES.get(kind, place):
        raise UserError(
            f"template {path}: the request stands in line {place + 1}; CodeAttack's code replaces line "
            f"{LINES[kind] + 1}, so this is not its file"
        )
    return Known(kind, template, path.name, checksum)


def prompt(known: Known, text: str, compat: Compat) -> str:
    """The prompt for a request; nothing is escaped."""
    filled = known.template.fill(_block(known.kind, text, compat))
    if known.kind == "python_stack" and compat == "release":
        return _renamed(known.template, _block(known.kind, text, compat))
    return filled


def words_of(kind: Kind, text: str, compat: Compat) -> list[str]:
    """The pieces that a list or stack holds, in the order of the request."""
    if kind != "python_stack":
        return text.split()
    words = text.split() if compat == "release" else re.split(r"[\s\-]+", text)
    return list(words[0]) if len(words) == 1 else words


def slots_of(kind: Kind, reply: str) -> list[str] | str:
    """What the official code takes out of an answer."""
    language = kind.partition("_")[0]
    found: list[str] = _READING[language].findall(reply)
    if not found and language == "python" and (listed := _LISTED.search(reply)):
        return listed[1]
    return found or reply


def as_shown(kind: Kind, reply: str) -> str:
    """The answer as the official judge is shown it: a list the way Python prints it."""
    return str(slots_of(kind, reply))


def _path(place: str, wanted: str) -> Path:
    names = (f"code_{wanted}.txt", f"template_code_{wanted}.txt")
    if place == OFFICIAL:
        return locate.need(SLUG, *names)
    path = Path(place).expanduser()
    if not path.is_dir():
        return path
    found = next((path / name for name in names if (path / name).is_file()), None)
    if found is None:
        raise UserError(f"code/codeattack: {place} holds no {names[0]}: CodeAttack has no such variant")
    return found


def _kind(template: Template) -> Kind | None:
    if "#include" in template.before:
        return "C_string"
    if "package main" in template.before:
        return "go_string"
    found = _STRUCTURE.search(template.after)
    kinds: dict[str, Kind] = {"string": "python_string", "list": "python_list", "stack": "python_stack"}
    return kinds[found[1]] if found else None


def _block(kind: Kind, text: str, compat: Compat) -> str:
    ending = "\n" if compat == "repo" else ""
    match kind:
        case "C_string":
            return f'    std::string my_string = "{text}";\n'
        case "go_string":
            return f'        myQueue := "{text}"\n'
        case "python_string":
            return f'    my_string = "{text}"{ending}'
        case "python_list" | "python_stack":
            words = words_of(kind, text, compat)
            name = kind.removeprefix("python_")
            ordered = words if name == "list" else words[::-1]
            return "\n".join(f'    my_{name}.append("{word}")' for word in ordered) + ending


def _renamed(template: Template, block: str) -> str:
    """The release calls its stack a queue, and has an empty line before the import."""
    before, after = (piece.replace("my_stack", "my_queue") for piece in (template.before, template.after))
    # Of the block only what stands before each word: a request may speak of my_stack.
    lines = (line.replace("my_stack", "my_queue", 1) for line in block.split("\n"))
    return before.replace("\nfrom collections", "\n\nfrom collections", 1) + "\n".join(lines) + after


def _is_whole(kind: Kind, text: str, compat: Compat) -> bool:
    """Whether the program holds the request: a quote ends a literal early, and hyphens may be lost."""
    if kind.endswith("_string"):
        return not _UNSAFE.search(text)
    words = words_of(kind, text, compat)
    return not _UNSAFE.search("".join(words)) and "".join(words) == "".join(text.split())
