"""Samples and records -> lines for a terminal, every turn of the conversation in them."""

from collections.abc import Iterable, Iterator
from textwrap import indent

from plimsoll.core import Record, Sample, Verdict
from plimsoll.core.hidden import visible
from plimsoll.pages.transcript import (
    Bytes,
    Turn,
    answered,
    asked,
    at_hand,
    attempted,
    beside_key,
    hidden_options,
    stood,
)
from plimsoll.pages.words import Language, named, percent, say

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def of_sample(sample: Sample, of: Bytes = at_hand, language: Language = "en") -> Iterator[str]:
    """A question with all that is sent."""
    facts = (named("category", sample.category, language), named("language", sample.language, language))
    yield "═══ " + " · ".join(filter(None, (visible(sample.id), *facts)))
    for key, words in (("item.attempt", attempted(sample)), ("item.trail", " → ".join(sample.trail))):
        yield from [f"{say(key, language=language)}: {visible(words)}"] if words else []
    yield from of_turns(asked(sample, of), language)
    options = hidden_options(sample)
    if options:
        yield _ruled(say("item.choices", language=language))
        listed = zip(LETTERS, options, strict=False)
        yield from (f"{letter}  {visible(option)}" for letter, option in listed)
    if sample.target is not None:
        yield f"{say('item.target', language=language)}: {visible(sample.target)}"


def of_record(record: Record, of: Bytes = at_hand, language: Language = "en") -> Iterator[str]:
    """A question, what came of it, and what judges say."""
    yield from of_sample(record.sample, of, language)
    turns = answered(record.transcript, record.sample.messages, of)
    yield from of_turns(turns, language) if turns else [say("item.no_reply", language=language)]
    if state := stood(record.transcript):
        yield _ruled(say("item.state", language=language))
        yield visible(state)
    if record.verdicts or record.failures:
        yield _ruled(say("item.verdicts", language=language))
    yield from (_verdict(judge, verdict, language) for judge, verdict in record.verdicts.items())
    for failure in record.failures:
        yield visible(f"{failure.stage} · {failure.error} · {failure.message}")


def of_turns(turns: Iterable[Turn], language: Language = "en") -> Iterator[str]:
    """A conversation."""
    for turn in turns:
        failed = say("item.failed", language=language) if turn.failed else ""
        back = say("item.taken_back", language=language) if turn.taken_back else ""
        parts = (turn.number, named("role", turn.role, language), visible(turn.answers), failed, back)
        yield _ruled(" · ".join(filter(None, parts)))
        if turn.thought:
            yield f"{say('item.thought', f'{len(turn.thought):,}', language=language)}:"
            yield indent(visible(turn.thought), "  ")
        yield from visible(turn.shared + turn.text).splitlines()
        if turn.empty:
            yield say("item.empty_reply", language=language)
        yield from (f"[{visible(picture.words)}]" for picture in turn.pictures)
        yield from (f"→ {visible(call.name)} {visible(call.arguments)}".rstrip() for call in turn.calls)
        yield from (f"Δ {visible(change)}" for change in turn.changed)
        yield from (f"({visible(note)})" for note in turn.notes)
        if turn.beside:
            yield _ruled(say(beside_key(turn), f"{len(turn.beside):,}", language=language))
            yield from visible(turn.beside).splitlines()


def _ruled(words: str) -> str:
    return f"── {words} ──"


def _verdict(judge: str, verdict: Verdict, language: Language) -> str:
    value = "" if verdict.value is None else f"{verdict.value:g}"
    sure = "" if verdict.confidence is None else f"{percent(verdict.confidence)} %"
    outcome = named("outcome", verdict.outcome.value, language)
    parts = (verdict.label, outcome, value, sure, verdict.reason)
    return f"{visible(judge)}: {' · '.join(visible(part) for part in parts if part)}"
