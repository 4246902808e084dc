"""Fine-tunes the classifier on a CPU."""

import math
import time
from concurrent.futures import ThreadPoolExecutor

import torch
from torch.nn import functional as F

import batching
import quantize

UNK = 3
MAX_TOKENS = 128  # of a training text; longer ones are cut
TOKEN_DROP = 0.05  # share of tokens that become <unk>, so that unknown ones do no harm
SMOOTHING = 0.05  # of the labels: a part of the reviews is labelled weakly


def collate(sequences):
    ids, mask = (torch.from_numpy(array) for array in batching.pad(sequences))
    ids[(ids > UNK) & (torch.rand(ids.shape) < TOKEN_DROP)] = UNK
    return ids, mask


def optimizer_for(model, rate):
    trained = [p for p in model.parameters() if p.requires_grad]
    return torch.optim.AdamW([
        {"params": [p for p in trained if p.ndim > 1], "weight_decay": 0.01},
        {"params": [p for p in trained if p.ndim == 1], "weight_decay": 0.0},
    ], lr=rate, betas=(0.9, 0.98), fused=True)


def train(model, sequences, labels, *, epochs, rate, budget, threads, rng, log):
    """Trains `model` (net.Classifier) in place on token `sequences` and their `labels`.

    AdamW with linear warm-up and decay; bfloat16 products. A step takes one batch of `budget` tokens on each
    of `threads` threads and adds up their gradients: on a busy machine that is faster than sharing every
    matrix product between the threads. The word vectors are rounded to the 8 bits in which they are shipped
    and stay fixed, so that rare words keep the meaning that the base gave them.
    """
    torch.set_num_threads(1)
    words = model.encoder.words.weight
    words.data.copy_(quantize.rounded_rows(words))
    words.requires_grad = False
    labels = torch.as_tensor(labels)
    lengths = [len(s) for s in sequences]
    plan = [batch for _ in range(epochs) for batch in batching.by_budget(lengths, budget, rng)]
    steps = [plan[start:start + threads] for start in range(0, len(plan), threads)]
    warm = max(1, len(steps) // 20)
    optimizer = optimizer_for(model, rate)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / warm, (len(steps) - step) / (len(steps) - warm + 1)))

    def backward(ids, mask, wanted, rows):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = model(ids, mask)
        loss = F.cross_entropy(logits.float(), wanted, label_smoothing=SMOOTHING, reduction="sum") / rows
        loss.backward()
        return loss.item()

    model.train()
    started, mean = time.time(), None
    with ThreadPoolExecutor(threads) as pool:
        for step, parts in enumerate(steps, 1):
            rows = sum(map(len, parts))
            jobs = [pool.submit(backward, *collate([sequences[i] for i in part]), labels[part], rows)
                    for part in parts]
            loss = sum(job.result() for job in jobs)
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
            mean = loss if mean is None else 0.98 * mean + 0.02 * loss
            if not math.isfinite(mean):
                raise SystemExit(f"the loss is {mean} at step {step}: lower --rate")
            if step % 50 == 0 or step == len(steps):
                left = (time.time() - started) / step * (len(steps) - step)
                log(f"step {step}/{len(steps)} loss {mean:.4f} {left / 60:.1f} min left")
    model.eval()
