"""The passes over the data: read, held-out text removed, examples made and encoded, kept in the run's folder."""

from __future__ import annotations

import json
import logging
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from rag.errors import InputError
from rag.squad import Paragraph, read_squad
from training.data import deduplicate, set_apart, squad_tree, without_text_of
from training.encode import Encoded, certain, encode, joined, load_encoded, save_encoded
from training.examples import Example, Source, by_source, make_examples
from training.options import Options
from training.vocabulary import load_tokenizer

LOG = logging.getLogger("training")


def training_paragraphs(options: Options) -> list[Paragraph]:
    """The paragraphs to train on, without duplicates and without the text of any held-out set.

    With ``apart``, that many paragraphs of the file of this name are kept out and written to
    ``kept_apart.json`` in the output folder.
    """
    paragraphs = deduplicate(p for path in options.files for p in read_squad(path))
    held_out = [p for path in options.dev for p in read_squad(path)]
    if options.apart:
        apart = set_apart([p for p in paragraphs if p.source == options.apart], options.apart_paragraphs, options.seed)
        write_whole(options.out / "kept_apart.json", json.dumps(squad_tree(apart)))
        held_out += apart
    kept = without_text_of(paragraphs, held_out)
    if not kept:
        raise InputError("no training paragraphs are left; give more files")
    LOG.info("%d paragraphs, %d questions", len(kept), sum(len(p.questions) for p in kept))
    return kept


class Passes:
    """The encoded examples of each pass: made when first asked for, then read from the run's folder.

    With ``taught`` every pass is over all the examples that the teacher marked, and ``untaught`` of those made anew.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._sources: list[Source] | None = None
        self._taught: Encoded | None = None

    def __call__(self, epoch: int) -> Encoded:
        if self._options.taught:
            self._taught = self._taught or self._marked(self._options.taught)
            if not self._options.untaught:
                return self._taught
            own = self._own(epoch)
            rng = np.random.default_rng([self._options.seed, epoch])
            rows = rng.choice(len(own), round(self._options.untaught * len(own)), replace=False)
            return joined([self._taught, certain(own[np.sort(rows)])])
        return self._own(epoch)

    def _own(self, epoch: int) -> Encoded:
        path = self._options.out / f"pass-{epoch}.npz"
        if not path.exists():
            if self._sources is None:
                self._sources = by_source(training_paragraphs(self._options))
            examples = self._examples(self._sources, epoch)
            save_encoded(encode(examples, load_tokenizer(self._options.base), self._options.seed), path)
        return load_encoded(path)

    def _marked(self, folder: Path) -> Encoded:
        if (apart := folder / "kept_apart.json").exists():
            write_whole(self._options.out / apart.name, apart.read_text("utf-8"))
        return joined([load_encoded(part) for part in sorted(folder.glob("part-*.npz"))])

    def _examples(self, sources: Sequence[Source], epoch: int) -> list[Example]:
        rng = random.Random(f"keep/{self._options.seed}/{epoch}")
        shares = dict(self._options.shares)
        examples: list[Example] = []
        for source in sources:
            made = make_examples(source, self._options.seed, epoch)
            share = shares.get(source.paragraphs[0].source, 1.0)
            made = rng.sample(made, round(share * len(made)))
            LOG.info("%s: %s", source.paragraphs[0].source, dict(Counter(e.kind for e in made)))
            examples.extend(made)
        return examples


def write_whole(path: Path, text: str) -> None:
    """Write a text file whole or not at all."""
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
