"""Runs in garak's environment: prompts through its encoding probes and buffs -> CPU seconds, a line of JSON.

python bench/peers/garak_probes.py PROMPTS.json probe:InjectBase64 buff:Base64 ...

`bare` is the encoding of all payloads by the probe, with one template. `named` is what garak sends: an
attempt for each prompt, with its identifier and notes, which for a buff is derived from the plain attempt.
"""

import contextlib
import importlib
import io
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import garak.attempt
import garak.probes.encoding as probes
from garak import _config

TEMPLATE = ["{encoded_text}"]


def quiet(make: Callable[[], Any]) -> Any:
    """A part, made without what it prints."""
    with contextlib.redirect_stdout(io.StringIO()):
        return make()


def seconds(work: Callable[[], int]) -> float:
    """CPU time of it."""
    began = time.process_time()
    work()
    return time.process_time() - began


def of_probe(name: str, prompts: list[str]) -> dict[str, Any]:
    """A probe's rows: payloads encoded, then put into attempts."""
    probes.TEMPLATES[:] = TEMPLATE
    kind = getattr(probes, name)
    made = quiet(kind)
    made._payloads, made._payload_intents_map = prompts, {}
    encoders, title = kind.encoding_funcs[:1], kind.encoding_name

    def bare() -> int:
        return len(made._generate_encoded_prompts(encoders, title))

    def named() -> int:
        rows = made._generate_encoded_prompts(encoders, title)
        made.prompts = [row[0] for row in rows]
        made.triggers = [row[1] for row in rows]
        made._prompt_intents = [row[2] for row in rows]
        attempts = []
        for seq, prompt in enumerate(made.prompts):
            message = garak.attempt.Message(text=prompt, lang="en")
            attempts.append(made._mint_attempt(message, seq))
        return len(attempts)

    made._payloads = prompts[:1]
    first = made._generate_encoded_prompts(encoders, title)[0][0]
    made._payloads = prompts
    return {"name": f"probe:{name}", "bare": seconds(bare), "named": seconds(named), "first": first}


def of_buff(name: str, prompts: list[str]) -> dict[str, Any]:
    """A buff's row: attempts derived and transformed."""
    module = importlib.import_module(f"garak.buffs.{name.split('.', maxsplit=1)[0]}")
    made = quiet(getattr(module, name.split(".")[1]))
    plain = [
        garak.attempt.Attempt(prompt=garak.attempt.Message(text=text, lang="en"), seq=seq)
        for seq, text in enumerate(prompts)
    ]
    first = next(iter(made.buff(plain[:1]))).prompt.last_message().text
    named = seconds(lambda: sum(1 for _ in made.buff(plain)))
    return {"name": f"buff:{name}", "bare": None, "named": named, "first": first}


def main() -> None:
    prompts: list[str] = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    _config.run.generations = 1
    _config.run.soft_probe_prompt_cap = len(prompts) + 1
    rows = {"probe": of_probe, "buff": of_buff}
    for wanted in sys.argv[2:]:
        kind, _, name = wanted.partition(":")
        print(json.dumps(rows[kind](name, prompts)))


main()
