"""The losses of a training -> a line of blocks for a terminal, and a page with the curve."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from plimsoll.core import Analysed, Finding, files
from plimsoll.words import preferred

BLOCKS = "▁▂▃▄▅▆▇█"
WIDTH = 40
"""Blocks at most; where there are more steps, each is the mean of several."""
PAGE = "training.html"
"""In the folder of the model that was made."""


def line(losses: Sequence[float]) -> str:
    """The course of the losses, from the highest to the lowest block."""
    width = min(WIDTH, len(losses))
    edges = [round(place * len(losses) / width) for place in range(width + 1)]
    parts = [losses[begin:end] for begin, end in pairwise(edges)]
    means = [sum(part) / len(part) for part in parts]
    low, high = min(means), max(means)
    if high == low:
        return BLOCKS[0] * width
    return "".join(BLOCKS[round((mean - low) / (high - low) * (len(BLOCKS) - 1))] for mean in means)


def analysed(losses: Sequence[float], models: Mapping[str, str], what: str, batch: int) -> Analysed:
    """The losses as findings along steps.

    Args:
        losses: One a step.
        models: Name and revision of what was trained.
        what: The command or method, as the page names it.
        batch: Examples of a step, where they are known; 0 where not.
    """
    return Analysed(
        analysis=f"training:{what}",
        models=models,
        findings=tuple(
            Finding(name="loss", value=loss, unit="nats", n=batch, along="step", at=step)
            for step, loss in enumerate(losses, start=1)
        ),
        notes=("The loss of a step is that of one batch: it has no interval.",),
    )


def write_page(found: Analysed, folder: Path) -> Path:
    """The page, which speaks both languages; returns its path."""
    from plimsoll.reports import findings_html

    path = folder / PAGE
    files.write_text(path, findings_html.render(found, language="zh" if preferred() == "zh" else "en"))
    return path
