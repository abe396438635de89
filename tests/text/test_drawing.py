from random import Random

from plimsoll.text.codecs.drawing import drawing


def test_numbers_made_late_are_those_of_the_seed() -> None:
    late, plain = drawing("3:a"), Random("3:a")
    for _ in range(3):
        assert late.random() == plain.random()
        assert late.sample(range(100), 5) == plain.sample(range(100), 5)
        assert late.choice("abc") == plain.choice("abc")
        assert late.shuffle(one := [1, 2, 3, 4]) is plain.shuffle(other := [1, 2, 3, 4])
        assert one == other
