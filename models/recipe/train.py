"""Fine-tunes the model on a CPU: both heads, and the base's embeddings."""

import math
import random
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from torch.nn import functional as F

import batching
import quantize
from labels import HEADS

UNK = 3
MAX_TOKENS = 128  # of a training text; longer ones are cut
TOKEN_DROP = 0.05  # share of tokens that become <unk>, so that unknown ones do no harm
SMOOTHING = 0.05  # of the labels: a part of the reviews is labelled weakly
NO_LABEL = -1
HEAD_RATE = 20  # learning rate of the heads in parts of the encoder's: they start from nothing
EMBEDDING_WEIGHT = 3.0  # of the embedding's loss against those of the heads


class Lessons:
    """What is learnt of each row: its labels and its embedding by the base."""

    def __init__(self, rows, sequences, embedding_of):
        self.sequences = sequences
        self.labels = {head: torch.tensor([NO_LABEL if getattr(row, head) is None else getattr(row, head)
                                           for row in rows]) for head in HEADS}
        self.targets = torch.from_numpy(np.stack([embedding_of[row.text] for row in rows])).float()
        self.middle = self.targets.mean(0)

    def lengths(self):
        return [len(s) for s in self.sequences]


def collate(sequences):
    ids, mask = (torch.from_numpy(array) for array in batching.pad(sequences))
    ids[(ids > UNK) & (torch.rand(ids.shape) < TOKEN_DROP)] = UNK
    return ids, mask


def losses(model, lessons, part):
    """{task: summed loss of the rows `part`}.

    The base's embeddings all lie in a narrow cone. So their loss is one minus the cosine after the cone's middle
    is taken off both sides: what tells texts apart counts, not what they have in common.
    """
    ids, mask = collate([lessons.sequences[i] for i in part])
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits, embedding = model(ids, mask)
    found = {head: F.cross_entropy(logits[head].float(), lessons.labels[head][part], label_smoothing=SMOOTHING,
                                   ignore_index=NO_LABEL, reduction="sum") for head in HEADS}
    found["embedding"] = (1 - F.cosine_similarity(embedding - lessons.middle, lessons.targets[part] - lessons.middle,
                                                  dim=-1)).sum()
    return found


def optimizer_for(model, rate):
    heads = {id(p) for p in model.heads.parameters()}
    trained = [p for p in model.parameters() if p.requires_grad]
    encoder = [p for p in trained if id(p) not in heads]
    return torch.optim.AdamW([
        {"params": [p for p in encoder if p.ndim > 1], "weight_decay": 0.01},
        {"params": [p for p in encoder if p.ndim == 1], "weight_decay": 0.0},
        {"params": [p for p in trained if id(p) in heads], "weight_decay": 0.0, "lr": rate * HEAD_RATE},
    ], lr=rate, betas=(0.9, 0.98), fused=True)


def train(model, lessons, *, epochs, rate, budget, threads, seed, log):
    """Trains `model` (net.Model) in place on `lessons`.

    AdamW with linear warm-up and decay; bfloat16 products. A step takes one batch of `budget` tokens on each
    of `threads` threads and adds up their gradients: on a busy machine that is faster than sharing every
    matrix product between the threads. The word vectors are rounded to the 8 bits in which they are shipped
    and stay fixed, so that rare words keep the meaning that the base gave them.
    """
    torch.set_num_threads(1)
    rng = random.Random(seed)
    words = model.encoder.words.weight
    words.data.copy_(quantize.rounded_rows(words))
    words.requires_grad = False
    plan = [batch for _ in range(epochs) for batch in batching.by_budget(lessons.lengths(), budget, rng)]
    steps = [plan[start:start + threads] for start in range(0, len(plan), threads)]
    warm = max(1, len(steps) // 20)
    optimizer = optimizer_for(model, rate)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / warm, (len(steps) - step) / (len(steps) - warm + 1)))

    def backward(part, rows):
        found = losses(model, lessons, part)
        (found["embedding"] * EMBEDDING_WEIGHT + sum(found[head] for head in HEADS)).div(rows).backward()
        return {task: loss.item() for task, loss in found.items()}

    model.train()
    started, sums, counts = time.time(), dict.fromkeys([*HEADS, "embedding"], 0.0), {}
    with ThreadPoolExecutor(threads) as pool:
        for step, parts in enumerate(steps, 1):
            rows = sum(map(len, parts))
            for found in pool.map(lambda part: backward(part, rows), parts):
                for task, loss in found.items():
                    sums[task] += loss
            for part in parts:
                for head in HEADS:
                    counts[head] = counts.get(head, 0) + int((lessons.labels[head][part] != NO_LABEL).sum())
                counts["embedding"] = counts.get("embedding", 0) + len(part)
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
            if not math.isfinite(sum(sums.values())):
                raise SystemExit(f"the loss is not a number at step {step}: lower --rate")
            if step % 50 == 0 or step == len(steps):
                left = (time.time() - started) / step * (len(steps) - step)
                shown = ", ".join(f"{task} {sums[task] / max(1, counts[task]):.4f}" for task in sums)
                log(f"step {step}/{len(steps)}, mean loss {shown}; {left / 60:.1f} min left")
                sums, counts = dict.fromkeys(sums, 0.0), {}
    model.eval()
