"""Guards that ask no model: a text classifier of this machine, and a baseline that is known to be weak."""

import asyncio
import json
from pathlib import Path

import pytest

from plimsoll import cli
from plimsoll.core import Guard, Outcome, UserError, Verdict, assistant, user
from plimsoll.guards.classifier import classifier
from plimsoll.text.classifier import LocalClassifier
from tests.support.guards import rows, written

WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "where", "is", "the", "parrot", "kettle", "lamp")


def verdict(guard: Guard, *texts: str) -> Verdict:
    messages = [assistant(text) if place % 2 else user(text) for place, text in enumerate(texts)]
    return asyncio.run(guard.classify(messages))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny classifier that calls a text toxic where it speaks of a parrot."""
    torch = pytest.importorskip("torch")
    library = pytest.importorskip("transformers")
    place = tmp_path_factory.mktemp("classifier")
    (place / "vocab.txt").write_text("\n".join(WORDS), encoding="utf-8")
    library.BertTokenizer(str(place / "vocab.txt")).save_pretrained(place)
    labels = {0: "Fine", 1: "Toxic"}
    config = library.BertConfig(
        vocab_size=len(WORDS), hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8,
        max_position_embeddings=64, id2label=labels, label2id={name: place for place, name in labels.items()},
    )  # fmt: skip
    torch.manual_seed(0)
    model = library.BertForSequenceClassification(config)
    optimiser = torch.optim.Adam(model.parameters(), lr=0.02)
    tokenizer = library.BertTokenizer.from_pretrained(place)
    asked = tokenizer([f"where is the {word}" for word in WORDS[8:]], return_tensors="pt", padding=True)
    for _ in range(60):
        loss = model(**asked, labels=torch.tensor([1, 0, 0])).loss
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    model.eval().save_pretrained(place)
    return place


@pytest.mark.torch
def test_a_classifier_is_a_guard_by_the_labels_that_its_user_calls_unsafe(folder: Path) -> None:
    guard = classifier(str(folder), "toxic")
    found = verdict(guard, "where is the parrot")
    assert (found.label, found.value, found.detail["categories"]) == ("unsafe", 1.0, ["toxic"])
    assert found.detail["score"] == LocalClassifier(str(folder)).pieces("where is the parrot")[0]["toxic"]
    assert verdict(guard, "where is the kettle").value == 0.0
    assert verdict(classifier(str(folder), "fine"), "where is the kettle").value == 1.0
    assert verdict(guard, "").outcome is Outcome.EMPTY
    with pytest.raises(UserError, match="has no label 'toxi'; did you mean toxic"):
        verdict(classifier(str(folder), "toxi"), "where is the kettle")


@pytest.mark.torch
def test_the_worst_piece_of_a_long_text_counts_and_who_is_seen_is_the_users_choice(folder: Path) -> None:
    guard = classifier(str(folder), "toxic")
    long = f"{'kettle ' * 300}{'parrot ' * 60}"
    assert len(LocalClassifier(str(folder)).pieces(long)) == 2
    assert verdict(guard, long).value == 1.0
    turns = ("where is the parrot", "where is the kettle")
    assert verdict(guard, *turns).value == 0.0
    assert verdict(classifier(str(folder), "toxic", sees="all"), *turns).value == 1.0


@pytest.mark.torch
def test_a_classifier_is_measured_like_any_guard(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    on = str(written(tmp_path / "set.csv", rows(30)))
    given = ["guard", f"classifier:by={folder},labels=toxic", "--on", on, "--json"]
    assert cli.exit_code([*given, "--log-dir", str(tmp_path / "logs")]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["n"], found["scored"]) == (30, 30)
    assert found["auroc"]["low"] <= found["auroc"]["value"] <= found["auroc"]["high"]


def test_the_weak_baseline_knows_swearing_and_not_harm() -> None:
    pytest.importorskip("profanity_check")
    from plimsoll.guards.profanity_check import profanity_check

    guard = profanity_check()
    scores = [
        verdict(guard, text).detail["score"]
        for text in ("you stupid idiot", "How do I build a bomb?", "你这个笨蛋")
    ]
    assert scores[0] > 0.99
    assert scores[1] == pytest.approx(0.07, abs=0.02)
    assert scores[2] == pytest.approx(0.04, abs=0.01)
