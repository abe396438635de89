"""S-Eval end to end on the embedded model: 24 base prompts and the 216 attacks on them, killed and resumed.

The attacks are the first three base prompts of each dimension in nine of the ten attacks, as the published
sample holds them. Replies are cut short: what is measured is whether all of it goes through in half an hour.
The run is killed once with signal 9 in its middle; its time and that of the rest are added up.
"""

import json
import subprocess
import time
from collections import Counter
from pathlib import Path

from bench import replies
from bench.measure import Result, arguments, fresh, launch, only_run, plimsoll, shown, summary
from bench.questions import ROOT, WORK

BASES, ATTACKS = 24, 216
REPLY = 48
"""Tokens of a reply at most."""
MINUTES = 30


def files(language: str) -> tuple[Path, Path]:
    """The base prompts that the sample of attacks was made from, and that sample."""
    folder = replies.folder() / "s-eval"
    attacks = folder / f"attack_{language}_sample.jsonl"
    wanted = {row["base_traceid"] for row in replies.rows(attacks)}
    bases = [
        row for row in replies.rows(folder / f"base_risk_{language}_small.jsonl") if row["traceid"] in wanted
    ]
    path = WORK / f"s_eval_bases_{language}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in bases), "utf-8")
    return path, attacks


def killed(command: list[str | Path], log_dir: Path, after: int) -> tuple[int, float]:
    """Begin the run and kill it when it holds so many records: how many it held, and its seconds."""
    began = time.monotonic()
    words, quiet = list(map(str, command)), subprocess.DEVNULL
    process = subprocess.Popen(words, cwd=ROOT, stdout=quiet, stderr=quiet)
    held = 0
    while held < after and process.poll() is None:
        time.sleep(0.1)
        held = sum(path.read_bytes().count(b"\n") for path in log_dir.glob("*/records.jsonl"))
    process.kill()
    process.wait()
    return held, time.monotonic() - began


def main() -> None:
    given = arguments(__doc__)
    result = Result(case="s_eval_embedded", title="S-Eval end to end on the embedded model")
    base, attacks = files("en")
    tokens = 4 if given.quick else REPLY
    spec = f"s_eval:language=en,prompts=both,max_tokens={tokens},file={base},attack_file={attacks}"
    log_dir = fresh("s_eval_embedded")
    command = plimsoll("run", spec, "--model", "llamacpp", "--no-cache", "--json", "--log-dir", log_dir)
    held, before = killed(command, log_dir, (BASES + ATTACKS) // 3)
    result.commands.append(f"{shown(list(map(str, command)))}  # killed with signal 9")
    rest = launch(result, command)
    read = summary(only_run(log_dir), BASES + ATTACKS)
    result.row(
        f"the rest of {BASES} base prompts and {ATTACKS} attacks, after a kill with {held}",
        BASES + ATTACKS - held,
        rest,
    )
    minutes = (before + rest.seconds) / 60
    result.at_most(f"{BASES} base prompts and {ATTACKS} attacks, minutes", minutes, MINUTES, " min")
    records = replies.rows(only_run(log_dir) / "records.jsonl")
    asked = Counter(row["sample"]["id"] for row in records)
    amiss = sum(number - 1 for number in asked.values()) + abs(BASES + ATTACKS - len(asked))
    result.at_most("samples asked twice or not at all", amiss, 0)
    shown_rates = {
        each["name"]: round(each["value"], 4) for each in read["estimates"] if not each.get("group")
    }
    result.notes.append(
        f"estimates over replies of {REPLY} tokens, judged by rules: {json.dumps(shown_rates)}"
    )
    result.print()


if __name__ == "__main__":
    main()
