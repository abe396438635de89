"""A run's records -> a data set as Croissant 1.0 describes it: files with checksums, and where fields lie."""

import csv
import io
from typing import Any

import msgspec

from plimsoll.core import Record
from plimsoll.data.rows import checksum
from plimsoll.documents.gathering import Kept, Scope

CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "equivalentProperty": "cr:equivalentProperty",
    "samplingRate": "cr:samplingRate",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
FILE, TABLE = "croissant.json", "records.csv"
FIELDS = {
    "id": "Id of the question",
    "epoch": "Which time the question was asked",
    "category": "Category of the question",
    "language": "Language of the question",
    "prompt": "What was said to the model last",
    "reply": "What the model said last",
    "outcome": "What became of the reply",
    "label": "Label of the judge that counts",
    "value": "1 where the label's event happened, empty where it could not be told",
}


def table(each: Kept) -> bytes:
    """The records as a flat table."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(FIELDS)
    judge = next(iter(each.manifest.instruments), "")
    for record in each.folder.records():
        writer.writerow(_row(record, judge))
    return out.getvalue().encode("utf-8", "replace")


def metadata(each: Kept, scope: Scope, held: bytes) -> dict[str, Any]:
    """The description of a table, to lie beside it."""
    manifest = each.manifest
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": f"{manifest.spec.benchmark.partition(':')[0]}-{manifest.id}".replace("_", "-"),
        "description": (
            f"Replies of {manifest.model.name} to {manifest.card.title}, with the verdicts of "
            f"{', '.join(manifest.instruments) or 'its judges'}. Some may upset."
        ),
        "version": f"{manifest.card.version}.0.0",
        "license": manifest.card.license or "unknown",
        "url": manifest.card.source or manifest.card.paper or "https://pypi.org/project/plimsoll-eval/",
        "datePublished": manifest.created[:10],
        "creator": {"@type": "sc:Organization", "name": scope.organisation or "unknown"},
        "citeAs": manifest.card.paper or manifest.card.title,
        "distribution": [
            {
                "@type": "cr:FileObject",
                "@id": TABLE,
                "name": TABLE,
                "description": "One record a line: question, reply, verdict.",
                "contentUrl": TABLE,
                "encodingFormat": "text/csv",
                "sha256": checksum(held),
            }
        ],
        "recordSet": [
            {
                "@type": "cr:RecordSet",
                "@id": "records",
                "name": "records",
                "description": "What was asked and what became of it.",
                "field": [_field(*field) for field in FIELDS.items()],
            }
        ],
    }


def _row(record: Record, judge: str) -> tuple[object, ...]:
    verdict = record.verdicts.get(judge)
    asked = next((each.text for each in reversed(record.sample.messages) if each.role == "user"), "")
    replies = record.transcript.responses if record.transcript else ()
    return (
        *(record.sample.id, record.epoch, record.sample.category, record.sample.language, asked),
        *(replies[-1].text if replies else "", record.outcome.value),
        *((verdict.label, "" if verdict.value is None else verdict.value) if verdict else ("", "")),
    )


def encoded(found: dict[str, Any]) -> bytes:
    """A description as it is written."""
    return msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n"


def _field(name: str, description: str) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": f"records/{name}",
        "name": name,
        "description": description,
        "dataType": "sc:Text",
        "source": {"fileObject": {"@id": TABLE}, "extract": {"column": name}},
    }
