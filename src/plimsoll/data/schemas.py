"""The schema of a tool and arguments as a model gave them -> what does not fit."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

KINDS: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list, tuple),
    "object": (dict,),
    "null": (type(None),),
}


def misfits(schema: Mapping[str, Any], arguments: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each argument that is missing, unknown or of another type. Nothing is converted."""
    places = properties(schema)
    for name in required(schema):
        if name not in arguments:
            yield f"Missing required parameter {name}."
    for name, value in arguments.items():
        if name not in places:
            yield f"Unknown parameter {name}."
            continue
        kind = places[name].get("type")
        if not fits(value, kind):
            yield f"Parameter {name} should have type {kind}."
        elif isinstance(allowed := places[name].get("enum"), list) and value not in allowed:
            yield f"Parameter {name} should be one of {', '.join(map(str, cast('list[Any]', allowed)))}."


def properties(schema: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """The parameters that a schema names."""
    found: Any = schema.get("properties")
    if not isinstance(found, Mapping):
        return {}
    named = cast("Mapping[str, Any]", found)
    return {
        name: cast("Mapping[str, Any]", each) for name, each in named.items() if isinstance(each, Mapping)
    }


def required(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """The parameters that a call must give."""
    found: Any = schema.get("required")
    return tuple(map(str, cast("list[Any]", found))) if isinstance(found, list) else ()


def fits(value: Any, kind: Any) -> bool:
    """Whether a value is of a JSON type: a whole number is a number, a boolean is neither."""
    if isinstance(kind, list):
        return any(fits(value, each) for each in cast("list[Any]", kind))
    if not isinstance(kind, str) or kind not in KINDS:
        return True
    if isinstance(value, bool):
        return kind == "boolean"
    if kind == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, KINDS[kind])
