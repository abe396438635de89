"""Cards <-> YAML, Markdown and JSON, without loss; what is wrong is named with its field and line.

Markdown is the form of the published cards: `Key: text` and `Key:` with a list, between `---` lines or not,
and the bold keys of their template. A text that this form cannot hold as it is stands in JSON quotes.
"""

import importlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from plimsoll.cards.card import Illustration, RiskCard
from plimsoll.core import DataError, MissingExtra, UserError, decoding, files
from plimsoll.data import yaml_text

ENDINGS = (".md", ".yaml", ".yml", ".json")
KEYS: Mapping[str, str] = {
    "title": "Title",
    "description": "Description",
    "categorisation": "Categorisation",
    "harm_types": "Harm Types",
    "references": "References",
    "actions_required": "Actions required for harm to present",
    "samples": "Prompts and output",
}
"""Field -> its name in the published cards, in their order; ours follow under their own names."""
OURS = tuple(field for field in RiskCard.__struct_fields__ if field not in KEYS)
LISTS = ("categorisation", "harm_types", "references", "hubs", "languages", "regulations")
NOTHING = ("null", "none", "-")
"""What is written where no code fits."""
OUTPUT = "output:"
KEY = re.compile(r"^\**(?P<name>[A-Za-z][A-Za-z ()_]*?)\**:\**(?:\s+|$)(?P<rest>.*)$")
HEADING = re.compile(r"^#\s*(?P<title>.+?):\s*Language Model Risk Card\s*$")
BOLD = re.compile(r"^(?P<prompt>.*?)\s*\*\*(?P<output>.+)\*\*$", re.DOTALL)
_NAMES = {name.casefold(): field for field, name in KEYS.items()} | {
    "reference(s)": "references",
    "harm type": "harm_types",
}


def load(path: Path) -> RiskCard:
    """Read a card. Raises `UserError`, `DataError`."""
    if path.suffix.casefold() not in ENDINGS:
        raise UserError(f"{path}: a card is a file that ends with {', '.join(ENDINGS)}")
    try:
        text = files.read(path, 2**22).decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise DataError(f"{path}: is not UTF-8: save it as UTF-8") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read as a card: {error.strerror or error}") from None
    return parsed(text, path)


def parsed(text: str, path: Path) -> RiskCard:
    """A card out of its text; `path` says the form, and gives a card without a slug its name."""
    ending = path.suffix.casefold()
    if ending == ".json":
        try:
            found = decoding.decode(text)
        except msgspec.DecodeError as error:
            raise DataError(f"{path}: no JSON: {error}") from None
    else:
        found = _of_markdown(text, path) if ending == ".md" else yaml_text.read(text, path)
    try:
        card = decoding.converted(_filled(found), RiskCard, strict=False)
    except msgspec.ValidationError as error:
        field = re.search(r"`\$\.(\w+)|field `(\w+)`", str(error))
        name = next(filter(None, field.groups()), "") if field else ""
        raise DataError(f"{path}{place(text, name)}: {error}") from None
    return card if card.slug else msgspec.structs.replace(card, slug=path.stem)


def place(text: str, field: str) -> str:
    """`, line 7` where a field begins; nothing where it is not there."""
    names = {field, KEYS.get(field, field), *(name for name, held in _NAMES.items() if held == field)}
    wanted = re.compile(rf"^\W*({'|'.join(map(re.escape, names - {''}))})\W*:", re.IGNORECASE)
    for number, line in enumerate(text.split("\n"), start=1):
        if field and wanted.match(line):
            return f", line {number}"
    return ""


def rendered(card: RiskCard, ending: str) -> str:
    """A card as text: `.md`, `.yaml` or `.json`."""
    if ending == ".md":
        return _as_markdown(card)
    plain: dict[str, Any] = msgspec.to_builtins(card)
    if ending == ".json":
        return msgspec.json.format(msgspec.json.encode(plain), indent=2).decode() + "\n"
    return _as_yaml(_listed(plain))


def _as_yaml(plain: Any) -> str:
    try:
        yaml: Any = importlib.import_module("yaml")
    except ImportError:
        raise MissingExtra("a card in YAML", "data") from None

    def string(dumper: Any, text: str) -> Any:
        # Other writings than the double-quoted one lose line ends that are not ours.
        odd = text != text.strip() or text.splitlines() != text.split("\n")
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"' if odd else None)

    class Dumper(yaml.SafeDumper):
        pass

    Dumper.add_representer(str, string)
    return yaml.dump(plain, Dumper=Dumper, allow_unicode=True, sort_keys=False, width=100)


def save(card: RiskCard, path: Path) -> None:
    """Write a card in the form of its file's ending. Raises `UserError`."""
    ending = path.suffix.casefold()
    if ending not in ENDINGS:
        raise UserError(f"{path}: a card is a file that ends with {', '.join(ENDINGS)}")
    files.write_text(path, rendered(card, ".yaml" if ending == ".yml" else ending))


def _listed(value: Any) -> Any:
    """Plain lists in the place of tuples, which YAML would mark."""
    if isinstance(value, dict):
        return {key: _listed(each) for key, each in value.items()}  # pyright: ignore[reportUnknownVariableType]
    return [_listed(each) for each in value] if isinstance(value, (list, tuple)) else value  # pyright: ignore[reportUnknownVariableType]


def _filled(found: Any) -> Any:
    """Shapes that people write: one text for a list, a text for a sample, words for a truth value."""
    if not isinstance(found, dict):
        return found
    fields: dict[str, Any] = {_field(str(key)): value for key, value in found.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    for name in LISTS:
        if isinstance(fields.get(name), str):
            fields[name] = [fields[name]] if fields[name].strip() else []
    codes: Any = fields.get("categorisation")
    if isinstance(codes, list) and all(isinstance(each, str) for each in codes):  # pyright: ignore[reportUnknownVariableType]
        words = " ".join(map(str, codes)).replace(",", " ").split()  # pyright: ignore[reportUnknownArgumentType]
        fields["categorisation"] = [word.removesuffix(".x") for word in words if word not in NOTHING]
    if isinstance(fields.get("samples"), list):
        fields["samples"] = [
            {"prompt": each} if isinstance(each, str) else each for each in fields["samples"]
        ]
    return fields


def _field(key: str) -> str:
    plain = " ".join(key.split()).casefold()
    return _NAMES.get(plain, plain.replace(" ", "_") if plain.replace(" ", "_") in OURS else key)


def _as_markdown(card: RiskCard) -> str:
    plain: dict[str, Any] = msgspec.to_builtins(card)
    lines = ["---"]
    for field in (*KEYS, *OURS):
        if field not in plain:
            continue
        name = KEYS.get(field, field)
        value = plain[field]
        if field == "samples":
            lines += [f"{name}:", *_samples(card.samples), ""]
        elif field in LISTS:
            lines += [f"{name}:", *(f" - {_quoted(each)}" for each in value), ""]
        elif field == "tests":
            lines += [f"{name}:", *(f" - {msgspec.json.encode(each).decode()}" for each in value), ""]
        else:
            lines += [f"{name}: {_quoted(value) if isinstance(value, str) else _word(value)}", ""]
    return "\n".join([*lines[:-1], "---", ""])


def _samples(samples: tuple[Illustration, ...]) -> Iterator[str]:
    for each in samples:
        yield f" - {_quoted(each.prompt)}"
        if each.output:
            yield f" - {OUTPUT} {_quoted(each.output)}"


def _quoted(text: str) -> str:
    """The text itself where the form can hold it, else in JSON quotes."""
    whole = text and text == text.strip() and text.splitlines() == [text]
    safe = whole and text[0] not in "\"'>-*|#" and not text.casefold().startswith(OUTPUT) and "**" not in text
    return text if safe else msgspec.json.encode(text).decode()


def _word(value: Any) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _of_markdown(text: str, path: Path) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field, value in _sections(text):
        if field == "samples":
            found[field] = list(_read_samples(value))
        elif field in LISTS:
            found[field] = [_read(each) for each in _items(value) if each]
        elif field == "tests":
            found[field] = [_test(each, path) for each in _items(value)]
        elif field == "sensitive":
            found[field] = value.strip().casefold() in ("yes", "true")
        else:
            found[field] = _read(value.strip())
    if not found:
        raise DataError(f"{path}: is no card: write Title: and Description: (plimsoll card new makes one)")
    return found


def _sections(text: str) -> Iterator[tuple[str, str]]:
    """Fields with their texts; a line that begins with no known key goes on with the field before it."""
    field, held = "", list[str]()
    for line in text.split("\n"):
        if heading := HEADING.match(line):
            yield "title", heading["title"]
            continue
        key = KEY.match(line)
        named = _field(key["name"]) if key else ""
        if key and (named in KEYS or named in OURS):
            if field:
                yield field, "\n".join(held).strip()
            field, held = named, [key["rest"]]
        elif line.strip() != "---":
            held.append(line)
    if field:
        yield field, "\n".join(held).strip()


def _items(value: str) -> list[str]:
    """The entries of a list; lines that begin with no dash go on with the entry before."""
    items: list[str] = []
    for line in value.split("\n"):
        if entry := re.match(r"^\s*[-*]\s+(.*)$", line):
            items.append(entry[1].strip())
        elif line.strip():
            if items:
                items[-1] = f"{items[-1]}\n{line.strip()}"
            else:
                items.append(line.strip())
    return items


def _read_samples(value: str) -> Iterator[dict[str, str]]:
    prompt: str | None = None
    for item in _items(value):
        if item.casefold().startswith(OUTPUT):
            yield {
                "prompt": prompt or "",
                "output": _read(item[len(OUTPUT) :].strip().removeprefix(">").strip()),
            }
            prompt = None
            continue
        if prompt is not None:
            yield {"prompt": prompt}
        prompt = None
        if not item.startswith('"') and (bold := BOLD.match(item)):
            yield {"prompt": bold["prompt"], "output": bold["output"]}
        else:
            prompt = _read(item)
    if prompt is not None:
        yield {"prompt": prompt}


def _read(text: str) -> str:
    if text.startswith('"') and text.endswith('"') and len(text) > 1:
        try:
            return decoding.decode(text, str)
        except msgspec.DecodeError:
            return text[1:-1]
    return text


def _test(text: str, path: Path) -> Any:
    try:
        return decoding.decode(text) if text.startswith("{") else {"benchmark": _read(text)}
    except msgspec.DecodeError as error:
        raise DataError(f"{path}: tests: {text!r} is no JSON: {error}") from None
