"""A batch of requests -> their responses, on one loaded model."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from time import perf_counter
from typing import Any

from plimsoll.core import (
    ContextExceeded,
    ModelError,
    PlimsollError,
    Request,
    Response,
    Usage,
    UserError,
    replace,
)
from plimsoll.internals import segments
from plimsoll.internals.batches import Batches
from plimsoll.models._local_prompt import (
    MAX_TOKENS,
    Template,
    Turns,
    answered,
    seed_of,
    switches,
    turns,
)
from plimsoll.models._local_weighing import Tokens, Weighing, weigh
from plimsoll.models._templates import of_tokenizer, takes_tools
from plimsoll.models._transformers_generation import Asked, Writer, Written
from plimsoll.models._transformers_load import Loaded
from plimsoll.models._transformers_routed import RoutedWeigher, RoutedWriter
from plimsoll.models._transformers_weighing import Answer, Weigher, weigher

ENDLESS = 10**9
"""Tokenizers give lengths beyond this where they know none."""


class Engine:
    """What turns text into tokens, has them weighed or continued, and turns the result into responses."""

    def __init__(self, loaded: Loaded, *, name: str, template: Template, rows: int, context: int) -> None:
        self.loaded = loaded
        self.name = name
        on_cpu = loaded.module.device.type == "cpu"
        # A size that was asked for is not grown; whatever the size, it is halved where memory is refused.
        sizes = Batches(rows or (16 if on_cpu else 64), grows=not rows and not on_cpu)
        weighing = partial(weigher, loaded, tokens=512 if on_cpu else 8192, rows=sizes.size)
        self.weigher: Weigher | RoutedWeigher = weighing()
        self.writer: Writer | RoutedWriter = Writer(loaded=loaded, sizes=sizes)
        if loaded.routing:
            self.weigher = RoutedWeigher(begins=self.weigher, goes_on=weighing(), routing=loaded.routing)
            self.writer = RoutedWriter(writer=self.writer, routing=loaded.routing)
        self.context = context or _context(loaded)
        self._template = template

    def work(self, requests: Sequence[Request]) -> list[Response | Exception]:
        """Answer requests, each with its response or with what is wrong with it."""
        answers: dict[int, Response | Exception] = {}
        weighed: dict[int, Weighing] = {}
        written: dict[int, Asked] = {}
        for index, request in enumerate(requests):
            try:
                if request.continuations:
                    weighed[index] = self._weighing(request)
                else:
                    written[index] = self._asked(request)
            except PlimsollError as error:
                answers[index] = error
        began = perf_counter()
        answers |= self._weigh(requests, weighed)
        answers |= self._write(requests, written)
        seconds = (perf_counter() - began) / len(requests)
        return [_timed(answers[index], seconds) for index in range(len(requests))]

    def _weighing(self, request: Request) -> Weighing:
        rows = self._rows(request, ("", *request.continuations))
        self._check(max(rows, key=len), 0)
        return weigh(rows[0], rows[1:])

    def _asked(self, request: Request) -> Asked:
        (tokens,) = self._rows(request, ("",))
        self._check(tokens, 1)
        sampling = request.sampling
        most = sampling.max_tokens or self.loaded.defaults.max_new_tokens or MAX_TOKENS
        room = min(most, self.context - len(tokens))
        return Asked(tokens, sampling, seed_of(request), room, request.logprobs, bool(request.tools))

    def _rows(self, request: Request, endings: Sequence[str]) -> list[Tokens]:
        """The prompt followed by each ending, as tokens."""
        if segments.table_of(self.loaded.module) is not None:
            return self._segmented(request, endings)
        prompt = self._prompt(request)
        return self._tokens([prompt + ending for ending in endings], chat=self._chats(request))

    def _segmented(self, request: Request, endings: Sequence[str]) -> list[Tokens]:
        """The same for a model that is told who speaks: what follows the prompt is its own."""
        taken, tokenizer = turns(request), self.loaded.tokenizer
        more = {"tools": taken.offer or None, **switches(str(tokenizer.chat_template), request)}
        try:
            pieces = (
                segments.spoken(tokenizer, taken.chat, switches=more)
                if self._chats(request)
                else [segments.Piece(text, segments.segment_of(role)) for role, text in taken.spoken]
            )
        except UserError as error:
            raise ModelError(f"{self.name}: {error}") from error
        begun = segments.ids(tokenizer, pieces, self.loaded.module.get_input_embeddings().num_embeddings)
        texts = [taken.prefill + ending for ending in endings]
        rows = tokenizer(texts, add_special_tokens=False, verbose=False)["input_ids"]
        return [(*begun, *row) or self._beginning() for row in rows]

    def _prompt(self, request: Request) -> str:
        taken = turns(request)
        chats = self._chats(request)
        if request.tools and not (chats and takes_tools(of_tokenizer(self.loaded.tokenizer))):
            raise ModelError(f"the chat template of {self.name} has no place for tools")
        if not chats:
            return taken.raw
        try:
            return self._rendered(taken.chat, taken, request)
        except ModelError:
            if taken.one_by_one == taken.chat:
                raise
        return self._rendered(taken.one_by_one, taken, request)

    def _rendered(self, chat: list[dict[str, Any]], taken: Turns, request: Request) -> str:
        try:
            rendered: str = self.loaded.tokenizer.apply_chat_template(
                chat,
                tools=taken.offer or None,
                tokenize=False,
                add_generation_prompt=True,
                **switches(str(self.loaded.tokenizer.chat_template), request),
            )
        except Exception as error:
            raise ModelError(f"the chat template of {self.name} cannot take this: {error}") from error
        return rendered + taken.prefill

    def _chats(self, request: Request) -> bool:
        """Whether a request is put into the chat template."""
        if self._template == "auto":
            return request.template == "auto" and bool(self.loaded.tokenizer.chat_template)
        return self._template == "chat"

    def _tokens(self, texts: list[str], *, chat: bool) -> list[Tokens]:
        tokenizer: Any = self.loaded.tokenizer
        rows = tokenizer(texts, add_special_tokens=not chat, verbose=False)["input_ids"]
        return [tuple(row) or self._beginning() for row in rows]

    def _beginning(self) -> Tokens:
        tokenizer: Any = self.loaded.tokenizer
        for token in (tokenizer.bos_token_id, tokenizer.eos_token_id):
            if token is not None:
                return (token,)
        raise ModelError(f"{self.name} cannot continue an empty prompt")

    def _check(self, tokens: Tokens, answer: int) -> None:
        if len(tokens) + answer > self.context:
            raise ContextExceeded(
                f"the prompt has {len(tokens)} tokens, the context of {self.name} holds {self.context}"
                f"{' and needs room for an answer' if answer else ''}"
            )

    def _weigh(self, requests: Sequence[Request], weighed: Mapping[int, Weighing]) -> dict[int, Response]:
        if not weighed:
            return {}
        answers = iter(self.weigher.answer([step for one in weighed.values() for step in one.steps]))
        return {
            index: _weighed(requests[index].continuations, one, answers) for index, one in weighed.items()
        }

    def _write(self, requests: Sequence[Request], written: Mapping[int, Asked]) -> dict[int, Response]:
        if not written:
            return {}
        texts = self.writer.write(list(written.values()))
        return {
            index: self._written(requests[index], asked, text)
            for (index, asked), text in zip(written.items(), texts, strict=True)
        }

    def _written(self, request: Request, asked: Asked, text: Written) -> Response:
        response = Response(
            text=text.text,
            finish=text.finish,
            usage=Usage(input_tokens=len(asked.tokens), output_tokens=text.length),
            tokens=text.tokens,
        )
        return answered(response, request, turns(request).prefill)


def _weighed(continuations: tuple[str, ...], weighing: Weighing, answers: Iterator[Answer]) -> Response:
    steps = weighing.steps
    found = {step.context: next(answers) for step in steps}
    numbers = weighing.loglikelihoods({context: answer.logprobs for context, answer in found.items()})
    return Response(
        text=continuations[numbers.index(max(numbers))],
        loglikelihoods=numbers,
        means="loglikelihood",
        usage=_usage(found.items()),
    )


def _usage(found: Iterable[tuple[Tokens, Answer]]) -> Usage:
    costs = [(len(context), answer.reused) for context, answer in found]
    evaluated = sum(length - reused for length, reused in costs)
    return Usage(input_tokens=costs[0][1] + evaluated, cached_tokens=costs[0][1])


def _timed(answer: Response | Exception, seconds: float) -> Response | Exception:
    if isinstance(answer, Exception):
        return answer
    return replace(answer, usage=replace(answer.usage, seconds=seconds))


def _context(loaded: Loaded) -> int:
    made_for = getattr(loaded.module.config.get_text_config(), "max_position_embeddings", None)
    return made_for or min(loaded.tokenizer.model_max_length, ENDLESS)
