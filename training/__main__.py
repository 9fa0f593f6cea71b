"""Everything in one command: train, export, measure, and (if asked) install.

    python -m training FILES... --dev FILES... --out DIR (--steps N | --hours H) [--install]
    python -m training --smoke

``--smoke`` does it all on made-up data, in a temporary folder, within two minutes.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from rag.errors import InputError, RagError
from training.data import squad_tree
from training.export import export, install
from training.options import Options, command_line, default_base, options_of
from training.report import Figures, write_report
from training.synthetic import synthetic_paragraphs
from training.teach import teach
from training.train import train

SMOKE_STEPS = 12


def run(options: Options, install_it: bool = False) -> Figures:
    """Train, export and measure; returns the figures of each set."""
    train(options)
    folder = export(options.out, options.base)
    measured = write_report(options.out, options.dev)
    if install_it:
        install(folder)
    return measured


def smoke(folder: Path, base: Path | None = None) -> Figures:
    """A run of a few steps on made-up data, all of it in ``folder``, stopped half way and taken up again."""
    paths = []
    for source, count, seed in (("made_up", 40, 1), ("made_up_too", 10, 2), ("made_up_dev", 6, 3)):
        paths.append(folder / f"{source}.json")
        paths[-1].write_text(json.dumps(squad_tree(synthetic_paragraphs(source, count, seed))), encoding="utf-8")
    options = Options(
        files=tuple(paths[:2]),
        dev=(paths[2],),
        out=folder / "run",
        base=base or default_base(),
        steps=SMOKE_STEPS,
        batch_tokens=1024,
        apart="made_up_too",
        apart_paragraphs=4,
    )
    train(replace(options, stop_after=SMOKE_STEPS // 2))
    train(options)
    # The reader made so marks examples for another, as a larger one would.
    taught = replace(options, out=folder / "taught", steps=1, first_pass=7)
    teach(taught, options.out, options.base)
    return run(replace(options, out=folder / "run2", taught=taught.out, untaught=0.5, dropout=0.1))


def main(argv: Sequence[str] | None = None) -> int:
    """The command line: 0 when done, 1 or 2 with one line of explanation when not."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    given = list(sys.argv[1:] if argv is None else argv)
    try:
        if given == ["--smoke"]:
            with TemporaryDirectory() as folder:
                print(json.dumps(smoke(Path(folder)), indent=1))
            return 0
        parser = command_line("python -m training")
        parser.add_argument("--install", action="store_true", help="copy the reader to rag/reader_model/")
        parser.epilog = "python -m training --smoke: a short run on made-up data, in a temporary folder"
        parsed = parser.parse_args(given)
        run(options_of(parsed), parsed.install)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    except RagError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
