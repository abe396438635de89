"""Runs in PyRIT's environment: prompts through its converters -> CPU seconds of each, a line of JSON.

python bench/peers/pyrit_converters.py PROMPTS.json RUN_PROMPTS Base64 ROT13 ...

`bare` is the converter alone. `whole` is a message, converted by the normaliser, which notes the converter
with it. `named` is what an attack of PyRIT does to a prompt before it is sent, step for step as in its
`PromptNormalizer.send_prompt_async`: the seed's message copied, given a conversation, converted, hashed; the
database that it is written to is left out. `run` is its attack on a target that answers at once, for so many
of the prompts, kept in its memory in this process.
"""

import asyncio
import copy
import json
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

from pyrit import converter as converters
from pyrit.executor.attack import AttackConverterConfig, AttackExecutor, PromptSendingAttack
from pyrit.models import Message
from pyrit.models.messages.conversations import construct_response_from_request
from pyrit.prompt_normalizer import ConverterConfiguration, PromptNormalizer
from pyrit.prompt_target import PromptTarget
from pyrit.setup import IN_MEMORY, initialize_pyrit_async


class Instant(PromptTarget):
    """Answers at once."""

    async def _send_prompt_to_target_async(self, *, normalized_conversation: list[Message]) -> list[Message]:
        asked = normalized_conversation[-1].message_pieces[0]
        return [construct_response_from_request(request=asked, response_text_pieces=["No."])]


async def seconds(prompts: list[str], convert: Callable[[str], Awaitable[Any]]) -> float:
    """CPU time for all of them, after one that loads what is loaded at first use."""
    await convert(prompts[0])
    began = time.process_time()
    for prompt in prompts:
        await convert(prompt)
    return time.process_time() - began


async def of_run(prompts: list[str], said: list[ConverterConfiguration]) -> float:
    """CPU time of an attack on all of them, ten at a time."""
    attack = PromptSendingAttack(
        objective_target=Instant(),
        attack_converter_config=AttackConverterConfig(request_converters=said),
    )
    began = time.process_time()
    await AttackExecutor(max_concurrency=10).execute_attack_async(attack=attack, objectives=prompts)
    return time.process_time() - began


async def main() -> None:
    await initialize_pyrit_async(IN_MEMORY, silent=True)
    prompts: list[str] = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    asked = int(sys.argv[2])
    normaliser = PromptNormalizer()
    for name in sys.argv[3:]:
        made = getattr(converters, f"{name}Converter")()
        said = [ConverterConfiguration(converters=[made])]
        first = await made.convert_async(prompt=prompts[0])

        async def bare(prompt: str, made: Any = made) -> Any:
            return await made.convert_async(prompt=prompt)

        async def whole(prompt: str, said: Any = said) -> Any:
            message = Message.from_prompt(prompt=prompt, role="user")
            await normaliser.convert_values_async(converter_configurations=said, message=message)
            return message

        async def named(prompt: str, said: Any = said) -> Any:
            message = copy.deepcopy(Message.from_prompt(prompt=prompt, role="user"))
            conversation = str(uuid4())
            for piece in message.message_pieces:
                piece.conversation_id = conversation
            await normaliser.convert_values_async(converter_configurations=said, message=message)
            await normaliser._calc_hash_async(request=message)
            return message

        row = {
            "name": name,
            "bare": await seconds(prompts, bare),
            "whole": await seconds(prompts, whole),
            "named": await seconds(prompts, named),
            "run": await of_run(prompts[:asked], said) if asked else None,
            "first": first.output_text,
        }
        print(json.dumps(row))


asyncio.run(main())
