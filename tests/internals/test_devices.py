"""What accelerators differ in, held where there is none: the order in which tensors are moved and widened."""

import re

from tests.support.house import ROOT

SOURCE = ROOT / "src" / "plimsoll"
WIDENED_THERE = re.compile(
    r"\.double\(\)\.cpu\(\)|(?:logits|lm_head\((?!.*cpu).*\))(?:\[[^\]]*\])?\.double\(\)"
)


def test_states_and_logits_are_moved_to_the_cpu_before_they_get_double_precision() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in sorted(SOURCE.rglob("*.py"))
        for line in path.read_text("utf-8").splitlines()
        if WIDENED_THERE.search(line)
    ]
    assert found == [], "Apple's devices know no double precision"


def test_the_rule_knows_what_it_forbids() -> None:
    assert WIDENED_THERE.search("state = seen[place][0, -1].double().cpu()")
    assert WIDENED_THERE.search("held.module.lm_head(states).double().log_softmax(-1)")
    assert WIDENED_THERE.search("logits[0, -1].double()")
    assert not WIDENED_THERE.search("logits[0, -1].cpu().double()")
