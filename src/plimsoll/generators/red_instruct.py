"""RED-INSTRUCT: topics -> subtopics -> questions -> conversations, safe ones and, if you like, unsafe ones.

Idea: a chain of utterances leads a model on, so it can also teach one: of the same human turns a safe
(blue) and an unsafe (red) conversation are kept, and training tells them apart.

Steps: (1) every topic is expanded to ten subtopics; (2) twenty questions for each; (3) a blue conversation
that leads up to the question, Base-LM safe and helpful, its thoughts taken out; (4) a red one with the same
human turns, each answered anew through a chain-of-utterances template.

Differs: the template of the red answers would be an attack, so it is your file (RED-EVAL's is published by
its authors), and without it there are blue conversations only. Wording of the other steps is ours and
neutral. `questions=FILE` takes questions as HarmfulQA holds them instead of writing any. Without a model
the rules in `red_instruct.toml` write.
"""

import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from itertools import count
from typing import Any, Literal

import msgspec

from plimsoll.core import DataError, Model, Request, Sample, Sampling, UserError, decoding, replace, user
from plimsoll.generators.expanding import Expansion, Known, Node, in_turn
from plimsoll.generators.feeds import text_of
from plimsoll.generators.replies import said_in
from plimsoll.generators.writing import Ask, Writer, writer_of
from plimsoll.registry import generator
from plimsoll.run.work.candidates import QUOTA, failure_of, prompt_of
from plimsoll.text.internal_thoughts import without_thought
from plimsoll.text.templates import Template, read_template

SLOT = re.compile("<question>")
_SPEAKER = re.compile(r"^\s*(Red-LM|Base-LM)\s*:\s*", re.MULTILINE)
ROLES: Mapping[str, str] = {"Red-LM": "user", "Base-LM": "assistant"}
AT_ONCE = 10
"""Questions that one message asks for."""
FILE = "conversations.jsonl"
Turns = list[dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class RedInstruct:
    """Writes questions and the conversations that lead up to them."""

    writer: Writer
    attacker: Model | None
    subtopics: int
    quota: int
    turns: int
    conversations: Literal["none", "blue"]
    red: Template | None
    given: Mapping[str, Mapping[str, Sequence[str]]]

    @property
    def axes(self) -> Mapping[str, Mapping[str, str]]:
        """Nothing is varied beside the subtopics."""
        return {}

    async def plan(self, seeds: Iterable[Sample]) -> AsyncIterator[Sample]:
        """A cell for each subtopic, named by the writer or by the file of questions."""
        for topic, subtopics in self.given.items():
            for subtopic, questions in subtopics.items():
                yield _cell(topic, subtopic, tuple(questions))
        if self.given:
            return
        nodes = [Node(seed, seed.id, seed.messages[-1].text) for seed in seeds]
        expansions = [Expansion(self.writer, node, "subtopic", self.subtopics, Known()) for node in nodes]
        async with aclosing(in_turn(expansions)) as turns:
            async for expansion in turns:
                async for each in expansion.rounds():
                    yield each
                seed = expansion.node.cell
                for child in expansion.children:
                    yield replace(_cell(seed.id, child, ()), language=seed.language)

    async def generate(self, seeds: Iterable[Sample]) -> AsyncIterator[Sample]:
        """Yield questions of each subtopic, with their conversations beside them."""
        for cell in seeds:
            topic, subtopic = cell.metadata["topic"], cell.metadata["subtopic"]
            slots = {"topic": topic, "subtopic": subtopic, "language": cell.language}
            given: Sequence[str] = cell.metadata["questions"]
            for number in count():
                if given:
                    items, problems = tuple(given), ()
                else:
                    items, problems = await self.writer.write(
                        Ask("question", slots, cell.id, number, wanted=min(AT_ONCE, self.quota))
                    )
                for question in items:
                    yield await self._led(cell, str(question), slots)
                for text, problem in problems:
                    yield failure_of(cell, text, f"question: {problem}")
                if given:
                    return

    async def _led(self, cell: Sample, question: str, slots: Mapping[str, str]) -> Sample:
        """The question with its conversations; without the blue one it is a failure."""
        made_of = {"topic": slots["topic"], "subtopic": slots["subtopic"]}
        if self.conversations == "none":
            return prompt_of(cell, question, made_of)
        asked = {**slots, "question": question, "turns": str(self.turns)}
        said = await self.writer.write(Ask("conversation", asked, cell.id))
        if not said.items:
            text, problem = said.problems[0]
            return failure_of(cell, text, f"conversation: {problem}")
        blue = turns_of(str(said.items[0]))
        if not blue:
            return failure_of(cell, str(said.items[0]), "conversation: not in turns of Red-LM and Base-LM")
        record: dict[str, Any] = {**made_of, "question": question, "blue": blue}
        if self.red is not None and self.attacker is not None:
            red, problem = await self._answered(blue, self.red, self.attacker)
            record |= {"red": red} if red else {"red_problem": problem}
        return prompt_of(cell, question, made_of, beside={FILE: record})

    async def _answered(self, blue: Turns, template: Template, attacker: Model) -> tuple[Turns, str]:
        """The same human turns, each answered through the template."""
        red: Turns = []
        for turn in blue:
            if turn["role"] != "user":
                continue
            request = Request(
                messages=(user(template.fill(turn["text"])),),
                sampling=Sampling(temperature=1.0, max_tokens=512, seed=0),
            )
            said = said_in(await attacker.generate(request), "text")
            answer = without_thought(str(said.items[0])) if said.items else ""
            if not answer:
                return [], said.problems[0][1] if said.problems else "the model only thought"
            red += [turn, {"role": "assistant", "text": answer}]
        return red, ""


@generator
def red_instruct(
    *,
    attacker: Model | None = None,
    subtopics: int = 10,
    quota: int = 20,
    turns: int = 2,
    conversations: Literal["none", "blue"] = "blue",
    red_template: str = "",
    questions: str = "",
    file: str = "",
    seed: int = 0,
) -> RedInstruct:
    """Questions by topic and subtopic with the conversations that lead up to them, as RED-INSTRUCT does.

    Args:
        attacker: The model that writes; rules do where none is named.
        subtopics: Subtopics of each topic.
        quota: Questions of each subtopic.
        turns: Turns of each speaker in a conversation.
        conversations: Whether safe conversations are written to `conversations.jsonl` beside the set.
        red_template: Text file with one slot <question>, by which unsafe answers are had.
        questions: JSON file of topic, subtopic and questions to lead up to, as HarmfulQA is published.
        file: TOML file of rules that stand in for a model.
        seed: Seed of draws.
    """
    if red_template and attacker is None:
        raise UserError("red_template needs a model that answers: write red_instruct:attacker=...")
    if subtopics < 1 or quota < 1 or turns < 1:
        raise UserError("red_instruct needs one subtopic, one question and one turn at least")
    return RedInstruct(
        writer=writer_of("red_instruct", attacker, file, seed),
        attacker=attacker,
        subtopics=subtopics,
        quota=quota,
        turns=turns,
        conversations=conversations,
        red=read_template(red_template, SLOT, "<question>")[0] if red_template else None,
        given=_questions(questions) if questions else {},
    )


def turns_of(text: str) -> Turns:
    """A conversation of Red-LM and Base-LM as turns, thoughts taken out; nothing where it is none."""
    pieces = _SPEAKER.split(text)
    said = zip(pieces[1::2], pieces[2::2], strict=True)
    turns = [{"role": ROLES[who], "text": without_thought(what.strip()).strip()} for who, what in said]
    alternate = all(turn["role"] == ("user", "assistant")[at % 2] for at, turn in enumerate(turns))
    sound = alternate and all(turn["text"] for turn in turns) and len(turns) % 2 == 0
    return turns if sound else []


def _questions(file: str) -> dict[str, dict[str, list[str]]]:
    try:
        found = decoding.decode(text_of(file, "questions"), dict[str, dict[str, list[str]]])
    except msgspec.DecodeError as error:
        raise DataError(f"questions {file}: {error}") from None
    if not any(questions for subtopics in found.values() for questions in subtopics.values()):
        raise DataError(f"questions {file}: holds no question: write topic, subtopic and a list of questions")
    return found


def _cell(topic: str, subtopic: str, questions: tuple[str, ...]) -> Sample:
    given: dict[str, Any] = {"topic": topic, "subtopic": subtopic, "questions": questions}
    if questions:
        given[QUOTA] = len(questions)
    name = f"{topic}/{subtopic}"
    return Sample(id=name, category=name, messages=(user(f"{topic}: {subtopic}"),), metadata=given)
