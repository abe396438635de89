"""Cards x their test sets, attacks and judges -> runs that say how often the described behaviour is seen."""

import os
from collections.abc import Iterator
from typing import Any, NamedTuple

from plimsoll.cards.assessment import Assessment, Tested
from plimsoll.cards.card import LinkedTest, RiskCard
from plimsoll.core import UserError
from plimsoll.evaluation.evaluate import evaluate
from plimsoll.taxonomies.covered import measured

RUNS = "runs"


class Trial(NamedTuple):
    """A card with a test of it."""

    card: RiskCard
    test: LinkedTest


def trials(assessment: Assessment, slugs: tuple[str, ...], extra: tuple[LinkedTest, ...] = ()) -> list[Trial]:
    """The tests of the cards that are named, or of all that have some. Raises `UserError`."""
    plan = assessment.plan()
    chosen = [plan.planned(slug) for slug in slugs] or [
        each for each in plan.cards if each.state == "planned"
    ]
    found = [Trial(each.card, test) for each in chosen for test in (*each.card.tests, *extra)]
    for each in chosen:
        if slugs and not any(trial.card is each.card for trial in found):
            near = ", ".join(linked(each.card)) or "none of its hazards is measured by a benchmark"
            raise UserError(f"{each.card.slug} is linked to no test: name one with --test BENCHMARK ({near})")
    if not found:
        raise UserError("no card of the plan is linked to a test: name one with --test BENCHMARK")
    return found


def linked(card: RiskCard) -> tuple[str, ...]:
    """The benchmarks that measure a card's primary hazard."""
    first = card.hazards[:1]
    return tuple(sorted(name for name, hubs in measured().items() if not set(first).isdisjoint(hubs)))


def tried(assessment: Assessment, of: list[Trial], model: str, **more: Any) -> Iterator[Tested]:
    """Carry out tests one after the other, and write down which run tested which card."""
    for card, test in of:
        run = evaluate(
            test.benchmark,
            model,
            attack=test.attack or None,
            judge=test.judge or None,
            log_dir=assessment.path / RUNS,
            **more,
        )
        found = Tested(
            card=card.slug,
            benchmark=named(test),
            run=os.path.relpath(run.path, assessment.path),
            category=test.category,
        )
        assessment.add(found)
        yield found


def named(test: LinkedTest) -> str:
    """A test set with its attack and judge, so that two ways of one card are two tests."""
    return " ".join(
        filter(None, (test.benchmark, test.attack and f"+ {test.attack}", test.judge and f"@ {test.judge}"))
    )
