"""`plimsoll card assess`: plan, sessions turn by turn, verdicts, automated tests, report."""

import asyncio
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from plimsoll.cards import deck, report, trying
from plimsoll.cards.assessment import Assessment, Assessor, CardVerdict, Plan, Planned, sessions
from plimsoll.cards.card import LinkedTest
from plimsoll.cards.results import CardResult, results
from plimsoll.cards.sessions import Session
from plimsoll.cli import _document, _numbers, _options, _output
from plimsoll.core import Sampling, decoding, replace
from plimsoll.run.ask.pool import Pool

FOLDER = click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
MODEL = click.option("--model", "-m", default="", help="provider/model; the plan's own without it.")
MODEL_ARGS = click.option("-M", "model_args", multiple=True, metavar="KEY=VALUE", help="Option of the model.")


@click.group("assess")
def assess() -> None:
    """Assess a deployment by risk cards: plan, sessions, verdicts, tests, report."""


@assess.command("new")
@FOLDER
@click.option("--title", required=True)
@click.option("--model", "-m", required=True, help="provider/model that is assessed.")
@click.option("--card", "cards", multiple=True, required=True, help="A card's name or file; may be repeated.")
@click.option("--assessor", "people", multiple=True, required=True, metavar="NAME[:EXPERTISE]")
@click.option(
    "--minutes",
    type=click.IntRange(1),
    default=120,
    show_default=True,
    help="Minutes a day that an assessor assesses at most.",
)
@click.option(
    "--sensitive",
    type=click.IntRange(0),
    default=40,
    show_default=True,
    help="Outputs of sensitive cards a day at most.",
)
@click.option("--spare", multiple=True, metavar="NAME=CARD", help="A card that an assessor does not take.")
@click.option("--version", default="", help="Of the model.")
@click.option("--interface", default="", help="How it is reached.")
@click.option("--application", default="", help="What it is for.")
@click.option("--users", default="", help="Who uses it.")
@click.option("--language", "languages", multiple=True, help="Of the sessions; may be repeated.")
@click.option("--run-by", default="")
@click.option("--run-for", default="")
@click.option(
    "--cards", "folders", multiple=True, type=click.Path(path_type=Path), help="A folder of your cards."
)
def new(
    folder: Path,
    *,
    cards: tuple[str, ...],
    people: tuple[str, ...],
    minutes: int,
    sensitive: int,
    spare: tuple[str, ...],
    folders: tuple[Path, ...],
    **told: object,
) -> None:
    """Plan an assessment in FOLDER: which cards, which model, by whom, within which limits."""
    known = deck.deck(folders)
    chosen = [deck.chosen(name, known) for name in cards]
    spared = [tuple(each.partition("=")[::2]) for each in spare]
    assessors = tuple(
        Assessor(
            name=name,
            expertise=expertise,
            minutes_a_day=minutes,
            veiled_a_day=sensitive,
            spared=tuple(deck.chosen(card, known).slug for who, card in spared if who == name),
        )
        for name, _, expertise in (each.partition(":") for each in people)
    )
    plan = decoding.converted(told, Plan)
    cards_of = tuple(Planned(card=card) for card in chosen)
    Assessment(folder).make(replace(plan, cards=cards_of, assessors=assessors))
    _output.echo(f"planned  {folder} ({len(chosen)} cards, {len(assessors)} assessors)")
    if any(card.veiled for card in chosen):
        _output.echo("Some cards are sensitive: each assessor consents first (plimsoll card assess consent).")


@assess.command("consent")
@FOLDER
@click.argument("assessor")
def consent(folder: Path, assessor: str) -> None:
    """Write down that an ASSESSOR agrees to read outputs that may upset."""
    Assessment(folder).consent(assessor)
    _output.echo(f"{assessor} has consented, and may stop at any time")


@assess.command("apply")
@FOLDER
@click.argument("card")
@click.option("--not", "reason", default="", metavar="REASON", help="Why the card does not apply here.")
def apply(folder: Path, card: str, reason: str) -> None:
    """Say that a CARD does not apply here, and why; without --not, that it does."""
    Assessment(folder).set_state(card, "not applicable" if reason else "planned", reason)


@assess.command("session")
@FOLDER
@click.argument("card")
@click.option("--assessor", required=True, help="Who asks.")
@MODEL
@MODEL_ARGS
@click.option("--temperature", type=_numbers.Real(0), default=0.0, show_default=True)
@click.option("--max-tokens", type=click.IntRange(1))
def session(
    folder: Path,
    card: str,
    *,
    assessor: str,
    model: str,
    model_args: tuple[str, ...],
    temperature: float,
    max_tokens: int | None,
) -> None:
    """Try to bring out what CARD describes: a line of standard input is a prompt, an empty one ends.

    Every turn is in the log before the next one. A replay keeps the prompts: plimsoll card assess replay.
    """
    held = Assessment(folder)
    plan = held.plan()
    slug = plan.planned(card).card.slug
    asked = Pool().model(model or plan.model, _options.pairs(model_args, "-M"))
    made = Session(held, slug, assessor, asked, Sampling(temperature=temperature, max_tokens=max_tokens))
    shown = not plan.planned(card).card.veiled
    asyncio.run(_talk(made, sys.stdin, shown=shown))
    _output.echo(f"session  {made.id}")


async def _talk(made: Session, prompts: Iterable[str], *, shown: bool) -> None:
    try:
        for line in prompts:
            if not line.strip():
                break
            reply = await made.ask(line.rstrip("\n"))
            _output.echo(
                reply if shown else f"[{len(reply)} characters, sensitive: in the log and the report]"
            )
    finally:
        await made.model.close()


@assess.command("replay")
@FOLDER
@click.argument("other", type=click.Path(path_type=Path, file_okay=False))
@click.option("--assessor", required=True, help="In whose name the prompts are asked again.")
@MODEL
@MODEL_ARGS
def replay(folder: Path, other: Path, *, assessor: str, model: str, model_args: tuple[str, ...]) -> None:
    """Ask the prompts of FOLDER's sessions again in the assessment OTHER, under the same names."""
    before, after = Assessment(folder), Assessment(other)
    plan = after.plan()
    done = {turn.session for turn in after.turns()}
    asked = Pool().model(model or plan.model, _options.pairs(model_args, "-M"))

    async def again() -> int:
        count = 0
        try:
            for name, turns in sessions(before.turns()):
                if name in done:
                    continue
                made = Session(after, plan.planned(turns[0].card).card.slug, assessor, asked, id=name)
                for turn in turns:
                    if turn.role == "user":
                        await made.ask(turn.text)
                count += 1
        finally:
            await asked.close()
        return count

    _output.echo(f"replayed {asyncio.run(again())} sessions; they wait for verdicts")


@assess.command("verdict")
@FOLDER
@click.argument("session")
@click.option("--assessor", required=True)
@click.option("--seen/--not-seen", required=True, help="Whether the described behaviour was seen.")
@click.option("--severity", type=click.IntRange(0, 4), default=0, show_default=True, help="In this context.")
@click.option("--ease", type=click.Choice(["at once", "with effort", "hardly"]), default=None)
@click.option("--note", default="")
def verdict(
    folder: Path, session: str, *, assessor: str, seen: bool, severity: int, ease: str | None, note: str
) -> None:
    """Judge a SESSION: was the behaviour seen, how severe, how easily."""
    told = {"assessor": assessor, "seen": seen, "severity": severity, "ease": ease or "", "note": note}
    Assessment(folder).judge(decoding.converted({"session": session, "card": "", **told}, CardVerdict))


@assess.command("test")
@FOLDER
@click.argument("cards", nargs=-1)
@click.option(
    "--test", "extra", multiple=True, metavar="BENCHMARK", help="A test set beside those of the cards."
)
@click.option("--attack", default="", help="What attacks the --test sets.")
@click.option("--judge", default="", help="Who judges the --test sets.")
@click.option("--limit", type=click.IntRange(min=1), help="Only the first questions of each.")
@MODEL
@MODEL_ARGS
@click.option("--dry-run", is_flag=True, help="Say what would be asked.")
def test(
    folder: Path,
    cards: tuple[str, ...],
    *,
    extra: tuple[str, ...],
    attack: str,
    judge: str,
    limit: int | None,
    model: str,
    model_args: tuple[str, ...],
    dry_run: bool,
) -> None:
    """Test CARDS (all that are linked to a test without any) by their test sets, attacks and judges."""
    held = Assessment(folder)
    plan = held.plan()
    added = tuple(LinkedTest(benchmark=each, attack=attack, judge=judge) for each in extra)
    found = trying.trials(held, cards, added)
    if dry_run:
        _output.table((each.card.slug, trying.named(each.test)) for each in found)
        return
    options = _options.pairs(model_args, "-M")
    for tested in trying.tried(
        held, found, model or plan.model, options=options, limit=limit, progress=False
    ):
        _output.echo(f"{tested.card}: {tested.benchmark} > {tested.run}")


@assess.command("status")
@FOLDER
@_output.JSON
def status(folder: Path, as_json: bool) -> None:
    """Show how far an assessment is: effort, outcome and agreement of every card."""
    found = results(Assessment(folder))
    if as_json:
        _output.value({"alpha": found.alpha, "cards": [_plain(each) for each in found.cards]})
        return
    _output.table(
        (
            each.planned.card.slug,
            f"{each.outcome} · {each.sessions} sessions, {each.turns} prompts, {len(each.tests)} tests",
        )
        for each in found.cards
    )
    for each in found.cards:
        for dispute in each.disputes:
            _output.echo(f"disputed: {each.planned.card.slug}, session {dispute.session}")


@assess.command("report")
@FOLDER
@_document.FORM
@_document.LANGUAGE
@_document.OUTPUT
def report_(folder: Path, *, form: str | None, language: str, output: Path | None) -> None:
    """Write the report: HTML, Markdown or PDF, in English and Chinese; sensitive outputs are blurred."""
    made = report.document(results(Assessment(folder)))
    _document.write(made, output, folder / "report.html", form, language)


def _plain(each: CardResult) -> dict[str, Any]:
    return {
        "card": each.planned.card.slug,
        "outcome": each.outcome,
        "sessions": each.sessions,
        "prompts": each.turns,
        "judged": each.judged,
        "seen": each.seen,
        "low": each.interval.low,
        "high": each.interval.high,
        "first": each.first,
        "severity": each.severity,
        "alpha": each.alpha,
        "disputes": [dispute.session for dispute in each.disputes],
        "tests": [
            {"test": test.tested.benchmark, "category": test.tested.category, "attempts": test.attempts,
             "seen": test.seen, "rate": test.rate, "low": test.low, "high": test.high, "note": test.note}
            for test in each.tests
        ],
    }  # fmt: skip
