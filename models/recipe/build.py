"""From raw data to the files of a model folder, in one command.

    python build.py --data DIR --base DIR --work DIR --out DIR [--smoke]

Stages: training (the checkpoint stays in --work; --reuse starts from it), rounding to int8 and export,
temperature, manifest, evaluation, model card.
"""

import argparse
import hashlib
import random
from collections import Counter
from pathlib import Path

import torch
from tokenizers import Tokenizer

import batching
import bench
import data
import evaluate
import export
import runtime
import train
import vocab
from net import SENTIMENT, Classifier, Config, from_base

MAX_LENGTH = 256
POLISH_RATE = 0.4  # learning rate of the last stage, in parts of the first one's

MANIFEST = """\
# made by models/recipe/build.py
format = 1
name = "{name}"
version = "1"
description = "sentiment of customers' texts in Chinese and English"
license = "MIT"
languages = ["zh", "en"]
prefix = ""
max_length = {max_length}
batching = "padded"

[files.model]
path = "model.onnx"
sha256 = "{model}"

[files.tokenizer]
path = "tokenizer.json"
sha256 = "{tokenizer}"

[[outputs]]
name = "sentiment"
task = "sentiment"
kind = "logits"
labels = [{labels}]
temperature = {temperature}
"""


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with sentiment/ and intent/")
    parser.add_argument("--base", type=Path, required=True, help="folder of the base model")
    parser.add_argument("--work", type=Path, required=True, help="folder for the checkpoint and the log")
    parser.add_argument("--out", type=Path, required=True, help="model folder to write")
    parser.add_argument("--name", default="default")
    parser.add_argument("--layers", type=int, default=6, help="layers kept of the base")
    parser.add_argument("--vocab", type=int, default=40_000, help="pieces kept of the base")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--rate", type=float, default=1e-4, help="highest learning rate")
    parser.add_argument("--budget", type=int, default=1536, help="padded tokens per thread in a training step")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2, help="training threads, each adds a batch to a step")
    parser.add_argument("--reuse", action="store_true", help="take the checkpoint in --work, do not train")
    parser.add_argument("--smoke", action="store_true", help="a minute on few rows, to prove that it runs")
    return parser.parse_args()


class Log:
    """Prints lines and keeps them in a file."""

    def __init__(self, path):
        self.file = path.open("a")

    def __call__(self, line):
        print(line, flush=True)
        print(line, file=self.file, flush=True)


def encode(tokenizer, rows):
    return [e.ids for e in tokenizer.encode_batch([row.text for row in rows])]


def trained(options, rows, log):
    """Cuts the vocabulary, trains, and leaves tokenizer.json and checkpoint.pt in the work folder."""
    torch.manual_seed(options.seed)
    # the cut counts the pieces of all training texts, so that it is the same with --smoke
    everything = data.reviews(options.data, "train") + data.neutral_intents(options.data, "train") + rows
    text, pieces = vocab.cut(options.base, [row.text for row in everything], options.vocab)
    (options.work / "tokenizer.json").write_text(text)
    tokenizer = Tokenizer.from_str(text)
    tokenizer.enable_truncation(train.MAX_TOKENS)
    model = from_base(options.base, pieces, options.layers, MAX_LENGTH)
    log(f"{len(pieces)} pieces, {options.layers} layers")
    stage(model, tokenizer, rows, options, options.epochs, options.rate, log)
    stage(model, tokenizer, data.polishing(rows, options.seed), options, 1, options.rate * POLISH_RATE, log)
    torch.save({"config": vars(model.encoder.config), "weights": model.state_dict()},
               options.work / "checkpoint.pt")


def stage(model, tokenizer, rows, options, epochs, rate, log):
    sequences = encode(tokenizer, rows)
    log(f"{len(rows)} rows, {sum(map(len, sequences))} tokens, {epochs} epochs, rate {rate}")
    train.train(model, sequences, [row.label for row in rows], epochs=epochs, rate=rate, budget=options.budget,
                threads=options.threads, rng=random.Random(options.seed), log=log)


def checkpoint(work):
    """The model that `trained` left."""
    saved = torch.load(work / "checkpoint.pt", weights_only=True)
    model = Classifier(Config(**saved["config"]))
    model.load_state_dict(saved["weights"])
    return model.eval()


def temperature(options, rows):
    """Fitted on the int8 model, on rows that were neither trained on nor belong to dev."""
    tokenizer = Tokenizer.from_file(str(options.out / "tokenizer.json"))
    tokenizer.enable_truncation(MAX_LENGTH)
    sequences = encode(tokenizer, rows)
    sessions = [runtime.session(options.out / "model.onnx") for _ in range(options.threads)]
    logits = runtime.logits(sessions, sequences, batching.by_budget([len(s) for s in sequences], 512))
    return evaluate.fit_temperature(logits, [row.label for row in rows])


def counts(rows):
    """Markdown: training rows per source and label."""
    found = Counter((row.source, row.lang, row.label) for row in rows)
    lines = [f"| training rows | lang | {' | '.join(SENTIMENT)} |", "|---|---|---|---|---|"]
    for source, lang in sorted({(row.source, row.lang) for row in rows}):
        lines.append(f"| {source} | {lang} | " + " | ".join(str(found[source, lang, i] or "") for i in range(3)) + " |")
    return "\n".join(lines)


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main():
    options = arguments()
    if options.smoke:
        options.layers, options.epochs = 2, 1
    options.work.mkdir(parents=True, exist_ok=True)
    options.out.mkdir(parents=True, exist_ok=True)
    log = Log(options.work / "build.log")

    rows, held_out = data.training(options.data, data.SMOKE if options.smoke else data.Sizes(), options.seed)
    if not options.reuse:
        trained(options, rows, log)
    model = checkpoint(options.work)
    (options.out / "tokenizer.json").write_bytes((options.work / "tokenizer.json").read_bytes())
    export.write(model, options.out / "model.onnx")
    export.write(model, options.work / "model-fp32.onnx", int8=False)
    manifest = MANIFEST.format(
        name=options.name, max_length=MAX_LENGTH, labels=", ".join(f'"{label}"' for label in SENTIMENT),
        model=sha256(options.out / "model.onnx"), tokenizer=sha256(options.out / "tokenizer.json"),
        temperature=temperature(options, held_out))
    (options.out / "manifest.toml").write_text(manifest)

    limit = 200 if options.smoke else None
    int8 = evaluate.Model(options.out, sessions=options.threads)
    fp32 = evaluate.Model(options.out, options.work / "model-fp32.onnx", options.threads)
    sections = evaluate.report(int8, options.data, limit)
    sections["fp32"] = evaluate.report(fp32, options.data, limit)["calibration"]
    sections["speed"] = bench.table({"int8": int8, "fp32": fp32}, bench.reviews(options.data, limit or 2000))
    sections["rows"] = counts(rows)
    size = sum((options.out / name).stat().st_size for name in ("model.onnx", "tokenizer.json")) / 1e6
    sections["size"] = f"{size:.1f}"
    card = (Path(__file__).parent / "card.md").read_text()
    for name, text in sections.items():
        card = card.replace(f"{{{{{name}}}}}", text)
    (options.out / "README.md").write_text(card)
    log("\n\n".join(sections.values()))


if __name__ == "__main__":
    main()
