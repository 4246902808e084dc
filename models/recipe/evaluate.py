"""Judges an exported model: accuracy per source, calibration, and hard sentences.

    python evaluate.py --data DIR --model DIR
"""

import argparse
import tomllib
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

import batching
import data
import runtime
from net import SENTIMENT

NEUTRAL = SENTIMENT.index("neutral")


def softmax(logits):
    powers = np.exp(logits - logits.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)


def expected_calibration_error(probabilities, labels, bins=15):
    """Mean distance of confidence and accuracy over equally wide bins of confidence, weighted by rows."""
    confidence, right = probabilities.max(1), probabilities.argmax(1) == labels
    bin_of = np.minimum((confidence * bins).astype(int), bins - 1)
    return sum(abs(confidence[bin_of == b].sum() - right[bin_of == b].sum())
               for b in range(bins)) / len(labels)


def fit_temperature(logits, labels):
    """The T that minimises the cross-entropy of softmax(logits / T)."""
    at = np.arange(len(labels)), np.asarray(labels)
    candidates = np.arange(0.3, 4.0, 0.01)
    losses = [-np.log(softmax(logits / t)[at] + 1e-12).mean() for t in candidates]
    return round(float(candidates[np.argmin(losses)]), 2)


def macro_f1(guesses, labels):
    scores = []
    for label in np.unique(labels):
        hit = np.sum((guesses == label) & (labels == label))
        scores.append(2 * hit / (np.sum(guesses == label) + np.sum(labels == label)))
    return float(np.mean(scores))


class Model:
    """An exported model folder, run on all of its texts at once."""

    def __init__(self, folder, path=None, sessions=2):
        folder = Path(folder)
        manifest = tomllib.loads((folder / "manifest.toml").read_text())
        self.temperature = manifest["outputs"][0]["temperature"]
        self.prefix = manifest["prefix"]
        self.tokenizer = Tokenizer.from_file(str(folder / manifest["files"]["tokenizer"]["path"]))
        self.tokenizer.enable_truncation(manifest["max_length"])
        path = path or folder / manifest["files"]["model"]["path"]
        self.sessions = [runtime.session(path) for _ in range(sessions)]

    def encode(self, texts):
        return [e.ids for e in self.tokenizer.encode_batch([self.prefix + text for text in texts])]

    def logits(self, texts, budget=512):
        sequences = self.encode(texts)
        return runtime.logits(self.sessions, sequences, batching.by_budget([len(s) for s in sequences], budget))

    def probabilities(self, texts):
        return softmax(self.logits(texts) / self.temperature)


def accuracy_table(rows, probabilities):
    """Markdown: per source the accuracy over three classes and, for reviews, over the two of them."""
    labels = np.array([row.label for row in rows])
    guesses = probabilities.argmax(1)
    two = np.where(probabilities[:, 0] > probabilities[:, 2], 0, 2)
    keys = [(row.source, row.lang) for row in rows]
    lines = ["| source | lang | rows | three classes | two classes | macro F1 |", "|---|---|---|---|---|---|"]
    for key in sorted(set(keys)):
        at = np.array([k == key for k in keys])
        polar = labels[at] != NEUTRAL
        two_class = f"{np.mean(two[at] == labels[at]):.4f}" if polar.all() else ""
        lines.append(f"| {key[0]} | {key[1]} | {at.sum()} | {np.mean(guesses[at] == labels[at]):.4f} | {two_class} "
                     f"| {macro_f1(guesses[at], labels[at]):.4f} |")
    return "\n".join(lines)


def calibration_table(rows, probabilities):
    labels = np.array([row.label for row in rows])
    reviews = np.array([row.source in data.REVIEWS for row in rows])
    lines = ["| rows | accuracy | mean confidence | ECE |", "|---|---|---|---|"]
    for name, at in (("reviews", reviews), ("all", np.ones(len(rows), bool))):
        p = probabilities[at]
        lines.append(f"| {name} ({at.sum()}) | {np.mean(p.argmax(1) == labels[at]):.4f} | {p.max(1).mean():.4f} "
                     f"| {expected_calibration_error(p, labels[at]):.4f} |")
    return "\n".join(lines)


def hard_table(rows, probabilities):
    lines = ["| sentence | wanted | answer | confidence |", "|---|---|---|---|"]
    for row, p in zip(rows, probabilities):
        answer = SENTIMENT[p.argmax()]
        shown = answer if p.argmax() == row.label else f"**{answer}**"
        lines.append(f"| {row.text} | {SENTIMENT[row.label]} | {shown} | {p.max():.2f} |")
    return "\n".join(lines)


def report(model, data_folder, limit=None):
    """The sections of the model card that hold figures; `limit` thins the rows to about so many."""
    rows, hard = data.evaluation(data_folder), data.hard()
    rows = rows[:: max(1, len(rows) // limit)] if limit else rows
    probabilities = model.probabilities([row.text for row in rows])
    hard_probabilities = model.probabilities([row.text for row in hard])
    return {"accuracy": accuracy_table(rows, probabilities), "calibration": calibration_table(rows, probabilities),
            "hard": hard_table(hard, hard_probabilities)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True, help="folder with manifest.toml")
    options = parser.parse_args()
    for section in report(Model(options.model), options.data).values():
        print(section, end="\n\n")
