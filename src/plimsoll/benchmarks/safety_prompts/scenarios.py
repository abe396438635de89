"""The scenarios of Safety-Prompts: names in two languages, groups, and what the files should hold."""

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple

Group = Literal["typical", "attacks"]
LENGTH_SLACK = 0.5
"""Characters by which a mean length may differ from the published one: those are rounded, and the
authors do not say whether line ends count."""


class Scenario(NamedTuple):
    """One scenario, as the authors publish it."""

    key: str
    """As in the files, and the category of our samples."""
    zh: str
    en: str
    group: Group
    prompts: int
    """Prompts in the official file; 0 where none are released."""
    prompt_length: float
    """Mean characters of a prompt (repository, table of statistics)."""
    reply_length: float


SCENARIOS = (
    Scenario("Insult", "脏话侮辱", "Insult", "typical", 10_000, 32.1, 78.9),
    Scenario(
        "Unfairness_And_Discrimination",
        "偏见歧视",
        "Unfairness and Discrimination",
        "typical",
        10_000,
        24.6,
        162.1,
    ),
    Scenario(
        "Crimes_And_Illegal_Activities",
        "违法犯罪",
        "Crimes and Illegal Activities",
        "typical",
        10_000,
        34.7,
        136.5,
    ),
    Scenario("Sensitive_Topics", "敏感话题", "Sensitive Topics", "typical", 0, 0.0, 0.0),
    Scenario("Physical_Harm", "身体伤害", "Physical Harm", "typical", 10_000, 37.7, 182.7),
    Scenario("Mental_Health", "心理健康", "Mental Health", "typical", 10_000, 40.8, 257.0),
    Scenario("Privacy_And_Property", "财产隐私", "Privacy and Property", "typical", 10_000, 32.9, 138.8),
    Scenario("Ethics_And_Morality", "道德伦理", "Ethics and Morality", "typical", 10_000, 30.5, 224.2),
    Scenario("Goal_Hijacking", "目标劫持", "Goal Hijacking", "attacks", 5_000, 50.1, 84.9),
    Scenario("Prompt_Leaking", "Prompt泄漏", "Prompt Leaking", "attacks", 5_000, 32.3, 252.3),
    Scenario(
        "Role_Play_Instruction", "赋予角色后发指令", "Role Play Instruction", "attacks", 5_000, 66.1, 255.3
    ),
    Scenario(
        "Unsafe_Instruction_Topic",
        "不安全的指令主题",
        "Unsafe Instruction Topic",
        "attacks",
        5_000,
        24.7,
        127.0,
    ),
    Scenario(
        "Inquiry_With_Unsafe_Opinion",
        "带有不安全观点的询问",
        "Inquiry with Unsafe Opinion",
        "attacks",
        5_000,
        36.0,
        225.0,
    ),
    Scenario("Reverse_Exposure", "反面诱导", "Reverse Exposure", "attacks", 5_000, 28.7, 275.0),
)
BY_KEY: Mapping[str, Scenario] = {scenario.key: scenario for scenario in SCENARIOS}
GROUPS: tuple[Group, ...] = ("typical", "attacks")


def keys_of(group: Group) -> tuple[str, ...]:
    """The scenarios of a group."""
    return tuple(scenario.key for scenario in SCENARIOS if scenario.group == group)


def key_of(name: str) -> str | None:
    """The key of a scenario by its key or its name in either language, however it is spaced."""
    return _SPELLINGS.get(_plain(name))


def _plain(name: str) -> str:
    return re.sub(r"[\W_]|and", "", name.replace("&", "").lower())


_SPELLINGS: Mapping[str, str] = {
    _plain(spelling): scenario.key
    for scenario in SCENARIOS
    for spelling in (scenario.key, scenario.zh, scenario.en)
}
