"""Answers -> SciKnowEval's own scores, every quirk kept.

Each function gives what the official one of its name gives on the same reply.
"""

from collections.abc import Sequence


def choice(reply: str, options: Sequence[str], labels: Sequence[str], key: str) -> int:
    """Right when the right option's text is there alone; else the first of D, C, B, A that shows a sign."""
    said = reply.strip()
    right = options[labels.index(key)]
    wrong = [text for label, text in zip(labels, options, strict=True) if label != key]
    if len(said) < 2:
        return int(said == key)
    if right in said and not any(text in said for text in wrong):
        return 1
    for letter in "DCBA":
        signs = (f"{letter}.", f"{letter}\n", f"{letter})", f"{letter} ", f'"{letter}', f'{letter}"')
        if said[0] == letter or any(sign in said for sign in signs):
            return int(letter == key)
    return 0


def truth(reply: str, answer: str) -> int:
    """Right where the answer occurs, be it in `know`; else by `true` and `false`."""
    said = reply.strip().lower()
    if answer.lower() in said:
        return 1
    if "true" in said:
        return int(answer == "Yes")
    return int(answer == "No") if "false" in said else 0


def filling(reply: str, answer: str) -> int:
    """Right where the answer occurs as it stands."""
    return int(answer.strip() in reply.strip())


def reaction(reply: str, answer: str) -> int:
    """Right where any part of the reply between dots occurs in the answer, the empty one too."""
    return int(any(part in answer for part in reply.strip().split(".")))


def smith_waterman(one: str, other: str) -> float:
    """Best local alignment (match 2, mismatch and gap -1), as a share of the best possible."""
    if not one.strip() or not other.strip():
        return 0
    best = 0
    above = [0] * (len(other) + 1)
    for left in one:
        row = [0]
        for place, right in enumerate(other, start=1):
            diagonal = above[place - 1] + (2 if left == right else -1)
            row.append(max(diagonal, above[place] - 1, row[-1] - 1, 0))
        best = max(best, *row)
        above = row
    return best / (2 * min(len(one), len(other)))
