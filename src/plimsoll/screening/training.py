"""Labelled conversations -> examples to fine-tune a guard on, in Llama Guard's form or Aegis 2.0's.

Augmentations are drawn by a seed and the example's id, so that they are the same wherever they are made.
Those of Llama Guard: beside each example one without some categories that are not violated, and of an unsafe
one another without all that are violated, which is safe by that policy; categories may be shuffled, so that
codes cannot be learned by heart. That of Aegis 2.0: unsafe prompts with a reply that deflects, which is safe,
lest a guard learn that an unsafe prompt has an unsafe reply.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

from msgspec import Struct

from plimsoll.core import Labelled, UserError, assistant
from plimsoll.core import replace as changed
from plimsoll.guards import aegis_2, llama_guard
from plimsoll.guards.asking import Turn, turns_of
from plimsoll.guards.policies import Category, Policy, packaged, plain, policy_of, table
from plimsoll.screening.sets import categories_of, conversation

Form = Literal["llama_guard", "aegis_2"]
Explained = Literal["no", "before", "after"]
"""Whether the example's explanation stands in the answer, before or after the decision."""
EXPLANATION = "Explanation: "
PROMPT_UNSAFE = "prompt_unsafe"
UNCHECKED = "not checked"
"""What explains a label that a dropped category made."""


class Example(Struct, frozen=True, kw_only=True):
    """One example: what a guard is shown, and what it ought to answer."""

    id: str
    prompt: str
    completion: str
    augmentation: str = ""
    """`dropped`, `violated_dropped` or `refusal`; empty for the conversation as labelled."""


class Told(Struct, frozen=True, kw_only=True):
    """A labelled conversation on its way to an example."""

    id: str
    turns: Sequence[Turn]
    violated: Sequence[Category]
    unsafe: bool
    explanation: str = ""
    prompt_unsafe: bool | None = None
    """Of a conversation whose reply is judged: whether its prompt is unsafe, where that is known."""


@dataclass(frozen=True, kw_only=True)
class Training:
    """How examples are made."""

    form: Form
    policy: Policy
    drop: bool = False
    shuffle: bool = False
    explained: Explained = "no"
    seed: int = 0

    def examples(self, told: Told) -> Iterator[Example]:
        """The example, and what the augmentations make of it."""
        random = Random(f"{self.seed}:{told.id}")
        yield self._example(told, self._ordered(self.policy, random), "")
        if not self.drop:
            return
        violated = {each.code for each in told.violated}
        free = [each.code for each in self.policy.categories if each.code not in violated]
        kept = set(free) - set(random.sample(free, random.randint(0, max(0, len(free) - 1)))) | violated
        yield self._example(told, self._ordered(self.policy.only(kept), random), "dropped")
        if violated and free:
            some = random.sample(free, random.randint(1, len(free)))
            safe = changed(told, unsafe=False, violated=(), explanation=UNCHECKED)
            yield self._example(safe, self._ordered(self.policy.only(some), random), "violated_dropped")

    def _ordered(self, policy: Policy, random: Random) -> Policy:
        if not self.shuffle:
            return policy
        codes = [each.code for each in policy.categories]
        return policy.ordered(random.sample(codes, len(codes)))

    def _example(self, told: Told, policy: Policy, augmentation: str) -> Example:
        if self.form == "aegis_2":
            prompt, completion = aegis_2.prompt(told.turns, policy), _rated(told)
        else:
            prompt = llama_guard.wording(_version(policy)).prompt(told.turns, policy)
            completion = self._explained(decision(told, policy), told.explanation)
        name = f"{told.id}#{augmentation}" if augmentation else told.id
        return Example(id=name, prompt=prompt, completion=completion, augmentation=augmentation)

    def _explained(self, said: str, explanation: str) -> str:
        if self.explained == "no" or not explanation:
            return said
        line = f"{EXPLANATION}{explanation}"
        return f"{line}\n{said}" if self.explained == "before" else f"{said}\n{line}"


def training(form: Form, policy: str = "", **wished: bool | str | int) -> Training:
    """How examples of a form are made, under its own policy or another. Raises `UserError`."""
    own = packaged(table("aegis_2") if form == "aegis_2" else table("llama_guard")["3"])
    if form == "aegis_2" and (wished.get("drop") or wished.get("shuffle")):
        raise UserError(
            "aegis_2 names its categories, and does not number them: leave --drop and --shuffle out"
        )
    return Training(form=form, policy=policy_of(policy, own), **wished)  # pyright: ignore[reportArgumentType]


def decision(told: Told, policy: Policy) -> str:
    """Llama Guard's answer, by the numbering of this policy."""
    if not told.unsafe:
        return "safe"
    hit = {each.code for each in told.violated}
    codes = [code for code, each in policy.numbered() if each.code in hit]
    return "unsafe\n" + ",".join(codes) if codes else "unsafe"


def told_of(item: Labelled, policy: Policy) -> Told:
    """A labelled conversation, its categories as the policy has them. Raises `UserError`."""
    known = {plain(name): each for each in policy.categories for name in (each.code, each.name)}
    unsafe = (item.truth("binary") or 0) > 0.5
    violated: list[Category] = []
    for name in categories_of(item) if unsafe else ():
        if plain(name) not in known:
            raise UserError(
                f"{item.sample.id} violates {name!r}, which the policy does not have: name one that has it "
                "(--policy), such as the set's own taxonomy"
            )
        violated.append(known[plain(name)])
    return Told(
        id=item.sample.id,
        turns=turns_of(conversation(item)),
        violated=violated,
        unsafe=unsafe,
        explanation=str(item.metadata.get("explanation") or ""),
        prompt_unsafe=item.metadata.get(PROMPT_UNSAFE),
    )


def refused(items: Sequence[Labelled], deflections: Sequence[str], *, seed: int = 0) -> Iterator[Labelled]:
    """Each unsafe prompt with a reply that deflects: an unsafe prompt, a safe reply."""
    for item in items:
        if item.sample.messages and item.transcript is None and (item.truth("binary") or 0) > 0.5:
            said = Random(f"{seed}:{item.sample.id}").choice(deflections)
            messages = (*item.sample.messages, assistant(said))
            sample = changed(item.sample, id=f"{item.sample.id}#refusal", messages=messages)
            metadata = {**item.metadata, "source": "refusal_data_augmentation", PROMPT_UNSAFE: True}
            yield changed(item, sample=sample, labels={"refusal": 0.0}, settled=0.0, metadata=metadata)


def _version(policy: Policy) -> int:
    return 1 if policy.prefix == "O" else 3


def _rated(told: Told) -> str:
    """Aegis 2.0's answer: both turns rated, the categories by name."""
    label = "unsafe" if told.unsafe else "safe"
    if told.turns[-1].role == "User":
        said = {"User Safety": label}
    else:
        prompt = told.unsafe if told.prompt_unsafe is None else told.prompt_unsafe
        said = {"User Safety": "unsafe" if prompt else "safe", "Response Safety": label}
    if told.violated:
        said["Safety Categories"] = ", ".join(each.name.strip().rstrip(".") for each in told.violated)
    return json.dumps(said)
