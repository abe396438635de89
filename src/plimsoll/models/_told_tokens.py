"""The places of a reply -> its tokens with their log-probabilities, as many rivals each as were asked for."""

import math
from collections.abc import Iterable, Mapping

from plimsoll.core import Request, Response, Token, replace
from plimsoll.models._first_letter import LEAST, Place


def told(response: Response, request: Request, places: Iterable[Place]) -> Response:
    """The response with its tokens, where the request asks for them and the endpoint tells all of them."""
    if not request.logprobs or response.finish == "blocked":
        return response
    try:
        tokens = [_token(place.token, place.likely(), request.logprobs) for place in places]
    except (ValueError, RecursionError):
        return response
    whole = [token for token in tokens if token is not None]
    return replace(response, tokens=tuple(whole)) if len(whole) == len(tokens) else response


def ranked(likely: Mapping[str, float], most: int) -> dict[str, float]:
    """The likeliest tokens, likeliest first."""
    rows = sorted(likely.items(), key=lambda row: -row[1])
    return {text: bounded(value) for text, value in rows[:most]}


def bounded(logprob: float) -> float:
    """A log-probability that can be stored: finite and at most 0."""
    return max(LEAST, min(0.0, logprob))


def _token(text: str, likely: Mapping[str, float], most: int) -> Token | None:
    known = {token: value for token, value in likely.items() if not math.isnan(value)}
    own = known.pop(text, None)
    return None if own is None else Token(text=text, logprob=bounded(own), rivals=ranked(known, most))
