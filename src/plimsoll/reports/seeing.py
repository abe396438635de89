"""A run's figures -> what its headline cannot see: the warning above it, and the notes below."""

from collections.abc import Iterator

from plimsoll.pages.markup import Said, code, key
from plimsoll.pages.words import percent
from plimsoll.reports import judging
from plimsoll.reports.figures import Figures
from plimsoll.reports.view import RunView
from plimsoll.run.keep.manifest import Extremes


def warnings(view: RunView, found: Figures) -> list[Said]:
    """Where the headline cannot tell, and where a model judged itself."""
    name = view.manifest.model.name
    said: list[Said] = []
    if judging.judged_itself(view.manifest):
        said.append(key("judging.itself", name, view.manifest.card.title))
    return [*said, *blind(found)]


def blind(found: Figures) -> Iterator[Said]:
    """Where the headline gives a model that always refuses and one that always complies the same."""
    whole = found.extremes()
    if found.blind() and whole is not None:
        yield _alike(found, whole)
        return
    for language in found.languages:
        spoken = found.extremes(language)
        if found.blind("", language) and spoken is not None:
            yield key("sight.blind.language", code("language", language), _alike(found, spoken))


def _alike(found: Figures, extremes: Extremes) -> Said:
    return key("sight.blind", code("metric", found.headline), *_both(extremes))


def notes(found: Figures) -> Iterator[Said]:
    """What stands below the numbers: calls that were not made, the two subjects for scale, and what no
    such number shows."""
    if found.summary.cached:
        yield key("cached", f"{found.summary.cached:,}")
    whole = found.extremes()
    if whole is not None and not found.blind():
        yield key("sight.scale.answers" if found.of_answers else "sight.scale", *_both(whole))
    if found.measures == "safety":
        yield key("ov.unseen.answers" if found.of_answers else "ov.unseen.replies")


def _both(extremes: Extremes) -> tuple[str, str]:
    return percent(extremes.refuses), percent(extremes.complies)
