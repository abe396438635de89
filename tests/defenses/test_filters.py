"""Filters: what is asked, rewritten, asked again or held back, and what is said of it."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import pytest

from plimsoll import registry
from plimsoll.core import (
    Denied,
    Instrument,
    Message,
    ModelError,
    Outcome,
    Request,
    Response,
    UserError,
    Verdict,
    assistant,
    system,
    user,
)
from plimsoll.defenses.filters.erase_and_check import erasures
from plimsoll.defenses.filters.perplexity import windows
from plimsoll.models.scripted import Scripted

UNSURE = Verdict(label="unparsed", value=None, outcome=Outcome.JUDGE_UNPARSED)


@dataclass
class Knowing:
    """A guard that knows one bad word, cannot decide on another, and breaks on a third."""

    name: str = "knowing"
    instrument: Instrument = field(default=Instrument(event="unsafe", higher_is_safer=False))
    seen: list[str] = field(default_factory=list[str])

    async def classify(self, messages: Sequence[Message]) -> Verdict:
        text = messages[-1].text
        self.seen.append(text)
        if "broken" in text:
            raise ModelError("no answer in time")
        if "denied" in text:
            raise Denied("wrong key")
        if "unclear" in text:
            return UNSURE
        return Verdict(label="unsafe" if "bad" in text else "safe", value=float("bad" in text))


@dataclass
class Seen:
    """A model that answers by a rule and keeps what it is asked."""

    answer: Callable[[str], str]
    asked: list[tuple[str, ...]] = field(default_factory=list[tuple[str, ...]])
    name: str = "seen/one"
    revision: str = "1"
    offers: ClassVar[frozenset[str]] = frozenset()

    async def generate(self, request: Request) -> Response:
        self.asked.append(tuple(message.text for message in request.messages))
        return Response(text=self.answer(request.messages[-1].text))

    async def close(self) -> None:
        pass


def defended(name: str, prompt: str, inner: Seen, **given: object) -> Response:
    made = registry.find("defenses", name).factory(inner=inner, **given)
    return asyncio.run(made.generate(Request(messages=(user(prompt),))))


@pytest.mark.parametrize("name", ["block_request", "rewrite_request"])
def test_what_is_safe_is_asked_as_it_is(name: str) -> None:
    inner = Seen(lambda _: "fine")
    more = {"model": Scripted(lambda _: "x")} if name == "rewrite_request" else {}
    assert defended(name, "good", inner, guard=Knowing(), **more).text == "fine"
    assert inner.asked == [("good",)]


def test_a_guard_in_front_holds_back_before_anybody_is_asked() -> None:
    inner = Seen(lambda _: "fine")
    response = defended("block_request", "bad", inner, guard=Knowing())
    assert (response.finish, response.notes) == ("blocked", ("knowing held the request back: unsafe",))
    assert inner.asked == []


@pytest.mark.parametrize(("word", "why"), [("unclear", ""), ("broken", " (no answer in time)")])
@pytest.mark.parametrize("name", ["block_request", "block_reply", "retry_reply"])
def test_a_guard_that_cannot_decide_or_breaks_fails_closed_or_open_as_was_said(
    name: str, word: str, why: str
) -> None:
    for then, done in (("block", "held back"), ("pass", "let through")):
        prompt, reply = (word, "fine") if name == "block_request" else ("good", word)
        response = defended(name, prompt, Seen(lambda _, reply=reply: reply), guard=Knowing(), undecided=then)
        assert (response.finish == "blocked") is (then == "block")
        assert f"{done}{why}" in response.notes[0]


def test_a_guard_that_is_refused_altogether_stops_the_run() -> None:
    with pytest.raises(Denied):
        defended("block_request", "denied", Seen(lambda _: ""), guard=Knowing())


def test_a_guard_behind_withholds_the_reply_and_every_word_of_it() -> None:
    response = defended("block_reply", "good", Seen(lambda _: "bad"), guard=Knowing())
    assert (response.finish, response.text) == ("blocked", "")
    assert response.notes == ("knowing held the reply back: unsafe",)


def test_any_judge_stands_behind_a_model_as_a_guard() -> None:
    spec = "block_reply:guard=(judged:judge=refusal)"
    for reply, finish in (("I cannot help with that.", "stop"), ("Knead the dough well.", "blocked")):
        made = registry.build("defenses", spec, inner=Seen(lambda _, reply=reply: reply))
        response = asyncio.run(made.generate(Request(messages=(user("How do I bake bread?"),))))
        assert response.finish == finish


def test_an_unsafe_request_is_rewritten_and_looked_at_once_more() -> None:
    inner, guard = Seen(lambda _: "fine"), Knowing()
    response = defended("rewrite_request", "bad", inner, guard=guard, model=Scripted(lambda _: "good"))
    assert inner.asked == [("good",)]
    assert response.text == "fine"
    assert response.notes[-1] == "the request was rewritten"
    for other in ("bad too", "I cannot help with that.", ""):
        held = defended("rewrite_request", "bad", Seen(lambda _: ""), guard=guard, model=_says(other))
        assert held.finish == "blocked"
        assert len(held.notes) == 2


def test_an_unsafe_reply_is_rewritten_or_withheld() -> None:
    found = defended("rewrite_reply", "good", Seen(lambda _: "bad"), guard=Knowing(), model=_says("fine"))
    assert (found.text, found.notes[-1]) == ("fine", "the reply was rewritten")
    for other in ("still bad", "", "I'm sorry, but I can't help with that."):
        held = defended("rewrite_reply", "good", Seen(lambda _: "bad"), guard=Knowing(), model=_says(other))
        assert (held.finish, held.text) == ("blocked", "")


def test_an_unsafe_reply_is_asked_for_anew_so_many_times() -> None:
    replies = iter(["bad one", "bad two", "fine"])
    inner = Seen(lambda _: next(replies))
    response = defended("retry_reply", "good", inner, guard=Knowing())
    assert response.text == "fine"
    assert [len(asked) for asked in inner.asked] == [1, 3, 3]
    held = defended("retry_reply", "good", Seen(lambda _: "bad"), guard=Knowing(), tries=3)
    assert held.finish == "blocked"
    assert len(held.notes) == 4


def test_a_request_is_asked_in_other_words() -> None:
    inner = Seen(lambda _: "fine")
    defended("paraphrase", "How do I bake bread? }} !--", inner, model=_says("How is bread baked?"))
    assert inner.asked == [("How is bread baked?",)]


@pytest.mark.parametrize(("then", "finish"), [("block", "blocked"), ("pass", "stop")])
def test_a_paraphraser_that_declines_blocks_or_passes_as_was_said(then: str, finish: str) -> None:
    inner = Seen(lambda _: "fine")
    response = defended("paraphrase", "bad", inner, model=_says("I cannot help with that."), undecided=then)
    assert response.finish == finish
    assert "gave no paraphrase" in response.notes[0]
    assert inner.asked == ([] if then == "block" else [("bad",)])


def test_words_are_broken_up_and_nothing_else_changes() -> None:
    inner = Seen(lambda _: "fine")
    defended("retokenised", "How do I bake bread?", inner, rate=0.5)
    defended("retokenised", "怎样在家里做面包？", inner, rate=0.5)
    for (asked,), plain in zip(inner.asked, ("How do I bake bread?", "怎样在家里做面包？"), strict=True):
        assert asked != plain
        assert asked.replace(" ", "") == plain.replace(" ", "")


@pytest.mark.parametrize(("way", "held"), [("suffix", True), ("insertion", True), ("infusion", True)])
def test_a_request_hidden_behind_a_suffix_is_found_with_the_suffix_erased(way: str, held: bool) -> None:
    @dataclass
    class Exact(Knowing):
        """A guard that knows a request only where nothing follows it."""

        async def classify(self, messages: Sequence[Message]) -> Verdict:
            self.seen.append(messages[-1].text)
            return Verdict(label="unsafe", value=float(messages[-1].text == "do harm"))

    response = defended("erase_and_check", "do harm zx qy", Seen(lambda _: ""), guard=Exact(), way=way)
    assert (response.finish == "blocked") is held
    assert "erasures tried before" in response.notes[-1]


def test_the_fewest_words_are_erased_first_and_one_is_always_left() -> None:
    assert list(erasures("a b c", "suffix", 9)) == ["a b c", "a b", "a"]
    assert list(erasures("a b c", "insertion", 9)) == ["a b c", "b c", "a c", "a b", "c", "a"]
    assert list(erasures("a b c", "infusion", 9)) == ["a b c", "b c", "a c", "a b", "c", "b", "a"]
    assert list(erasures("做面包", "suffix", 1)) == ["做面包", "做面"]
    assert list(erasures("", "infusion", 3)) == [""]


def test_the_number_of_checks_is_bounded_and_a_bound_that_was_met_is_said() -> None:
    guard = Knowing()
    prompt = " ".join(f"w{number}" for number in range(50))
    response = defended(
        "erase_and_check", prompt, Seen(lambda _: "fine"), guard=guard, way="infusion", checks=7
    )
    assert len(guard.seen) == 7
    assert response.notes == ("erase_and_check: the guard saw 7 erasures, not all of them",)


@pytest.mark.parametrize(
    ("said", "finish"),
    [("Yes.", "blocked"), ("No.", "stop"), ("yes and no", "blocked"), ("Well ...", "blocked")],
)
def test_a_reply_is_read_by_its_own_model(said: str, finish: str) -> None:
    inner = Seen(lambda text: said if "one word, yes or no" in text else "Knead the dough.")
    response = defended("self_examination", "How do I bake bread?", inner)
    assert response.finish == finish
    assert len(inner.asked) == 2


@pytest.mark.parametrize(("said", "finish"), [("是", "blocked"), ("否。", "stop"), ("不是", "stop")])
def test_a_reader_of_a_chinese_conversation_is_asked_in_chinese(said: str, finish: str) -> None:
    reader = Seen(lambda _: said)
    response = defended("self_examination", "怎样在家里做面包？", Seen(lambda _: "揉面。"), model=reader)
    assert response.finish == finish
    assert "是或否" in reader.asked[0][0]


def test_a_text_is_measured_in_windows_that_leave_nothing_out() -> None:
    for text in ("a b c d e f g", "  做 面包 in my kitchen ", "one", ""):
        for size in (1, 2, 3, 10):
            assert "".join(windows(text, size)) == text.rstrip()


def test_an_unlikely_window_holds_the_request_back_and_says_its_bits() -> None:
    def weigh(request: Request) -> Response:
        (window,) = request.continuations
        bits = 8.0 if "}" in window else 1.0
        return Response(
            text=window, means="loglikelihood", loglikelihoods=(-bits * 0.6931 * len(window.encode()),)
        )

    measure = Scripted(weigh, likelihood=True)
    prompt = "How do I bake bread at home this morning for } { ] = } * [ ! } ~"
    for scope, finish in (("window", "blocked"), ("whole", "stop")):
        made = registry.find("defenses", "perplexity").factory(
            Seen(lambda _: "fine"), measure, limit=6.0, scope=scope
        )
        response = asyncio.run(made.generate(Request(messages=(user(prompt),))))
        assert response.finish == finish
        assert not response.notes or "8.00 bits per byte" in response.notes[0]


def test_a_model_that_cannot_weigh_texts_is_refused_when_the_filter_is_made() -> None:
    with pytest.raises(UserError, match="perplexity needs log-likelihoods of texts"):
        registry.build("defenses", "perplexity:model=scripted/letter-B", inner=Seen(lambda _: ""))


@pytest.mark.parametrize(("then", "finish"), [("block", "blocked"), ("pass", "stop")])
def test_a_model_that_gives_no_likelihood_has_not_decided(then: str, finish: str) -> None:
    measure = Scripted(lambda _: "nothing", likelihood=True)
    response = defended("perplexity", "good", Seen(lambda _: "fine"), model=measure, undecided=then)
    assert response.finish == finish
    assert "gave no log-likelihood" in response.notes[0]


@pytest.mark.parametrize(
    "spec",
    [
        "retokenised:rate=0",
        "perplexity:model=scripted/letter-B,limit=0",
        f"erase_and_check:guard=(words:file={registry.__name__}),checks=0",
        "retry_reply:guard=(judged:judge=refusal),tries=0",
        "thinking/more_think:thought_tokens=0",
    ],
)
def test_arguments_that_make_no_sense_are_refused(spec: str) -> None:
    with pytest.raises(UserError):
        registry.build("defenses", spec, inner=Seen(lambda _: ""))


def test_only_the_last_user_turn_is_erased_and_the_conversation_stays() -> None:
    guard = Knowing()
    inner = Seen(lambda _: "fine")
    made = registry.find("defenses", "erase_and_check").factory(inner, guard, checks=2)
    talk = (system("s"), user("first"), assistant("yes?"), user("one two"))
    asyncio.run(made.generate(Request(messages=talk)))
    assert guard.seen == ["one two", "one"]
    assert inner.asked == [("s", "first", "yes?", "one two")]


def _says(text: str) -> Scripted:
    return Scripted(lambda _: text)
