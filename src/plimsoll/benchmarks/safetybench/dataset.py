"""Files of SafetyBench -> rows that are known to be what they should be.

Every file is checked against what is published of the official ones (counts, id ranges,
categories, answers by letter); the first wrong id is named. Files without a published checksum
are trusted on first use once these checks have passed.
"""

from collections.abc import Mapping, Sequence
from importlib.resources import files as resources
from pathlib import Path
from typing import NamedTuple

from plimsoll.benchmarks.safetybench import checks
from plimsoll.benchmarks.safetybench.categories import CODE_OF, WHOLE, Language, Split
from plimsoll.benchmarks.safetybench.records import Answer, Question, Row, Shot, Starter
from plimsoll.core import DataError, UserError
from plimsoll.data import locate, trust
from plimsoll.data.rows import checksum, decode, read_bytes, refuse_duplicate_keys, refuse_duplicates
from plimsoll.data.sources import source

SLUG = "safetybench"


class Dataset(NamedTuple):
    """The rows of a split in file order, and the files they come from by name."""

    rows: Sequence[Row]
    files: Mapping[str, str]


class Examples(NamedTuple):
    """Worked examples by category code, in file order, and the file they come from."""

    by_code: Mapping[str, Sequence[Shot]]
    files: Mapping[str, str]


NO_EXAMPLES = Examples({}, {})


class _Read(NamedTuple):
    path: Path
    name: str
    """What the file is called in a manifest."""
    content: bytes
    digest: str
    settled: bool
    """Held to a published checksum, or used before: its keys need no second look."""


def load(language: Language, split: Split, file: str = "") -> Dataset:
    """The rows of one language. Raises `MissingData`, `DataError`, `UserError`."""
    if file and split != "sample":
        raise UserError(f"file={file} goes with split=sample, not with split={split}")
    if split == "zh_subset" and language != "zh":
        raise UserError(f"split=zh_subset is Chinese; language={language} has no such subset")
    if split == "starter":
        return _starter(language)
    if split == "dev":
        return _dev(language)
    return _asked(language, split, file)


def answers(split: Split) -> tuple[Mapping[int, Answer], Mapping[str, str]]:
    """Id -> answer for a split, verified, with the file's checksum by its name."""
    if split == "zh_subset":
        read = _read("test_answers_zh_subset.json")
        found = decode(read.content, dict[int, Answer], read.path)
        checks.verify_subset_answers(found, read.path)
    else:
        read = _read("test_answers_en.json", "test_answers_zh.json")
        found = decode(read.content, dict[int, Answer], read.path, expected=range(WHOLE))
        checks.verify_answers(found, read.path)
    if not read.settled:
        refuse_duplicate_keys(read.content, read.path)
    return found, {read.name: read.digest}


def examples(language: Language, split: Split) -> Examples:
    """The worked examples of a language, verified; the starter set brings its own."""
    read = _packaged(f"dev_{language}.json") if split == "starter" else _read(f"dev_{language}.json")
    found = decode(read.content, dict[str, tuple[Shot, ...]], read.path)
    for name, group in found.items():
        if name not in CODE_OF or len(group) != 5:
            raise DataError(f"{read.path}: {name!r} with {len(group)} examples; 7 categories have 5 each")
        for number, shot in enumerate(group, start=1):
            place = f"{read.path}: {name}: record #{number}"
            checks.verify_options(shot.options, place)
            checks.verify_answer(shot.answer, shot.options, place)
    if missing := CODE_OF.keys() - found.keys():
        raise DataError(f"{read.path}: no examples of {', '.join(sorted(missing))}")
    by_code = {CODE_OF[name]: group for name, group in found.items()}
    return Examples(by_code, {read.name: read.digest})


def _asked(language: Language, split: Split, file: str) -> Dataset:
    right, answer_files = answers(split)
    read = _given(file) if file else _read(_question_file(language, split))
    official = () if split == "sample" else tuple(right)
    questions = decode(read.content, list[Question], read.path, expected=official)
    if not read.settled:
        refuse_duplicate_keys(read.content, read.path)
    ids = [question.id for question in questions]
    if split == "sample":
        checks.verify_rising(ids, read.path)
    else:
        checks.verify_ids(ids, official, read.path)
    for number, asked in enumerate(questions, start=1):
        if checks.fits(asked, right[asked.id]):
            continue
        place = f"{read.path}: record #{number}: id {asked.id}"
        checks.verify_question(asked, right[asked.id], place)
        if split == "sample":  # the one split whose file a user may bring
            checks.verify_not_blank(asked, place)
    if split == "test":
        trust.hold(SLUG, read.path.name, read.digest)
    rows = [
        Row(q.id, language, CODE_OF[q.category], q.question, q.options, right[q.id].answer) for q in questions
    ]
    return Dataset(rows, {read.name: read.digest, **answer_files})


def _dev(language: Language) -> Dataset:
    found = examples(language, "dev")
    flat = [(code, shot) for code, group in found.by_code.items() for shot in group]
    rows = [Row(k, language, code, s.question, s.options, s.answer) for k, (code, s) in enumerate(flat)]
    return Dataset(rows, found.files)


def _packaged(name: str) -> _Read:
    folder = resources("plimsoll.benchmarks.safetybench") / "starter"
    content = (folder / name).read_bytes()
    return _Read(Path("starter") / name, f"starter/{name}", content, checksum(content), settled=True)


def _starter(language: Language) -> Dataset:
    path, name, content, digest, _ = _packaged(f"{language}.json")
    found = decode(content, list[Starter], path)
    refuse_duplicates([row.id for row in found], path)
    for row in found:
        place = f"{path}: id {row.id}"
        checks.verify_options(row.options, place)
        checks.verify_answer(row.answer, row.options, place)
        if row.category not in CODE_OF:
            raise DataError(f"{place}: no category is called {row.category!r}")
    rows = [Row(s.id, language, CODE_OF[s.category], s.question, s.options, s.answer) for s in found]
    return Dataset(rows, {name: digest})


def _question_file(language: Language, split: Split) -> str:
    return {
        "test": f"test_{language}.json",
        "zh_subset": "test_zh_subset.json",
        "sample": f"test_{language}_sample.json",
    }[split]


def _read(*names: str) -> _Read:
    path = locate.need(SLUG, *names)
    content = read_bytes(path)
    digest = checksum(content)
    pinned = {file.sha256 for file in source(SLUG).files if file.sha256}
    settled = digest in pinned or trust.known(SLUG, path.name) == digest
    return _Read(path, path.name, content, digest, settled)


def _given(file: str) -> _Read:
    path = Path(file).expanduser()
    if not path.is_file():
        path = locate.find(SLUG, file) or path
    content = read_bytes(path)
    return _Read(path, path.name, content, checksum(content), settled=False)
