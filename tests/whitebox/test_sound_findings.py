"""What analyses say where there is little to see, or the same twice: nothing is read into it."""

from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from plimsoll.cli import exit_code
from plimsoll.cli.analyse import OFTEN, Progress
from plimsoll.core import Analysed, UserError
from plimsoll.internals.handle import Handle, revisions, same_sizes, same_vocabulary
from plimsoll.internals.told import Unheard
from plimsoll.stats.student import t_cdf, t_chance
from plimsoll.whitebox import sweeping
from plimsoll.whitebox.anchors import Anchors, anchors
from plimsoll.whitebox.attribution import attribution
from plimsoll.whitebox.directions import directions
from plimsoll.whitebox.headroom import headroom
from plimsoll.whitebox.means import Mean, cleared, known_difference, mean
from plimsoll.whitebox.sahara import sahara
from plimsoll.whitebox.ships import ships
from tests.support import planted

pytestmark = pytest.mark.torch
FEW = Anchors(harmful=planted.HARMFUL[:1], harmless=planted.HARMLESS[:1], paired=False)
ANCHORS = Anchors(harmful=planted.HARMFUL, harmless=planted.HARMLESS, paired=False)


class _Opened:
    """A planted model as analyses take it."""

    def __init__(self, name: str = "planted", **more: Any) -> None:
        self.name, self.revision = name, f"revision of {name}"
        self.module, self.tokenizer = planted.module(**more), planted.tokenizer()


def _names(found: Analysed) -> set[str]:
    return {each.name for each in found.findings}


def test_a_mean_that_is_clearer_than_any_other_is_told_from_zero() -> None:
    clear = mean([100.0 + 1e-9 * place for place in range(100)])
    assert clear.chance is not None
    assert clear.chance >= 0
    assert cleared([clear, mean([1.0, -1.0, 0.5]), Mean(1.0, None, None, 1, None)]) == [True, False, False]
    assert cleared([clear._replace(chance=0.0)]) == [True]


@pytest.mark.parametrize("degrees", [1, 2, 5, 40, 399])
@pytest.mark.parametrize("t", [0.0, 0.3, -2.0, 7.0])
def test_a_chance_is_that_of_the_distribution_and_keeps_its_digits_far_out(t: float, degrees: int) -> None:
    assert t_chance(t, degrees) == pytest.approx(2 * (1 - t_cdf(abs(t), degrees)), abs=1e-12)
    assert 0 < t_chance(60.0, degrees) < t_chance(50.0, degrees)


def test_a_terminal_is_told_of_nothing_before_anything_is_done(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    progress = Progress("directions")
    progress.began = progress.shown = monotonic() - 2 * OFTEN
    progress.begin(4)
    progress.step(0)
    assert capsys.readouterr().err == ""
    progress.step(4)
    assert "4 of 4" in capsys.readouterr().err


class _Counting(Unheard):
    def __init__(self) -> None:
        self.total = self.done = 0

    def begin(self, total: int) -> None:
        self.total = total

    def step(self, steps: int = 1) -> None:
        self.done += steps


@pytest.mark.parametrize("part", [directions(folds=2, template="raw"), ships(template="raw")])
def test_progress_ends_where_it_was_said_to_end(part: Any) -> None:
    told = _Counting()
    part.analyse([_Opened()], ANCHORS, told)
    assert told.done == told.total > 0


def test_one_prompt_turns_by_no_head_and_names_none() -> None:
    with pytest.raises(UserError, match="any head would come out first"):
        sahara(steps=1, template="raw").analyse([_Opened()], FEW, Unheard())
    with pytest.raises(UserError, match="give 4 of each kind"):
        sahara(steps=1, rank=3, template="raw").analyse([_Opened()], ANCHORS.first(3), Unheard())


def test_letters_without_a_token_of_their_own_are_no_questions() -> None:
    with pytest.raises(UserError, match="no token of its own for each letter"):
        sweeping.letters_of(planted.handle(), 4)


def test_equal_models_have_no_beginning_in_which_they_differ() -> None:
    pair = [_Opened(), _Opened()]
    found = headroom(tokens=8, template="raw").analyse(pair, ANCHORS, Unheard())
    assert "kl_aligned_base_harmful" in _names(found)
    assert "shallow_harmful" not in _names(found)


def test_two_models_of_one_name_are_both_told() -> None:
    pair = [_Opened(), _Opened()]
    pair[1].revision = "another"
    found = headroom(tokens=2, template="raw").analyse(pair, ANCHORS, Unheard())
    assert found.models == {"planted": "revision of planted", "planted #2": "another"}
    held = [Handle(name=name, revision=name, module=None, tokenizer=None) for name in ("a", "b", "a", "a")]
    assert list(revisions(held)) == ["a", "b", "a #2", "a #3"]


def test_models_of_other_widths_are_no_pair() -> None:
    one, other = planted.handle(), planted.handle()
    other.module.resize_token_embeddings(len(planted.WORDS) + 4)
    with pytest.raises(UserError, match="12 tokens apart and planted 16"):
        same_vocabulary(one, other)
    with pytest.raises(UserError, match="different sizes: they cannot be mixed"):
        same_sizes(one, other, "they cannot be mixed")


def test_a_request_that_no_word_moves_has_no_concentration() -> None:
    assert known_difference([0.5, None, 0.7], [0.1, 0.2, None], paired=True) == mean([0.4])
    assert known_difference([None], [0.2], paired=True) is None
    assert known_difference([None], [0.2], paired=False) is None


def test_of_words_that_stand_in_several_requests_it_is_told_which_are_clear_of_chance() -> None:
    prompts = tuple(f"flag how to {word}" for word in ("cake", "bomb", "tea", "make", "comply", "a"))
    given = Anchors(harmful=prompts, harmless=planted.HARMLESS, paired=False)
    part = attribution(refusal="refuse", compliance="comply", template="raw")
    found = part.analyse([_Opened()], given, Unheard())
    (note,) = (note for note in found.notes if "Holm" in note)
    assert note.startswith("Of 3 words that stand in several requests")
    assert "flag" in note


def test_a_prompt_that_stands_twice_counts_once_and_it_is_said(tmp_path: Path) -> None:
    harmful, harmless = tmp_path / "harmful.txt", tmp_path / "harmless.txt"
    harmful.write_text("one\ntwo\none\none\n")
    harmless.write_text("three\nfour\n")
    found = anchors(harmful=harmful, harmless=harmless, language="en")
    assert found.harmful == ("one", "two")
    assert found.notes == ("harmful.txt: 2 prompts that stand there again were left out.",)


def test_wordings_of_one_question_are_refused_where_each_would_count(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    harmful, harmless = tmp_path / "harmful.jsonl", tmp_path / "harmless.jsonl"
    harmful.write_text('{"prompt": "how", "question": 7}\n{"prompt": "in what way", "question": 7}\n')
    harmless.write_text('{"prompt": "tea", "question": 8}\n')
    named = ["--harmful", str(harmful), "--harmless", str(harmless)]
    assert exit_code(["analyse", "ships", "/no/such/model", *named]) == 2
    assert "question '7' stands in several wordings" in capfd.readouterr().err
    assert exit_code(["analyse", "probes", "/no/such/model", *named]) == 2
    assert "wordings" not in capfd.readouterr().err
