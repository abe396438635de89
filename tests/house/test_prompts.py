"""Long prompts of judges are texts beside them, not strings within their code."""

import ast
from collections.abc import Iterator
from pathlib import Path

import plimsoll

HOUSE = Path(plimsoll.__file__).parent
LONGEST = 350
"""Characters of a text that a judge's code may hold."""


def _texts(tree: ast.Module) -> Iterator[str]:
    """Every text but those that stand by themselves, as docstrings do."""
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone:
            yield node.value


def _holds_a_prompt(path: Path) -> bool:
    return any(map(_is_prompt, _texts(ast.parse(path.read_text("utf-8")))))


def _is_prompt(text: str) -> bool:
    """Long, and in words: a pattern for reading has hardly a blank."""
    return len(text) > LONGEST and text.count(" ") * 12 > len(text)


def test_no_judge_holds_a_long_prompt_in_its_code() -> None:
    judges = [*HOUSE.glob("judges/*.py"), *HOUSE.glob("benchmarks/*/*judge*.py")]
    found = {str(path.relative_to(HOUSE).as_posix()) for path in judges if _holds_a_prompt(path)}
    assert found == set()


def test_a_prompt_in_code_is_found_and_a_docstring_is_none() -> None:
    words = "word " * 100
    assert [*_texts(ast.parse(f'"""{words}"""\nPROMPT = f"{words}{{x}}"\n'))] == [words]
    assert _is_prompt(words)
    assert not _is_prompt(r"(?:word|other)\s+" * 40)
