"""``reader.onnx`` -> the same weights in float32, as a folder that transformers loads.

    python -m training.unpack --out DIR [--reader DIR]

The exporter's graph optimiser renames and packs weights, so they are found by what the graph does with them, in the
order of its operators. The logits of both are then compared: a folder whose logits differ is not kept.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rag.errors import InputError, ModelError
from rag.hub import quiet
from rag.network import FIELDS, PACKAGED, OnnxNetwork, TransformersNetwork

Array = npt.NDArray[Any]

MAX_DIFFERENCE = 1e-3
"""Of two logits of the same token; they reach from about -10 to 10."""
LAYER = (
    "Attention", "MatMul", "SkipLayerNormalization", "MatMul", "BiasGelu", "MatMul", "SkipLayerNormalization",
)  # fmt: skip
FIRST, LAST = ("EmbedLayerNormalization",), ("MatMul", "Add", "Split", "Squeeze", "Squeeze")
WITHOUT_WEIGHTS = {"Cast", "Constant", "Mul", "Reshape"}


def unpack(reader: Path, target: Path) -> float:
    """Write ``target`` (config.json, model.safetensors, the tokenizer); the greatest difference of two logits.

    Raises InputError when ``target`` is there already, ModelError for a graph of another shape or other logits.
    """
    import onnx
    import transformers

    if target.exists():
        raise InputError(f"{target} is there already: name a new folder")
    try:
        graph = onnx.load(str(reader / "reader.onnx")).graph
    except OSError as error:
        raise ModelError(f"no reader in {reader} ({error.strerror}): name a folder with reader.onnx") from None
    nodes = [node for node in graph.node if node.op_type not in WITHOUT_WEIGHTS]
    config, named = described(nodes, numbers_of(graph))
    config["reader_sha256"] = hashlib.sha256((reader / "reader.onnx").read_bytes()).hexdigest()
    model = transformers.BertForQuestionAnswering(transformers.BertConfig(**config))
    _fill(model, named)
    part = target.with_name(f".{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    with quiet():
        model.save_pretrained(part)
        _tokenizer(reader / "tokenizer.json").save_pretrained(part)
    found = difference(OnnxNetwork(reader), TransformersNetwork(str(part)))
    if not found <= MAX_DIFFERENCE:
        shutil.rmtree(part)
        raise ModelError(f"{reader}: logits differ by {found:.1e} after unpacking: is it a BERT reader?")
    part.replace(target)
    return found


def numbers_of(graph: Any) -> dict[str, Array]:
    """Every weight of an ONNX graph by its name, those of ``training.quantise`` turned back to float32."""
    from onnx import numpy_helper

    kept = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    for name in [name.removesuffix(".int8") for name in kept if name.endswith(".int8")]:
        kept[name] = restored(kept[f"{name}.int8"], kept[f"{name}.scales"], kept[f"{name}.shape"])
    return kept


def restored(numbers: Array, scales: Array, shape: Array) -> Array:
    """The weights that int8 numbers and scales stand for.

    >>> restored(np.array([[127, 0]], np.int8), np.array([[2.0]], np.float32), np.array([2, 1])).tolist()
    [[254.0], [0.0]]
    """
    return (numbers.astype(np.float32) * scales).reshape(shape)


def described(nodes: Sequence[Any], numbers: Mapping[str, Array]) -> tuple[dict[str, Any], dict[str, Array]]:
    """The configuration of the BERT model that a graph's operators make up, and its weights by their BERT names.

    Raises ModelError when the operators are not those that ``training.export`` writes.
    """
    layers, left = divmod(len(nodes) - len(FIRST) - len(LAST), len(LAYER))
    if left or tuple(node.op_type for node in nodes) != FIRST + LAYER * layers + LAST:
        raise ModelError("the reader's graph is not one of training.export: export it again")
    embed, *inner = nodes
    attention = inner[0]
    inputs = [[numbers.get(name, np.zeros(0)) for name in node.input] for node in nodes]
    _, _, words, positions, kinds, *_ = inputs[0]
    config = {
        "vocab_size": len(words),
        "hidden_size": words.shape[1],
        "num_hidden_layers": layers,
        "num_attention_heads": next(a.i for a in attention.attribute if a.name == "num_heads"),
        "intermediate_size": inputs[4][1].shape[1] if layers else 0,
        "max_position_embeddings": len(positions),
        "type_vocab_size": len(kinds),
        # The file has it in float32.
        "layer_norm_eps": float(f"{next(a.f for a in embed.attribute if a.name == 'epsilon'):.6g}"),
        "hidden_act": "gelu",
    }
    named = dict(_embeddings(inputs[0]))
    for layer in range(layers):
        named |= _layer(f"bert.encoder.layer.{layer}.", inputs[1 + layer * len(LAYER) :][: len(LAYER)])
    head, bias = inputs[-len(LAST)], inputs[1 - len(LAST)]
    return config, named | {"qa_outputs.weight": head[1].T, "qa_outputs.bias": bias[0]}


def _embeddings(inputs: Sequence[Array]) -> Iterator[tuple[str, Array]]:
    kinds = ("word_embeddings.weight", "position_embeddings.weight", "token_type_embeddings.weight")
    for name, values in zip((*kinds, "LayerNorm.weight", "LayerNorm.bias"), inputs[2:7], strict=True):
        yield f"bert.embeddings.{name}", values


def _layer(prefix: str, inputs: Sequence[Sequence[Array]]) -> dict[str, Array]:
    """The weights of one layer; ONNX multiplies by (in, out), PyTorch keeps (out, in)."""
    packed, joined, joined_norm, wide, wide_bias, narrow, narrow_norm = inputs
    made: dict[str, Array] = {}
    parts = zip(np.split(packed[1], 3, axis=1), np.split(packed[2], 3), strict=True)
    for name, (weight, bias) in zip(("query", "key", "value"), parts, strict=True):
        made |= {f"attention.self.{name}.weight": weight.T, f"attention.self.{name}.bias": bias}
    for name, product, norm in (("attention.output.", joined, joined_norm), ("output.", narrow, narrow_norm)):
        made |= {f"{name}dense.weight": product[1].T, f"{name}dense.bias": norm[4]}
        made |= {f"{name}LayerNorm.weight": norm[2], f"{name}LayerNorm.bias": norm[3]}
    made |= {"intermediate.dense.weight": wide[1].T, "intermediate.dense.bias": wide_bias[1]}
    return {prefix + name: values for name, values in made.items()}


def _fill(model: Any, named: Mapping[str, Array]) -> None:
    import torch

    state = {name: torch.from_numpy(np.array(values, np.float32)) for name, values in named.items()}
    try:
        model.load_state_dict(state)
    except RuntimeError as error:  # it lists every name and shape that does not fit
        raise ModelError(f"the reader's weights do not fit a BERT model ({' '.join(str(error).split())})") from None


def _tokenizer(file: Path) -> Any:
    import transformers

    return transformers.PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_file=str(file),
        unk_token="[UNK]", sep_token="[SEP]", pad_token="[PAD]", cls_token="[CLS]", mask_token="[MASK]",
        model_input_names=list(FIELDS),
    )  # fmt: skip


def difference(one: OnnxNetwork, other: TransformersNetwork) -> float:
    """The greatest difference of two logits, over rows of random tokens of several lengths."""
    rng = np.random.default_rng(1)
    lengths = np.array([5, 40, 150, one.special.max_length])
    place = np.arange(lengths.max())
    ids = rng.integers(0, one.tokenizer.get_vocab_size(), (len(lengths), len(place)))
    mask = (place < lengths[:, None]).astype(np.int64)
    types = ((place >= 3) & (mask == 1)).astype(np.int64)
    apart = [
        np.abs(a - b)[mask == 1].max() for a, b in zip(one(ids, mask, types), other(ids, mask, types), strict=True)
    ]
    return float(max(apart))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m training.unpack", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--out", type=Path, required=True, help="the folder to write")
    parser.add_argument("--reader", type=Path, default=PACKAGED, help="the reader's folder")
    given = parser.parse_args()
    found = unpack(given.reader, given.out)
    print(f"{given.out}: logits as in {given.reader / 'reader.onnx'}, at most {found:.1e} apart")


if __name__ == "__main__":
    main()
