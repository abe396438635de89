"""A conversation -> the verdict of Aegis 2.0 and NemoGuard (Ghosh et al. 2025): both turns rated, in JSON.

Twenty-three categories; `Needs Caution` among them, though it is not unsafe in the annotation, so its reading
is said: `defensive` or `permissive`. Where ours differs: anything around the JSON, single quotes, codes in
place of names and missing keys are borne; a rating that is missing or said twice and not alike is unparsed.
"""

from collections.abc import Sequence

from plimsoll.core import Model, Response
from plimsoll.guards import _first_token
from plimsoll.guards._reading import Reading, codes, keyed, listed
from plimsoll.guards.aegis import Mode, defensive, permissive
from plimsoll.guards.asking import Asked, Turn, Way, Wording
from plimsoll.guards.llama_guard import categories
from plimsoll.guards.policies import Policy, packaged, policy_of, table
from plimsoll.registry import guard

TABLE = table("aegis_2")
KEYS = {"User": "User Safety", "Agent": "Response Safety"}


def prompt(turns: Sequence[Turn], policy: Policy) -> str:
    """The one prompt for both turns."""
    said = "\n\n".join(_line(turn, last=turn is turns[-1]) for turn in turns)
    return TABLE["prompt"].replace("{categories}", categories(policy)).replace("{conversation}", said)


def _line(turn: Turn, *, last: bool) -> str:
    if turn.role == "User":
        return f"user: {turn.text}"
    return f"response: agent: {turn.text}" if last else f"agent: {turn.text}"


def read(text: str, policy: Policy, role: str) -> Reading | None:
    """The rating of the turn that is judged, and the categories."""
    rated = {name: keyed(text, key, ("unsafe", "safe")) for name, key in KEYS.items()}
    if rated[role] is None:
        return None
    found = codes(listed(text, "Safety Categories"), policy)
    unsafe = rated[role] == "unsafe"
    also = {KEYS[name]: said for name, said in rated.items() if said is not None}
    return Reading(unsafe, found.categories if unsafe else (), found.unknown if unsafe else (), also)


def score(response: Response, role: str) -> float | None:
    """The chance of `unsafe` where the rating of the turn is said."""
    return _first_token.chance(response.tokens, "unsafe", "safe", after=f'{KEYS[role]}": "')


@guard
def aegis_2(model: Model, mode: Mode = "defensive", *, policy: str = "", way: Way = "chat") -> Asked:
    """Aegis 2.0 and NemoGuard: both turns rated in JSON, or any model in that form.

    Args:
        model: What is asked, such as an endpoint of llama-3.1-nemoguard-8b-content-safety.
        mode: Whether `Needs Caution` alone counts as unsafe (`defensive`) or safe (`permissive`).
        policy: Categories instead of its own: a taxonomy, or a TOML or CSV file.
        way: As of llama_guard; `choice` rates no turn but weighs safe against unsafe.
    """
    overrule = permissive if mode == "permissive" else defensive
    wording = Wording(prompt=prompt, read=read, score=score, max_tokens=100)
    return Asked("aegis_2", wording, policy_of(policy, packaged(TABLE)), model, way, overrule, mode)
