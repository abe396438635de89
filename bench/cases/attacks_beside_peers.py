"""The same 10,000 prompts through the same transforms: ours, PyRIT's converters, garak's probes and buffs.

Four depths, each in CPU time of its process: the transform alone; the transformed prompt as an object; the
attacked prompt with all that the tool notes of it before it is sent, identifiers included; a run on a model
that answers at once, judged and kept. Prompts are the 1,000 English base prompts of S-Eval, ten times, told
apart by a number.
"""

import asyncio
import json
import time
from pathlib import Path
from random import Random
from typing import Any

from bench import replies
from bench.measure import Result, arguments, fresh, launch, plimsoll
from bench.peers.commands import present
from bench.peers.setup import program
from bench.questions import ROOT, WORK
from plimsoll import registry
from plimsoll.attacks._transform import Transform
from plimsoll.core import Sample, user
from plimsoll.run.ask.parts import Chain
from plimsoll.run.work.attacking import NoTarget, attacked

N, QUICK, ASKED = 10_000, 500, 200
"""Prompts; in a quick round; that PyRIT is run on, which takes milliseconds each."""
TRANSFORMS = {
    "encoding/base64": ("Base64", "probe:InjectBase64"),
    "encoding/rot13": ("ROT13", "probe:InjectROT13"),
    "encoding/atbash": ("Atbash", "probe:InjectAtbash"),
    "encoding/morse": ("Morse", "probe:InjectMorse"),
    "encoding/nato": ("Nato", "probe:InjectNato"),
    "encoding/braille": ("Braille", "probe:InjectBraille"),
    "characters/leet": ("Leetspeak", "probe:InjectLeet"),
    "characters/zalgo": ("Zalgo", "probe:InjectZalgo"),
    "encoding/url": ("Url", ""),
    "encoding/binary:bits=16": ("Binary", ""),
    "encoding/hexadecimal": ("", "probe:InjectHex"),
    "encoding/base32": ("", "probe:InjectBase32"),
    "encoding/ascii85": ("", "probe:InjectAscii85"),
}
BUFF = ("encoding/base64:carrier=decode", "buff:encoding.Base64")
RATIO = 10
Row = dict[str, Any]


def prompts(count: int) -> list[str]:
    """As many prompts, no two alike."""
    rows = replies.rows(replies.folder() / "s-eval" / "base_risk_en_small.jsonl")
    return [f"{rows[number % len(rows)]['prompt']} [{number}]" for number in range(count)]


def ours(spec: str, texts: list[str]) -> Row:
    """CPU seconds of ours: the writing alone, then whole samples."""
    attack: Transform = registry.build("attacks", spec)
    attack.encode(texts[0])
    draw = Random(0)
    began = time.process_time()
    for text in texts:
        attack.codec.encode(text, draw)
    bare = time.process_time() - began
    samples = [Sample(id=str(number), messages=(user(text),)) for number, text in enumerate(texts)]
    began = time.process_time()
    for sample in samples:
        for _ in attack.variants(sample):
            pass
    whole = time.process_time() - began
    chains = [Chain(spec, (attack,))]

    async def named() -> float:
        began = time.process_time()
        async for _ in attacked(samples, chains, NoTarget()):
            pass
        return time.process_time() - began

    return {"bare": bare, "whole": whole, "named": asyncio.run(named()), "first": attack.encode(texts[0])}


def theirs(result: Result, peer: str, script: str, *words: str | Path) -> dict[str, Row]:
    """A peer's rows by the names of its parts."""
    command = [program(peer, "python"), ROOT / "bench" / "peers" / script, *words]
    lines = launch(result, command).output.splitlines()
    return {row["name"]: row for line in lines if line.startswith("{") for row in [json.loads(line)]}


def run_of_ours(result: Result, texts: list[str]) -> float:
    """CPU seconds a prompt of a whole run, the interpreter's start included."""
    path = WORK / "attacked_prompts.jsonl"
    path.write_text("".join(json.dumps({"prompt": text}) + "\n" for text in texts), "utf-8")
    words = ("run", path, "--model", "scripted/text", "-M", "text=No.", "--attack", "encoding/base64")
    cost = launch(result, plimsoll(*words, "--no-cache", "--json", "--log-dir", fresh("beside")))
    return cost.cpu_seconds / len(texts)


def line(what: str, tool: str, count: int, row: Row, mine: Row | None = None) -> Row:
    """A row of the table: microseconds a prompt at each depth, and how many times ours."""
    shown: Row = {"transform": what, "tool": tool}
    for depth in ("bare", "whole", "named"):
        seconds = row.get(depth)
        shown[f"{depth}, µs"] = "" if seconds is None else round(1e6 * seconds / count, 2)
        shown[f"{depth}, × ours"] = "" if mine is None or seconds is None else round(seconds / mine[depth], 1)
    return shown


def total(rows: list[tuple[Row, Row]], depth: str) -> float:
    """How many times ours the peer takes, over all transforms together."""
    both = [(row[depth], mine[depth]) for row, mine in rows if row.get(depth) is not None]
    return sum(row for row, _ in both) / sum(mine for _, mine in both)


def main() -> None:
    given = arguments(__doc__)
    count = QUICK if given.quick else N
    result = Result(case="attacks_beside_peers", title="Attacked prompts beside PyRIT and garak")
    texts = prompts(count)
    path = WORK / "attacked_prompts.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(texts), "utf-8")
    found = {spec: ours(spec, texts) for spec in (*TRANSFORMS, BUFF[0])}
    result.rows += [line(spec, "plimsoll", count, row) for spec, row in found.items()]
    record = run_of_ours(result, texts)
    if not given.no_peers and present(result, "pyrit"):
        names = {pyrit: spec for spec, (pyrit, _) in TRANSFORMS.items() if pyrit}
        rows = theirs(result, "pyrit", "pyrit_converters.py", path, str(ASKED), *names)
        pairs = [(row, found[names[name]]) for name, row in rows.items()]
        result.rows += [
            line(names[name], f"PyRIT {name}", count, row, found[names[name]]) for name, row in rows.items()
        ]
        result.at_least("PyRIT's converters / ours, all together", total(pairs, "bare"), RATIO, "×")
        result.at_least("PyRIT's converted messages / our samples", total(pairs, "whole"), RATIO, "×")
        result.at_least("PyRIT's messages as sent / our variants", total(pairs, "named"), RATIO, "×")
        asked = sum(row["run"] for row in rows.values()) / len(rows) / ASKED
        result.at_least("a run: PyRIT / ours, a prompt", asked / record, RATIO, "×")
        result.notes.append(
            f"a run takes PyRIT {1e6 * asked:,.0f} µs a prompt ({ASKED} for each, its memory in the "
            f"process), ours {1e6 * record:,.0f} µs (all {count:,}, judged and journalled, start included)"
        )
        result.notes.append(same("PyRIT", [(row["first"], mine["first"]) for row, mine in pairs]))
    if not given.no_peers and present(result, "garak"):
        names = {garak: spec for spec, (_, garak) in TRANSFORMS.items() if garak} | {BUFF[1]: BUFF[0]}
        rows = theirs(result, "garak", "garak_probes.py", path, *names)
        pairs = [(row, found[names[name]]) for name, row in rows.items()]
        result.rows += [
            line(names[name], f"garak {name}", count, row, found[names[name]]) for name, row in rows.items()
        ]
        result.at_least("garak's encoders / ours, all together", total(pairs, "bare"), RATIO, "×")
        result.at_least("garak's attempts / our variants", total(pairs, "named"), RATIO, "×")
        result.notes.append(same("garak", [(row["first"], mine["first"]) for row, mine in pairs]))
    result.notes.append(
        "bare is the transform alone: PyRIT's `convert_async`, the encoding loop of garak's probe with one "
        "template, our codec. whole is the prompt as an object: PyRIT's message converted by its normaliser; "
        "our sample with plain request, trail, span, seed and validity. named is what is sent: PyRIT's "
        "message copied, given its conversation, converted and hashed, as its normaliser does before it "
        "calls a target (its database left out); garak's attempt; our variant with id and origin. Payloads "
        "are read back where the writing may not lead back, which tests hold to random texts"
    )
    result.print()


def same(tool: str, pairs: list[tuple[str, str]]) -> str:
    """How many of the first prompts both write alike."""
    alike = sum(theirs.strip().lower() == mine.strip().lower() for theirs, mine in pairs)
    return f"{alike} of {len(pairs)} first prompts are written alike by {tool} and by us, capitals aside"


if __name__ == "__main__":
    main()
