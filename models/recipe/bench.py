"""Speed and independence of the batch, on 2,000 shop reviews.

    python bench.py --data DIR --model DIR [--onnx FILE ...]

For each ONNX file: texts per second with two single-threaded sessions (tokens are made beforehand), for
padded batches sorted by length, for batches of equal length, and for one text at a time; and the largest
difference of a score (softmax, temperature 1) of the same text against one text at a time.
"""

import argparse
import csv
import random
import time
from pathlib import Path

import batching
import runtime


def reviews(data, count=2000, seed=1):
    with (Path(data) / "sentiment" / "online_shopping_10_cats.csv").open(newline="") as file:
        texts = [row["review"] for row in csv.DictReader(file) if row["review"].strip()]
    return random.Random(seed).sample(texts, count)


def measure(sessions, sequences, plan, repeats, outputs=("sentiment",)):
    """(outputs, texts per second, texts per CPU-second), the best of `repeats` runs.

    CPU-seconds count what this process used, so they say something on a busy machine too.
    """
    wall = cpu = float("inf")
    for _ in range(repeats):
        started, used = time.perf_counter(), time.process_time()
        found = runtime.run(sessions, sequences, plan, outputs)
        wall = min(wall, time.perf_counter() - started)
        cpu = min(cpu, time.process_time() - used)
    return found, len(sequences) / wall, len(sequences) / cpu


def table(models, texts, budgets=(512,), repeats=3):
    """Markdown for `models`, a dict from name to runtime.Model."""
    lines = ["| model | batches | texts/s | texts per CPU-second | largest difference |", "|---|---|---|---|---|"]
    for name, model in models.items():
        sequences = model.encode(texts)
        lengths = [len(s) for s in sequences]
        plans = {"one text": batching.single(lengths)}
        for budget in budgets:
            plans[f"equal length, {budget} tokens"] = batching.equal_length(lengths, budget)
            plans[f"padded, {budget} tokens"] = batching.by_budget(lengths, budget)
        alone = None
        for kind, plan in plans.items():
            found, wall, cpu = measure(model.sessions, sequences, plan, repeats)
            logits = found["sentiment"]
            alone = logits if alone is None else alone
            difference = abs(runtime.softmax(logits) - runtime.softmax(alone)).max()
            lines.append(f"| {name} | {kind} | {wall:.0f} | {cpu:.0f} | {difference:.1e} |")
    return "\n".join(lines)


def speeds(models, texts, repeats=5):
    """{name: texts per second} in padded batches; the models take turns, so that a busy moment hits all of them."""
    plans = {}
    for name, model in models.items():
        sequences = model.encode(texts)
        plans[name] = sequences, batching.by_budget([len(s) for s in sequences], 512)
    found = dict.fromkeys(models, 0.0)
    for _ in range(repeats):
        for name, model in models.items():
            found[name] = max(found[name], measure(model.sessions, *plans[name], 1)[1])
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True, help="folder with manifest.toml and tokenizer.json")
    parser.add_argument("--onnx", type=Path, nargs="*", help="files to measure; default: the folder's own")
    parser.add_argument("--budget", type=int, nargs="*", default=[512])
    parser.add_argument("--sessions", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    paths = options.onnx or [options.model / "model.onnx"]
    models = {path.stem: runtime.Model(options.model, path, options.sessions) for path in paths}
    print(table(models, reviews(options.data), options.budget, options.repeats))


if __name__ == "__main__":
    main()
