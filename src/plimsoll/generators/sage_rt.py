"""SAGE-RT: taxonomy -> leaf -> topic -> raw text -> query, each written for the one before.

Idea: a model that is asked for test prompts writes the same ones over and over. Led down a taxonomy to a
topic, through a text about it, it writes as many different ones as there are topics and forms of text.

Steps: (1) every risk is expanded to leaves, every leaf to topics, in rounds; (2) for each topic and format a
raw text of 80 words at least; (3) queries to which that text would be an answer, plain or framed; (4) the
selection that all generators share, in turn over leaves and over topics, so that all grow alike.

Differs: no official code, prompts or data are public, so all wording is ours and neutral (`sage_rt.toml`).
Raw texts are a way and no result: they are in no file of the set but the journal of replies in `work/`,
which may be deleted. How far expansion has come is estimated (Chao2 over two independent rounds) instead of
fixed. Without a model the rules in `sage_rt.toml` write.
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal, NamedTuple

from plimsoll.core import Model, Sample, UserError, replace
from plimsoll.generators.expanding import Expansion, Known, Node, in_turn
from plimsoll.generators.writing import Ask, Writer, writer_of
from plimsoll.registry import generator
from plimsoll.run.work.candidates import failure_of, prompt_of, step_of
from plimsoll.text.jaccard import script_tokens

FEWEST = 80
"""Words of a raw text."""
TRIES, PASSES = 3, 3
QUOTED = 8
"""Words in a row from the raw text that a query may hold."""
LONGEST = 120
"""Words of a query."""
STYLES = ("plain", "framed")


class Raw(NamedTuple):
    """A text from which queries are taken."""

    id: str
    topic: str
    format: str
    text: str


@dataclass(frozen=True, kw_only=True)
class SageRt:
    """Leads a writer down a taxonomy."""

    writer: Writer
    children: Sequence[int]
    topics: int
    formats: Sequence[str]
    styles: Sequence[str]
    queries: int
    answers: Literal["none", "safe"]

    @property
    def quota(self) -> int:
        """Queries for each leaf."""
        return self.topics * len(self.formats) * len(self.styles) * self.queries

    @property
    def axes(self) -> Mapping[str, Mapping[str, str]]:
        """Nothing is varied that a classifier could tell."""
        return {}

    async def plan(self, seeds: Iterable[Sample]) -> AsyncIterator[Sample]:
        """Expand every risk to its leaves."""
        nodes = [Node(seed, seed.id, seed.messages[-1].text) for seed in seeds]
        for wanted in self.children:
            known, below = Known(), list[Node]()
            expansions = [Expansion(self.writer, node, "expand", wanted, known) for node in nodes]
            async with aclosing(in_turn(expansions)) as turns:
                async for expansion in turns:
                    async for each in expansion.rounds():
                        yield each
                    node = expansion.node
                    below += [
                        Node(node.cell, f"{node.path}/{child}", node.definition)
                        for child in expansion.children
                    ]
            nodes = below
        for node in nodes:
            yield self._leaf(node)

    def _leaf(self, node: Node) -> Sample:
        name = node.path.rsplit("/", 1)[-1]
        said = node.definition if not self.children else f"{name}. {node.definition}"
        (message,) = node.cell.messages
        return replace(node.cell, id=node.path, category=node.path, messages=(replace(message, text=said),))

    async def generate(self, seeds: Iterable[Sample]) -> AsyncIterator[Sample]:
        """Yield queries of each leaf, in turn over its topics and formats."""
        for leaf in seeds:
            node = Node(leaf, leaf.id, leaf.messages[-1].text)
            expansion = Expansion(self.writer, node, "topic", self.topics, Known())
            async for each in expansion.rounds():
                yield each
            for turn in range(PASSES):
                for form in self.formats:
                    for topic in expansion.children:
                        async for each in self._about(leaf, topic, form, turn):
                            yield each

    async def _about(self, leaf: Sample, topic: str, form: str, turn: int) -> AsyncIterator[Sample]:
        raw = None
        for attempt in range(TRIES):
            found = await self._raw(leaf, topic, form, turn * TRIES + attempt)
            if isinstance(found, Raw):
                raw = found
                break
            yield found
        if raw is None:
            return
        yield step_of(leaf, step="raw", raw=raw.id, topic=topic, format=form, words=_words(raw.text))
        for style in self.styles:
            async for each in self._queries(leaf, raw, style, turn):
                yield each

    async def _raw(self, leaf: Sample, topic: str, form: str, number: int) -> Raw | Sample:
        slots = {"path": leaf.id, "topic": topic, "format": form, "language": leaf.language}
        said = await self.writer.write(Ask("raw", slots, leaf.id, number))
        if not said.items:
            text, problem = said.problems[0]
            return failure_of(leaf, text, f"raw: {problem}")
        text = str(said.items[0])
        if _words(text) < FEWEST:
            return failure_of(leaf, text, f"raw: shorter than {FEWEST} words")
        if not set(_content(topic)) & set(_content(text)):
            return failure_of(leaf, text, "raw: not about its topic")
        name = blake2b(f"{leaf.id}\0{topic}\0{form}\0{text}".encode("utf-8", "replace"), digest_size=6)
        return Raw(name.hexdigest(), topic, form, text)

    async def _queries(self, leaf: Sample, raw: Raw, style: str, turn: int) -> AsyncIterator[Sample]:
        slots = {
            "path": leaf.id,
            "topic": raw.topic,
            "raw": raw.text,
            "language": leaf.language,
        }
        asked = Ask(f"extract_{style}", slots, f"{leaf.id}:{raw.id}", turn, wanted=self.queries)
        said = await self.writer.write(asked)
        made_of = {
            "path": leaf.id.split("/"),
            "topic": raw.topic,
            "raw": raw.id,
            "format": raw.format,
            "style": style,
        }
        for query in (str(item) for item in said.items[: self.queries]):
            if problem := _unfit(query, raw.text):
                yield failure_of(leaf, query, problem)
                continue
            candidate = prompt_of(leaf, query, made_of)
            yield await self._answered(candidate, query) if self.answers == "safe" else candidate
        for text, problem in said.problems:
            yield failure_of(leaf, text, f"query: {problem}")

    async def _answered(self, candidate: Sample, query: str) -> Sample:
        """The query with a safe answer beside it, where one comes."""
        slots = {"query": query, "language": candidate.language}
        said = await self.writer.write(Ask("respond", slots, candidate.id))
        if not said.items:
            return candidate
        pair = {"prompt": query, "chosen": str(said.items[0]), "category": candidate.category}
        return prompt_of(candidate, query, candidate.metadata["made_of"], beside={"pairs.jsonl": pair})


@generator
def sage_rt(
    *,
    attacker: Model | None = None,
    children: str = "3",
    topics: int = 3,
    formats: str = "blog post+forum post",
    styles: str = "plain",
    queries: int = 2,
    answers: Literal["none", "safe"] = "none",
    file: str = "",
    seed: int = 0,
) -> SageRt:
    """Queries from a taxonomy by way of leaves, topics and raw texts, as SAGE-RT makes them.

    Args:
        attacker: The model that writes; rules do where none is named.
        children: Children of each risk, further levels joined by `+`; 0 where the risks are the leaves.
        topics: Topics of each leaf.
        formats: Forms of the raw texts, joined by `+`.
        styles: Of the queries: plain, framed, or both joined by `+`.
        queries: Queries of each raw text in each style.
        answers: Whether safe answers are written to `pairs.jsonl` beside the set.
        file: TOML file of rules that stand in for a model.
        seed: Seed of draws.
    """
    wanted = styles.split("+")
    if unknown := [each for each in wanted if each not in STYLES]:
        raise UserError(
            f"styles={styles}: {unknown[0]!r} is none of {', '.join(STYLES)} (join several with +)"
        )
    if topics < 1 or queries < 1 or not formats.strip("+ "):
        raise UserError("sage_rt needs one topic, one format and one query at least")
    try:
        levels = [int(each) for each in children.split("+")]
    except ValueError:
        levels = [-1]
    if min(levels) < 0:
        raise UserError(f"children={children}: it takes numbers joined by +, such as 3 or 4+3")
    return SageRt(
        writer=writer_of("sage_rt", attacker, file, seed),
        children=[each for each in levels if each],
        topics=topics,
        formats=[each.strip() for each in formats.split("+") if each.strip()],
        styles=wanted,
        queries=queries,
        answers=answers,
    )


def _words(text: str) -> int:
    return len(script_tokens(text))


def _content(text: str) -> list[str]:
    """Words of some length, and characters of scripts without blanks."""
    return [each for each in script_tokens(text) if len(each) > 3 or not each.isascii()]


def _unfit(query: str, raw: str) -> str:
    words = script_tokens(query)
    if len(words) > LONGEST or "\n\n" in query:
        return "query: a text and no question"
    said = script_tokens(raw)
    runs = {tuple(said[at : at + QUOTED + 1]) for at in range(len(said) - QUOTED)}
    if any(tuple(words[at : at + QUOTED + 1]) in runs for at in range(len(words) - QUOTED)):
        return f"query: quotes more than {QUOTED} words of the raw text"
    return ""
