"""The cascade: a linear model over hashed character n-grams that answers the easy texts before the encoder.

It learns the encoder's own answers, not the labels. For each rate of agreement that may be asked for, a threshold is
kept: a text is answered only where the linear model is at least so sure, so that on held-out texts at most that share of
all answers differ from the encoder's. crates/model/src/cascade.rs reads the file and makes the same n-grams.
"""

import json

import numpy as np
import torch
from safetensors.numpy import save_file
from torch import nn
from torch.nn import functional as F

from labels import HEADS

BITS = 17  # of a bucket's number
LONGEST = 4  # characters of an n-gram
MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
MAX_CHARS = 512  # what lies beyond is not looked at
RATES = [0.90, 0.95, 0.96, 0.97, 0.975, 0.98, 0.985, 0.99, 0.995]
MARGIN = 1.64  # standard errors by which the agreement must be above the rate
EPOCHS, RATE, BATCH = 6, 0.02, 512


def buckets(text):
    """The buckets of all n-grams of a text, in lower case, white space folded, with a space at both ends."""
    text = f" {' '.join(text.lower().split())} "[:MAX_CHARS]
    codes = np.frombuffer(text.encode("utf-32-le"), np.uint32).astype(np.uint64) + np.uint64(1)
    found, hashes = [], np.zeros(len(codes), np.uint64)
    for length in range(1, LONGEST + 1):
        if len(codes) < length:
            break
        hashes = (hashes[: len(codes) - length + 1] + codes[length - 1:]) * MULTIPLIER
        found.append((hashes >> np.uint64(64 - BITS)).astype(np.int64))
    return np.concatenate(found)


class Linear(nn.Module):
    """Logits of all heads, side by side: the sum of the n-grams' weights over the root of their number, plus a bias."""

    def __init__(self):
        super().__init__()
        columns = sum(map(len, HEADS.values()))
        self.weights = nn.EmbeddingBag(1 << BITS, columns, mode="sum", sparse=True)
        self.bias = nn.Parameter(torch.zeros(columns))
        nn.init.zeros_(self.weights.weight)

    def forward(self, grams, offsets, counts):
        return self.weights(grams, offsets) / counts[:, None].sqrt() + self.bias


def collate(grams):
    counts = torch.tensor([len(g) for g in grams])
    offsets = torch.cat([torch.zeros(1, dtype=torch.long), counts.cumsum(0)[:-1]])
    return torch.from_numpy(np.concatenate(grams)), offsets, counts.float()


def fit(texts, answers, seed, log):
    """A linear model that gives `answers`, {head: probabilities [texts, labels]}, to `texts`."""
    torch.manual_seed(seed)
    grams = [buckets(text) for text in texts]
    targets = {head: torch.from_numpy(answers[head]).float() for head in HEADS}
    model = Linear()
    sparse = torch.optim.SparseAdam(model.weights.parameters(), lr=RATE)
    dense = torch.optim.Adam([model.bias], lr=RATE)
    steps = EPOCHS * (len(texts) // BATCH + 1)
    step = 0
    for epoch in range(EPOCHS):
        total = 0.0
        for rows in torch.randperm(len(texts)).split(BATCH):
            for group in (*sparse.param_groups, *dense.param_groups):
                group["lr"] = RATE * max(0.02, 1 - step / steps)
            step += 1
            logits = model(*collate([grams[i] for i in rows.tolist()])).split([len(l) for l in HEADS.values()], 1)
            loss = sum(-(targets[head][rows] * F.log_softmax(own, 1)).sum(1).mean() for head, own in zip(HEADS, logits))
            loss.backward()
            for optimizer in (sparse, dense):
                optimizer.step()
                optimizer.zero_grad()
            total += loss.item() * len(rows)
        log(f"cascade: epoch {epoch + 1}, loss {total / len(texts):.4f}")
    return model.eval()


def rounded(model):
    """The weights as they are shipped: int8 [buckets, columns] with a scale for each column, and the bias."""
    weights = model.weights.weight.detach().numpy()
    scale = np.maximum(np.abs(weights).max(0), 1e-12) / 127
    return np.rint(weights / scale).astype(np.int8), scale.astype(np.float32), model.bias.detach().numpy()


def logits(shipped, texts):
    weights, scale, bias = shipped
    rows = [weights[grams].sum(0, dtype=np.int64) / np.sqrt(len(grams)) for grams in map(buckets, texts)]
    return np.stack(rows) * scale + bias


def thresholds(probabilities, wanted):
    """{rate: threshold} for one head: `probabilities` of the linear model against the encoder's answers `wanted`."""
    sure, wrong = probabilities.max(1), probabilities.argmax(1) != wanted
    order = np.argsort(-sure)
    differing = np.cumsum(wrong[order]) / len(sure)
    found = {}
    for rate in RATES:
        # A share of differing answers that is safely below what is allowed.
        allowed = (1 - rate) - MARGIN * np.sqrt((1 - rate) * rate / len(sure))
        fine = np.nonzero(differing <= allowed)[0]
        found[rate] = float(sure[order][fine[-1]]) if len(fine) else 2.0
    return found


def write(path, texts, answers, held_out, groups, held_answers, seed, log):
    """Fits on `texts` and writes the file; thresholds by `held_out` texts with the encoder's probabilities.

    Each of `groups`, one name a held-out text, has to agree at the rate by itself: what is easy in one kind of text must
    not pay for another kind.
    """
    calibrate(path, rounded(fit(texts, answers, seed, log)), held_out, groups, held_answers, log)


def calibrate(path, shipped, held_out, groups, held_answers, log):
    """Writes the file with the weights `shipped` and thresholds by the held-out texts."""
    groups = np.array(groups)
    parts = np.split(logits(shipped, held_out), np.cumsum([len(labels) for labels in HEADS.values()])[:-1], axis=1)
    told = {}
    for head, own in zip(HEADS, parts):
        powers = np.exp(own - own.max(1, keepdims=True))
        probabilities, wanted = powers / powers.sum(1, keepdims=True), held_answers[head].argmax(1)
        by_group = [thresholds(probabilities[groups == g], wanted[groups == g]) for g in sorted(set(groups))]
        told[head] = {rate: max(found[rate] for found in by_group) for rate in RATES}
        answered = {rate: float(np.mean(probabilities.max(1) >= t)) for rate, t in told[head].items()}
        log(f"cascade: {head} agrees on {np.mean(probabilities.argmax(1) == wanted):.3f}; answered at each rate: "
            + ", ".join(f"{rate}: {share:.2f}" for rate, share in answered.items()))
    weights, scale, bias = shipped
    columns = [[head, len(labels)] for head, labels in HEADS.items()]  # a list, to keep their order
    save_file({"weights": weights, "scale": scale, "bias": bias}, path, metadata={
        "columns": json.dumps(columns), "thresholds": json.dumps(told), "longest": str(LONGEST), "bits": str(BITS),
        "max_chars": str(MAX_CHARS)})
