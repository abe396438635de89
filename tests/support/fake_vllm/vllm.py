"""A stand-in for vLLM, which needs an accelerator: the same calls, answered by transformers on the CPU.

It holds only the boundary: the names, arguments and results of `vllm.LLM` and `vllm.SamplingParams` as their
documentation has them. That vLLM itself behaves so can be shown on a machine with an accelerator only.
"""

from types import SimpleNamespace
from typing import Any

__version__ = "0.0-stand-in"
LOADED: list[dict[str, Any]] = []
"""Arguments of every model that was loaded."""
CALLS: list[int] = []
"""Rows of every call."""
MAX_LOGPROBS = 20
"""vLLM's usual limit."""


class SamplingParams:
    def __init__(
        self,
        *,
        max_tokens: int = 16,
        temperature: float = 1.0,
        top_p: float = 1.0,
        min_tokens: int = 0,
        seed: int | None = None,
        stop: list[str] | None = None,
        logprobs: int | None = None,
        prompt_logprobs: int | None = None,
    ) -> None:
        if not 0 < top_p <= 1:
            raise ValueError(f"top_p must be in (0, 1], got {top_p}.")
        if temperature < 0:
            raise ValueError(f"temperature must be non-negative, got {temperature}.")
        if not 0 <= min_tokens <= max_tokens:
            raise ValueError(f"min_tokens must be less than or equal to max_tokens={max_tokens}")
        if any(not each for each in stop or ()):
            raise ValueError("stop cannot contain an empty string.")
        self.__dict__.update(locals())


class LLM:
    def __init__(self, model: str, dtype: str = "auto", **settings: Any) -> None:
        import transformers

        if "missing" in model:
            raise ValueError(f"{model} is not a local folder and is not a valid model identifier")
        LOADED.append({"model": model, "dtype": dtype, **settings})
        self._module = transformers.AutoModelForCausalLM.from_pretrained(model).eval()
        self._tokenizer = transformers.AutoTokenizer.from_pretrained(model)
        longest = settings.get("max_model_len") or self._module.config.max_position_embeddings
        self.llm_engine = SimpleNamespace(model_config=SimpleNamespace(max_model_len=longest))

    def get_tokenizer(self) -> Any:
        return self._tokenizer

    def get_default_sampling_params(self) -> SamplingParams:
        return SamplingParams(temperature=0.0)

    def generate(
        self, prompts: list[dict[str, list[int]]], sampling_params: list[SamplingParams], *, use_tqdm: bool
    ) -> list[Any]:
        CALLS.append(len(prompts))
        assert not use_tqdm
        if any((given.logprobs or 0) > MAX_LOGPROBS for given in sampling_params):
            raise ValueError(f"Requested sample logprobs is greater than max allowed: {MAX_LOGPROBS}")
        pairs = zip(prompts, sampling_params, strict=True)
        return [self._told(prompt["prompt_token_ids"], given) for prompt, given in pairs]

    def _told(self, ids: list[int], given: Any) -> Any:
        made: list[int] = []
        places: list[dict[int, Any]] = []
        while len(made) < given.max_tokens:
            told = self._logprobs([*ids, *made])[-1]
            made.append(int(told.argmax()))
            places.append(self._likely(told, made[-1], given.logprobs or 1))
            if made[-1] == self._tokenizer.eos_token_id:
                break
        stopped = made[-1] == self._tokenizer.eos_token_id
        text = self._tokenizer.decode(made, skip_special_tokens=True)
        output = SimpleNamespace(
            text=text,
            token_ids=made,
            finish_reason="stop" if stopped else "length",
            logprobs=places if given.logprobs else None,
        )
        return SimpleNamespace(outputs=[output], prompt_logprobs=self._of_prompt(ids, given.prompt_logprobs))

    def _of_prompt(self, ids: list[int], most: int | None) -> Any:
        if not most:
            return None
        told = self._logprobs(ids)
        rows = [self._likely(told[place - 1], ids[place], most) for place in range(1, len(ids))]
        return [None, *rows]

    def _logprobs(self, ids: list[int]) -> Any:
        import torch

        with torch.inference_mode():
            return self._module(torch.tensor([ids])).logits[0].log_softmax(-1)

    def _likely(self, told: Any, chosen: int, most: int) -> dict[int, Any]:
        """The likeliest tokens and the one that stands there, as vLLM tells them."""
        tokens = dict.fromkeys([chosen, *told.topk(most).indices.tolist()])
        return {
            token: SimpleNamespace(logprob=float(told[token]), decoded_token=self._tokenizer.decode([token]))
            for token in tokens
        }
