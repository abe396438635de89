"""The environment -> the language that its owner reads."""

import os
from collections.abc import Mapping
from typing import Literal

Language = Literal["en", "zh"]

VARIABLE = "PLIMSOLL_LANG"
ASKED = (VARIABLE, "LC_ALL", "LC_MESSAGES", "LANG")
"""Variables that say it; the first one that holds anything decides, as everywhere on a Unix machine."""


def preferred(environment: Mapping[str, str] = os.environ) -> Language:
    """Chinese where the environment asks for it (`zh`, `zh_CN.UTF-8` ...), else English."""
    said = next((environment[name] for name in ASKED if environment.get(name)), "")
    return "zh" if said.lower().startswith("zh") else "en"
