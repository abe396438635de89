"""The API's operations and nouns -> its OpenAPI 3.1 document."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import msgspec

from plimsoll import __version__
from plimsoll.leaderboard.api import OPERATIONS, VERSION, Closing, Operation, Problem

_NOUN = "#/components/schemas/{name}"
_REFUSALS = {
    "400": "What was asked does not hold together.",
    "404": "There is nothing of that name that you may see.",
    "405": "The method does not fit the address.",
}
_TOKEN_REFUSALS = {
    "401": "No valid token.",
    "403": "The token has not this right.",
    "429": "Too many scores today, or too many refused tokens.",
}
_FILE_REFUSALS = {
    "409": "The key was used for another file, or the submission was withdrawn.",
    "413": "More bytes than are read.",
    "422": "The file is faulty; every fault is named.",
}
_PATTERNS = {"slug": "^[a-z0-9][a-z0-9_-]{0,62}$", "id": "^[0-9a-f]{24}$", "name": "^[^/]{1,120}$"}
_FILES = {
    "application/json": {
        "schema": {
            "type": "object",
            "description": "The official form: the number of the chosen option by id, from 0.",
            "additionalProperties": {"type": "integer", "minimum": 0, "maximum": 25},
        }
    },
    "application/gzip": {"schema": {"type": "string", "format": "binary", "description": "tar.gz of a run."}},
    "application/zip": {"schema": {"type": "string", "format": "binary", "description": "zip of a run."}},
}


@cache
def document() -> bytes:
    """The document, encoded."""
    kinds = [operation.gives for operation in OPERATIONS] + [Problem, Closing]
    _, components = msgspec.json.schema_components(kinds, ref_template=_NOUN)
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(VERSION + operation.path, {})[operation.method.lower()] = _described(operation)
    return msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {
                "title": "Plimsoll leaderboard",
                "version": __version__,
                "description": "Submissions, boards and rounds. Scores are blunted while a round is open.",
            },
            "paths": paths,
            "components": {
                "schemas": components,
                "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "plm_"}},
            },
        }
    )


def _described(operation: Operation) -> Mapping[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": [*_path_parameters(operation), *_query_parameters(operation), *_key(operation)],
        "responses": _responses(operation),
    }
    if operation.access != "anyone":
        described["security"] = [{"token": []}]
    if operation.body == "file":
        described["requestBody"] = {"required": True, "content": _FILES}
    if operation.body == "closing":
        described["requestBody"] = {"content": {"application/json": {"schema": _schema(Closing)}}}
    return described


def _responses(operation: Operation) -> Mapping[str, Any]:
    refusals = dict(_REFUSALS)
    if operation.access != "anyone":
        refusals |= _TOKEN_REFUSALS
    if operation.body:
        refusals |= {"413": _FILE_REFUSALS["413"]}
    if operation.body == "file":
        refusals |= _FILE_REFUSALS
    if operation.method in ("DELETE", "POST"):
        refusals["409"] = _FILE_REFUSALS["409"]
    given = {"description": operation.summary, "content": _content(operation.gives)}
    found = {str(operation.status): given}
    if operation.name == "submit":
        found["200"] = {**given, "description": "Accepted before under this key: the same receipt."}
    said = {code: {"description": words, "content": _content(Problem)} for code, words in refusals.items()}
    return {**found, **said}


def _path_parameters(operation: Operation) -> Iterator[Mapping[str, Any]]:
    for name, pattern in _PATTERNS.items():
        if "{" + name + "}" in operation.path:
            schema = {"type": "string", "pattern": pattern}
            yield {"name": name, "in": "path", "required": True, "schema": schema}


def _query_parameters(operation: Operation) -> Iterator[Mapping[str, Any]]:
    if operation.takes is None:
        return
    _, components = msgspec.json.schema_components([operation.takes])
    described = components[operation.takes.__name__]
    for name, schema in described["properties"].items():
        yield {
            "name": name,
            "in": "query",
            "required": name in described.get("required", ()),
            "schema": schema,
        }


def _key(operation: Operation) -> Iterator[Mapping[str, Any]]:
    if operation.name in ("submit", "updateSubmission"):
        schema = {"type": "string", "pattern": "^[!-~]{1,100}$"}
        yield {"name": "Idempotency-Key", "in": "header", "required": False, "schema": schema}


def _content(kind: Any) -> Mapping[str, Any]:
    return {"application/json": {"schema": _schema(kind)}}


def _schema(kind: Any) -> Mapping[str, Any]:
    (schema,), _ = msgspec.json.schema_components([kind], ref_template=_NOUN)
    return schema
