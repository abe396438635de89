"""A run -> one record of Every Eval Ever (schema 0.3.0) with its rows, where its data set wants them."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from plimsoll import __version__
from plimsoll.core import Estimate
from plimsoll.data.rows import checksum
from plimsoll.documents.every_eval_ever_samples import Link, Rows, rows
from plimsoll.documents.gathering import Kept, Scope
from plimsoll.documents.model_card import HUB, dataset_on_hub
from plimsoll.pages.units import unit
from plimsoll.pages.words import metric
from plimsoll.run.keep.folder import slug

VERSION = "0.3.0"


def record(each: Kept, scope: Scope) -> dict[str, Any]:
    """The record of a run."""
    manifest = each.manifest
    asked = _epoch(manifest.created)
    return {
        "schema_version": VERSION,
        "evaluation_id": f"{_name(each)}/{manifest.model.name.replace('/', '_')}/{asked}",
        "evaluation_timestamp": asked,
        "retrieved_timestamp": asked,
        "source_metadata": {
            "source_name": "Plimsoll",
            "source_type": "evaluation_run",
            "source_organization_name": scope.organisation or "unknown",
            "evaluator_relationship": "other",
            "additional_details": {"run": manifest.id},
        },
        "eval_library": {"name": "plimsoll", "version": manifest.plimsoll or __version__},
        "model_info": {
            "name": manifest.model.name,
            "id": manifest.model.name,
            "additional_details": {
                "deployment_type": "unknown",
                "model_availability": "unknown",
                "revision": manifest.model.revision or "unknown",
            },
        },
        "evaluation_results": list(_results(each)),
    }


def samples(each: Kept, made: dict[str, Any]) -> Rows | None:
    """The rows of a run, where it has a headline over everything; their file lies beside the record."""
    manifest = each.manifest
    whole = next((e for e in each.summary.estimates if e.name == manifest.headline and not e.group), None)
    judge = (whole.judge if whole else "") or next(iter(manifest.instruments), "")
    if whole is None or whole.value != whole.value:
        return None
    link = Link(
        evaluation=made["evaluation_id"],
        result=_result_id(each, whole),
        name=manifest.card.title,
        model=manifest.model.name,
        estimate=whole,
        judge=judge,
        instrument=manifest.instruments.get(judge),
    )
    found = rows(each.folder.in_order(), link)
    return found if found.written else None


def with_samples(made: dict[str, Any], each: Kept, found: Rows) -> dict[str, Any]:
    """The record, which names the file of its rows."""
    beside = samples_place(place(each))
    detail = {"left_out_without_a_verdict": str(found.left_out)} if found.left_out else {}
    return made | {
        "detailed_evaluation_results": {
            "format": "jsonl",
            "file_path": beside.as_posix(),
            "hash_algorithm": "sha256",
            "checksum": checksum(found.body),
            "total_rows": found.written,
            "additional_details": detail,
        }
    }


def samples_place(record: Path) -> Path:
    """Where the rows of a record lie."""
    return record.with_name(f"{record.stem}_samples.jsonl")


def place(each: Kept) -> Path:
    """`data/<benchmark>/<developer>/<model>/<uuid>.json`, the same for the same run."""
    developer, _, model = each.manifest.model.name.rpartition("/")
    named = UUID(bytes=hashlib.sha256(each.manifest.id.encode()).digest()[:16], version=4)
    return Path("data") / _name(each) / (slug(developer) or "unknown") / slug(model) / f"{named}.json"


def encoded(found: dict[str, Any]) -> bytes:
    """A record as it is written."""
    return msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n"


def _results(each: Kept) -> Iterator[dict[str, Any]]:
    """The headline, over everything and by category and language."""
    for estimate in each.summary.estimates:
        if estimate.name == each.manifest.headline and estimate.value == estimate.value:
            yield _result(each, estimate)


def _result(each: Kept, estimate: Estimate) -> dict[str, Any]:
    group = _group(estimate)
    return {
        "evaluation_result_id": _result_id(each, estimate),
        "evaluation_name": each.manifest.card.title + (f" ({group})" if group else ""),
        "source_data": _source(each),
        "evaluation_timestamp": _epoch(each.manifest.created),
        "metric_config": _config(each, estimate),
        "score_details": {
            "score": estimate.value,
            "details": {"judge": estimate.judge, "unscored": str(estimate.unscored)},
            "uncertainty": {
                "confidence_interval": {
                    "lower": estimate.low,
                    "upper": estimate.high,
                    "confidence_level": 0.95,
                    "method": estimate.method,
                },
                "num_samples": estimate.n,
            },
        },
        "generation_config": _generation(each),
    }


def _group(estimate: Estimate) -> str:
    return " ".join(f"{key}={value}" for key, value in sorted(estimate.group.items()))


def _result_id(each: Kept, estimate: Estimate) -> str:
    parts = (each.manifest.id, estimate.judge, estimate.name, _group(estimate))
    return "/".join(part for part in parts if part)


def _config(each: Kept, estimate: Estimate) -> dict[str, Any]:
    share = unit(estimate.name) == "share" and estimate.low >= 0
    config: dict[str, Any] = {
        "evaluation_description": each.manifest.card.differs or each.manifest.card.title,
        "metric_id": f"plimsoll.{estimate.name}",
        "metric_name": metric(estimate.name),
        "metric_unit": "proportion" if share else "points",
        "lower_is_better": not estimate.higher_is_safer,
        "score_type": "continuous",
        "min_score": 0.0 if share else None,
        "max_score": 1.0 if share else None,
    }
    model = next((i.model for i in each.manifest.instruments.values() if i.model), "")
    if model:
        name, _, revision = model.partition("|")
        details = {
            "deployment_type": "unknown",
            "model_availability": "unknown",
            "revision": revision or "unknown",
        }
        judge = {"model_info": {"name": name, "id": name, "additional_details": details}}
        config["llm_scoring"] = {
            "judges": [judge],
            "input_prompt": f"the prompt of Plimsoll's judge {estimate.judge}",
        }
    return config


def _source(each: Kept) -> dict[str, Any]:
    card = each.manifest.card
    details = {"license": card.license or "unknown", "spec": each.manifest.spec.benchmark}
    if hub := dataset_on_hub(each):
        return {
            "dataset_name": card.title,
            "source_type": "hf_dataset",
            "hf_repo": hub,
            "additional_details": details,
        }
    urls = [url for url in (card.source, card.paper) if url.startswith("http") and HUB not in url]
    if urls and not each.manifest.starter:
        return {"dataset_name": card.title, "source_type": "url", "url": urls, "additional_details": details}
    return {"dataset_name": card.title, "source_type": "other", "additional_details": details}


def _generation(each: Kept) -> dict[str, Any]:
    spec = each.manifest.spec
    sampling = spec.sampling
    known = {name: sampling[name] for name in ("temperature", "top_p", "max_tokens") if name in sampling}
    details = {
        "attacks": " ".join(spec.attacks),
        "defenses": " ".join(spec.defenses),
        "system_prompt": spec.system_prompt,
        "seed": str(spec.seed),
        "epochs": str(spec.epochs),
    }
    return {
        "generation_args": known,
        "additional_details": {key: value for key, value in details.items() if value},
    }


def _name(each: Kept) -> str:
    return slug(each.manifest.spec.benchmark.partition(":")[0])


def _epoch(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return "0"
    return str(int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()))
