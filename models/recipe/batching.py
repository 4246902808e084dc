"""How token sequences are grouped into batches, for training and for inference."""

import numpy as np

PAD = 1
WINDOW = 8192  # rows that are sorted together while training


def by_budget(lengths, budget, rng=None):
    """Groups row numbers, sorted by length, into batches of at most `budget` padded tokens each.

    With `rng` (training) rows are shuffled first and sorted only within windows, and batches are shuffled.
    """
    order = list(range(len(lengths)))
    window = len(order)
    if rng:
        rng.shuffle(order)
        window = WINDOW
    out = []
    for start in range(0, len(order), window):
        batch = []
        for index in sorted(order[start:start + window], key=lambda i: lengths[i]):
            if batch and (len(batch) + 1) * lengths[index] > budget:
                out.append(batch)
                batch = []
            batch.append(index)
        out.append(batch)
    if rng:
        rng.shuffle(out)
    return out


def equal_length(lengths, budget):
    """Like `by_budget`, but only texts of the same length share a batch, so that nothing is padded."""
    groups = {}
    for index, length in enumerate(lengths):
        groups.setdefault(length, []).append(index)
    out = []
    for length, rows in sorted(groups.items()):
        step = max(1, budget // length)
        out += [rows[start:start + step] for start in range(0, len(rows), step)]
    return out


def single(lengths):
    """One text a batch, sorted by length."""
    return [[index] for index in sorted(range(len(lengths)), key=lambda i: lengths[i])]


def pad(sequences):
    """Ids and mask, int64 [batch, tokens], padded on the right."""
    lengths = np.array([len(s) for s in sequences])
    mask = (np.arange(lengths.max()) < lengths[:, None]).astype(np.int64)
    ids = np.full(mask.shape, PAD, np.int64)
    ids[mask == 1] = np.concatenate([np.asarray(s, np.int64) for s in sequences])
    return ids, mask
