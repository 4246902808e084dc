"""Judges an exported model: accuracy per source, calibration, embeddings, and hard sentences.

    python evaluate.py --data DIR --base DIR --work DIR --model DIR
"""

import argparse
import tomllib
from pathlib import Path

import numpy as np

import data
import teach
from labels import HEADS, SENTIMENT
from runtime import Model

NEUTRAL = SENTIMENT.index("neutral")
ANCHORS = Path(__file__).parents[2] / "udfs" / "text" / "data" / "anchors.txt"
PAIRS = 2000  # of dev texts, whose similarities are compared with the base's


def expected_calibration_error(probabilities, labels, bins=15):
    """Mean distance of confidence and accuracy over equally wide bins of confidence, weighted by rows."""
    confidence, right = probabilities.max(1), probabilities.argmax(1) == labels
    bin_of = np.minimum((confidence * bins).astype(int), bins - 1)
    return sum(abs(confidence[bin_of == b].sum() - right[bin_of == b].sum())
               for b in range(bins)) / len(labels)


def fit_temperature(probabilities_at, labels):
    """The T that minimises the cross-entropy of `probabilities_at(T)`."""
    at = np.arange(len(labels)), np.asarray(labels)
    candidates = np.arange(0.3, 4.0, 0.01)
    losses = [-np.log(probabilities_at(t)[at] + 1e-12).mean() for t in candidates]
    return round(float(candidates[np.argmin(losses)]), 2)


def macro_f1(guesses, labels):
    scores = []
    for label in np.unique(labels):
        hit = np.sum((guesses == label) & (labels == label))
        scores.append(2 * hit / (np.sum(guesses == label) + np.sum(labels == label)))
    return float(np.mean(scores))


def by_source(rows):
    """(source, language, which rows) for each source, and for all."""
    keys = [(row.source, row.lang) for row in rows]
    groups = [(*key, np.array([k == key for k in keys])) for key in sorted(set(keys))]
    return groups + [("all", "", np.ones(len(rows), bool))]


def accuracy_table(rows, probabilities, head):
    """Markdown: accuracy and macro F1 per source; for reviews also over the two classes that they have."""
    labels = np.array([getattr(row, head) for row in rows])
    guesses = probabilities.argmax(1)
    sentiment = head == "sentiment"
    two = np.where(probabilities[:, 0] > probabilities[:, -1], 0, probabilities.shape[1] - 1)
    lines = [f"| source | lang | rows | {'three classes | two classes' if sentiment else 'accuracy'} | macro F1 |",
             f"|---|---|---|---|{'---|' if sentiment else ''}---|"]
    for source, lang, at in by_source(rows):
        shown = f"{np.mean(guesses[at] == labels[at]):.4f}"
        if sentiment:
            shown += f" | {np.mean(two[at] == labels[at]):.4f}" if (labels[at] != NEUTRAL).all() else " |"
        lines.append(f"| {source} | {lang} | {at.sum()} | {shown} | {macro_f1(guesses[at], labels[at]):.4f} |")
    return "\n".join(lines)


def calibration_table(parts):
    """Markdown for `parts`, {name: (rows, probabilities, head)}."""
    lines = ["| rows | accuracy | mean confidence | ECE |", "|---|---|---|---|"]
    for name, (rows, p, head) in parts.items():
        labels = np.array([getattr(row, head) for row in rows])
        lines.append(f"| {name} ({len(rows)}) | {np.mean(p.argmax(1) == labels):.4f} | {p.max(1).mean():.4f} "
                     f"| {expected_calibration_error(p, labels):.4f} |")
    return "\n".join(lines)


def hard_table(model, head, every=1):
    """Markdown: how many of the hard sentences of a language come out right, and every so many of them."""
    rows = [row for row in data.hard() if getattr(row, head) is not None]
    found = model.probabilities([row.text for row in rows], head)
    right = found.argmax(1) == [getattr(row, head) for row in rows]
    langs = np.array([row.lang for row in rows])
    lines = [f"Right: {right[langs == 'zh'].sum()} of {(langs == 'zh').sum()} Chinese ones, "
             f"{right[langs == 'en'].sum()} of {(langs == 'en').sum()} English ones.", "",
             "| sentence | wanted | answer | confidence |", "|---|---|---|---|"]
    for row, p in list(zip(rows, found))[::every]:
        wanted, answer = HEADS[head][getattr(row, head)], HEADS[head][p.argmax()]
        lines.append(f"| {row.text} | {wanted} | {answer if answer == wanted else f'**{answer}**'} | {p.max():.2f} |")
    return "\n".join(lines)


def cosines(vectors, first, second):
    return (vectors[first] * vectors[second]).sum(1)


def retrieved(first, second):
    """Share of the texts whose nearest neighbour on the other side is their own partner, both ways."""
    similar = first @ second.T
    own = np.arange(len(first))
    return (np.mean(similar.argmax(1) == own) + np.mean(similar.argmax(0) == own)) / 2


def correlation(vectors, known):
    """Correlation of the cosines of `PAIRS` pairs of texts in `vectors` with those in `known`, both [texts, H]."""
    rng = np.random.default_rng(7)
    first = rng.integers(0, len(known), PAIRS)
    second = (first + rng.integers(1, len(known), PAIRS)) % len(known)
    return np.corrcoef(cosines(vectors, first, second), cosines(known, first, second))[0, 1]


def zero_shot(embed, task):
    """The label that each text of a task gets, as `ai_classify` gives it (udfs/text/src/zero_shot.rs)."""
    def from_middle(vectors, middle):
        offsets = vectors - middle
        return offsets / np.linalg.norm(offsets, axis=1, keepdims=True)

    labels = embed(task["labels"])
    texts = from_middle(embed([text for _, text in task["texts"]]), embed(ANCHORS.read_text().splitlines()).mean(0))
    return (texts @ from_middle(labels, labels.mean(0)).T).argmax(1)


def embedding_table(models, base, texts):
    """Markdown: how the embeddings of `models`, {name: embed function}, compare with those by the function `base`."""
    known = base(texts)
    names = ["base", *models]
    vectors = {"base": known, **{name: embed(texts) for name, embed in models.items()}}
    embeds = {"base": base, **models}
    lines = [f"| | {' | '.join(names)} |", "|---|" + "---|" * len(names)]

    def line(title, value):
        lines.append(f"| {title} | " + " | ".join(f"{value(name):.3f}" for name in names) + " |")

    line("mean cosine with the base's vector", lambda name: (vectors[name] * known).sum(1).mean())
    line(f"correlation with the base of the similarities of {PAIRS} pairs",
         lambda name: correlation(vectors[name], known))
    for kind, pairs in data.pairs().items():
        line(f"right partner found, {kind} ({len(pairs)})",
             lambda name: retrieved(*(embeds[name](list(side)) for side in zip(*pairs))))
    tasks = tomllib.loads((data.TEXTS / "zero_shot.toml").read_text())
    for lang, task in tasks.items():
        wanted = [task["labels"].index(label) for label, _ in task["texts"]]
        line(f"zero-shot, {len(task['labels'])} labels, {lang} ({len(wanted)})",
             lambda name: np.mean(zero_shot(embeds[name], task) == wanted))
    return "\n".join(lines)


def report(model, rows, base=None):
    """The sections of the model card that hold figures of `model`; `rows` by task, `base` embeds as the base does."""
    found = {head: model.probabilities([row.text for row in rows[head]], head) for head in HEADS}
    sections = {f"{head}_accuracy": accuracy_table(rows[head], found[head], head) for head in HEADS}
    sections |= {"sentiment_hard": hard_table(model, "sentiment"), "intent_hard": hard_table(model, "intent", 8)}
    reviews = np.array([row.source in data.REVIEWS for row in rows["sentiment"]])
    sections["calibration"] = calibration_table({
        "sentiment, reviews": ([row for row, is_review in zip(rows["sentiment"], reviews) if is_review],
                               found["sentiment"][reviews], "sentiment"),
        "sentiment, all": (rows["sentiment"], found["sentiment"], "sentiment"),
        "intent": (rows["intent"], found["intent"], "intent")})
    if base:
        texts = [row.text for head in HEADS for row in rows[head][:: max(1, len(rows[head]) // 2000)]]
        sections["embedding"] = embedding_table({"this": model.embeddings}, base, texts)
    return sections


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True, help="folder with manifest.toml")
    options = parser.parse_args()
    base = teach.Teacher(options.base)
    for section in report(Model(options.model), data.evaluation(options.data), base.embed).values():
        print(section, end="\n\n")


if __name__ == "__main__":
    main()
