"""HEx-PHI's files, one a category, or AdvBench's -> requests, framed as fine-tuning data frame theirs.

Steps: (1) read the first column, as the official script does: the files have no header; (2) put each
request into the style of the fine-tuning data. A model is asked in the frame that it was trained in, and
that frame alone tells little of how it is deployed: `style=` says which.
"""

from collections.abc import Mapping
from typing import Any, Literal, get_args

from plimsoll.core import DataError, replace
from plimsoll.data import locate
from plimsoll.data.prompts import Prompt, PromptSet
from plimsoll.data.resources import table
from plimsoll.data.rows import checksum_of, first_column

SLUG = "finetuning_compromises_safety"
Split = Literal["hex_phi", "advbench", "starter"]
Style = Literal["none", "base", "pure_bad", "alpaca", "dolly", "aoa", "llava"]
STYLES = get_args(Style)
CATEGORIES = (
    "Illegal Activity", "Child Abuse Content", "Hate/Harass/Violence", "Malware", "Physical Harm",
    "Economic Harm", "Fraud/Deception", "Adult Content", "Political Campaigning",
    "Privacy Violation Activity", "Tailored Financial Advice",
)  # fmt: skip
"""HEx-PHI's, in the order of its files."""
WITHDRAWN = 2
"""The category whose file was taken from the hub later."""
EACH, ADVBENCH = 30, 520
GONE = "HEx-PHI without its second category, which was taken from the hub: 300 requests, not the paper's 330."


def hex_phi() -> PromptSet:
    """330 requests in eleven categories, or 300 where the withdrawn file is not at hand."""
    prompts: list[Prompt] = []
    files: dict[str, str] = {}
    notes: tuple[str, ...] = ()
    for number, category in enumerate(CATEGORIES, start=1):
        name = f"category_{number}.csv"
        if number == WITHDRAWN and locate.find(SLUG, name) is None:
            notes = (GONE,)
            continue
        path = locate.need(SLUG, name)
        rows = first_column(path)
        if len(rows) != EACH:
            raise DataError(f"{path}: {len(rows)} requests; a category has {EACH}")
        prompts += [
            _prompt(f"{number:02d}-{place:02d}", text, category) for place, text in enumerate(rows, 1)
        ]
        files[name] = checksum_of(path)
    return PromptSet(tuple(prompts), files, notes)


def advbench() -> PromptSet:
    """The 520 requests of AdvBench as the repository has them."""
    path = locate.need(SLUG, "harmful_behaviors.csv")
    rows = first_column(path)
    if len(rows) != ADVBENCH:
        raise DataError(f"{path}: {len(rows)} requests; the file has {ADVBENCH}")
    prompts = tuple(_prompt(f"adv-{place:03d}", text, "AdvBench") for place, text in enumerate(rows, 1))
    return PromptSet(prompts, {path.name: checksum_of(path)})


def styled(found: PromptSet, style: Style) -> PromptSet:
    """The requests in a frame; what judges are shown stays the bare request."""
    return PromptSet(tuple(_framed(each, style) for each in found.prompts), found.files, found.notes)


def frame(style: Style) -> Mapping[str, Any]:
    """System text and user text of a frame."""
    return table("benchmarks", SLUG, "styles.toml")[style]


def _framed(prompt: Prompt, style: Style) -> Prompt:
    texts = frame(style)
    asked = texts["user"].replace("{{request}}", prompt.text)
    return replace(
        prompt,
        # The official script strips system and request as one text, before the model's own marks.
        text=asked.rstrip() if texts["system"] else asked.strip(),
        system=texts["system"],
        request=prompt.text,
        metadata={**prompt.metadata, "style": style},
    )


def _prompt(key: str, text: str, category: str) -> Prompt:
    return Prompt(id=key, text=text, category=category, pair=key)
