"""A request that was turned down -> the same request with less, until the endpoint takes it.

What helped is left out from then on, and noted; what did not help is forgotten.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from plimsoll.core import Denied, ModelError, Response, UserError
from plimsoll.models._faults import Rejected, ServerFault, Withheld
from plimsoll.models._manners import (
    Change,
    Manners,
    blind_changes,
    breaks_over_a_field,
    named_change,
    without_logprobs,
)

BLOCKED = Response(finish="blocked")
HEAD_START = 1.0
"""Seconds that others wait for the first request: a refusal comes at once, a reply may take long."""

Ask = Callable[[Manners], Awaitable[Response]]
Body = Mapping[str, Any]
BodyOf = Callable[[Manners], Body]


class Terms:
    """What is known of how one endpoint wants to be asked for one model."""

    def __init__(self, manners: Manners) -> None:
        self.manners = manners
        self.accepted: frozenset[str] = frozenset()
        """Fields of requests that were answered."""
        self._ahead = False
        """Whether a first request was sent."""
        self._met = asyncio.Event()
        """Set as soon as the first request is through."""
        self._learning = asyncio.Lock()
        self._hopeless: UserError | Denied | None = None
        """What only a user can help, once it was found."""

    def accept(self, body: Body) -> None:
        """Take note that a request was answered."""
        if not body.keys() <= self.accepted:
            self.accepted |= body.keys()

    async def asked(self, ask: Ask, body_of: BodyOf) -> Response:
        """Ask, and ask for less where that is refused. The first request goes ahead of all others."""
        if self._ahead:
            await self._let_ahead()
            return await self._by_terms(ask, body_of)
        self._ahead = True
        try:
            return await self._by_terms(ask, body_of)
        except Denied as denied:
            self._hopeless = denied
            raise
        finally:
            self._met.set()

    async def _let_ahead(self) -> None:
        """Wait until the first request has found out whether it is refused, if that comes soon."""
        if self._met.is_set():
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(self._met.wait(), HEAD_START)
        if self._hopeless is not None:
            raise self._hopeless

    async def _by_terms(self, ask: Ask, body_of: BodyOf) -> Response:
        manners = self.manners
        try:
            return await ask(manners)
        except Withheld:
            return BLOCKED
        except (Rejected, ServerFault) as refused:
            return await self._less(ask, body_of, manners, refused)

    async def _less(
        self, ask: Ask, body_of: BodyOf, asked: Manners, refused: Rejected | ServerFault
    ) -> Response:
        """Ask for less than `asked`. Raises the refusal where that does not help.

        Requests that are refused together wait for the first of them: it learns for all.
        """
        if not self._learning.locked():
            async with self._learning:
                return await self._learned(ask, body_of, refused)
        async with self._learning:
            pass
        if self._hopeless is not None:
            raise self._hopeless
        if self.manners is not asked:
            try:
                return await ask(self.manners)
            except Withheld:
                return BLOCKED
            except (Rejected, ServerFault) as again:
                refused = again
        return await self._learned(ask, body_of, refused)

    async def _learned(self, ask: Ask, body_of: BodyOf, refused: Rejected | ServerFault) -> Response:
        if isinstance(refused, ServerFault) and not breaks_over_a_field(refused):
            return await self._without_logprobs(ask, body_of, refused)
        try:
            return await self._named(ask, body_of, refused)
        except UserError as hopeless:
            self._hopeless = hopeless
            raise

    async def _named(self, ask: Ask, body_of: BodyOf, refused: Rejected | ServerFault) -> Response:
        """Leave out what the endpoint itself says it refuses."""
        manners, changes = self.manners, list[Change]()
        said: Rejected | ServerFault = refused
        while change := named_change(manners, body_of(manners), said):
            manners = change.of(manners)
            changes.append(change)
            try:
                response = await ask(manners)
            except Withheld:
                return BLOCKED
            except (Rejected, ServerFault) as again:
                said = again
            else:
                self._learn(changes)
                return response
        if isinstance(refused, ServerFault):
            return await self._without_logprobs(ask, body_of, refused)
        return await self._blindly(ask, body_of, manners, changes, refused)

    async def _blindly(
        self, ask: Ask, body_of: BodyOf, manners: Manners, changes: list[Change], refused: Rejected
    ) -> Response:
        """Leave out one thing at a time, where the endpoint has not said what it refuses."""
        for change in blind_changes(manners, body_of(manners), self.accepted):
            try:
                response = await ask(change.of(manners))
            except Withheld:
                return BLOCKED
            except ModelError:
                continue
            try:
                return await ask(manners)  # a refusal that has passed by itself teaches nothing
            except ModelError:
                self._learn([*changes, change])
                return response
        raise refused

    async def _without_logprobs(self, ask: Ask, body_of: BodyOf, broken: ServerFault) -> Response:
        """Some endpoints break where they should refuse."""
        asked = {"logprobs", "top_logprobs"} & body_of(self.manners).keys()
        if not asked or asked & self.accepted:
            raise broken
        change = without_logprobs("the endpoint breaks where they are asked for")
        try:
            response = await ask(change.of(self.manners))
        except ModelError:
            raise broken from None
        self._learn([change])
        return response

    def _learn(self, changes: Sequence[Change]) -> None:
        for change in changes:
            if change.lasting:
                self.manners = change.of(self.manners)
