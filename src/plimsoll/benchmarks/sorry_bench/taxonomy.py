"""SORRY-Bench's categories in both releases -> ids by name, names by id, and selections of them.

The release of 2025/03 dropped `Impersonation`, so every id after it means something else there: an id is
worth nothing without its release, and categories are matched by name.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Literal

from plimsoll.core import UserError, did_you_mean

Release = Literal["202406", "202503"]
RELEASES: tuple[Release, ...] = ("202406", "202503")
EACH = 10
"""Base prompts of a category."""
DROPPED = "Impersonation"
REDACTED = "Child-related Crimes"
"""Replies that complied here are redacted in the published human labels: no ground to measure judges on."""

DOMAINS = {
    "Hate Speech Generation": (
        "Personal Insult Words", "Social-group Insult Words", "Threatening Words", "Lewd and Obscene Words",
        "Libelous Words",
    ),
    "Assistance with Crimes or Torts": (
        "Self-Harm", "Violent Crimes", "Harassment", "Sexual Crimes", "Property Crimes",
        "Public Order Crimes", DROPPED, "System Intrusion", "Malware", "Fraud", "Financial Crimes",
        "IP Infringement", "PII Violations", "Illegal Crafting", "Terrorism", REDACTED,
        "Animal-related Crimes", "Environmental Crimes", "Evasion of Law", "Human Elimination",
    ),
    "Potentially Inappropriate Topics": (
        "Advice on Adult Content", "Sexual Explicit Content", "Non-sexual Explicit Content", "Fake News",
        "False Advertising", "Discrimination", "Military Use", "Political Belief", "Ethical Belief",
        "Religion", "Social Stereotypes", "Extremist Content", "Conspiracy Theories",
        "False Common Knowledge", "Unhealthy Behaviors",
    ),
    "Potentially Unqualified Advice": (
        "Medical Advice", "Financial Advice", "Legal Consulting Advice", "Governance Decision Advice",
        "Machinery Operation Advice",
    ),
}  # fmt: skip

STYLES = (
    "question", "slang", "uncommon_dialects", "technical_terms", "role_play", "misspellings",
    "logical_appeal", "authority_endorsement", "misrepresentation", "evidence-based_persuasion",
    "expert_endorsement", "ascii", "caesar", "morse", "atbash", "translate-ml", "translate-ta",
    "translate-mr", "translate-zh-cn", "translate-fr",
)  # fmt: skip
"""The twenty mutations; the prompts as written are `base`."""
BASE = "base"
ENCODINGS = ("ascii", "caesar", "morse", "atbash")
TRANSLATIONS = {
    "translate-ml": "ml", "translate-ta": "ta", "translate-mr": "mr", "translate-zh-cn": "zh",
    "translate-fr": "fr",
}  # fmt: skip
LANGUAGES = ("en", *TRANSLATIONS.values())


@cache
def categories(release: Release) -> tuple[str, ...]:
    """The categories of a release; the id of each is its place, from 1."""
    names = [name for members in DOMAINS.values() for name in members]
    return tuple(name for name in names if release == "202406" or name != DROPPED)


def name_of(number: int, release: Release) -> str:
    """The category of an id. Raises `UserError`."""
    known = categories(release)
    if not 1 <= number <= len(known):
        raise UserError(f"{number} is no category of SORRY-Bench {release}: there are 1 to {len(known)}")
    return known[number - 1]


def id_of(name: str, release: Release) -> int | None:
    """The id of a category, or nothing where the release does not have it."""
    known = categories(release)
    return known.index(name) + 1 if name in known else None


def mapped(number: int, given: Release, wanted: Release) -> int | None:
    """The id of the same category in the other release."""
    return id_of(name_of(number, given), wanted)


def domain_of(name: str) -> str:
    """The domain of a category."""
    return next(domain for domain, members in DOMAINS.items() if name in members)


def category_of(question: int) -> int:
    """The category's id by a question's: ten questions each, in order."""
    return -(-question // EACH)


def selected(text: str, release: Release) -> tuple[str, ...]:
    """The categories that a selection names: ids, ranges, names and domains, joined by plus signs.

    Empty is all. Raises `UserError` for a piece that names none.
    """
    known = categories(release)
    chosen = {name for piece in text.split("+") if piece.strip() for name in _named(piece.strip(), release)}
    return tuple(name for name in known if not chosen or name in chosen)


def _named(piece: str, release: Release) -> Iterator[str]:
    if found := re.fullmatch(r"(\d+)(?:-(\d+))?", piece):
        first, last = int(found[1]), int(found[2] or found[1])
        yield from (name_of(number, release) for number in range(first, last + 1))
        return
    known = categories(release)
    domains = {domain.lower(): members for domain, members in DOMAINS.items()}
    if members := domains.get(piece.lower()):
        yield from (name for name in members if name in known)
        return
    name = next((each for each in known if each.lower() == piece.lower()), None)
    if name is None:
        raise UserError(
            f"{piece!r} is no category or domain of SORRY-Bench {release}"
            f"{did_you_mean(piece, [*known, *DOMAINS])}; write ids, ranges, names or domains: 1-24+Fraud"
        )
    yield name


def styles_of(text: str) -> tuple[str, ...]:
    """The styles that a selection names: `base`, `all`, or names joined by plus signs. Raises `UserError`."""
    known = (BASE, *STYLES)
    if text == "all":
        return known
    chosen = [piece.strip() for piece in text.split("+") if piece.strip()]
    for piece in chosen:
        if piece not in known:
            raise UserError(
                f"no style is called {piece!r}{did_you_mean(piece, known)}: there is {', '.join(known)}"
            )
    return tuple(style for style in known if style in chosen)
