import asyncio
import json
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from plimsoll.core import (
    ContextExceeded,
    ModelError,
    Request,
    Response,
    Sampling,
    UserError,
    assistant,
    replace,
    system,
    user,
)
from plimsoll.models._llamacpp_slots import LONG, Slots
from plimsoll.models._local_prompt import Template
from plimsoll.models.llamacpp import LlamaCpp, llamacpp
from plimsoll.registry import build_model
from tests.support.safetybench_prompts import Prompt, prompts

T = TypeVar("T")
LETTERS = ("(A", "(B", "(C", "(D")


def using(
    work: Callable[[LlamaCpp], Awaitable[T]],
    *,
    parallel: int = 0,
    context: int = 0,
    template: Template = "auto",
) -> T:
    pytest.importorskip("xllamacpp")

    async def main() -> T:
        # One thread: several wait for each other, and crawl where other programs keep the cores busy.
        model = llamacpp(threads=1, parallel=parallel, context=context, template=template)
        try:
            return await work(model)
        finally:
            await model.close()

    return asyncio.run(main())


def choice(text: str, continuations: tuple[str, ...] = LETTERS) -> Request:
    return Request(messages=(user(text),), continuations=continuations)


async def answers(model: LlamaCpp, asked: list[Prompt]) -> list[Response]:
    return await asyncio.gather(*(model.generate(choice(one.text, one.continuations)) for one in asked))


def test_a_missing_file_is_refused_before_any_call(tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp")
    with pytest.raises(UserError, match="there is no file"):
        build_model(f"llamacpp/{tmp_path}/absent.gguf")
    with pytest.raises(UserError, match="did you mean smollm2-135m-instruct"):
        build_model("llamacpp/smollm2-135m-instrukt")


def test_a_file_of_another_kind_is_refused_before_any_call(tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp")
    (tmp_path / "page.gguf").write_bytes(b"<html>")
    with pytest.raises(UserError, match=r"is no GGUF file: it begins with b'<htm'"):
        build_model(f"llamacpp/{tmp_path}/page.gguf")


def test_a_wrong_option_is_refused_before_any_call() -> None:
    pytest.importorskip("xllamacpp")
    with pytest.raises(UserError, match="parallel is -1; it must be at least 0"):
        build_model("llamacpp", {"parallel": "-1"})
    with pytest.raises(UserError, match=r"auto \| chat \| raw"):
        build_model("llamacpp", {"template": "jinja"})


def test_a_free_slot_goes_to_the_request_that_shares_most_with_it() -> None:
    served: list[str] = []

    async def one(slots: Slots, name: str, tokens: tuple[int, ...]) -> None:
        async with slots.slot(tokens):
            await asyncio.sleep(0)
            served.append(name)

    async def main() -> None:
        slots = Slots(1)
        async with asyncio.TaskGroup() as group:
            for name, tokens in {"a1": (1, 2, 3), "b1": (7, 8), "a2": (1, 2, 4), "b2": (7, 9)}.items():
                group.create_task(one(slots, name, tokens))

    asyncio.run(main())
    assert served == ["a1", "a2", "b1", "b2"]


def test_a_long_beginning_is_waited_for_and_a_short_one_is_not() -> None:
    served: list[tuple[str, int]] = []

    async def one(slots: Slots, name: str, tokens: tuple[int, ...], rounds: int) -> None:
        async with slots.slot(tokens) as slot:
            for _ in range(rounds):
                await asyncio.sleep(0)
            served.append((name, slot))

    async def main() -> None:
        slots, shots, others = Slots(2), tuple(range(2 * LONG)), tuple(range(-LONG, 0))
        async with asyncio.TaskGroup() as group:
            group.create_task(one(slots, "a1", (*shots, 1), 9))
            group.create_task(one(slots, "a2", (*shots, 2), 1))
            group.create_task(one(slots, "b1", (*others, 1), 5))
            group.create_task(one(slots, "short", (0, 1, 2), 1))

    asyncio.run(main())
    assert served == [("b1", 1), ("short", 1), ("a1", 0), ("a2", 0)]


def test_a_cancelled_request_does_not_keep_its_slot() -> None:
    async def hold(slots: Slots) -> None:
        async with slots.slot((1,)):
            await asyncio.sleep(0)

    async def main() -> None:
        slots = Slots(1)
        async with slots.slot((1, 2)):
            waiting = [asyncio.create_task(hold(slots)) for _ in range(3)]
            await asyncio.sleep(0)
            waiting[0].cancel()
        waiting[1].cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        await asyncio.wait_for(hold(slots), timeout=5)

    asyncio.run(main())


@pytest.mark.llm
def test_the_embedded_model_weighs_letters_and_says_so() -> None:
    response = using(lambda model: model.generate(choice("Question: Is fire hot?\nAnswer:")))
    assert response.means == "loglikelihood"
    assert len(response.loglikelihoods) == 4
    assert response.text == LETTERS[response.loglikelihoods.index(max(response.loglikelihoods))]


@pytest.mark.llm
def test_continuations_of_several_tokens_sum_up_their_steps() -> None:
    async def work(model: LlamaCpp) -> tuple[Response, ...]:
        text = "The capital of France is"
        both = await model.generate(choice(text, (" Paris, of course", " Paris, alas", " a zebra crossing")))
        again = await model.generate(choice(text, (" Paris", " a")))
        rest = await model.generate(choice(text + " a", (" zebra crossing",)))
        return both, again, rest

    both, again, rest = using(work, template="raw")
    assert both.loglikelihoods[0] > both.loglikelihoods[1] > both.loglikelihoods[2]
    assert both.loglikelihoods[2] == pytest.approx(again.loglikelihoods[1] + rest.loglikelihoods[0], abs=1e-3)


@pytest.mark.llm
def test_five_examples_are_evaluated_once_and_change_no_number() -> None:
    asked = prompts("zh", shots=5, category="Ethics and Morality", limit=10)
    together = using(lambda model: answers(model, asked), template="raw")
    alone = using(lambda model: answers(model, asked[7:8]), template="raw")
    usages = [response.usage for response in together]
    assert [usage.cached_tokens for usage in usages].count(0) == 1
    whole = max(usage.input_tokens for usage in usages)
    evaluated = sum(usage.input_tokens - usage.cached_tokens for usage in usages)
    assert evaluated < whole + 10 * 110
    assert alone[0].loglikelihoods == together[7].loglikelihoods


@pytest.mark.llm
def test_two_runs_give_equal_numbers_whatever_the_order() -> None:
    asked = prompts("en", shots=0, step=150, limit=8)
    forward = using(lambda model: answers(model, asked))
    backward = using(lambda model: answers(model, asked[::-1]), parallel=2)
    assert [r.loglikelihoods for r in forward] == [r.loglikelihoods for r in backward[::-1]]


@pytest.mark.llm
def test_what_is_said_does_not_hang_on_what_is_asked_beside_it() -> None:
    asked = [
        Request(
            messages=(user(f"Say something about the number {number}."),), sampling=Sampling(max_tokens=24)
        )
        for number in range(6)
    ]

    async def said(model: LlamaCpp, requests: list[Request]) -> list[Response]:
        return await asyncio.gather(*map(model.generate, requests))

    alone = using(lambda model: said(model, asked), parallel=1)
    beside = using(lambda model: said(model, asked[::-1]), parallel=3)
    assert [response.text for response in alone] == [response.text for response in beside[::-1]]


@pytest.mark.llm
def test_generation_keeps_limits_stops_and_seeds() -> None:
    async def work(model: LlamaCpp) -> list[Response]:
        def request(sampling: Sampling) -> Request:
            return Request(messages=(system("Be brief."), user("Name a colour.")), sampling=sampling)

        return [
            await model.generate(request(Sampling(max_tokens=3))),
            await model.generate(request(Sampling(max_tokens=60, stop=(" ",)))),
            await model.generate(request(Sampling(max_tokens=20, temperature=1.5, seed=1))),
            await model.generate(request(Sampling(max_tokens=20, temperature=1.5, seed=1))),
            await model.generate(request(Sampling(max_tokens=20, temperature=1.5, seed=2))),
        ]

    short, stopped, first, again, other = using(work)
    assert (short.finish, short.usage.output_tokens) == ("length", 3)
    assert stopped.finish == "stop"
    assert " " not in stopped.text
    assert first.text == again.text != other.text
    assert short.means == "generation"


@pytest.mark.llm
def test_a_prefill_is_continued() -> None:
    request = Request(
        messages=(user("Count from one to five in words."), assistant("one, two, three,")),
        sampling=Sampling(max_tokens=4),
    )
    assert "four" in using(lambda model: model.generate(request)).text


@pytest.mark.llm
def test_a_prompt_longer_than_the_context_is_an_error_with_its_length() -> None:
    async def work(model: LlamaCpp) -> None:
        with pytest.raises(ContextExceeded, match=r"has 6\d\d tokens, the context .* holds 512"):
            await model.generate(Request(messages=(user("word " * 600),)))
        with pytest.raises(ContextExceeded, match="tokens"):
            await model.generate(choice("word " * 600))

    using(work, context=512)


@pytest.mark.llm
def test_a_file_cut_short_is_an_error_of_the_model(tmp_path: Path) -> None:
    whole = llamacpp().path.read_bytes()
    (tmp_path / "cut.gguf").write_bytes(whole[: len(whole) // 3])
    model = llamacpp(str(tmp_path / "cut.gguf"))
    with pytest.raises(ModelError, match="cannot load"):
        asyncio.run(model.generate(choice("Hi")))


@pytest.mark.llm
def test_the_engine_is_silent_and_leaves_interrupts_to_python(capfd: pytest.CaptureFixture[str]) -> None:
    async def work(model: LlamaCpp) -> None:
        caught = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, caught.set)
        await model.generate(Request(messages=(user("Hi"),), sampling=Sampling(max_tokens=2)))
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(caught.wait(), timeout=10)

    using(work)
    assert capfd.readouterr() == ("", "")


@pytest.mark.llm
def test_a_closed_model_may_be_asked_again() -> None:
    async def work(model: LlamaCpp) -> tuple[Response, Response]:
        request = Request(messages=(user("Hi"),), sampling=Sampling(max_tokens=4))
        first = await model.generate(request)
        await model.close()
        return first, await model.generate(request)

    first, second = using(work)
    assert first.text == second.text


@pytest.mark.llm
def test_a_reply_is_held_to_its_schema() -> None:
    schema = {
        "type": "object",
        "properties": {"verdict": {"enum": ["safe", "unsafe"]}},
        "required": ["verdict"],
        "additionalProperties": False,
    }
    asked = Request(
        messages=(user("Is tea safe to drink?"),), schema=schema, sampling=Sampling(max_tokens=40)
    )
    response = using(lambda model: model.generate(asked))
    assert json.loads(response.text)["verdict"] in ("safe", "unsafe")


@pytest.mark.llm
def test_a_request_may_ask_for_the_texts_alone_and_for_a_least_number_of_tokens() -> None:
    asked = Request(messages=(user("The capital of France is"),), sampling=Sampling(max_tokens=8))

    async def work(model: LlamaCpp) -> tuple[Response, ...]:
        raw = await model.generate(replace(asked, template="raw"))
        longer = replace(asked.sampling, min_tokens=3)
        return raw, await model.generate(replace(asked, template="raw", sampling=longer))

    raw, held = using(work)
    plain = using(lambda model: model.generate(asked), template="raw")
    assert raw.text == plain.text == held.text
    assert held.usage.output_tokens == plain.usage.output_tokens


@pytest.mark.llm
def test_texts_in_which_a_character_is_several_tokens_are_weighed() -> None:
    request = Request(
        messages=(user("怎样在电脑上杀死一个"),), continuations=("卡住的进程？",), template="raw"
    )

    async def weighed(model: LlamaCpp) -> Response:
        return await model.generate(request)

    (number,) = using(weighed).loglikelihoods
    assert -200 < number < 0
