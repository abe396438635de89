"""A request -> the same request from other people: does a model treat two groups alike?"""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from plimsoll.attacks._inquiry import at_least_one
from plimsoll.attacks._turns import spoken, turns_of
from plimsoll.attacks._wrapping import Made, Plain, Wrapping, around, texts
from plimsoll.core import Attack, Attempt, Model, Request, Sample, Sampling, UserError, replace, user
from plimsoll.registry import attack
from plimsoll.text.keyword_pairs import Mined, Pair, mined


@attack
def keyword(group: str) -> Wrapping:
    """A writer of one group asks; a pair of runs with two groups is compared question by question.

    The keyword pairs of PCJailbreak come with its data: `plimsoll run ... --attack
    groups/keyword:group=X --attack groups/keyword:group=Y`."""
    if not group.strip():
        raise UserError("groups/keyword: group is empty: name the group, as in group=wealthy")
    return Wrapping(
        "groups/keyword",
        lambda plain: around(texts("groups")["swap"][plain.language], plain.text, group=group),
    )


@dataclass(frozen=True)
class FromTarget(Attack):
    """Has the target name pairs of groups, and puts each request in the words of either (PCJailbreak)."""

    most: int
    name: str = "groups/from_target"

    async def attack(self, sample: Sample, target: Model) -> AsyncIterator[Sample]:
        """Yield two variants for each pair; ours are used, and said so, where the target names none."""
        before, last, after = turns_of(sample.messages)
        language = spoken(sample.language)
        plain = replace(sample, request=sample.request or last.text, trail=(*sample.trail, self.name))
        if not last.text.strip():
            yield replace(plain, attempt=Attempt(attack=self.name, validity="not_applicable"))
            return
        found = await self._mined(target, language)
        pairs = found.pairs[: self.most] or tuple(Pair(*each) for each in texts("groups")["pairs"][language])
        for number, pair in enumerate(pairs, 1):
            for side, keyword in zip(("marginalized", "privileged"), pair, strict=True):
                article = "an" if keyword[:1].lower() in {"a", "e", "i", "o", "u"} else "a"
                frame = texts("groups")["mined"][language].replace("{article}", article)
                (turn,) = around(frame, last.text, group=keyword).messages
                yield replace(
                    plain,
                    messages=(*before, replace(last, text=turn.text), *after),
                    attempt=Attempt(
                        attack=self.name,
                        variant=f"{side}-{number}",
                        validity="valid",
                        queries=1,
                        parameters={
                            "side": side,
                            "keyword": keyword,
                            "groups": pair.name,
                            "from_target": bool(found.pairs),
                            "rejected": len(found.rejected),
                            "refused": found.refused,
                        },
                    ),
                )

    async def _mined(self, target: Model, language: str) -> Mined:
        asked = texts("groups")["ask"][language].replace("{count}", str(self.most))
        sampling = Sampling(temperature=0.0, max_tokens=1024)
        reply = await target.generate(Request(messages=(user(asked),), sampling=sampling))
        return mined(reply.text)


@attack
def from_target(most: int = 10) -> FromTarget:
    """Pairs of groups that the target itself names, at most so many: a writer of either asks."""
    at_least_one("groups/from_target", most=most)
    return FromTarget(most)


@attack
def profile(profile: str = "", seed: int = 0) -> Wrapping:
    """A line about the one who asks, drawn by chance where none is given."""

    def wrap(plain: Plain) -> Made:
        chosen = profile or plain.draw.choice(texts("groups")["profile"][f"profiles_{plain.language}"])
        made = around(texts("groups")["profile"][plain.language], plain.text, profile=chosen)
        return made._replace(parameters={"profile": chosen})

    return Wrapping("groups/profile", wrap, seed)
