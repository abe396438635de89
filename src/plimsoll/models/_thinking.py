"""A model's id and its endpoint -> the fields that have it answer without a thought, where it can.

Every provider has a switch of its own, and most refuse those of the others. What is not listed is asked as
it is; a user who knows a switch names it (`-M no_thinking=`).
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import SplitResult

from plimsoll.text.expressions import expression

_HYBRIDS = (
    r"qwen-?3|qwq|qwen-(?:plus|turbo|flash|max)|glm-?[45]|deepseek-(?:v3\.[1-9]|chat-v3)|hunyuan|smollm3|granite-?[34]|"
    r"nemotron|seed-(?:oss|1\.[6-9])|exaone-?4|ernie-(?:4\.5|x1)|kimi-k2\.[5-9]|mimo|ring-|minimax"
)
"""Models that think or not, as they are told."""


class Switch(NamedTuple):
    """How the models of a kind are told not to think."""

    host: str
    """The end of the host's name; empty for any."""
    model: re.Pattern[str]
    fields: Mapping[str, Any]


SWITCHES = (
    Switch("openrouter.ai", expression(""), {"reasoning": {"enabled": False}}),
    Switch("aliyuncs.com", expression(_HYBRIDS), {"enable_thinking": False}),
    Switch("siliconflow.cn", expression(_HYBRIDS), {"enable_thinking": False}),
    Switch("siliconflow.com", expression(_HYBRIDS), {"enable_thinking": False}),
    Switch("bigmodel.cn", expression(r"glm-?(?:4\.[5-9]|5)"), {"thinking": {"type": "disabled"}}),
    Switch("z.ai", expression(r"glm-?(?:4\.[5-9]|5)"), {"thinking": {"type": "disabled"}}),
    Switch("volces.com", expression(r"doubao|seed|deepseek|kimi"), {"thinking": {"type": "disabled"}}),
    Switch("googleapis.com", expression(r"gemini-2\.5-flash"), {"reasoning_effort": "none"}),
    Switch("googleapis.com", expression(r"gemini-(?:2\.5|3)"), {"reasoning_effort": "low"}),
    Switch("", expression(r"gpt-5\.[1-9]"), {"reasoning_effort": "none"}),
    Switch("", expression(r"gpt-5"), {"reasoning_effort": "minimal"}),
    Switch("", expression(r"gpt-oss|(?:^|/)o[134](?:-|$)"), {"reasoning_effort": "low"}),
    Switch("", expression(_HYBRIDS), {"chat_template_kwargs": {"enable_thinking": False, "thinking": False}}),
)
"""The first that fits holds. vLLM, SGLang and llama.cpp hand the arguments of the last on to the template."""
_OLLAMA = 11434
_CHATS = expression(r"gpt-5[\w.]*-chat")
"""Never think, and take no effort."""


def switch_of(model_id: str, base: SplitResult) -> Mapping[str, Any]:
    """The fields that switch thinking off; none where no switch is known."""
    name, host = model_id.lower(), (base.hostname or "").lower()
    if _CHATS.search(name):
        return {}
    for switch in SWITCHES:
        if (
            host == switch.host or host.endswith(f".{switch.host}") or not switch.host
        ) and switch.model.search(name):
            hybrid = "chat_template_kwargs" in switch.fields and base.port == _OLLAMA
            return {"reasoning_effort": "none"} if hybrid else switch.fields
    return {}
