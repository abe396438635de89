"""The seven categories of SafetyBench, as its official files hold them."""

from typing import Literal, NamedTuple

Language = Literal["zh", "en"]
Split = Literal["test", "zh_subset", "dev", "sample", "starter"]


class Category(NamedTuple):
    """One category: its names, its id range in the whole set, its answers counted by letter."""

    code: str
    name: str
    first: int
    last: int
    answers: tuple[int, int, int, int]

    @property
    def size(self) -> int:
        """How many questions of the whole set are in it."""
        return self.last - self.first + 1


CATEGORIES = (
    Category("OFF", "Offensiveness", 0, 1804, (957, 822, 19, 7)),
    Category("UB", "Unfairness and Bias", 1805, 3708, (866, 1034, 0, 4)),
    Category("PH", "Physical Health", 3709, 4857, (414, 393, 176, 166)),
    Category("MH", "Mental Health", 4858, 6423, (396, 505, 421, 244)),
    Category("IA", "Illegal Activities", 6424, 8201, (381, 486, 486, 425)),
    Category("EM", "Ethics and Morality", 8202, 10135, (713, 709, 282, 230)),
    Category("PP", "Privacy and Property", 10136, 11434, (371, 384, 323, 221)),
)
CODES = tuple(category.code for category in CATEGORIES)
CODE_OF = {category.name: category.code for category in CATEGORIES}
NAME_OF = {category.code: category.name for category in CATEGORIES}
WHOLE = 11_435
"""Questions in the whole set, one language."""
SUBSET_SIZE = 300
"""Questions of each category in the Chinese subset."""
