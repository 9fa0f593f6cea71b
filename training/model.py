"""The network: an encoder with a span head, its optimiser, its batches and its loss."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from training.encode import NO_ANSWER, Encoded
from training.vocabulary import load_tokenizer, translation

if TYPE_CHECKING:
    import torch

GOLD = 0.3
"""Share of the answer given in what a taught example teaches."""


def new_model(base: Path, seed: int, frozen: int = 0, dropout: float = 0.0) -> torch.nn.Module:
    """The base with a new span head and no dropout in the attention; word embeddings and the first ``frozen`` layers are not trained.

    It takes the three BERT inputs as int64[rows, tokens], by the ids of the reader's vocabulary, whatever its own
    ids are; raises ModelError when it has other word pieces.
    """
    import torch
    from transformers import AutoModelForQuestionAnswering

    torch.manual_seed(seed)
    model = AutoModelForQuestionAnswering.from_pretrained(
        base,
        attn_implementation="eager",  # faster than SDPA on a CPU at these lengths
        hidden_dropout_prob=dropout,
        attention_probs_dropout_prob=0.0,
        dtype=torch.float32,
    )
    encoder = model.base_model
    encoder.embeddings.word_embeddings.weight.requires_grad = False
    if frozen:
        encoder.requires_grad_(False)  # what all layers share, too: a gradient to it would pass through all of them
        encoder.encoder.layer[frozen:].requires_grad_(True)
    if model.config.model_type == "bert":
        return model  # type: ignore[no-any-return]

    class Translated(torch.nn.Module):
        """A model of other ids and without token types, behind the inputs of BERT."""

        ids: torch.Tensor

        def __init__(self) -> None:
            super().__init__()
            self.model = model
            self.register_buffer("ids", torch.from_numpy(translation(load_tokenizer(base), base)), persistent=False)

        def forward(
            self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
        ) -> object:
            return self.model(input_ids=self.ids[input_ids], attention_mask=attention_mask)

    return Translated()


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
    if encoded.groups is not None:
        arrays["groups"] = encoded.groups[rows].astype(np.int64)
    for name in ("start_logits", "end_logits"):
        taught = getattr(encoded, name)
        if taught is not None:
            arrays[name] = np.zeros((len(rows), width), np.float32)
            for i, row in enumerate(rows):
                arrays[name][i, : lengths[i]] = taught[encoded.offsets[row] : encoded.offsets[row + 1]]
    return {k: torch.from_numpy(v) for k, v in {**arrays, "allowed": allowed}.items()}


def logits_of(
    model: torch.nn.Module, batch: dict[str, torch.Tensor], bf16: bool = False
) -> tuple[torch.Tensor, torch.Tensor]:
    """Start and end logits, float32[rows, tokens]."""
    import torch

    inputs = {k: batch[k] for k in ("input_ids", "attention_mask", "token_type_ids")}
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
        output = model(**inputs)
    return output.start_logits.float(), output.end_logits.float()


def losses_of(logits: tuple[torch.Tensor, torch.Tensor], batch: dict[str, torch.Tensor]) -> torch.Tensor:
    """Of each row the mean of the cross entropies of start and end over the passage's tokens and [CLS].

    With a teacher's logits in the batch, what is to be learnt of an answer is GOLD parts the one given and the rest
    the teacher's distribution over the passage (Hinton et al. 2015, "Distilling the Knowledge in a Neural Network").
    The teacher says where the answer is; whether there is one, the data alone.
    """
    from torch.nn.functional import cross_entropy, one_hot

    blocked = ~batch["allowed"]
    elsewhere = blocked.clone()
    elsewhere[:, NO_ANSWER] = True
    losses = []
    for name, scores in zip(("start", "end"), logits, strict=True):
        target = one_hot(batch[f"{name}s"], blocked.shape[1]).float()
        if f"{name}_logits" in batch:
            taught = batch[f"{name}_logits"].masked_fill(elsewhere, -1e4).softmax(-1)
            answered = (batch[f"{name}s"] != NO_ANSWER)[:, None]
            target = target + answered * (1 - GOLD) * (taught - target)
        losses.append(cross_entropy(scores.masked_fill(blocked, -1e4), target, reduction="none"))
    return (losses[0] + losses[1]) / 2


def shared_loss(logits: tuple[torch.Tensor, torch.Tensor], batch: dict[str, torch.Tensor]) -> torch.Tensor:
    """The cross entropy of start and end over all passages of a question, mean of the questions that have several.

    Clark and Gardner 2018, "Simple and Effective Multi-Paragraph Reading Comprehension" (shared normalisation). A
    passage's scores count by how far they exceed its "no answer", which is what passages are compared by when
    the reader is used; "none of them answers" has a score of 0. 0.0 when no question has several.
    """
    import torch

    groups, starts = batch["groups"], batch["starts"]
    number, counts = torch.unique_consecutive(groups, return_inverse=True, return_counts=True)[1:]
    several = counts > 1
    if not several.any():
        return logits[0].sum() * 0
    inside = batch["allowed"].clone()
    inside[:, NO_ANSWER] = False
    answered = starts != NO_ANSWER
    total = torch.zeros(len(counts))
    for name, scores in zip(("starts", "ends"), logits, strict=True):
        margins = (scores - scores[:, NO_ANSWER, None]).masked_fill(~inside, -1e4)
        passages = margins.logsumexp(-1)
        # The sum over a question's passages, and the 1 of "none": without overflow, by the greatest of them.
        highest = torch.zeros(len(counts)).scatter_reduce(0, number, passages.detach(), "amax")
        summed = torch.exp(-highest).index_add(0, number, torch.exp(passages - highest[number]))
        right = margins.gather(1, batch[name][:, None])[:, 0]
        said = torch.zeros(len(counts)).index_add(0, number[answered], right[answered])
        total = total + highest + summed.log() - said
    return total[several].mean() / 2
