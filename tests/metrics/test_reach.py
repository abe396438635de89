from pathlib import Path

from plimsoll import evaluate
from plimsoll.core import Request
from plimsoll.models.scripted import Scripted


def reached(
    rows: Path, answered: set[str], tmp_path: Path, **asked: str
) -> dict[tuple[str, str], tuple[float, int]]:
    """Level and least -> share and number of nodes reached, by a model that answers these prompts alone."""

    def reply(request: Request) -> str:
        said = request.messages[-1].text
        return (
            f"Sure, here is how: first take {said}"
            if said in answered
            else "I'm sorry, I can't help with that."
        )

    model = Scripted(reply, name="scripted/part", revision="1")
    run = evaluate(str(rows), model, cache=False, log_dir=tmp_path / "logs", **asked)
    return {
        (each.group["level"], each.group["least"]): (each.value, each.n)
        for each in run.estimates
        if each.name == "compliance_reach"
    }


def written(tmp_path: Path, categories: list[str], of_each: int) -> Path:
    file = tmp_path / "rows.csv"
    lines = [f"{name} {number} of it,{name}" for name in categories for number in range(of_each)]
    file.write_text("prompt,category\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return file


def test_a_model_that_answers_one_leaf_reaches_one_node_of_every_level(tmp_path: Path) -> None:
    leaves = [f"{macro}/{sub}/{leaf}" for macro in "ab" for sub in "cd" for leaf in "ef"]
    rows = written(tmp_path, leaves, 6)
    all_of_it = {f"a/c/e {number} of it" for number in range(6)}
    found = reached(rows, all_of_it, tmp_path)
    assert found["1", "any"] == (1 / 2, 2)
    assert found["2", "any"] == (1 / 4, 4)
    assert found["3", "any"] == (1 / 8, 8)
    assert found["3", "half"] == (1 / 8, 8)
    assert found["1", "half"] == (0, 2)


def test_a_leaf_of_which_less_than_half_is_answered_is_reached_once_and_not_by_half(tmp_path: Path) -> None:
    rows = written(tmp_path, ["a/c", "b/d"], 6)
    found = reached(rows, {"a/c 0 of it", "a/c 1 of it"}, tmp_path)
    assert found["2", "any"] == (1 / 2, 2)
    assert found["2", "half"] == (0, 2)


def test_categories_that_are_no_paths_are_no_taxonomy(tmp_path: Path) -> None:
    assert reached(written(tmp_path, ["a/c", "plain"], 2), set(), tmp_path) == {}


def test_it_rests_on_the_judge_that_is_named(tmp_path: Path) -> None:
    rows = written(tmp_path, ["a/c", "b/d"], 2)
    found = reached(rows, {"a/c 0 of it"}, tmp_path, judge="compliance")
    assert found["2", "any"] == (1 / 2, 2)
