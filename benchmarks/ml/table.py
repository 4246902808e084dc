"""Writes the table that the contenders read: `rows` rows in zstd Parquet.

    python table.py --rows 5000000 --out FOLDER

x1 to x8 come from eight overlapping clusters of different sizes and scales; y is linear in them with noise, label is drawn
from the logistic of another sum, score is a noisy probability for it and guess the score's side of one half; g has 10,000
values. The same rows every time.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

ROW_GROUP = 122_880
CHUNK = 4 * ROW_GROUP
FEATURES = 8
GROUPS = 10_000


def chunk(random, centres, first, rows):
    cluster = random.choice(len(centres), rows, p=np.arange(1, len(centres) + 1) / sum(range(1, len(centres) + 1)))
    x = centres[cluster] + random.normal(size=(rows, FEATURES)) * (0.6 + 0.1 * cluster[:, None])
    y = 3.0 + x @ np.linspace(-2.0, 2.0, FEATURES) + random.normal(size=rows)
    chance = 1.0 / (1.0 + np.exp(-(0.3 + x @ np.linspace(0.5, -0.4, FEATURES))))
    label = (random.random(rows) < chance).astype(np.int64)
    score = np.clip(0.8 * chance + 0.2 * random.random(rows), 1e-6, 1 - 1e-6)
    columns = {f"x{at + 1}": x[:, at] for at in range(FEATURES)}
    columns |= {"y": y, "label": label, "score": score, "guess": (score > 0.5).astype(np.int64)}
    columns["g"] = (np.arange(first, first + rows, dtype=np.int64) * 7919) % GROUPS
    return pa.table(columns)


def write(path, rows):
    random = np.random.default_rng(7)
    centres = random.normal(size=(8, FEATURES)) * 2.5
    writer = None
    for first in range(0, rows, CHUNK):
        table = chunk(random, centres, first, min(CHUNK, rows - first))
        writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
        writer.write_table(table, row_group_size=ROW_GROUP)
    writer.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    few = max(args.rows // 5, 1)
    for name, rows in (("table", args.rows), ("fifth", few)):
        path, done = args.out / f"{name}.parquet", args.out / f"{name}.{rows}.done"
        if not done.exists():
            write(path, rows)
            done.touch()
    print(json.dumps({"rows": args.rows, "few": few}))
