import random
import string

import pytest

from plimsoll.core import Response, Token
from plimsoll.guards import _first_token
from plimsoll.guards._reading import by_line
from plimsoll.guards.aegis import defensive, permissive
from plimsoll.guards.aegis_2 import read as read_json
from plimsoll.guards.guardreasoner import read as read_reasoned
from plimsoll.guards.policies import packaged, policy_of, table
from plimsoll.guards.shieldgemma import read as read_yes
from plimsoll.guards.wildguard import read as read_questions

THREE = packaged(table("llama_guard")["3"])
AEGIS = packaged(table("aegis"))
AEGIS_2 = packaged(table("aegis_2"))


@pytest.mark.parametrize(
    ("text", "unsafe", "codes", "unknown"),
    [
        ("safe", False, [], []),
        ("\n\nsafe\n", False, [], []),
        ("Safe.", False, [], []),
        ("unsafe\nS1", True, ["S1"], []),
        ("\nunsafe\nS1,S3", True, ["S1", "S3"], []),
        ("Unsafe\nS1, S3", True, ["S1", "S3"], []),
        ("UNSAFE\nS10 , s2", True, ["S10", "S2"], []),
        ("unsafe S1", True, ["S1"], []),
        ("unsafe\nS 1; S 10", True, ["S1", "S10"], []),
        ("**unsafe**\nViolent Crimes, Hate", True, ["S1", "S10"], []),
        ("unsafe", True, [], []),
        ("unsafe\nS99, S1", True, ["S1"], ["S99"]),
        ("unsafe\nO3", True, [], ["O3"]),
    ],
)
def test_a_verdict_is_read_with_its_codes(
    text: str, unsafe: bool, codes: list[str], unknown: list[str]
) -> None:
    found = by_line(text, THREE)
    assert found is not None
    assert found.unsafe is unsafe
    assert [each.code for each in found.categories] == codes
    assert list(found.unknown) == unknown


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I think it is safe",
        "Safe to say this is not unsafe",
        "This conversation is unsafe.",
        "safeguard",
        "not unsafe",
        "unsafe or safe?",
        "safe / unsafe",
        "I can't help with that.",
        "S1",
    ],
)
def test_prose_is_no_verdict_and_never_safe(text: str) -> None:
    assert by_line(text, THREE) is None


def test_codes_are_read_by_the_numbering_of_the_prompt_that_was_sent() -> None:
    fewer = THREE.only([each.code for each in THREE.categories if each.code != "S2"])
    found = by_line("unsafe\nS2", fewer)
    assert found is not None
    assert [each.code for each in found.categories] == ["S3"]
    assert fewer.address(found.categories[0]) == "llama-guard-3/4:S3"


def test_any_taxonomy_is_a_policy() -> None:
    safetybench = policy_of("safetybench", THREE)
    found = by_line("unsafe\nS7, S1", safetybench)
    assert found is not None
    assert [safetybench.address(each) for each in found.categories] == ["safetybench:PP", "safetybench:OFF"]


def test_needs_caution_is_read_as_the_mode_says_and_is_no_category() -> None:
    caution, threat = (by_line(text, AEGIS) for text in ("unsafe\nO13", "unsafe\nO11, O13"))
    assert caution is not None
    assert threat is not None
    assert (defensive(caution).unsafe, permissive(caution).unsafe) == (True, False)
    assert (defensive(threat).unsafe, permissive(threat).unsafe) == (True, True)
    for mode in (defensive, permissive):
        assert mode(caution).categories == ()
        assert [each.code for each in mode(threat).categories] == ["O11"]


@pytest.mark.parametrize(
    ("text", "user", "agent", "codes"),
    [
        ('{"User Safety": "unsafe", "Safety Categories": "Violence, Threat"}', True, None, ["S1", "S11"]),
        ('{"User Safety": "safe", "Response Safety": "safe"}', False, False, []),
        ('Here:\n```\n{"User Safety": "unsafe", "Response Safety": "safe",}\n```\nDone.', True, False, []),
        ("{'user safety': 'Unsafe', 'response safety': 'UNSAFE', 'safety categories': 'S16'}", True, True,
         ["S16"]),
        ('{"User_Safety": "unsafe", "Safety Categories": ["malware", "Fraud/Deception"]}', True, None,
         ["S17", "S16"]),
        ("User Safety: unsafe\nResponse Safety: safe", True, False, []),
        ('{"User Safety": "safe"} {"User Safety": "unsafe"}', None, None, []),
        ("both are safe", None, None, []),
        ("", None, None, []),
    ],
)  # fmt: skip
def test_json_is_read_however_it_comes(
    text: str, user: bool | None, agent: bool | None, codes: list[str]
) -> None:
    for role, wished in (("User", user), ("Agent", agent)):
        found = read_json(text, AEGIS_2, role)
        assert (found.unsafe if found else None) == wished
        if found and found.unsafe:
            assert [each.code for each in found.categories] == codes


def test_no_output_however_broken_breaks_a_reader() -> None:
    draw = random.Random(7)
    pieces = [
        '{"User Safety"',
        ": ",
        '"unsafe"',
        "'",
        "}",
        "[",
        "S16",
        ",",
        "safe",
        "\n",
        "Response Safety",
        "\ud800",
    ]
    for _ in range(200):
        text = "".join(draw.choices([*pieces, *string.printable], k=draw.randrange(60)))
        for role in ("User", "Agent"):
            for read in (read_json, read_yes, read_questions, read_reasoned):
                found = read(text, AEGIS_2, role)
                assert found is None or isinstance(found.unsafe, bool)
        assert by_line(text, AEGIS_2) is None or "safe" in text.lower()


@pytest.mark.parametrize(
    ("text", "user", "agent"),
    [
        ("Harmful request: yes\nResponse refusal: yes\nHarmful response: no", True, False),
        ("Harmful request: no\nResponse refusal: n/a\nHarmful response: n/a", False, None),
        ("no idea", None, None),
    ],
)
def test_three_questions_are_read_each_for_its_turn(text: str, user: bool | None, agent: bool | None) -> None:
    for role, wished in (("User", user), ("Agent", agent)):
        found = read_questions(text, THREE, role)
        assert (found.unsafe if found else None) == wished


def test_a_reasoned_answer_is_read_from_its_end() -> None:
    text = (
        "Request: harmful, one might think. "
        + "So. " * 200
        + "Answers:\nRequest: unharmful\nResponse: harmful"
    )
    user, agent = (read_reasoned(text, THREE, role) for role in ("User", "Agent"))
    assert user is not None
    assert agent is not None
    assert (user.unsafe, agent.unsafe) == (False, True)
    assert read_reasoned(text + "\n" + "but who knows. " * 30, THREE, "User") is None


def token(text: str, chance: float, **rivals: float) -> Token:
    from math import log

    return Token(text=text, logprob=log(chance), rivals={key: log(value) for key, value in rivals.items()})


@pytest.mark.parametrize(
    ("tokens", "wished"),
    [
        ([token("unsafe", 0.8)], 0.8),
        ([token("safe", 0.7)], 0.3),
        ([token("safe", 0.6, unsafe=0.3, I=0.05)], 0.3),
        ([token("\n\n", 0.9), token("unsafe", 0.6, safe=0.4)], 0.6),
        ([token("un", 0.75, safe=0.2), token("safe", 1.0)], 0.75),
        ([token(" Unsafe", 0.5, unsafe=0.2, safe=0.3)], 0.7),
        ([token("safe", 0.9, Yes=0.05, No=0.01)], 0.01),
        ([token("I", 0.9, unsafe=0.05, safe=0.05)], None),
        ([], None),
    ],
)
def test_the_score_is_the_chance_of_the_first_word(tokens: list[Token], wished: float | None) -> None:
    found = _first_token.chance(tokens, "unsafe", "safe")
    assert found == (None if wished is None else pytest.approx(wished))


def test_the_score_of_a_later_answer_is_read_where_it_is_said() -> None:
    tokens = [token(each, 0.9) for each in ("Harm", "ful request", ": ", "yes", "\nHarmful response:")]
    tokens.append(token(" no", 0.8, yes=0.15))
    assert _first_token.chance(tokens, "yes", "no", after="Harmful response:") == pytest.approx(0.15)


def test_yes_is_weighed_among_both_answers_alone() -> None:
    assert _first_token.share([token("Yes", 0.3, No=0.1, Maybe=0.6)], "yes", "no") == pytest.approx(0.75)


def test_weighed_continuations_are_a_chance() -> None:
    assert _first_token.weighed(Response(loglikelihoods=(-2.0, -2.0))) == pytest.approx(0.5)
    assert _first_token.weighed(Response(loglikelihoods=(-9.0, -1e300))) == pytest.approx(0.0)
    assert _first_token.weighed(Response(text="safe")) is None
