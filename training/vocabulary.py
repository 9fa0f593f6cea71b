"""The reader's word pieces: its tokenizer, and what they are called in another model's vocabulary."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag.errors import ModelError
from training.options import default_base

if TYPE_CHECKING:
    from tokenizers import Tokenizer

SPECIAL = {"[CLS]": "cls_token", "[SEP]": "sep_token", "[PAD]": "pad_token", "[UNK]": "unk_token"}
"""BERT's special tokens, and where a model folder says what its own are called."""


def load_tokenizer(folder: Path) -> Tokenizer:
    """The fast tokenizer of a model folder, without truncation or padding: all-MiniLM-L6-v2's for one that is no BERT."""
    from tokenizers import Tokenizer

    config = folder / "config.json"
    if config.exists() and json.loads(config.read_text("utf-8"))["model_type"] != "bert":
        folder = default_base()
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def special_ids(tokenizer: Tokenizer) -> tuple[int, int]:
    """The ids of [CLS] and [SEP]; raises ModelError for a tokenizer without them."""
    cls, sep = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    if cls is None or sep is None:
        raise ModelError("the tokenizer has no [CLS] or no [SEP]; start from a BERT model")
    return cls, sep


def translation(tokenizer: Tokenizer, base: Path) -> np.ndarray:
    """Another model's id for every id of the reader's tokenizer, int64[vocabulary].

    Ordinary pieces are found by their text, special ones by their part; raises ModelError when one is missing, or the
    model's tokenizer is.
    """
    from tokenizers import Tokenizer

    try:
        other = Tokenizer.from_str((base / "tokenizer.json").read_text("utf-8"))
        named = json.loads((base / "tokenizer_config.json").read_text("utf-8"))
    except FileNotFoundError as error:
        raise ModelError(f"{error.filename} is not there: name a folder that has the model's tokenizer") from None
    ids = np.zeros(tokenizer.get_vocab_size(), np.int64)
    for piece, number in tokenizer.get_vocab().items():
        special = named.get(SPECIAL.get(piece), piece)
        found = other.token_to_id(special["content"] if isinstance(special, dict) else special)
        if found is None:
            raise ModelError(f"{base}: its vocabulary has no {piece!r}; take a model of the reader's word pieces")
        ids[number] = found
    return ids
