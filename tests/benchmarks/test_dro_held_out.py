"""What DRO's lines say of requests that they were not learned from."""

import pytest

from plimsoll.benchmarks.dro import geometry
from plimsoll.benchmarks.dro.space import Geometry, held_out, lines, parts_of, space_of

pytestmark = pytest.mark.torch


def test_a_request_that_was_learned_under_another_condition_is_not_held_out() -> None:
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    requests, conditions = 12, 4
    states = torch.randn(requests, 12).double().repeat(conditions, 1, 1)
    truth = tuple(place % 2 == 0 for place in range(requests))
    compliance = torch.rand(requests).double().repeat(conditions, 1)
    space = space_of(states.flatten(0, 1), 8)
    inner = space.inside(states.flatten(0, 1))
    harmless = inner.new_tensor([float(not each) for each in truth]).repeat(conditions)
    made = lines(inner, [compliance.flatten(), harmless], 4)
    found = geometry.Found(
        geometry=Geometry(space=space, compliance=made[0], harmlessness=made[1]),
        states=states,
        compliance=compliance,
        truth=truth,
        conditions=("none", "a", "b", "c"),
    )
    said = found.unseen["harmlessness"]
    # The same request says the same under every condition, for it was learned under none of them.
    assert said.std(0).max() == pytest.approx(0.0, abs=1e-12)
    leaked = torch.tensor(held_out(inner, made[1], parts_of(len(inner), 4))).reshape(conditions, requests)
    assert leaked.std(0).max() > 1e-6
