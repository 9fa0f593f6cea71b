"""The network: BERT with a span head, its optimiser, its batches and its loss."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from training.encode import Encoded

if TYPE_CHECKING:
    import torch
    from transformers import BertForQuestionAnswering


def new_model(base: Path, seed: int) -> BertForQuestionAnswering:
    """BERT with a new span head, no dropout, and the word embeddings frozen."""
    import torch
    from transformers import BertForQuestionAnswering

    torch.manual_seed(seed)
    model = BertForQuestionAnswering.from_pretrained(
        base,
        attn_implementation="eager",  # faster than SDPA on a CPU at these lengths
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        dtype=torch.float32,
    )
    model.bert.embeddings.word_embeddings.weight.requires_grad = False
    return model


def new_optimizer(model: torch.nn.Module) -> torch.optim.Optimizer:
    """AdamW; no weight decay on biases and layer norms."""
    import torch

    trained = [p for p in model.parameters() if p.requires_grad]
    return torch.optim.AdamW(
        [
            {"params": [p for p in trained if p.ndim > 1], "weight_decay": 0.01},
            {"params": [p for p in trained if p.ndim <= 1], "weight_decay": 0.0},
        ],
        lr=0.0,
        fused=True,
    )


def padded(encoded: Encoded, rows: np.ndarray) -> dict[str, torch.Tensor]:
    """One batch, int64[rows, longest]; ``allowed`` marks where an answer may begin or end ([CLS] too)."""
    import torch

    lengths = encoded.lengths[rows]
    width = int(lengths.max())
    ids = np.zeros((len(rows), width), np.int64)
    for i, row in enumerate(rows):
        ids[i, : lengths[i]] = encoded.tokens[encoded.offsets[row] : encoded.offsets[row + 1]]
    place = np.arange(width)
    mask = place < lengths[:, None]
    second = (place >= encoded.passage_start[rows, None]) & mask
    allowed = (second & (place < lengths[:, None] - 1)) | (place == 0)
    arrays = {"input_ids": ids, "attention_mask": mask.astype(np.int64), "token_type_ids": second.astype(np.int64)}
    arrays |= {"starts": encoded.starts[rows].astype(np.int64), "ends": encoded.ends[rows].astype(np.int64)}
    return {k: torch.from_numpy(v) for k, v in {**arrays, "allowed": allowed}.items()}


def loss_of(model: torch.nn.Module, batch: dict[str, torch.Tensor], bf16: bool = False) -> torch.Tensor:
    """Mean of the cross entropies of start and end over the passage's tokens and [CLS]."""
    import torch
    from torch.nn.functional import cross_entropy

    inputs = {k: batch[k] for k in ("input_ids", "attention_mask", "token_type_ids")}
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
        output = model(**inputs)
    blocked = ~batch["allowed"]
    start = output.start_logits.float().masked_fill(blocked, -1e4)
    end = output.end_logits.float().masked_fill(blocked, -1e4)
    return (cross_entropy(start, batch["starts"]) + cross_entropy(end, batch["ends"])) / 2
