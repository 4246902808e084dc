"""Accuracy against cost for encoders of 4, 6 and 12 layers, all trained alike on the same part of the rows.

    python curve.py --data DIR --base DIR --work DIR

Writes curve.md beside this file, which the model card shows. The training is short, so that the 12 layers are done in
minutes too; what counts is the distance between the rows.
"""

import argparse
import random
import time
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

import bench
import build
import data
import evaluate
import export
import runtime
import teach
import train
import vocab
from labels import HEADS
from net import from_base

ROWS, JUDGED = 16_000, 3_000
LAYERS = {"4": [0, 3, 7, 11], "first 6": [0, 1, 2, 3, 4, 5], "6": [0, 2, 4, 6, 8, 11],
          "12": list(range(12))}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


def main():
    options = arguments()
    options.work.mkdir(parents=True, exist_ok=True)
    log = build.Log(options.work / "curve.log")
    everything, _ = data.training(options.data, seed=options.seed)
    text, pieces = vocab.cut(options.base, [row.text for row in everything], 40_000)
    (options.work / "tokenizer.json").write_text(text)
    tokenizer = Tokenizer.from_str(text)
    tokenizer.enable_truncation(train.MAX_TOKENS)
    rng = random.Random(options.seed)
    rows = rng.sample(everything, ROWS)
    judged = {head: rng.sample(part, min(JUDGED, len(part))) for head, part in data.evaluation(options.data).items()}
    texts = [row.text for part in judged.values() for row in part]
    embedding_of = teach.lessons(options.base, [row.text for row in rows] + texts, options.work, options.threads, log)
    lessons = train.Lessons(rows, build.encode(tokenizer, rows), embedding_of)

    models, lines, seconds = {}, [], {}
    for name, layers in LAYERS.items():
        torch.manual_seed(options.seed)
        model = from_base(options.base, pieces, layers, build.MAX_LENGTH)
        started = time.time()
        train.train(model, lessons, epochs=1, rate=2e-4, budget=1536, threads=options.threads, seed=options.seed, log=log)
        seconds[name] = time.time() - started
        folder = options.work / name.replace(" ", "-")
        folder.mkdir(exist_ok=True)
        (folder / "tokenizer.json").write_text(text)
        export.write(model.eval(), folder / "model.onnx")
        (folder / "manifest.toml").write_text(build.manifest(
            argparse.Namespace(name=name, out=folder), dict.fromkeys(HEADS, 1.0)))
        models[name] = runtime.Model(folder, sessions=options.threads)
        log(f"{name} layers: {seconds[name]:.0f} s")
    speed = bench.speeds(models, bench.reviews(options.data))
    for name, model in models.items():
        right = {}
        for head, part in judged.items():
            guesses = model.probabilities([row.text for row in part], head).argmax(1)
            right[head] = np.mean(guesses == [getattr(row, head) for row in part])
        known = np.stack([embedding_of[text] for text in texts]).astype(np.float32)
        correlation = evaluate.correlation(model.embeddings(texts), known)
        lines.append(f"| {name} | {right['sentiment']:.3f} | {right['intent']:.3f} | {correlation:.3f} "
                     f"| {speed[name]:.0f} | {speed[name] / speed['12']:.2f} |")
    table = "\n".join(["| layers | sentiment | intent | embedding | texts/s | of the 12 layers' |",
                       "|---|---|---|---|---|---|", *lines])
    (Path(__file__).parent / "curve.md").write_text(table + "\n")
    log(table)


if __name__ == "__main__":
    main()
