"""A case -> a section for a model's page on the Hub, with `model-index` where the Hub looks for results."""

from collections.abc import Iterator
from typing import Any

from plimsoll import __version__
from plimsoll.core import Estimate
from plimsoll.documents import block_yaml, evidence, guarding
from plimsoll.documents.findings import findings
from plimsoll.documents.gathering import Case, Kept
from plimsoll.documents.saying import say
from plimsoll.pages import document_markdown
from plimsoll.pages.document import Document
from plimsoll.pages.words import Language, metric
from plimsoll.reports.figures import figures
from plimsoll.reports.view import RunView

HUB = "huggingface.co/datasets/"


def render(case: Case, language: Language = "en") -> str:
    """The page: metadata between `---` lines, then what people read."""
    return f"---\n{block_yaml.dumped(metadata(case))}---\n\n{_section(case, language)}"


def metadata(case: Case) -> dict[str, Any]:
    """What the Hub reads of a model's page."""
    name = case.model.rpartition("/")[2] or case.model
    return {"model-index": [{"name": name, "results": list(_results(case))}]}


def eval_results(case: Case) -> list[dict[str, Any]]:
    """The same for `.eval_results/`, where the data set itself lies on the Hub."""
    return list(_entries(case))


def dataset_on_hub(each: Kept) -> str:
    """`owner/name` where the card's source is a data set of the Hub."""
    source = each.manifest.card.source
    return "/".join(source.partition(HUB)[2].strip("/").split("/")[:2]) if HUB in source else ""


def whole_of(each: Kept) -> Estimate | None:
    """The headline over everything, corrected where that is known."""
    found = figures(RunView(manifest=each.manifest, summary=each.summary))
    return found.corrected() or found.judged()


def _section(case: Case, language: Language) -> str:
    document = Document(
        title=say("card.title"),
        head=list(findings(case, guarding.measure(case))),
        sections=[
            evidence.balance(case),
            evidence.hazards(case),
            evidence.attacks(case),
            evidence.gaps(case),
        ],
    )
    return document_markdown.render(document, language)


def _results(case: Case) -> Iterator[dict[str, Any]]:
    for each in case.kept:
        whole = whole_of(each)
        if whole is not None:
            yield {
                "task": {"type": "text-generation", "name": "Safety evaluation"},
                "dataset": _dataset(each),
                "metrics": [_metric(each, whole)],
                "source": {
                    "name": f"Plimsoll {__version__}",
                    "url": "https://pypi.org/project/plimsoll-eval/",
                },
            }


def _dataset(each: Kept) -> dict[str, Any]:
    spec = each.manifest.spec
    arguments = {"spec": spec.benchmark, "attacks": list(spec.attacks), "defenses": list(spec.defenses)}
    return {
        "type": dataset_on_hub(each) or spec.benchmark.partition(":")[0],
        "name": _named(each),
        "args": {key: value for key, value in arguments.items() if value},
    }


def _named(each: Kept) -> str:
    spec = each.manifest.spec
    under = [*(f"under {attack}" for attack in spec.attacks), *(f"behind {part}" for part in spec.defenses)]
    starter = ["starter set"] if each.manifest.starter else []
    told = ", ".join([*starter, *under])
    return f"{each.manifest.card.title} ({told})" if told else each.manifest.card.title


def _metric(each: Kept, whole: Estimate) -> dict[str, Any]:
    return {
        "type": whole.name,
        "name": metric(whole.name),
        "value": whole.value,
        "args": {
            "low": whole.low,
            "high": whole.high,
            "level": 0.95,
            "n": whole.n,
            "unscored": whole.unscored,
            "judge": whole.judge,
            "higher_is_safer": whole.higher_is_safer,
            "run": each.manifest.id,
        },
    }


def _entries(case: Case) -> Iterator[dict[str, Any]]:
    for each in case.bare:
        whole, hub = whole_of(each), dataset_on_hub(each)
        if whole is not None and hub and not each.manifest.starter:
            notes = f"{whole.name}, n={whole.n}, 95 % interval {whole.low:.4g} to {whole.high:.4g}, Plimsoll"
            yield {
                "dataset": {"id": hub, "task_id": "default"},
                "value": whole.value,
                "date": each.manifest.created,
                "notes": notes,
            }
