"""A guard that tells a model its categories -> the same guard with these in the opposite order."""

from dataclasses import replace

from plimsoll.core import Guard, UserError
from plimsoll.guards.asking import Asked, EachCategory


def turned(guard: Guard) -> Guard:
    """The guard, its categories turned about. Raises `UserError` where it has none."""
    if isinstance(guard, EachCategory):
        return EachCategory(_turned(guard.inner))
    if isinstance(guard, Asked) and len(guard.policy.categories) > 1:
        return _turned(guard)
    raise UserError(f"category_order: {guard.name} tells its model no categories that could change places")


def _turned(guard: Asked) -> Asked:
    codes = [each.code for each in reversed(guard.policy.categories)]
    return replace(guard, policy=guard.policy.ordered(codes))
