"""Anchor requests under safety prompts -> states where replies begin, and how far the model goes along."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from plimsoll.benchmarks.dro.judge import declines
from plimsoll.core import UserError
from plimsoll.data.resources import table
from plimsoll.internals.batches import MOST, Batches, batches
from plimsoll.internals.handle import Handle, batched
from plimsoll.internals.told import Told
from plimsoll.internals.training import seeded

Named = Literal["default", "short", "mistral"]
Compliance = Literal["openings", "sampled"]
"""How far a model goes along: read off how it would begin, or off replies that are drawn."""
ROWS = 16
NUCLEUS = 0.9
KEPT = 0.8
"""Share of the replies that count, the longest ones (official code: 20 of 25)."""
DEGENERATE = 1e-6


class Gathered(NamedTuple):
    """Everything that the space is found in: condition by condition, request by request."""

    states: Any
    """Conditions x requests x hidden, in 64 bits."""
    compliance: Any
    """Conditions x requests, between 0 and 1."""


def prompts(language: str) -> dict[str, str]:
    """The basic safety prompts by name."""
    return dict(table("benchmarks", "dro", "prompts.toml")[language])


def conditions(language: str) -> dict[str, str]:
    """No safety prompt, then the basic ones."""
    return {"none": "", **prompts(language)}


def gathered(
    held: Handle,
    requests: Sequence[str],
    language: str,
    *,
    how: Compliance,
    samples: int,
    tokens: int,
    told: Told,
) -> Gathered:
    """States and compliance of every request under every condition."""
    torch = held.torch
    texts = conditions(language)
    told.begin(len(texts) * len(requests))
    states, complies = list[Any](), list[Any]()
    for text in texts.values():
        rows = [held.ids(request, "chat", text) for request in requests]
        found = states_of(held, rows)
        states.append(found)
        complies.append(
            by_openings(held, rows) if how == "openings" else sampled(held, rows, samples, tokens)
        )
        told.step(len(requests))
    return Gathered(torch.stack(states), torch.stack(complies))


def refuse_degenerate(held: Handle, compliance: Any) -> None:
    """Stop where compliance does not vary: no line can be fitted to it. Raises `UserError`."""
    if float(compliance.std()) < DEGENERATE:
        raise UserError(
            f"{held.name} goes along with {float(compliance.mean()):.0%} of the anchors under every prompt: "
            "there is no direction of refusal to be found; write compliance=openings, or take more samples"
        )


def states_of(held: Handle, rows: Sequence[Sequence[int]]) -> Any:
    """The state of each row's last token after the final norm, in 64 bits."""
    torch = held.torch
    found = torch.empty(len(rows), held.shape.hidden, dtype=torch.double)

    def passed(batch: Sequence[int]) -> Any:
        ids = torch.tensor([list(rows[place]) for place in batch], device=held.device)
        return held.decoder(ids, use_cache=False).last_hidden_state[:, -1].cpu().double()

    sizes = batches(held.module, ROWS)
    with held.evaluating():
        for alike in batched(rows, MOST):
            for batch, states in sizes.over(alike, passed):
                found[list(batch)] = states
    return found.clone()


def by_openings(held: Handle, rows: Sequence[Sequence[int]]) -> Any:
    """How much likelier, token for token, replies begin by going along than by declining."""
    torch = held.torch
    openings = table("benchmarks", "dro", "prompts.toml")["openings"]
    both = [[_ids(held, text) for text in openings[kind]] for kind in ("comply", "decline")]
    found = list[float]()
    with held.evaluating():
        for row in rows:
            begun = held.decoder(torch.tensor([list(row)], device=held.device), use_cache=True)
            first = _told(held, begun.last_hidden_state[0, -1])
            odds = _openings(held, begun.past_key_values, first, [*both[0], *both[1]])
            comply, decline = odds[: len(both[0])], odds[len(both[0]) :]
            found.append(float(torch.sigmoid(comply.logsumexp(0) - decline.logsumexp(0))))
    return torch.tensor(found, dtype=torch.double)


def sampled(held: Handle, rows: Sequence[Sequence[int]], samples: int, tokens: int) -> Any:
    """The share of drawn replies that do not decline, of the longest ones of each request."""
    found = [complied(replies) for replies in drawn(held, rows, samples, tokens)]
    return held.torch.tensor(found, dtype=held.torch.double)


def drawn(held: Handle, rows: Sequence[Sequence[int]], samples: int, tokens: int) -> list[list[str]]:
    """Replies that are drawn of each request."""
    torch = held.torch
    found = [list[str]() for _ in rows]

    def made(batch: Sequence[int]) -> list[str]:
        ids = torch.tensor([list(rows[place]) for place in batch], device=held.device)
        drawn = held.module.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            do_sample=True,
            temperature=1.0,
            top_p=NUCLEUS,
            top_k=0,
            max_new_tokens=tokens,
            num_return_sequences=samples,
            pad_token_id=held.ends[0] if held.ends else 0,
        )
        return held.tokenizer.batch_decode(drawn[:, ids.shape[1] :], skip_special_tokens=True)

    sizes = Batches(max(1, ROWS // samples))
    with held.evaluating(), seeded(held, 0):
        for alike in batched(rows, MOST):
            for batch, texts in sizes.over(alike, made):
                for place, at in enumerate(batch):
                    found[at] = texts[place * samples : (place + 1) * samples]
    return found


def complied(replies: Sequence[str]) -> float:
    """The share that does not decline, of the longest four in five by their words."""
    kept = longest(replies)
    return sum(not declines(reply) for reply in kept) / len(kept)


def longest(replies: Sequence[str]) -> list[str]:
    """Four in five, by their words."""
    ordered = sorted(replies, key=lambda reply: len(reply.split()), reverse=True)
    return ordered[: max(1, round(KEPT * len(replies)))]


def _openings(held: Handle, begun: Any, first: Any, openings: Sequence[Sequence[int]]) -> Any:
    """The log-likelihood of each opening after what has been read, a token: openings are of many lengths."""
    torch = held.torch
    width = max(map(len, openings))
    ids = torch.tensor([[*each, *([0] * (width - len(each)))] for each in openings])
    begun.batch_repeat_interleave(len(openings))
    states = held.decoder(ids.to(held.device), past_key_values=begun, use_cache=True).last_hidden_state
    later = _told(held, states)
    found = first[ids[:, 0]].clone()
    for place in range(1, width):
        known = torch.tensor([place < len(each) for each in openings])
        token = later[:, place - 1].gather(1, ids[:, place, None])[:, 0]
        found += token.where(known, torch.zeros_like(token))
    return found / torch.tensor([float(len(each)) for each in openings])


def _told(held: Handle, states: Any) -> Any:
    return held.logits(states).cpu().double().log_softmax(-1)


def _ids(held: Handle, text: str) -> list[int]:
    return list(held.tokenizer(text, add_special_tokens=False)["input_ids"])
