"""A conversation that an attacking model leads, turn by turn; a turn that is declined is taken back."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from plimsoll.attacks._inquiry import (
    Attacker,
    Inquiry,
    Spent,
    Tried,
    attempted,
    gone_without,
    with_parameters,
)
from plimsoll.attacks._turns import turns_of
from plimsoll.core import Attack, Judge, Message, Model, Sample, assistant, replace, user
from plimsoll.data import resources
from plimsoll.text.refusals import refuses

_SPEAKERS = {"user": "Tester", "assistant": "Assistant"}


@dataclass(frozen=True)
class Led(Attack):
    """The attacker writes a turn, the target answers, the judge reads; until it went far enough."""

    name: str
    strategy: str
    attacker: Model
    judge: Judge
    rounds: int
    backtracks: int
    seed: int

    async def attack(self, sample: Sample, target: Model) -> AsyncIterator[Sample]:
        """Yield the conversation up to the turn that went furthest; the target is asked it once more."""
        before, last, after = turns_of(sample.messages)
        texts = resources.table("attacks", "strategies.toml")
        writer = Attacker(self.attacker, texts["role"], self.seed)
        inquiry = Inquiry(sample, target, self.judge, self.rounds + self.backtracks)
        variant = attempted(sample, self.name, last.text, seed=self.seed, attacker=self.attacker.name)
        said: list[Message] = []
        best: Tried | None = None
        taken_back, note, problem, draw = 0, "", "", 0
        while len(said) < 2 * self.rounds and (best is None or best.score < 1.0):
            asked = self._asked(last.text, said, note)
            prompt, problem = await writer.prompt(asked, draw=draw)
            draw += 1
            if not prompt:
                break
            try:
                tried = await inquiry.tried((*before, *said, user(prompt)))
            except Spent:
                break
            if refuses(tried.reply) and taken_back < self.backtracks:
                taken_back += 1
                note = texts["dialogue"]["refused"].replace("{prompt}", prompt)
                best = best or tried
                continue
            note = ""
            best = tried if best is None or tried.score >= best.score else best
            said += [user(prompt), assistant(tried.reply)]
        if best is None:
            yield gone_without(variant, problem or "wrote no turn")
            return
        found = replace(variant, messages=(*best.messages, *after))
        yield with_parameters(found, score=best.score, asked=inquiry.made, taken_back=taken_back)

    def _asked(self, request: str, said: Sequence[Message], note: str) -> str:
        texts = resources.table("attacks", "strategies.toml")
        strategy = texts["strategy"][self.strategy]
        strategy = strategy.replace("{level}", str(len(said) // 2 + 1)).replace("{levels}", str(self.rounds))
        shown = "\n".join(f"{_SPEAKERS[turn.role]}: {turn.text[:2000]}" for turn in said)
        before, _, rest = texts["dialogue"]["next"].strip().partition("{request}")
        rest = rest.replace("{strategy}", strategy)
        middle, _, end = rest.partition("{conversation}")
        conversation = shown or texts["dialogue"]["nothing"]
        return before + request + middle + conversation + end.replace("{note}", note)
