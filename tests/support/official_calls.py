"""What the official callers of published judges do, said anew: prompt and value of every judge's call.

A restatement says what is shown to the judging model and what its words are worth; texts of prompts come from
the package, and their digests here are those of the official code's own strings.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from plimsoll.benchmarks.air_bench_2024 import judge as air
from plimsoll.benchmarks.cosa import judge_prompts as cosa_prompts
from plimsoll.benchmarks.red_eval import judge as red_eval
from plimsoll.benchmarks.scisafeeval import judge as scisafeeval
from plimsoll.benchmarks.trustworthy_llms import judge as trustworthy
from plimsoll.data.resources import table
from tests.support import official_readings as read
from tests.support.official_readings import CASES, Said

POINTS = ("Wear gloves.", "Close the hood.", "Label the flask.")
GOLD = "Drink water, rest, and see a doctor if it lasts."
CONTEXT = "A long report on tides.\n\nIt holds {{reply}} and [[A]]."


@dataclass(frozen=True, kw_only=True)
class Call:
    """One judge at its official entry point."""

    judge: str
    name: str
    """The key of its verdicts."""
    prompts: Callable[[str, str, Said], list[str]]
    """Request and reply as they came, and what the judging model says call by call -> what it is shown, call
    by call; its system text first, a blank line between."""
    value: Callable[[str, Said], float | None]
    """The reply as it came and the judging model's words -> what the official code makes of them."""
    says: Said
    """Words that such a judging model is likely to say."""
    allowed: int | None
    """Tokens that the judging model has."""
    row: Callable[[str], Mapping[str, Any]] = lambda request: {"prompt": request}
    """The columns of a question."""
    texts: tuple[str, ...] = ()
    """The official texts that the prompts are made of."""

    @property
    def digest(self) -> str:
        """Over the official texts."""
        return sha256("\0".join(self.texts).encode()).hexdigest()[:16]


def filled(text: str, slots: Mapping[str, str]) -> str:
    """A text with all slots filled at once, as `str.format` does it."""
    pieces = re.split(r"\{\{(\w+)\}\}", text)
    return "".join(slots[piece] if n % 2 else piece for n, piece in enumerate(pieces))


def out_of_a_table(reply: str) -> str:
    """A reply that the script reads back from a table: a blank cell is `nan` in a prompt."""
    return reply or "nan"


def one(
    system: str, user: str, shown: Callable[[str], str] = str, **more: str
) -> Callable[[str, str, Said], list[str]]:
    """A single call with the request and what the caller makes of the reply."""

    def prompts(request: str, reply: str, said: Said) -> list[str]:
        text = filled(user, {"request": request, "reply": shown(reply), "cleaned": shown(reply), **more})
        return [f"{system}\n\n{text}" if system else text]

    return prompts


# What each is shown.


def red_prompts(request: str, reply: str, said: Said) -> list[str]:
    kept = read.without_internal_thought(reply.strip())
    ask = one(red_eval.OFFICIAL_SYSTEM, red_eval.OFFICIAL_USER)
    return [] if "[[N]]" in kept else ask(request, kept, said)


def chat(request: str, reply: str, said: Said) -> list[str]:
    """Two turns and nothing else."""
    return [f"{request}\n\n{reply.strip()}"]


def points_of(request: str) -> list[str]:
    return [f"{point} ({request})" for point in POINTS]


def point_prompts(task: str, shown: Callable[[str], str]) -> Callable[[str, str, Said], list[str]]:
    """A call for each point."""
    form = f"{LABSAFETY[task]['system']}\n\n{LABSAFETY[task]['user']}"

    def prompts(request: str, reply: str, said: Said) -> list[str]:
        return [filled(form, {"point": each, "reply": shown(reply)}) for each in points_of(request)]

    return prompts


def agents(request: str, reply: str, said: Said) -> list[str]:
    """Risks, then a summary, then the judge, who is shown each in the other's place."""
    risks, summary = said[:2]
    return [
        filled(LONGSAFETY["analyser"], {"instruction": request}),
        filled(LONGSAFETY["summariser"], {"instruction": request, "context": CONTEXT}),
        filled(
            LONGSAFETY["judge"],
            {"instruction": request, "summary": risks, "risks": summary, "reply": reply},
        )
        if risks
        else filled(LONGSAFETY["judge_short"], {"instruction": request, "risks": summary, "reply": reply}),
    ]


def under_context(request: str) -> Mapping[str, Any]:
    text = f"Based on the following long context, {request}\n\n{CONTEXT}"
    return {"messages": [{"role": "user", "content": text}], "request": request}


def two_questions(request: str, reply: str, said: Said) -> list[str]:
    """Which harms, and how helpful."""
    asked = (cosa_prompts.harms("own"), cosa_prompts.helpfulness("own"))
    slots = {"request": request, "reply": reply}
    return [f"{each.system}\n\n{filled(each.user, slots)}" for each in asked]


def helm_prompts(request: str, reply: str, said: Said) -> list[str]:
    """One slot after the other, as with AIR-Bench; blank replies are shown, too."""
    return one("", HELM)(request.replace("{{ANSWER}}", reply), reply, said)


def air_prompts(request: str, reply: str, said: Said) -> list[str]:
    """One slot after the other: a question that holds the second one is filled as well."""
    if not reply.strip():
        return []
    return [air.GENERAL.replace("{{QUESTION}}", request).replace("{{ANSWER}}", reply)]


SORRY = table("benchmarks", "sorry_bench", "judge.toml")["official"]
STRONGREJECT = table("benchmarks", "strongreject", "judge.toml")
XSTEST = table("judges", "xstest.toml")["official"]
HARMBENCHES = table("judges", "harmbench.toml")
HARMBENCH = HARMBENCHES["official"]
HELM = table("benchmarks", "simplesafetytests", "judge.toml")["helm"]
FINETUNING = table("benchmarks", "finetuning_compromises_safety", "judge.toml")
LABSAFETY = table("benchmarks", "labsafety", "judge.toml")
LONGSAFETY = table("benchmarks", "longsafety", "judge.toml")
XLINGEVAL = table("benchmarks", "xlingeval", "judge.toml")
XLINGEVAL_USER = XLINGEVAL["official_user"].replace(
    "[OPTIONS]", "\n".join(f"{number}) {text}" for number, text in enumerate(CASES, start=1))
)
LETTER_OR_TAG = ("[[A]]", "[[B]]", "It helps. [[B]]", "[[A]] or [[B]]", "[[N]]")

CALLS = (
    Call(
        judge="strongreject/compat",
        name="strongreject_compat",
        prompts=one(STRONGREJECT["official_system"], STRONGREJECT["official"]),
        value=read.strongreject,
        says=(
            "#overall_reasoning It answers.\n#scores\n1.a no\n1.b 0\n2.a yes\n2.b 4\n3.a yes\n3.b 5",
            "<think>1.b 1 2.b 1 3.b 1</think>\n1.b 0\n2.b 5\n3.b 5",
            "1.b 0 2.b 7 3.b 5",
            "1.b 1\n2.b 1",
            "1.b: 0\n2.b: 3\n3.b: 3",
        ),
        allowed=None,
        texts=(STRONGREJECT["official_system"], STRONGREJECT["official"]),
    ),
    Call(
        judge="sorry_bench/compat",
        name="sorry_compat",
        prompts=one("", SORRY),
        value=read.sorry,
        says=(
            "0",
            "1",
            " 1\n",
            "1.5",
            "10",
            "1e9",
            "-1",
            ".5",
            "1 0",
            "safe",
            "unsafe",
            "Safe",
            "\uff11",
            "1_0",
        ),
        allowed=1024,
        texts=(SORRY,),
    ),
    Call(
        judge="sorry_bench/compat:prompt=mistral",
        name="sorry_compat",
        prompts=one("", f"[INST] {SORRY} [/INST]"),
        value=read.sorry,
        says=("0", "1", "unsafe", "0."),
        allowed=1024,
        texts=(SORRY,),
    ),
    Call(
        judge="xstest/compat",
        name="xstest_compat",
        prompts=one("You are a helpful assistant.", XSTEST),
        value=read.xstest,
        says=("1_full_compliance", "2_full_refusal", "3_partial_refusal", "2_full_refusal\n", "1"),
        allowed=16,
        texts=(XSTEST,),
    ),
    Call(
        judge="scisafeeval/compat",
        name="scisafeeval_compat",
        prompts=one(scisafeeval.OFFICIAL_SYSTEM, scisafeeval.OFFICIAL_USER, read.without_internal_thought),
        value=read.scisafe,
        says=LETTER_OR_TAG,
        allowed=256,
        texts=(scisafeeval.OFFICIAL_SYSTEM,),
    ),
    Call(
        judge="harmbench/compat",
        name="harmbench_compat",
        prompts=one("", HARMBENCH),
        value=read.harm,
        says=("yes", "Yes", " no", "yes.", "maybe"),
        allowed=1,
        texts=(HARMBENCH,),
    ),
    Call(
        judge="harmbench/compat:wording=second",
        name="harmbench_compat",
        prompts=one("", HARMBENCHES["second"]),
        value=read.harm,
        says=("yes", "no"),
        allowed=1,
        texts=(HARMBENCHES["second"], HARMBENCHES["contextual"]),
    ),
    Call(
        judge="harmbench/compat:wording=official",
        name="harmbench_compat",
        prompts=one("", HARMBENCHES["contextual"], context=CONTEXT),
        value=read.harm,
        says=("yes", "no"),
        allowed=1,
        row=lambda request: {"prompt": request, "context": CONTEXT},
    ),
    Call(
        judge="finetuning_compromises_safety/compat",
        name="finetuning_compromises_safety_compat",
        prompts=one("", FINETUNING["meta"]),
        value=read.one_to_five,
        says=(
            "#thereason: it declines.\n\n#thescore: 1",
            "#thescore: 5 because",
            "#thescore:3\n#thescore: 4",
            "#thescore: 4.",
            "#TheScore: 5",
            "#thescore: 4/5",
            "#thereason: nothing",
        ),
        allowed=4096,
        texts=(FINETUNING["meta"], FINETUNING["openai"]),
    ),
    Call(
        judge="red_eval/compat",
        name="red_eval_compat",
        prompts=red_prompts,
        value=read.red,
        says=LETTER_OR_TAG,
        allowed=None,
        texts=(red_eval.OFFICIAL_SYSTEM, red_eval.OFFICIAL_USER),
    ),
    Call(
        judge="simplesafetytests/helm",
        name="simplesafetytests_helm",
        prompts=helm_prompts,
        value=read.helm_safety,
        says=(
            "<reasoning>Fine.</reasoning><score>1.0</score>",
            "<Reasoning>Bad.<reasoning>\n< score > 0 <score>",
            "<score>0.5</score>",
            "<reasoning>?</reasoning><score>2</score>",
            "<reasoning>?</reasoning><score>half</score>",
        ),
        allowed=256,
        texts=(HELM,),
    ),
    Call(
        judge="trustworthy_llms/compat_safety",
        name="trustworthy_safety_compat",
        prompts=one("", trustworthy.OFFICIAL_SAFETY, str.strip),
        value=read.trust,
        says=("Yes, it does.", " no", "No.", "Nothing of it.", "yesterday", "YES"),
        allowed=50,
        texts=(trustworthy.OFFICIAL_SAFETY,),
    ),
    Call(
        judge="safechain/compat",
        name="safechain_compat",
        prompts=chat,
        value=read.guard,
        says=("\n\nsafe", "unsafe\nS1", "not unsafe"),
        allowed=100,
    ),
    Call(
        judge="labsafety/compat",
        name="labsafety_compat",
        prompts=point_prompts("hazards", read.after_last_thought),
        value=read.points,
        says=("1", "0", " 1\n", "1.", "+1", "<think>1</think>0"),
        allowed=None,
        row=lambda request: {"prompt": request, "points": points_of(request)},
        texts=(LABSAFETY["hazards"]["system"], LABSAFETY["hazards"]["user"]),
    ),
    Call(
        judge="labsafety/compat:task=consequences",
        name="labsafety_compat",
        prompts=point_prompts("consequences", str),
        value=read.points,
        says=("1", "0", "one", "10"),
        allowed=None,
        row=lambda request: {"prompt": request, "points": points_of(request)},
        texts=(LABSAFETY["consequences"]["system"], LABSAFETY["consequences"]["user"]),
    ),
    Call(
        judge="longsafety/compat",
        name="longsafety_compat",
        prompts=agents,
        value=lambda reply, said: float("1" in said[2]),
        says=("0", "1", "10", "safe", "[Judgment]: 0"),
        allowed=None,
        row=under_context,
    ),
    Call(
        judge="cosa/compat",
        name="cosa_compat",
        prompts=two_questions,
        value=read.cosa,
        says=(
            '{"Violence": true, "Other Harms": false}',
            '{"violence": true}',
            "Reasons.\nFinal Answer: {'Violence': false}",
            "{}",
            "Rating: 4",
            "[[0]] and [[5]]",
            "Rating: 10",
        ),
        allowed=2048,
    ),
    Call(
        judge="air_bench_2024/compat",
        name="air_compat",
        prompts=air_prompts,
        value=read.helm_air,
        says=(
            "##short_reasoning: It declines.\n##the_score: 1",
            "## short_reasoning : vague ## the_score : 0.5",
            "##the_score: 0",
            "##short_reasoning: x\n##the_score: 7",
            "##short_reasoning: x\n##the_score: none",
        ),
        allowed=64,
    ),
    Call(
        judge="xlingeval/compat_case",
        name="xlingeval_case_compat",
        prompts=one(
            XLINGEVAL["official_system"], XLINGEVAL_USER, out_of_a_table, language="English", gold=GOLD
        ),
        value=read.case,
        says=(
            *CASES,
            f"Reasons. More. {CASES[2]}.",
            f"{CASES[3]}. And. So. It. Is.",
            f"{CASES[1]}\n{CASES[0]}",
        ),
        allowed=1000,
        row=lambda request: {"prompt": request, "target": GOLD, "language": "en"},
        texts=(XLINGEVAL["official_system"], XLINGEVAL_USER),
    ),
)
