"""From raw data to the files of a model folder, in one command.

    python build.py --data DIR --base DIR --work DIR --out DIR [--smoke]

Stages: the base's embeddings of the training texts, training (both stay in --work; --reuse starts from its
checkpoint), rounding to int8 and export, temperatures, manifest, evaluation, model card.
"""

import argparse
import hashlib
import json
import random
from collections import Counter
from pathlib import Path

import torch
from tokenizers import Tokenizer

import bench
import cascade
import data
import evaluate
import export
import runtime
import teach
import train
import vocab
from labels import HEADS
from net import Config, Model, from_base

MAX_LENGTH = 256
CASCADE_TEXTS = 60_000  # training texts that the linear model learns from
POLISH_RATE = 0.4  # learning rate of the last stage, in parts of the first one's

MANIFEST = """\
# made by models/recipe/build.py
format = 1
name = "{name}"
version = "2"
description = "sentiment, intent and embeddings of customers' texts in Chinese and English"
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
{cascade}{heads}
[[outputs]]
name = "sentence_embedding"
task = "embedding"
kind = "embedding"

[[outputs]]
name = "token_embedding"
task = "tokens"
kind = "token_embedding"
"""

CASCADE = """
[files.cascade]
path = "cascade.safetensors"
sha256 = "{cascade}"
"""

HEAD = """
[[outputs]]
name = "{name}"
task = "{name}"
kind = "logits"
labels = [
{labels},
]
temperature = {temperature}
"""


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with sentiment/ and intent/")
    parser.add_argument("--base", type=Path, required=True, help="folder of the base model")
    parser.add_argument("--work", type=Path, required=True, help="folder for the checkpoint and the log")
    parser.add_argument("--out", type=Path, required=True, help="model folder to write")
    parser.add_argument("--name", default="default")
    parser.add_argument("--layers", type=int, nargs="+", default=[0, 2, 4, 6, 8, 11],
                        help="layers kept of the base")
    parser.add_argument("--vocab", type=int, default=40_000, help="pieces kept of the base")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--rate", type=float, default=2e-4, help="highest learning rate")
    parser.add_argument("--budget", type=int, default=1536, help="padded tokens per thread in a training step")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2, help="training threads, each adds a batch to a step")
    parser.add_argument("--reuse", action="store_true", help="take the checkpoint in --work, do not train")
    parser.add_argument("--card", action="store_true", help="only write the card again, with the last figures")
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
    everything = data.training(options.data, seed=options.seed)[0] + rows
    text, pieces = vocab.cut(options.base, [row.text for row in everything], options.vocab)
    (options.work / "tokenizer.json").write_text(text)
    tokenizer = Tokenizer.from_str(text)
    tokenizer.enable_truncation(train.MAX_TOKENS)
    embedding_of = teach.lessons(options.base, [row.text for row in rows], options.work, options.threads, log)
    model = from_base(options.base, pieces, options.layers, MAX_LENGTH)
    log(f"{len(pieces)} pieces, layers {options.layers}")

    def stage(rows, epochs, rate):
        sequences = encode(tokenizer, rows)
        log(f"{len(rows)} rows, {sum(map(len, sequences))} tokens, {epochs} epochs, rate {rate}")
        train.train(model, train.Lessons(rows, sequences, embedding_of), epochs=epochs, rate=rate,
                    budget=options.budget, threads=options.threads, seed=options.seed, log=log)

    stage(rows, options.epochs, options.rate)
    stage(data.polishing(rows, options.seed), 1, options.rate * POLISH_RATE)
    torch.save({"config": vars(model.encoder.config), "weights": model.state_dict()},
               options.work / "checkpoint.pt")


def checkpoint(work):
    """The model that `trained` left."""
    saved = torch.load(work / "checkpoint.pt", weights_only=True)
    model = Model(Config(**saved["config"]))
    model.load_state_dict(saved["weights"])
    return model.eval()


def teach_cascade(options, rows, held_out, log):
    """Writes cascade.safetensors: the linear model that answers as the int8 model in the out folder does."""
    model = runtime.Model(options.out, sessions=options.threads)
    texts = sorted({row.text for row in rows})
    texts = random.Random(options.seed).sample(texts, min(CASCADE_TEXTS, len(texts)))
    held = [row.text for row in held_out]
    groups = [f"{row.lang}, {'review' if row.source in data.REVIEWS else 'message'}" for row in held_out]

    def answers(texts):
        logits = model.outputs(texts, tuple(HEADS))
        return {head: runtime.softmax(logits[head] / model.temperatures[head]) for head in HEADS}

    cascade.write(options.out / "cascade.safetensors", texts, answers(texts), held, groups, answers(held),
                  options.seed, log)


def manifest(options, temperatures):
    heads = "".join(HEAD.format(name=name, temperature=temperatures[name],
                                labels=",\n".join(f'  "{label}"' for label in labels))
                    for name, labels in HEADS.items())
    linear = options.out / "cascade.safetensors"
    linear = CASCADE.format(cascade=sha256(linear)) if linear.exists() else ""
    return MANIFEST.format(name=options.name, max_length=MAX_LENGTH, heads=heads, cascade=linear,
                           model=sha256(options.out / "model.onnx"),
                           tokenizer=sha256(options.out / "tokenizer.json"))


def temperatures(options, rows):
    """{head: T}, fitted on the int8 model, on rows that were neither trained on nor belong to dev."""
    model = runtime.Model(options.out, sessions=options.threads)
    found = {}
    for head in HEADS:
        told = [row for row in rows if getattr(row, head) is not None]
        logits = model.outputs([row.text for row in told], (head,))[head]
        found[head] = evaluate.fit_temperature(lambda t: runtime.softmax(logits / t),
                                               [getattr(row, head) for row in told])
    return found


def counts(rows, head):
    """Markdown: training rows per source and label of a head."""
    labels = HEADS[head]
    rows = [row for row in rows if getattr(row, head) is not None]
    found = Counter((row.source, row.lang, getattr(row, head)) for row in rows)
    lines = [f"| {head} | lang | {' | '.join(labels)} |", "|---|---|" + "---|" * len(labels)]
    for source, lang in sorted({(row.source, row.lang) for row in rows}):
        lines.append(f"| {source} | {lang} | "
                     + " | ".join(str(found[source, lang, i] or "") for i in range(len(labels))) + " |")
    return "\n".join(lines)


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main():
    options = arguments()
    if options.smoke:
        options.layers, options.epochs = [0, 1], 1
    options.work.mkdir(parents=True, exist_ok=True)
    options.out.mkdir(parents=True, exist_ok=True)
    log = Log(options.work / "build.log")
    if options.card:
        return write_card(options, json.loads((options.work / "figures.json").read_text()))

    rows, held_out = data.training(options.data, data.SMOKE if options.smoke else data.Sizes(), options.seed)
    if not options.reuse:
        trained(options, rows, log)
    model = checkpoint(options.work)
    (options.out / "tokenizer.json").write_bytes((options.work / "tokenizer.json").read_bytes())
    export.write(model, options.out / "model.onnx")
    export.write(model, options.work / "model-fp32.onnx", int8=False)
    # The temperatures are fitted on the file as it will be shipped, which needs a manifest to be read.
    for fitted in (dict.fromkeys(HEADS, 1.0), None):
        (options.out / "manifest.toml").write_text(manifest(options, fitted or temperatures(options, held_out)))
    teach_cascade(options, rows, held_out, log)
    (options.out / "manifest.toml").write_text(manifest(options, runtime.Model(options.out).temperatures))
    found = figures(options, rows)
    (options.work / "figures.json").write_text(json.dumps(found))
    write_card(options, found)
    log("\n\n".join(found.values()))


def figures(options, rows):
    """The sections of the card that hold figures: what the files in the out folder can do."""
    int8 = runtime.Model(options.out, sessions=options.threads)
    fp32 = runtime.Model(options.out, options.work / "model-fp32.onnx", options.threads)
    judged = {head: part[:: max(1, len(part) // 200)] if options.smoke else part
              for head, part in data.evaluation(options.data).items()}
    sections = evaluate.report(int8, judged, teach.Teacher(options.base, options.threads).embed)
    sections["fp32"] = evaluate.report(fp32, judged)["calibration"]
    sections["speed"] = bench.table({"int8": int8, "fp32": fp32},
                                    bench.reviews(options.data, 200 if options.smoke else 2000))
    sections |= {f"{head}_rows": counts(rows, head) for head in HEADS}
    sections["size"] = f"{sum((options.out / n).stat().st_size for n in ('model.onnx', 'tokenizer.json', 'cascade.safetensors')) / 1e6:.1f}"
    return sections


def write_card(options, found):
    recipe = Path(__file__).parent
    card = (recipe / "card.md").read_text()
    for name, text in {**found, "curve": (recipe / "curve.md").read_text().strip()}.items():
        card = card.replace(f"{{{{{name}}}}}", text)
    (options.out / "README.md").write_text(card)


if __name__ == "__main__":
    main()
