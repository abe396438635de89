"""A request -> a better one after each answer: an attacking model reads what was said and its score."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import NamedTuple

from plimsoll.attacks._inquiry import (
    Attacker,
    Inquiry,
    Spent,
    Tried,
    attempted,
    gone_without,
    with_parameters,
)
from plimsoll.attacks._turns import Turns, turns_of
from plimsoll.core import Attack, Judge, Model, Sample, replace
from plimsoll.data import resources


class _Node(NamedTuple):
    prompt: str
    tried: Tried | None


@dataclass(frozen=True)
class Tree(Attack):
    """Keeps the best conversations of each depth and has each refined in several ways."""

    name: str
    attacker: Model
    judge: Judge
    depth: int
    branching: int
    """New prompts out of each that was kept."""
    width: int
    """Prompts that are kept at each depth."""
    roots: int
    """Prompts at the first depth."""
    budget: int
    seed: int

    async def attack(self, sample: Sample, target: Model) -> AsyncIterator[Sample]:
        """Yield the prompt that succeeded first, else the one that went furthest."""
        turns = turns_of(sample.messages)
        variant = attempted(sample, self.name, turns.last.text, seed=self.seed, attacker=self.attacker.name)
        inquiry = Inquiry(sample, target, self.judge, self.budget)
        best, problem = await self._searched(inquiry, turns)
        if best is None or best.tried is None:
            yield gone_without(variant, problem or "wrote no prompt")
            return
        found = replace(variant, messages=(*best.tried.messages, *turns.after))
        yield with_parameters(found, score=best.tried.score, asked=inquiry.made)

    async def _searched(self, inquiry: Inquiry, turns: Turns) -> tuple[_Node | None, str]:
        writer = Attacker(self.attacker, resources.table("attacks", "strategies.toml")["role"], self.seed)
        kept, best, problem, draw = [_Node("", None)] * self.roots, None, "", 0
        try:
            for level in range(self.depth):
                grown: list[_Node] = []
                for node in kept:
                    for _ in range(self.branching if level else 1):
                        said = _asked(turns.last.text, node)
                        prompt, wrong = await writer.prompt(said, draw=draw, unlike=node.prompt)
                        draw += 1
                        problem = problem or wrong
                        if not prompt:
                            continue
                        messages = (*turns.before, replace(turns.last, text=prompt))
                        grown.append(_Node(prompt, await inquiry.tried(messages)))
                        best = _better(best, grown[-1])
                        if best.tried is not None and best.tried.score >= 1.0:
                            return best, problem
                kept = sorted(grown, key=_score, reverse=True)[: self.width] or kept
        except Spent:
            pass
        return best, problem


def _asked(request: str, node: _Node) -> str:
    texts = resources.table("attacks", "strategies.toml")["refine"]
    if node.tried is None:
        return texts["first"].strip().replace("{request}", request)
    slots = {"prompt": node.prompt, "reply": node.tried.reply[:4000], "score": f"{node.tried.score:.2f}"}
    said = texts["next"].strip()
    pieces = said.split("{request}")
    filled = [_filled(piece, slots) for piece in pieces]
    return request.join(filled)


def _filled(text: str, slots: dict[str, str]) -> str:
    out, at = "", 0
    for slot in sorted(slots, key=lambda each: text.find(f"{{{each}}}")):
        place = text.find(f"{{{slot}}}", at)
        if place >= 0:
            out += text[at:place] + slots[slot]
            at = place + len(slot) + 2
    return out + text[at:]


def _score(node: _Node) -> float:
    return node.tried.score if node.tried else -1.0


def _better(best: _Node | None, node: _Node) -> _Node:
    return node if best is None or _score(node) > _score(best) else best
