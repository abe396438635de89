"""The rules of benchmarks: a whole card, samples made one at a time, numbers with names."""

from unittest import SkipTest

from plimsoll.run.keep.manifest import STARTER
from plimsoll.testing.rules import rule
from plimsoll.testing.running import made
from plimsoll.testing.subjects import Subject

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@rule
def a_card_is_complete(subject: Subject) -> None:
    """A reader is led to the paper, the source and the license."""
    part = subject.part
    card = part.card
    if card is None and any(argument.name == "file" and argument.required for argument in part.arguments):
        raise SkipTest("it asks what a user's own file holds, which was published nowhere")
    assert card is not None, "a benchmark's file has a CARD"
    assert card.title, "the card has no title"
    assert 1990 < card.year < 2100
    assert card.paper.startswith("https://"), "the card's paper is no https:// address"
    assert card.source.startswith("https://"), "the card's source is no https:// address"
    assert card.license, "the card names no license"
    assert card.languages, "the card names no languages"
    assert card.version >= 1
    assert card.differs, "the card does not say how ours differs from what was published"


@rule
def samples_are_whole_and_their_ids_unique(subject: Subject) -> None:
    """Each has a text, a category, a language of the card, and a target among its options."""
    benchmark = made(subject)
    samples = list(benchmark.samples())
    assert samples
    assert len({sample.id for sample in samples}) == len(samples), "two samples share an id"
    for sample in samples:
        assert sample.messages[-1].text
        assert sample.category, f"sample {sample.id} has no category"
        assert sample.language in benchmark.card.languages, f"the card lacks {sample.language!r}"
        if sample.choices:
            assert sample.target in tuple(LETTERS[: len(sample.choices)])


@rule
def samples_are_made_one_at_a_time_and_are_the_same_each_time(subject: Subject) -> None:
    """Memory stays flat, and a run that was cut off goes on with the same questions."""
    benchmark = made(subject)
    samples = benchmark.samples()
    assert not isinstance(samples, (list, tuple)), "build samples while they are asked: memory stays flat"
    first = next(iter(samples))
    assert next(iter(benchmark.samples())) == first
    assert list(benchmark.samples()) == list(benchmark.samples())


@rule
def judges_have_names_of_their_own_and_files_have_checksums(subject: Subject) -> None:
    """Records hold verdicts by the judges' names, manifests files by their SHA-256."""
    benchmark = made(subject)
    names = [judge.name for judge in benchmark.judges]
    assert names
    assert len(set(names)) == len(names)
    assert all(len(digest) == 64 for digest in benchmark.files.values())
    assert benchmark.metrics


@rule
def references_are_named_and_lie_between_zero_and_one(subject: Subject) -> None:
    """Published ones say where they were published."""
    benchmark = made(subject)
    for reference in benchmark.references(benchmark.samples()):
        assert reference.name
        assert all(0.0 <= value <= 1.0 for value in reference.values.values())
        assert reference.kind != "published" or reference.source


@rule
def a_starter_set_says_that_it_is_one(subject: Subject) -> None:
    """Pages look for these words, and set a banner above every number."""
    if subject.given.get("split") != "starter":
        raise SkipTest("it asks no starter set")
    notes = made(subject).notes
    assert any(note.startswith(STARTER) for note in notes), f"no note begins with {STARTER!r}"
