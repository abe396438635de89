import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pytest

from plimsoll.core import (
    ContextExceeded,
    Message,
    MissingExtra,
    Request,
    Response,
    Sampling,
    UserError,
    WhiteBox,
    assistant,
    system,
    user,
)
from plimsoll.models._transformers_load import number_format, required
from plimsoll.models.transformers import Transformers, transformers
from plimsoll.registry import build_model
from tests.support.safetybench_prompts import Prompt, prompts
from tests.support.tiny import CHAT, write_tiny

pytestmark = pytest.mark.torch
T = TypeVar("T")
LETTERS = ("(A", "(B", "(C", "(Ｄ")
"""In the tiny tokenizer the first is one token, the last is four, the others are two."""


@pytest.fixture(autouse=True)
def one_thread() -> None:
    """Threads that wait for each other crawl where other programs keep the cores busy."""
    pytest.importorskip("torch").set_num_threads(1)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def chatty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny(tmp_path_factory.mktemp("chatty"), template=CHAT)


def using(model: Transformers, work: Callable[[Transformers], Awaitable[T]]) -> T:
    async def main() -> T:
        try:
            return await work(model)
        finally:
            await model.close()

    return asyncio.run(main())


def choice(text: str, continuations: tuple[str, ...] = LETTERS) -> Request:
    return Request(messages=(user(text),), continuations=continuations)


async def answers(model: Transformers, requests: Sequence[Request]) -> list[Response]:
    return await asyncio.gather(*(model.generate(request) for request in requests))


def naive(model: Transformers, text: str, continuations: Sequence[str]) -> list[float]:
    """Every continuation's own forward pass, summed over all of its tokens after the prompt."""
    import torch

    numbers: list[float] = []
    for continuation in continuations:
        tokens = model.tokenizer(text + continuation)["input_ids"]
        given = len(model.tokenizer(text)["input_ids"])
        with torch.inference_mode():
            tail = len(tokens) - given
            logits = model.module(torch.tensor([tokens]), logits_to_keep=tail + 1).logits[0]
        logprobs = logits.float().log_softmax(-1)
        numbers.append(sum(logprobs[i, tokens[given + i]].item() for i in range(tail)))
    return numbers


def texts(count: int, shots: str = "") -> list[str]:
    draw = random.Random(3)
    words = ["alpha", "beta", "gamma", "delta", "(A)", "中文"]
    return [f"{shots}Q: {' '.join(draw.choices(words, k=draw.randint(1, 20)))}\nA:" for _ in range(count)]


def test_letters_of_any_number_of_tokens_are_weighed_as_one_by_one(tiny: Path) -> None:
    async def work(model: Transformers) -> None:
        asked = [*texts(12), *texts(12, "An example. (B)\n" * 8), *texts(5, "Another. (C)\n" * 8)]
        found = await answers(model, [choice(text) for text in asked])
        for text, response in zip(asked, found, strict=True):
            assert response.means == "loglikelihood"
            assert response.loglikelihoods == pytest.approx(naive(model, text, LETTERS), abs=2e-3)

    using(transformers(str(tiny)), work)


def test_one_at_a_time_and_all_together_give_the_same(tiny: Path) -> None:
    requests = [choice(text) for text in texts(14, "An example. (B)\n" * 20)]

    async def one_by_one(model: Transformers) -> list[Response]:
        return [await model.generate(request) for request in requests]

    alone = using(transformers(str(tiny)), one_by_one)
    for size in (0, 1, 3):
        together = using(transformers(str(tiny), batch_size=size), lambda model: answers(model, requests))
        assert [r.text for r in together] == [r.text for r in alone]
        for one, other in zip(together, alone, strict=True):
            assert one.loglikelihoods == pytest.approx(other.loglikelihoods, abs=1e-3)


@pytest.mark.parametrize("together", [True, False])
def test_a_shared_beginning_is_evaluated_once(tiny: Path, together: bool) -> None:
    shots = "An example. (B)\n" * 20
    requests = [choice(text, ("(B", "(C")) for text in texts(10, shots)]

    async def work(model: Transformers) -> list[Response]:
        if together:
            return await answers(model, requests)
        return [await model.generate(request) for request in requests]

    model = transformers(str(tiny))
    usages = [response.usage for response in using(model, work)]
    evaluated = sum(usage.input_tokens - usage.cached_tokens for usage in usages)
    assert sum(usage.cached_tokens < len(shots) for usage in usages) == 1
    assert evaluated < len(shots) + 10 * 130


def test_a_model_that_cannot_be_packed_gets_plain_batches(tiny: Path) -> None:
    async def work(model: Transformers) -> None:
        model.engine.weigher._packs = False
        asked = texts(9)
        for text, response in zip(asked, await answers(model, [choice(t) for t in asked]), strict=True):
            assert response.loglikelihoods == pytest.approx(naive(model, text, LETTERS), abs=2e-3)
            assert response.usage.cached_tokens == 0

    using(transformers(str(tiny)), work)


def test_a_sliding_window_is_recognised_and_weighed_right(tmp_path: Path) -> None:
    library = pytest.importorskip("transformers")
    write_tiny(tmp_path)
    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
    made = library.MistralConfig(vocab_size=258, num_key_value_heads=2, sliding_window=16, **sizes)
    library.MistralForCausalLM(made).save_pretrained(tmp_path)

    async def work(model: Transformers) -> None:
        asked = texts(4, "An example. (B)\n" * 8)
        for text, response in zip(asked, await answers(model, [choice(t) for t in asked]), strict=True):
            assert response.loglikelihoods == pytest.approx(naive(model, text, LETTERS), abs=2e-3)

    using(transformers(str(tmp_path)), work)


def test_a_chat_template_is_used_where_there_is_one(tiny: Path, chatty: Path) -> None:
    messages = (system("Be brief."), user("Hi"), assistant("We"))

    def prompt(folder: Path, **options: Any) -> str:
        return transformers(str(folder), **options).engine._prompt(Request(messages=messages))

    chat = "<system>Be brief.\n<user>Hi\n<assistant>We"
    assert prompt(chatty) == prompt(chatty, template="chat") == chat
    assert prompt(chatty, template="raw") == prompt(tiny) == "Be brief.\n\nHiWe"


def test_a_request_may_ask_for_the_texts_alone_unless_the_user_set_a_template(chatty: Path) -> None:
    raw = Request(messages=(user("Hi"),), template="raw")
    assert transformers(str(chatty)).engine._prompt(raw) == "Hi"
    assert transformers(str(chatty), template="chat").engine._prompt(raw) != "Hi"


def test_a_reply_does_not_end_before_its_least_number_of_tokens(tiny: Path) -> None:
    async def work(model: Transformers) -> tuple[Response, Response]:
        import torch

        with torch.inference_mode():
            logits = model.module(torch.tensor([model.tokenizer("Once")["input_ids"]])).logits
        model.module.generation_config.eos_token_id = int(logits[0, -1].argmax())
        free = await model.generate(written("Once", max_tokens=6))
        return free, await model.generate(written("Once", max_tokens=6, min_tokens=3))

    free, held = using(transformers(str(tiny)), work)
    assert (free.text, free.finish) == ("", "stop")
    assert held.usage.output_tokens >= 3


def by_hand(model: Transformers, text: str, count: int) -> str:
    """Greedy decoding without batch, padding or cache."""
    import torch

    tokens = model.tokenizer(text)["input_ids"]
    given = len(tokens)
    for _ in range(count):
        with torch.inference_mode():
            tokens.append(int(model.module(torch.tensor([tokens])).logits[0, -1].argmax()))
        if tokens[-1] == 0:
            tokens.pop()
            break
    return model.tokenizer.decode(tokens[given:])


def written(text: str, **sampling: Any) -> Request:
    return Request(messages=(user(text),), sampling=Sampling(**sampling))


def test_a_batch_writes_what_each_row_would_get_alone(tiny: Path) -> None:
    async def work(model: Transformers) -> None:
        asked = texts(7)
        limits = [3, 12, 1, 9, 20, 5, 7]
        pairs = zip(asked, limits, strict=True)
        found = await answers(model, [written(text, max_tokens=most) for text, most in pairs])
        for text, most, response in zip(asked, limits, found, strict=True):
            assert response.text == by_hand(model, text, most)
            assert response.usage.output_tokens <= most
            assert response.finish == ("length" if response.usage.output_tokens == most else "stop")

    using(transformers(str(tiny), batch_size=4), work)


def test_drawing_is_repeatable_whatever_the_company(tiny: Path) -> None:
    async def work(model: Transformers) -> None:
        hot = {"max_tokens": 12, "temperature": 1.0, "top_p": 0.9}
        crowd = [written(text, seed=seed, **hot) for seed, text in enumerate(texts(6))]
        together = await answers(model, crowd)
        assert [r.text for r in together] == [(await model.generate(one)).text for one in crowd]
        other = await model.generate(written(texts(1)[0], seed=99, **hot))
        assert other.text != together[0].text

    using(transformers(str(tiny)), work)


def test_a_stop_text_ends_the_reply_before_it(tiny: Path) -> None:
    async def work(model: Transformers) -> None:
        whole = (await model.generate(written("Q: alpha\nA:", max_tokens=30))).text
        stop = whole[6:8]
        response = await model.generate(written("Q: alpha\nA:", max_tokens=30, stop=(stop, "zzz")))
        assert response.text == whole[: whole.index(stop)]
        assert response.finish == "stop"

    using(transformers(str(tiny)), work)


def test_a_long_prompt_is_an_error_of_that_request_alone(tiny: Path) -> None:
    async def work(model: Transformers) -> None:
        long, short, letters = await asyncio.gather(
            model.generate(written("x" * 600, max_tokens=2)),
            model.generate(written("x", max_tokens=2)),
            model.generate(choice("y" * 600)),
            return_exceptions=True,
        )
        assert isinstance(short, Response)
        for error in (long, letters):
            assert isinstance(error, ContextExceeded)
            assert "tokens, the context of" in str(error)
            assert "holds 512" in str(error)

    using(transformers(str(tiny)), work)


def test_an_empty_prompt_starts_from_the_ending_token(tiny: Path) -> None:
    request = Request(messages=(Message(role="user"),), continuations=("(B", "(C"))
    assert len(using(transformers(str(tiny)), lambda model: model.generate(request)).loglikelihoods) == 2


def test_weights_and_tokenizer_are_at_hand(tiny: Path) -> None:
    model = build_model(f"transformers/{tiny}", {"dtype": "float32", "batch-size": "2"})
    assert isinstance(model, WhiteBox)
    assert model.module.config.num_hidden_layers == 2
    assert model.tokenizer("(A")["input_ids"] == [257]
    assert model.name == f"transformers/{tiny}"


def test_the_revision_tells_weights_apart(tiny: Path, tmp_path: Path) -> None:
    other = write_tiny(tmp_path / "other", hidden_size=64)
    assert transformers(str(tiny)).revision == transformers(str(tiny)).revision
    assert transformers(str(tiny)).revision != transformers(str(other)).revision
    assert transformers(str(tiny)).revision != transformers(str(tiny), template="raw").revision


def test_the_revision_holds_the_number_format_that_was_resolved(tiny: Path) -> None:
    left = transformers(str(tiny), device="cpu")
    assert " dtype:float32 " in left.revision
    assert left.revision == transformers(str(tiny), device="cpu", dtype="float32").revision
    assert left.revision != transformers(str(tiny), device="cpu", dtype="bfloat16").revision
    assert number_format("auto", "cpu") != number_format("auto", "cuda"), "a GPU computes in the weights' own"


def test_wrong_input_is_refused_before_any_call(tmp_path: Path) -> None:
    for model_id, words in {
        f"{tmp_path}": "holds no config.json",
        f"{tmp_path}/absent": "there is no folder",
        f"{tmp_path}/absent.gguf": "there is no file",
    }.items():
        with pytest.raises(UserError, match=words):
            build_model(f"transformers/{model_id}")
    with pytest.raises(UserError, match="batch_size is -1"):
        build_model("transformers", {"batch_size": "-1"})


def test_a_missing_library_names_the_extra() -> None:
    with pytest.raises(MissingExtra, match=r"models/transformers needs the extra 'whitebox'"):
        required("torch", "a_library_that_nobody_has")


def test_a_model_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    model = transformers(str(tmp_path))
    with pytest.raises(UserError, match="cannot be loaded"):
        using(model, lambda model: model.generate(choice("Hi")))


def test_a_closed_model_may_be_asked_again(tiny: Path) -> None:
    async def work(model: Transformers) -> None:
        first = await model.generate(choice("Hi"))
        await model.close()
        assert (await model.generate(choice("Hi"))).loglikelihoods == first.loglikelihoods

    using(transformers(str(tiny)), work)


def same_letters(language: str, *, shots: int, step: int, limit: int) -> None:
    asked: list[Prompt] = prompts(language, shots=shots, step=step, limit=limit)

    async def work(model: Transformers) -> None:
        found = await answers(model, [choice(one.text, one.continuations) for one in asked])
        for one, response in zip(asked, found, strict=True):
            expected = naive(model, one.text, one.continuations)
            chosen = expected[one.continuations.index(response.text)]
            # Of two that rounding alone tells apart either is right.
            assert chosen >= max(expected) - 1e-3, one.id

    using(transformers(template="raw"), work)


@pytest.mark.llm
def test_on_safetybench_the_letters_are_those_of_whole_continuations() -> None:
    same_letters("en", shots=0, step=120, limit=12)


@pytest.mark.llm
@pytest.mark.slow
@pytest.mark.long
def test_on_two_hundred_questions_the_letters_are_those_of_whole_continuations() -> None:
    same_letters("en", shots=0, step=9, limit=160)
    same_letters("zh", shots=0, step=67, limit=30)
    same_letters("zh", shots=5, step=210, limit=10)


@pytest.mark.llm
def test_reading_the_embedded_model_is_silent(capfd: pytest.CaptureFixture[str]) -> None:
    response = using(transformers(), lambda model: model.generate(written("Say hello.", max_tokens=4)))
    assert response.text
    assert capfd.readouterr() == ("", "")


def test_models_that_are_loaded_at_once_have_their_weights(tmp_path: Path) -> None:
    import threading

    made = [
        transformers(str(write_tiny(tmp_path / str(number), num_hidden_layers=24, tie_word_embeddings=True)))
        for number in range(6)
    ]
    begin, found = threading.Barrier(len(made)), list[bool]()

    def load(one: Transformers) -> None:
        begin.wait()
        found.append(not any(weight.is_meta for weight in one.module.parameters()))

    threads = [threading.Thread(target=load, args=[one]) for one in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * len(made)
