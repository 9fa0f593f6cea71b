"""Training: windows, negatives, batches, schedule, decoding and figures by hand; the whole of it as a smoke run."""

from __future__ import annotations

import gzip
import json
import random
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rag.data import Span
from rag.errors import InputError, SourceError
from rag.evaluate import for_fitting
from rag.score import auroc, exact, f1
from rag.squad import Paragraph, Question, read_squad
from training.data import deduplicate, gold, set_apart, squad_tree, without_text_of
from training.encode import batches, certain, cut, load_encoded, save_encoded, token_span
from training.evaluate import Asked, Outcome, figures
from training.examples import Mixture, Source, by_source, make_examples
from training.facts import facts_of
from training.negatives import VERBS, holds_any, near_miss, occurs, stands_alone
from training.options import command_line, options_of
from training.paraphrase import paraphrased
from training.schedule import decay_of, learning_rate
from training.score import best_threshold
from training.synthetic import synthetic_paragraphs
from training.windows import contains, deployed_windows, random_window, sentences_of

TEXT = "Smith visited Kyiv in 2022. He had been in Moscow in 2013. His aunt lives in Lviv."


def question(text: str, context: str, *answers: str) -> Question:
    spans = tuple(Span(context.index(a), context.index(a) + len(a)) for a in answers)
    return Question(text, text, spans)


def long_context() -> str:
    return " ".join(
        f"Sentence number {i} tells of the small village of Place{i} and its {i + 100} bees." for i in range(30)
    )


def test_reading_a_file_gives_what_was_written_plain_or_compressed(tmp_path: Path) -> None:
    made = synthetic_paragraphs("made", 3, 1)
    text = json.dumps(squad_tree(made))
    (tmp_path / "made.json").write_text(text, "utf-8")
    (tmp_path / "made.json.gz").write_bytes(gzip.compress(text.encode()))
    assert read_squad(tmp_path / "made.json") == made == read_squad(tmp_path / "made.json.gz")


@pytest.mark.parametrize(
    "content", ["", "{}", '{"data": [{"paragraphs": [{"context": "a", "qas": [{"question": "?", "answers": [{"text": "b", "answer_start": 0}]}]}]}]}']
)  # fmt: skip
def test_a_bad_file_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(content, "utf-8")
    with pytest.raises(SourceError, match=r"bad\.json"):
        read_squad(path)


def test_duplicates_go_whatever_the_spacing() -> None:
    one = Paragraph(
        "a", "Kyiv is big.", (question("Is it?", "Kyiv is big.", "big"), question("is it ?", "Kyiv is big.", "big"))
    )
    two = Paragraph("b", "Kyiv  is big .", (question("IS IT", "Kyiv  is big .", "big"),))
    (kept,) = deduplicate([one, two])
    assert kept.source == "a"
    assert len(kept.questions) == 1


def test_held_out_text_is_removed_whole_or_as_single_sentences() -> None:
    held = Paragraph("dev", "The old mill burned down in May. Nobody was hurt by the great fire.", ())
    same = Paragraph("a", "the old  mill burned down in May. Nobody was hurt by the great fire!", ())
    sentence = Paragraph("b", "Nobody was hurt by the great fire.", ())
    other = Paragraph("c", "The new mill was opened in June by them.", ())
    assert without_text_of([same, sentence, other], [held]) == [other]


def test_setting_apart_repeats_itself() -> None:
    made = synthetic_paragraphs("made", 20, 1)
    assert set_apart(made, 5, 1) == set_apart(made, 5, 1) != set_apart(made, 5, 2)
    assert len(set_apart(made, 50, 1)) == 20


def test_the_answer_trained_on_is_the_commonest_then_the_shortest_of_legal_length() -> None:
    p = Paragraph("a", "in the big city of Kyiv", ())
    whole, city, kyiv = Span(0, 23), Span(3, 15), Span(19, 23)
    assert gold(p, Question("", "", (whole, city, city, kyiv)), 30) == city
    assert gold(p, Question("", "", (whole, city, kyiv)), 30) == kyiv
    assert gold(p, Question("", "", (whole,)), 3) is None


def test_windows_are_whole_sentences_at_their_places() -> None:
    context = long_context()
    starts = {s.start for s in sentences_of(context)}
    ends = {s.end for s in sentences_of(context)}
    windows = deployed_windows(context)
    assert len(windows) > 3
    assert all(w.start in starts and w.end in ends for w in windows)


def test_a_random_window_holds_the_answer_at_different_places() -> None:
    context = long_context()
    answer = Span(context.index("Place15"), context.index("Place15") + 7)
    rng = random.Random(1)
    found = [random_window(context, sentences_of(context), answer, rng) for _ in range(50)]
    assert all(contains(w, answer) for w in found)
    assert all(len(w.of(context).split()) <= 110 for w in found)
    assert len({w.start for w in found}) > 5


def test_negatives_hold_no_answer_and_positives_theirs() -> None:
    context = long_context()
    asked = tuple(
        question(f"How many bees does the village of Place{i} have?", context, f"{i + 100} bees") for i in (2, 28)
    )
    other = Paragraph("f", long_context().replace("Place", "Town").replace(" 1", " 9"), ())
    source = Source([Paragraph("f", context, asked), other])
    made = make_examples(
        source,
        1,
        0,
        Mixture(same_paragraph=1, retrieved=1, near_miss=1, led=1, rephrased=0, slips=0, spoken=0, false_starts=0),
    )
    assert {e.kind for e in made} == {"positive", "same paragraph", "retrieved", "near miss"}
    by_text = {q.text: q.answers[0].of(context) for q in asked}
    for example in made:
        if example.answer:
            assert example.answer.of(example.passage) == by_text[example.question]
        elif example.kind == "near miss":
            assert example.question not in by_text
        else:
            assert not holds_any(example.passage, [by_text[example.question]])


def test_questions_made_by_rule_have_the_answer_that_the_text_states() -> None:
    context = (
        "Ida Holm, 71, sold it. Bo Ek (born 3 May 1950) is a poet. Jan Lund (1850–1912) was a painter. "
        "It hired the historian Ann Lee. Tom Day, the mayor of Oslo, left. On May 3 Eva Moe, 5 feet tall, sang."
    )
    made = [span.of(context) for _asked, span in facts_of(context, random.Random(0))]
    assert sorted(made) == sorted(["71", "3 May 1950", "1850", "1912", "historian", "the mayor of Oslo", "Tom Day"])
    [(asked, place)] = facts_of("The World Health Organization (WHO) met.", random.Random(1))
    assert ("WHO" in asked) == (place == Span(4, 29)) and ("Health" in asked) == (place == Span(31, 34))


def test_examples_hold_the_rules_answers_and_the_ages_put_in() -> None:
    context = "It rained. Ida Holm said no. " + long_context()
    source = Source([Paragraph("f", context, (question("What did Ida Holm say?", context, "no"),))])
    mixture = Mixture(ages=1, facts=1, rephrased=0, slips=0, spoken=0, false_starts=0)
    aged = [e for e in make_examples(source, 1, 0, mixture) if e.answer and e.question != "What did Ida Holm say?"]
    assert aged and all(
        e.answer and e.passage[e.answer.start - 6 : e.answer.start] == "Holm, " and e.answer.of(e.passage).isdigit()
        for e in aged
    )


@pytest.mark.parametrize("seed", range(20))
def test_in_other_words_a_question_asks_the_same(seed: int) -> None:
    said = paraphrased("When did the firm buy the old bridge?", "in 1921", random.Random(seed))
    assert said == paraphrased("When did the firm buy the old bridge?", "in 1921", random.Random(seed))
    assert "bridge" in said and re.search("when|year", said, re.IGNORECASE) and "On what d" not in said
    assert re.search("firm|company|business", said) and re.search("buy|purchase|acquire", said)


def test_questions_without_answer_come_with_the_windows_most_like_them_and_no_answer() -> None:
    context = long_context()
    source = Source([Paragraph("f", context, (Question("1", "Who ate the bees of Place28?", ()),))])
    assert len(source.windows[0]) > 2
    for epoch in range(5):
        made = make_examples(source, 1, epoch, Mixture(tempting=2, rephrased=0, slips=0, spoken=0, false_starts=0))
        assert len(made) == 2
        assert "Place28" in made[0].passage
        assert not any(e.answer for e in made)
        assert made[0].about == made[1].about != ""


def test_the_passages_of_a_question_are_known_as_such() -> None:
    context = long_context()
    asked = tuple(question(f"How many bees does Place{i} have?", context, f"{i + 100} bees") for i in (2, 28))
    source = Source([Paragraph("f", context, asked), Paragraph("f", context.replace(" 1", " 9"), ())])
    mixture = Mixture(same_paragraph=1, retrieved=1, near_miss=1, rephrased=0, slips=0, spoken=0, false_starts=0)
    by_question = {q.text: set[str]() for q in asked}
    for example in make_examples(source, 1, 0, mixture):
        if example.question in by_question:
            by_question[example.question].add(example.about)
        else:
            assert example.about == ""  # a near miss, or made by rule
    assert [len(names) for names in by_question.values()] == [1, 1]
    assert set.union(*by_question.values()) == {"f/0/0", "f/0/1"}


def test_examples_are_the_same_for_the_same_seed_and_pass_only() -> None:
    (source,) = by_source(synthetic_paragraphs("made", 20, 1))
    assert make_examples(source, 1, 0) == make_examples(source, 1, 0)
    assert make_examples(source, 1, 0) != make_examples(source, 1, 1)


def test_single_sentences_stand_alone_or_among_others() -> None:
    contexts = [f"The mayor of Place{i} opened a bridge in {1900 + i}." for i in range(20)]
    paragraphs = [Paragraph("s", c, (question(f"Who opened a bridge in {1900 + i}?", c, f"The mayor of Place{i}"),)) for i, c in enumerate(contexts)]  # fmt: skip
    source = Source(paragraphs)
    assert source.of_sentences
    made = [e for e in make_examples(source, 1, 0) if e.kind == "sentence"]
    assert len(made) == 20
    assert any(e.passage in contexts for e in made)
    assert any(e.passage not in contexts for e in made)
    assert all(e.answer and e.answer.of(e.passage).startswith("The mayor of Place") for e in made)


@pytest.mark.parametrize("seed", range(20))
def test_a_near_miss_puts_in_nothing_that_the_answers_sentence_says(seed: int) -> None:
    swapped = near_miss("When did Smith visit Kyiv?", TEXT, TEXT[:27], "2022", ["Riga", "1999"], random.Random(seed))
    assert swapped is not None
    assert swapped != "When did Smith visit Kyiv?"
    verb = swapped.removeprefix("When did Smith ").removesuffix(" Kyiv?")
    new = next((w for w in ("Moscow", "Lviv", "Riga") if occurs(w, swapped)), None)
    assert verb in VERBS if new is None else swapped in {f"When did {new} visit Kyiv?", f"When did Smith visit {new}?"}


def test_a_near_miss_swaps_years_for_years_and_words_for_their_opposites() -> None:
    rng = random.Random(1)
    assert (
        near_miss("who was here in 2022?", "he came in 2022", "he came in 2022", "he", ["17", "1999"], rng)
        == "who was here in 1999?"
    )
    assert near_miss("what came first?", "a came first", "a came first", "a", [], rng) == "what came last?"


def test_there_is_no_near_miss_when_nothing_fits() -> None:
    assert near_miss("what is it?", TEXT, TEXT, "aunt", ["Riga"], random.Random(1)) is None


def test_questions_that_any_text_may_answer_get_no_text_of_others() -> None:
    assert not stands_alone("How is someone looking for something?")
    assert stands_alone("Who did Smith visit?")


def test_tokens_of_an_answer_are_those_that_overlap_it() -> None:
    offsets = [(0, 5), (6, 8), (8, 9), (10, 14)]
    assert token_span(offsets, Span(6, 9)) == (1, 2)
    assert token_span(offsets, Span(7, 8)) == (1, 1)
    assert token_span(offsets, Span(5, 6)) is None


@pytest.mark.parametrize("seed", range(10))
def test_a_cut_keeps_the_answer_and_the_size(seed: int) -> None:
    start, end = cut(100, 30, (95, 99), random.Random(seed))
    assert (start, end) == (70, 100)
    start, end = cut(100, 30, (50, 52), random.Random(seed))
    assert start <= 50 and end > 52 and end - start == 30
    start, end = cut(100, 30, None, random.Random(seed))
    assert 0 <= start < end <= 100


def test_batches_hold_every_example_once_within_the_budget_and_repeat_themselves() -> None:
    lengths = np.random.default_rng(1).integers(10, 256, 2000)
    made = batches(lengths, 1024, 1, 0)
    assert sorted(np.concatenate(made).tolist()) == list(range(2000))
    assert all(lengths[b].max() * len(b) <= 1024 for b in made)
    again = batches(lengths, 1024, 1, 0)
    assert all((a == b).all() for a, b in zip(made, again, strict=True))
    assert made[0].tolist() != batches(lengths, 1024, 1, 1)[0].tolist()


def test_batches_keep_the_passages_of_a_question_together() -> None:
    rng = np.random.default_rng(1)
    lengths, groups = rng.integers(10, 256, 500), rng.integers(0, 250, 500)
    made = batches(lengths, 1024, 1, 0, groups=groups)
    assert sorted(np.concatenate(made).tolist()) == list(range(500))
    assert all(len(set(groups[b].tolist())) == 1 or lengths[b].max() * len(b) <= 1024 for b in made)
    runs = [int(g) for b in made for i, g in enumerate(groups[b]) if i == 0 or groups[b][i - 1] != g]
    assert sorted(runs) == sorted(set(groups.tolist()))


def test_the_rate_rises_stays_and_falls_to_nothing() -> None:
    assert decay_of(100) == (70, 30)
    rates = [learning_rate(s, 2.0, 4, 70, 30) for s in range(101)]
    assert rates[:4] == [0.5, 1.0, 1.5, 2.0]
    assert set(rates[4:71]) == {2.0}
    assert rates[85] == 1.0
    assert rates[100] == 0.0
    assert learning_rate(10_000, 2.0, 4, None, 0) == 2.0


def test_scores_by_hand() -> None:
    assert exact("The Queen!", ["queen"]) == 1.0
    assert f1("the old queen of England", ["Queen of Scots", "nobody"]) == pytest.approx(4 / 7)
    assert f1("", []) == f1("", ["a"]) == 1.0  # "a" is an article: both are empty
    assert f1("x", []) == 0.0
    assert auroc([2, 3], [1]) == 1.0
    assert auroc([1], [1]) == 0.5
    assert best_threshold([3.0, 2.0, 2.0, 1.0], [1, 1, 0, 0], [0, 0, 1, 1]) == (3.0, 0.75)


def test_figures_by_hand() -> None:
    right = Outcome(Asked("q", (), ("Kyiv",)), "Kyiv", 2.0)
    shy = Outcome(Asked("q", (), ("Kyiv",)), "Kyiv", -1.0)
    wrong = Outcome(Asked("q", (), ()), "Kyiv", 1.0)
    silent = Outcome(Asked("q", (), ()), "Kyiv", -2.0)
    made = figures([right, shy, wrong, silent])
    assert (made["em"], made["f1"], made["answered"], made["abstained"]) == (100, 100, 50, 50)
    assert (made["abstaining_f1"], made["auroc"]) == (50, 75)
    assert (made["best_f1"], made["best_threshold"]) == (75, 2.0)


def test_encoded_examples_are_read_as_written(tmp_path: Path) -> None:
    from training.encode import Encoded

    made = Encoded(np.arange(5, dtype=np.uint16), np.array([0, 2, 5]), *(np.array([1, 2], np.int16) for _ in range(3)))
    save_encoded(made, tmp_path / "x.npz")
    read = load_encoded(tmp_path / "x.npz")
    assert all(
        (getattr(made, n) == getattr(read, n)).all() for n in ("tokens", "offsets", "passage_start", "starts", "ends")
    )
    assert read.lengths.tolist() == [2, 3]


def test_a_share_that_is_no_number_is_explained() -> None:
    with pytest.raises(InputError, match="reddit"):
        options_of(command_line("x").parse_args(["f.json", "--out", "o", "--steps", "1", "--share", "reddit"]))


@pytest.mark.slow
def test_the_smoke_run_trains_resumes_teaches_exports_and_measures(tmp_path: Path) -> None:
    import subprocess
    import sys

    from tests.conftest import ROOT

    script = "import sys; from pathlib import Path; from training.__main__ import smoke; smoke(Path(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    taught = json.loads((tmp_path / "taught" / "teacher.json").read_text("utf-8"))
    assert 0 < taught["marked"] < taught["examples"]
    run = tmp_path / "run2"
    assert {p.name for p in (run / "export").iterdir()} == {
        "float.onnx", "reader.onnx", "tokenizer.json", "reader.json", "report.json", "REPORT.md", "MODEL_CARD.md",
    }  # fmt: skip
    report = json.loads((run / "export" / "report.json").read_text("utf-8"))
    assert set(report["figures"]) == {"made_up_dev", "kept_apart", "near_misses"}
    assert report["reader"]["step"] == 12
    assert report["bytes"] < 30_000_000
    assert report["run"]["teacher"]["marked"] == taught["marked"]
    assert "Learnt from a teacher" in (run / "export" / "MODEL_CARD.md").read_text("utf-8")
    assert str(tmp_path) not in (run / "run.json").read_text("utf-8")
    assert (run / "stable" / "optimizer.pt").exists()


def finished(run: Path, step: int, **weights: list[float]) -> Path:
    """The folder of a run with these final weights."""
    from safetensors.numpy import save_file

    (run / "final").mkdir(parents=True)
    save_file({n: np.array(w, np.float32) for n, w in weights.items()}, run / "final" / "model.safetensors")
    (run / "final" / "progress.json").write_text(json.dumps({"format": 1, "step": step, "decay_steps": 3}), "utf-8")
    (run / "run.json").write_text(json.dumps({"seed": step}), "utf-8")
    return run


def test_runs_are_averaged_weight_by_weight(tmp_path: Path) -> None:
    import shutil

    from safetensors.numpy import load_file

    from training.average import average
    from training.checkpoint import read_progress

    runs = [finished(tmp_path / "a", 10, w=[1, 2], b=[0]), finished(tmp_path / "b", 20, w=[3, -2], b=[1])]
    weights = average(runs, tmp_path / "mean")
    assert {n: w.tolist() for n, w in load_file(weights / "model.safetensors").items()} == {"w": [2, 0], "b": [0.5]}
    assert read_progress(weights).step == 20
    options = json.loads((tmp_path / "mean" / "run.json").read_text("utf-8"))
    assert options == {"seed": 20, "average_of": "a at step 10, b at step 20"}
    shutil.copytree(tmp_path / "a" / "final", reader := tmp_path / "reader")
    (reader / "config.json").write_text(json.dumps({"reader_sha256": "0123456789"}), "utf-8")
    assert load_file(average([reader, runs[1]], tmp_path / "on") / "model.safetensors")["b"].tolist() == [0.5]
    options = json.loads((tmp_path / "on" / "run.json").read_text("utf-8"))
    assert options["average_of"] == "the reader 01234567, b at step 20"
    with pytest.raises(InputError, match="is there already"):
        average(runs, tmp_path / "mean")
    with pytest.raises(InputError, match="no final weights"):
        average([runs[0], tmp_path / "mean2"], tmp_path / "other")
    with pytest.raises(InputError, match="differ in shape"):
        average([runs[0], finished(tmp_path / "c", 1, w=[1], b=[0])], tmp_path / "other")
    assert not (tmp_path / "other").exists()


@pytest.mark.slow
def test_the_confidence_is_fitted_and_written_whole(tmp_path: Path) -> None:
    import shutil
    import subprocess
    import sys

    from rag.network import PACKAGED, OnnxNetwork
    from tests.conftest import ROOT
    from training.calibrate import AGAINST

    made = synthetic_paragraphs("made", 60, 1)
    (tmp_path / "made.json").write_text(json.dumps(squad_tree(made)), "utf-8")
    articles = [
        replace(p, questions=(*p.questions, Question("n", "Who sank it?", ()))) for p in made if not for_fitting(p)
    ]
    (tmp_path / "articles.json").write_text(json.dumps(squad_tree(articles[:5])), "utf-8")
    reader = tmp_path / "reader"
    shutil.copytree(PACKAGED, reader)
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "training.calibrate",
            tmp_path / "made.json",
            "--articles",
            tmp_path / "articles.json",
            "--reader",
            reader,
            "--risk",
            "0.2",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    asked = sum(len(paragraph.questions) for paragraph in made if for_fitting(paragraph))
    assert f"made.json: {asked} questions for fitting" in done.stdout
    of_files, of_articles = (int(n) for n in re.findall(r"(\d+) cases so far", done.stdout))
    assert of_articles - of_files == sum(len(p.questions) for p in articles[:5])
    before, after = OnnxNetwork(PACKAGED), OnnxNetwork(reader)
    assert after.calibration.keys() == before.calibration.keys() and after.calibration != before.calibration
    assert after.ranking.keys() == before.ranking.keys() and 0 < after.threshold < 1
    assert json.loads((reader / "reader.json").read_text("utf-8"))["risk"] == 0.2
    for clue, weight in [*after.ranking.items(), *after.calibration.items()]:
        assert clue == "bias" or (weight <= 0 if clue in AGAINST else weight >= 0), clue
    assert sorted(file.name for file in reader.iterdir()) == sorted(file.name for file in PACKAGED.iterdir())


def other_words(folder: Path, *, without: str = "") -> Path:
    """The folder of an untrained MPNet of two small layers: the reader's word pieces, four ids further on."""
    import torch
    from tokenizers import Tokenizer, models
    from transformers import MPNetConfig, MPNetForQuestionAnswering

    from training.options import default_base
    from training.vocabulary import load_tokenizer

    pieces = load_tokenizer(default_base()).get_vocab()
    names = {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, **{p: i + 4 for p, i in pieces.items() if p != without}}
    torch.manual_seed(1)
    config = MPNetConfig(
        vocab_size=len(pieces) + 5,
        hidden_size=12,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=12,
        max_position_embeddings=66,
    )
    MPNetForQuestionAnswering(config).save_pretrained(folder)
    Tokenizer(models.WordPiece(names, unk_token="<unk>")).save(str(folder / "tokenizer.json"))
    named = {"cls_token": "<s>", "sep_token": "</s>", "pad_token": {"content": "<pad>"}, "unk_token": "[UNK]"}
    (folder / "tokenizer_config.json").write_text(json.dumps(named), "utf-8")
    return folder


@pytest.mark.slow
def test_a_teacher_of_other_ids_reads_the_readers_word_pieces(tmp_path: Path) -> None:
    import torch

    from rag.errors import ModelError
    from training.model import new_model
    from training.vocabulary import load_tokenizer, translation

    base = other_words(tmp_path / "a")
    tokenizer = load_tokenizer(base)
    pieces = tokenizer.get_vocab()
    ids = translation(tokenizer, base)
    assert [ids[pieces[piece]] for piece in ("[CLS]", "[SEP]", "[PAD]")] == [0, 2, 1]
    assert ids[pieces["moscow"]] == pieces["moscow"] + 4
    model = new_model(base, 1, frozen=1).eval()
    trained = {name.removeprefix("model.mpnet.") for name, p in model.named_parameters() if p.requires_grad}
    assert not any(name.startswith(("embeddings.", "encoder.layer.0.")) for name in trained)
    assert any(name.startswith("encoder.layer.1.") for name in trained)
    # Padding changes nothing: its id is translated too.
    row = [*tokenizer.encode("Who?").ids, *tokenizer.encode("Kim.").ids[1:]]
    short = torch.tensor([row])
    long = torch.tensor([[*row, 0, 0]])
    logits = [
        model(input_ids=x, attention_mask=(torch.arange(x.shape[1]) < len(row))[None].long(), token_type_ids=x)
        for x in (short, long)
    ]
    assert torch.allclose(logits[0].start_logits[0], logits[1].start_logits[0, : len(row)], atol=1e-5)
    with pytest.raises(ModelError, match="'moscow'"):
        translation(tokenizer, other_words(tmp_path / "b", without="moscow"))
    (base / "tokenizer_config.json").unlink()
    with pytest.raises(ModelError, match="is not there"):
        translation(tokenizer, base)


@pytest.mark.slow
def test_what_is_learnt_is_partly_the_answer_and_partly_the_teachers_view() -> None:
    import torch

    from training.encode import Encoded
    from training.model import GOLD, losses_of

    batch = {
        "allowed": torch.tensor([[True, True, True, False]]),
        "starts": torch.tensor([1]),
        "ends": torch.tensor([1]),
    }
    even = torch.zeros(1, 4)
    assert losses_of((even, even), batch).item() == pytest.approx(np.log(3))
    sure = torch.tensor([[0.0, 0.0, 90.0, 0.0]])
    assert losses_of((sure, sure), batch).item() == pytest.approx(90.0)
    taught = batch | {"start_logits": sure, "end_logits": sure}
    # The gold share of the target is 90 below the best, the teacher's share is met.
    assert losses_of((sure, sure), taught).item() == pytest.approx(90.0 * GOLD)
    # A teacher who is sure of the answer given says nothing new.
    row = np.array([1], np.int16)
    agreed = certain(Encoded(np.arange(4, dtype=np.uint16), np.array([0, 4]), row, row, row))
    told = {
        f"{name}_logits": torch.from_numpy(getattr(agreed, f"{name}_logits")).float()[None] for name in ("start", "end")
    }
    assert losses_of((even, sure), batch | told).item() == pytest.approx(losses_of((even, sure), batch).item())
    # Whether there is an answer is not the teacher's to say: here it is sure that there is none ...
    none = torch.tensor([[90.0, 0.0, 0.0, 0.0]])
    doubted = batch | {"start_logits": none, "end_logits": none}
    expected = 90.0 * (GOLD + (1 - GOLD) / 2)  # it has both tokens of the passage as likely
    assert losses_of((sure, sure), doubted).item() == pytest.approx(expected)
    # ... and here that there is one.
    unanswerable = taught | {"starts": torch.tensor([0]), "ends": torch.tensor([0])}
    assert losses_of((none, none), unanswerable).item() == pytest.approx(0.0)


def test_the_passages_of_a_question_are_weighed_against_each_other() -> None:
    import torch

    from training.model import shared_loss

    half = float(np.log(0.5))
    batch = {
        "allowed": torch.tensor([[True, True, True], [True, True, False], [True, True, True]]),
        "starts": torch.tensor([1, 0, 0]),
        "ends": torch.tensor([1, 0, 0]),
        "groups": torch.tensor([7, 7, 3]),
    }
    # Two passages of question 7, three tokens and "none" as likely: ln 4. The third row is alone: it does not count.
    scores = torch.tensor([[5.0, 5.0, 5.0], [-2.0, -2.0, 50.0], [0.0, 60.0, 0.0]])
    assert shared_loss((scores, scores), batch).item() == pytest.approx(np.log(4))
    # The wrong passage half as likely as each token of the right one: ln(1 + 1 + 1 + 1/2).
    less = torch.tensor([[5.0, 5.0, 5.0], [-2.0, -2.0 + half, 50.0], [0.0, 60.0, 0.0]])
    assert shared_loss((less, less), batch).item() == pytest.approx(np.log(3.5))
    assert shared_loss((scores + 80, less - 80), batch).item() == pytest.approx((np.log(4) + np.log(3.5)) / 2, rel=1e-5)
    # Nothing answers: 1 + 3 of 4 is on the passages.
    none = batch | {"starts": torch.tensor([0, 0, 0]), "ends": torch.tensor([0, 0, 0])}
    assert shared_loss((scores, scores), none).item() == pytest.approx(np.log(4))
    # A passage far ahead of "none" does not overflow.
    sure = scores + torch.tensor([[0.0, 500.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    assert shared_loss((sure, sure), batch).item() == pytest.approx(0.0)
    assert shared_loss((scores, scores), batch | {"groups": torch.tensor([1, 2, 3])}).item() == 0.0


def test_examples_are_picked_and_joined_with_their_logits() -> None:
    from training.encode import Encoded, joined

    place, logits = np.array([1, 2], np.int16), np.arange(5, dtype=np.float16)
    made = Encoded(np.arange(5, dtype=np.uint16), np.array([0, 2, 5]), place, place, place, logits, -logits)
    picked = made[np.array([1])]
    assert (picked.tokens.tolist(), picked.lengths.tolist(), picked.starts.tolist()) == ([2, 3, 4], [3], [2])
    both = joined([picked, made])
    assert both.tokens.tolist() == [2, 3, 4, 0, 1, 2, 3, 4]
    assert both.offsets.tolist() == [0, 3, 5, 8]
    assert both.end_logits is not None
    assert both.end_logits.tolist() == [-2, -3, -4, 0, -1, -2, -3, -4]
    assert made[np.array([], np.int64)].offsets.tolist() == [0]
    grouped = replace(made, groups=np.array([0, 1], np.int32))
    again = joined([grouped, grouped[np.array([1])]])
    assert again.groups is not None and again.groups.tolist() == [0, 1, 3]


def test_beside_the_taught_examples_there_are_new_ones_in_each_pass(tmp_path: Path) -> None:
    from training.passes import Passes

    path = tmp_path / "made_up.json"
    path.write_text(json.dumps(squad_tree(synthetic_paragraphs("made_up", 12, 1))), "utf-8")
    given = [str(path), "--out", str(tmp_path), "--steps", "1"]
    alone = [Passes(options_of(command_line("x").parse_args(given)))(epoch) for epoch in (0, 1)]
    (tmp_path / "taught").mkdir()
    save_encoded(certain(alone[0]), tmp_path / "taught" / "part-0000.npz")
    given += ["--taught", str(tmp_path / "taught")]
    assert len(Passes(options_of(command_line("x").parse_args(given)))(1)) == len(alone[0])
    mixed = Passes(options_of(command_line("x").parse_args([*given, "--untaught", "0.5"])))(1)
    assert len(mixed) == len(alone[0]) + round(0.5 * len(alone[1]))
    assert mixed.tokens[: len(alone[0].tokens)].tolist() == alone[0].tokens.tolist()
    assert mixed.start_logits is not None and len(mixed.start_logits) == len(mixed.tokens)


def test_a_teacher_that_is_not_ready_is_explained(tmp_path: Path) -> None:
    from training.options import described
    from training.teach import main

    taught = ["f.json", "--out", str(tmp_path), "--steps", "1", "--taught", str(tmp_path)]
    with pytest.raises(InputError, match=r"training\.teach"):
        described(options_of(command_line("x").parse_args(taught)))
    with pytest.raises(SystemExit, match="no final weights"):
        main([*taught[:5], "--teacher", str(tmp_path), "--teacher-base", str(tmp_path)])


def test_teachers_see_what_the_reader_finds_hard() -> None:
    from training.teach import EASY, chosen

    rng, answered = np.random.default_rng(1), np.arange(0, 2000, 2)
    for loss, share in ((8.0, 1.0), (0.0, EASY), (1.0, 1 - np.exp(-1))):
        rows = chosen(answered, np.full(1000, loss), 2000, rng)
        assert np.isin(answered, rows).mean() == pytest.approx(share, abs=0.05)
        assert (rows % 2 == 1).sum() / 1000 == pytest.approx(share, abs=0.08)
        assert (np.diff(rows) > 0).all()


def test_the_articles_for_training_fitting_and_measuring_are_whole_and_apart() -> None:
    from tests.conftest import ROOT, SEED

    folder = ROOT / "training" / "articles"
    train, fit, dev = (
        [p for name in names for p in read_squad(folder / f"articles_{name}.json.gz")]
        for names in (("train", "more", "twins"), ("fit",), ("dev",))
    )
    seed = Paragraph("seed", SEED.read_text("utf-8"), ())
    for ours, others in ((train, [*fit, *dev, seed]), (fit, [*dev, seed]), (dev, [seed])):
        assert without_text_of(ours, others) == ours == deduplicate(ours)
        asked = [q for p in ours for q in p.questions]
        assert all(len(p.questions) >= 25 for p in ours)
        assert 0.3 < sum(not q.answers for q in asked) / len(asked) < 0.45
    assert len(dev) == 44
