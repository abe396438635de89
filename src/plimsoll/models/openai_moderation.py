"""Request -> what OpenAI's moderation endpoint says of its last message, as JSON: flags and scores.

A model for guards (`openai_moderation:model=openai_moderation/omni-moderation-latest`), so that it is
limited, retried, metered and cached like every other. Any server that speaks its form will do.
"""

import os
from time import perf_counter
from typing import Annotated, Any, ClassVar

import msgspec
from msgspec import Struct

from plimsoll.core import Need, Request, Response, Unreadable, Usage, UserError, decoding
from plimsoll.models._access import checked_timeout, headers_from, key_from, refuse_key
from plimsoll.models._address import checked_url, joined, revision_of
from plimsoll.models._http import Endpoint
from plimsoll.models._reading import decoded, encoded
from plimsoll.registry import WAY, model

OPENAI = "https://api.openai.com/v1"
OPENAI_KEY = "OPENAI_API_KEY"


class Moderation(Struct):
    """What was found in one text."""

    flagged: bool
    categories: dict[str, bool | None] = {}
    category_scores: dict[str, float | None] = {}


class Reply(Struct):
    """The endpoint's reply."""

    results: list[Moderation] = []


_replies = decoding.Decoder(Reply)


class OpenAIModeration:
    """The moderation endpoint as a model that answers with JSON."""

    offers: ClassVar[frozenset[Need]] = frozenset()

    def __init__(self, model_id: str, endpoint: Endpoint, revision: str) -> None:
        self.model_id = model_id
        self.name = f"openai_moderation/{model_id}"
        self.revision = revision
        self._endpoint = endpoint

    @property
    def endpoint(self) -> str:
        """Scheme, host, port and account: models of one endpoint share its limit."""
        return self._endpoint.name

    async def generate(self, request: Request) -> Response:
        """Have the last message moderated."""
        said = request.messages[-1].text if request.messages else ""
        body: dict[str, Any] = {"model": self.model_id, "input": said}
        begun = perf_counter()
        reply = decoded(await self._endpoint.post(encoded(body)), _replies, self._endpoint.secrets)
        if not reply.results:
            raise Unreadable(f"a reply without a result from {self._endpoint.shown}")
        usage = Usage(seconds=perf_counter() - begun)
        return Response(text=msgspec.json.encode(reply.results[0]).decode(), usage=usage)

    async def close(self) -> None:
        """Close the connections."""
        await self._endpoint.close()


@model
def openai_moderation(
    model_id: str = "",
    *,
    base_url: Annotated[str, WAY] = "",
    api_key_env: Annotated[str, WAY] = "",
    timeout: Annotated[float, WAY] = 60.0,
    headers: str = "",
    api_key: str = "",
) -> OpenAIModeration:
    """OpenAI's moderation endpoint, or a server of its form, for the guard openai_moderation."""
    refuse_key(api_key, api_key_env or OPENAI_KEY)
    if not model_id:
        raise UserError(
            "openai_moderation needs a model: write openai_moderation/NAME, such as omni-moderation-latest"
        )
    address = base_url or os.environ.get("OPENAI_BASE_URL", "").strip() or OPENAI
    base = checked_url(address)
    variable = api_key_env or OPENAI_KEY
    keyless = address != OPENAI and not api_key_env
    key = key_from(variable, needed_by="" if keyless else f"openai_moderation/{model_id}")
    asked = headers_from(headers)
    endpoint = Endpoint(
        joined(base, "moderations"),
        headers={**({"Authorization": f"Bearer {key}"} if key else {}), **asked.values},
        secrets=(key, *asked.secrets),
        timeout=checked_timeout(timeout),
        account=variable if key else "",
    )
    return OpenAIModeration(model_id, endpoint, revision_of(base))
