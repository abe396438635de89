"""The API held against its own description, by schemathesis."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from plimsoll.leaderboard import openapi
from plimsoll.leaderboard.administration import HOST
from plimsoll.leaderboard.api import OPERATIONS
from plimsoll.leaderboard.service import Service
from tests.support.boards import META, Team, right, served, upload


def test_every_operation_is_described_with_its_refusals() -> None:
    document = json.loads(openapi.document())
    described = {each["operationId"] for path in document["paths"].values() for each in path.values()}
    assert described == {operation.name for operation in OPERATIONS}
    for path in document["paths"].values():
        for operation in path.values():
            assert ("401" in operation["responses"]) == ("security" in operation)


def test_no_noun_of_the_api_can_hold_an_answer() -> None:
    document = openapi.document().decode()
    for word in ('"answer"', '"answers"', '"predictions"', '"digest"', '"secret"', '"holdout_ids"'):
        assert word not in document


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_the_api_is_as_its_description_says(lite: Service, team: Team) -> None:
    schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")
    from hypothesis import HealthCheck, Phase, given, settings

    lite.admin.change(HOST, "small", daily=100_000)
    lite.admin.publish(HOST, lite.submitting.submit(team.who, "small", META, upload(right())).id)
    tokens = {"team": team.token, "host": lite.admin.issue(HOST, None).token}
    bounded = settings(
        max_examples=25,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )
    seen: set[str] = set()
    with served(lite) as where:
        schema = schemathesis.openapi.from_url(f"{where}/api/openapi.json")
        for found in schema.get_all_operations():
            operation = found.ok()
            name = operation.definition.raw["operationId"]
            access = next(each.access for each in OPERATIONS if each.name == name)
            bounded(given(case=operation.as_strategy())(holding(tokens.get(access, ""))))()
            seen.add(name)
    assert seen == {operation.name for operation in OPERATIONS}


def holding(token: str) -> Callable[..., None]:
    """A check of one case, asked with a token."""
    from schemathesis import checks

    wanted = [
        checks.not_a_server_error,
        checks.status_code_conformance,
        checks.content_type_conformance,
        checks.response_schema_conformance,
    ]

    def hold(case: Any) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        case.validate_response(case.call(headers=headers), checks=wanted)

    return hold
