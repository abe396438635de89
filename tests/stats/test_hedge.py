from random import Random

import pytest

from plimsoll.core import decoding
from plimsoll.stats.dawid_skene import dawid_skene, majority, undecided
from plimsoll.stats.hedge import LOSSES, State, absolute, best_rate, bound


def learned(state: State, rounds: list[list[float]]) -> State:
    for losses in rounds:
        state.learn(losses)
    return state


def adversarial(state: State, rounds: int) -> State:
    """Whoever weighs most loses."""
    for _ in range(rounds):
        heaviest = max(range(len(state.experts)), key=lambda i: state.weights[i])
        state.learn([float(i == heaviest) for i in range(len(state.experts))])
    return state


@pytest.mark.parametrize("experts", [2, 5, 20])
@pytest.mark.parametrize("fixed", [True, False])
def test_the_regret_stays_below_its_bound_on_chance_and_on_spite(experts: int, fixed: bool) -> None:
    names = tuple(map(str, range(experts)))
    for seed in range(5):
        draw = Random(seed)
        skill = [draw.random() for _ in names]
        rounds = [[float(draw.random() < each) for each in skill] for _ in range(600)]
        rate = best_rate(experts, 600) if fixed else 0.0
        state = learned(State(experts=names, rate=rate), rounds)
        assert state.regret <= state.bound == pytest.approx(bound(experts, 600, rate))
    state = adversarial(State(experts=names, rate=best_rate(experts, 400) if fixed else 0.0), 400)
    assert 0 < state.regret <= state.bound


def test_square_loss_with_its_rate_never_passes_two_ln_n() -> None:
    draw = Random(1)
    state = State(experts=("a", "b", "c"), rate=0.5)
    own = 0.0
    for _ in range(2000):
        said = [draw.random() for _ in range(3)]
        happened = float(draw.random() < said[1])
        mixed = state.mixed(said)
        assert mixed is not None
        own += LOSSES["square"](mixed, happened)
        state.learn([LOSSES["square"](each, happened) for each in said])
    assert own - min(state.losses) <= 2 * 1.0986 + 1e-9


def test_weights_do_not_vanish_however_long_it_goes() -> None:
    state = State(experts=("good", "bad"), rate=0.5)
    for _ in range(20_000):
        state.learn([0.0, 1.0])
    assert state.weights == [1.0, 0.0]
    for _ in range(20_100):
        state.learn([1.0, 0.0])
    assert state.weights[1] > 0.99


def test_a_share_lets_the_weights_move_on_where_the_best_changes() -> None:
    shifting = [[0.0, 1.0]] * 500 + [[1.0, 0.0]] * 500
    plain = learned(State(experts=("a", "b"), rate=0.3), shifting)
    moving = learned(State(experts=("a", "b"), rate=0.3, share=0.02), shifting)
    assert moving.mixture < plain.mixture / 5


def test_a_state_that_was_written_down_goes_on_to_the_same_decision() -> None:
    draw = Random(2)
    rounds = [[draw.random(), draw.random(), draw.random()] for _ in range(200)]
    for share in (0.0, 0.05):
        whole = learned(State(experts=("a", "b", "c"), share=share), rounds)
        half = learned(State(experts=("a", "b", "c"), share=share), rounds[:90])
        import msgspec

        again = learned(decoding.decode(msgspec.json.encode(half), State), rounds[90:])
        assert again.mixed([0.2, 0.5, 0.9]) == whole.mixed([0.2, 0.5, 0.9])


def test_who_says_nothing_sleeps_and_keeps_its_standing() -> None:
    state = State(experts=("a", "b"), rate=0.5)
    assert state.mixed([0.8, None]) == pytest.approx(0.8)
    assert state.mixed([None, None]) is None
    state.learn([1.0, None])
    assert state.weights == pytest.approx([0.5, 0.5])


def test_losses_of_rarely_shown_rounds_count_for_those_that_were_not_shown() -> None:
    draw = Random(3)
    state = State(experts=("good", "bad"), rate=0.01)
    for _ in range(20_000):
        losses = [float(draw.random() < 0.1), float(draw.random() < 0.3)]
        if draw.random() < 0.2:
            state.learn(losses, chance=0.2)
    assert state.losses == pytest.approx([2000, 6000], rel=0.1)
    assert absolute(0.3, 1.0) == pytest.approx(0.7)


def votes_of(count: int, right: tuple[float, ...], seed: int = 0) -> tuple[list[bool], list[list[bool]]]:
    draw = Random(seed)
    truth = [draw.random() < 0.3 for _ in range(count)]
    return truth, [[each == (draw.random() < chance) for chance in right] for each in truth]


def test_jurors_worth_is_found_from_their_votes_alone() -> None:
    truth, votes = votes_of(3000, (0.95, 0.8, 0.7))
    found = dawid_skene(votes)
    assert found is not None
    assert found.sensitivity == pytest.approx((0.95, 0.8, 0.7), abs=0.05)
    assert found.specificity == pytest.approx((0.95, 0.8, 0.7), abs=0.05)
    assert found.prevalence == pytest.approx(0.3, abs=0.03)
    by_posterior = sum((p >= 0.5) == yes for p, yes in zip(found.posterior, truth, strict=True))
    by_majority = sum(majority(each) is yes for each, yes in zip(votes, truth, strict=True))
    assert by_posterior > by_majority


def test_below_the_margin_a_human_is_needed_and_what_is_left_is_surer() -> None:
    truth, votes = votes_of(3000, (0.85, 0.8, 0.75))
    found = dawid_skene(votes)
    assert found is not None
    pairs = list(zip(found.posterior, truth, strict=True))
    kept = [(p, yes) for p, yes in pairs if not undecided(p, 0.9)]
    assert 0 < len(kept) < len(pairs)
    wrong = [sum((p >= 0.5) != yes for p, yes in each) / len(each) for each in (kept, pairs)]
    assert wrong[0] < wrong[1]


def test_a_missing_vote_or_a_tie_has_no_majority() -> None:
    assert majority([True, True, False]) is True
    assert majority([True, None, True]) is None
    assert majority([True, False]) is None
    assert dawid_skene([]) is None
