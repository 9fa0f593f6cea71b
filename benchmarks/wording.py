"""How much is lost when the same questions are typed badly, said, begun twice, wrapped in politeness, or rephrased.

``python -m benchmarks.wording FILE [--limit N]`` asks the answerable questions of a SQuAD-format file of their own
paragraphs, in several wordings, each as it is and put plainly first, as the assistant does it; a Markdown table. The
wordings are made by rule (``training.noise``, ``training.paraphrase``), so they are tidier than people's.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable
from pathlib import Path

from tqdm import tqdm

from rag.embed import open_encoder
from rag.evaluate import Bench, Outcome, figures
from rag.network import open_network
from rag.squad import Question, read_squad
from training.noise import false_start, slips, spoken
from training.paraphrase import paraphrased

Wording = Callable[[str, str, str, random.Random], str]
"""(question, its answer, another question, generator) -> the question in other words."""
WORDINGS: dict[str, Wording] = {
    "as it is": lambda asked, said, other, rng: asked,
    "no capitals or marks": lambda asked, said, other, rng: spoken(asked),
    "1 to 3 slips of the keyboard": lambda asked, said, other, rng: slips(asked, rng),
    "begun twice": lambda asked, said, other, rng: false_start(asked, other, rng),
    '"Can you tell me …"': lambda asked, said, other, rng: f"Can you tell me {asked[:1].lower()}{asked[1:]}",
    "in other words": lambda asked, said, other, rng: paraphrased(asked, said, rng),
}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.wording", description=__doc__.split("\n", 1)[0])
    parser.add_argument("file", type=Path, help="a SQuAD-format file")
    parser.add_argument("--limit", type=int, default=300, help="so many questions, evenly spread")
    given = parser.parse_args()
    network = open_network(None, None)
    bench = Bench(read_squad(given.file), open_encoder(), network)
    asked = [(number, question) for number, question in bench.questions() if question.answers]
    asked = [asked[i * len(asked) // given.limit] for i in range(given.limit)] if given.limit < len(asked) else asked
    plain = bench.plain
    print("| wording | F1 as typed | F1 | answered % as typed | answered % |\n|---|---|---|---|---|")
    for name, wording in WORDINGS.items():
        f1, answered = [], []
        for way in (str, plain):
            bench.plain = way
            outcomes: list[Outcome] = []
            for i, (number, question) in enumerate(tqdm(asked, desc=name, leave=False)):
                said = question.answers[0].of(bench.paragraphs[number].context)
                text = wording(question.text, said, asked[(i + 1) % len(asked)][1].text, random.Random(i))
                outcomes.append(bench.ask(number, Question(question.id, text, question.answers), closed=True))
            made = figures(outcomes, network.threshold)
            f1.append(made["f1"])
            answered.append(made["answered"])
        print(f"| {name} | {f1[0]} | {f1[1]} | {answered[0]} | {answered[1]} |", flush=True)


if __name__ == "__main__":
    main()
