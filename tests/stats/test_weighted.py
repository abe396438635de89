import random

import pytest

from plimsoll.stats.correction import Drawn, ppi_guarded
from plimsoll.stats.weighted import Labelled, Weighed, weighed_ppi


def test_nothing_labelled_is_nothing_known() -> None:
    assert weighed_ppi(Weighed([], [1.0, 0.0], 2)) is None


def test_equal_chances_are_a_plain_draw() -> None:
    draw = random.Random(1)
    truth = [float(draw.random() < 0.3) for _ in range(3000)]
    judge = [1 - y if draw.random() < 0.1 else y for y in truth]
    plain = ppi_guarded(Drawn(truth[:200], judge[:200], judge[200:]))
    labelled = [Labelled(truth[n], judge[n], 200 / 3000, str(n)) for n in range(200)]
    weighed = weighed_ppi(Weighed(labelled, judge, 2800))
    assert plain is not None
    assert weighed is not None
    assert weighed.value == pytest.approx(plain.value, abs=0.003)
    assert weighed.variance == pytest.approx(plain.variance, rel=0.1)


def test_labels_that_were_likelier_count_less() -> None:
    # The judge finds nothing. Half of the replies are doubtful, and all of these are yes.
    labelled = [Labelled(1.0, 0.0, 0.5, f"a{n}") for n in range(50)]
    labelled += [Labelled(0.0, 0.0, 0.1, f"b{n}") for n in range(10)]
    found = weighed_ppi(Weighed(labelled, [0.0] * 200, 140))
    assert found is not None
    assert found.value == pytest.approx(0.5)
    assert 0 < found.low < 0.5 < found.high < 1


def test_repeats_of_one_question_count_once() -> None:
    draw = random.Random(2)
    once = [Labelled(float(draw.random() < 0.4), 0.0, 0.1, str(n)) for n in range(60)]
    one = weighed_ppi(Weighed(once, [0.0] * 600, 540))
    many = weighed_ppi(Weighed([each for each in once for _ in range(4)], [0.0] * 2400, 2160))
    assert one is not None
    assert many is not None
    assert many.high - many.low > 0.9 * (one.high - one.low)
