"""What the Python contenders share: their arguments, the model's manifest, and how they hand in their answer."""

import argparse
import csv
import json
import tomllib
from pathlib import Path


class Manifest:
    """The parts of a model folder's `manifest.toml` that matter here."""

    def __init__(self, folder):
        folder = Path(folder)
        manifest = tomllib.loads((folder / "manifest.toml").read_text(encoding="utf-8"))
        self.prefix = manifest.get("prefix", "")
        self.max_length = manifest["max_length"]
        self.batching = manifest.get("batching", "padded")
        self.model = folder / manifest["files"]["model"]["path"]
        self.tokenizer = folder / manifest["files"]["tokenizer"]["path"]
        output = next(output for output in manifest["outputs"] if output["name"] == "sentiment")
        self.output = output["name"]
        self.labels = output["labels"]


def arguments(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--model", required=True, help="a model folder with a manifest.toml")
    parser.add_argument("--reviews", required=True, help="a CSV file with the columns id,review")
    parser.add_argument("--output", required=True, help="the CSV file to write: id,label")
    return parser


def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        rows = [(row["id"], row["review"]) for row in csv.DictReader(file)]
    return [row[0] for row in rows], [row[1] for row in rows]


def hand_in(path, ids, labels, loop_seconds):
    """Writes the labels, and prints the time of the loop alone as one line of JSON."""
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["id", "label"])
        writer.writerows(zip(ids, labels))
    print(json.dumps({"rows": len(ids), "loop_seconds": loop_seconds}))
