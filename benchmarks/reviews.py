"""Writes the inputs of the benchmarks from a CSV file with a column `review`; all have the columns `id,review`.

    python reviews.py --source reviews.csv --rows 2000 --out target/bench --repeated-rows 200000
    python reviews.py --source reviews.csv --rows 2000 --out target/bench/text --new-share 0.05 --all-rows 0

`reviews.csv` is a seeded sample of distinct reviews. On request there are beside it: `repeated.csv`, the same reviews
again and again; `changed.csv`, the same but for a share of new ones; `all.csv`, so many reviews of the source (0: all),
repeated ones too. Line breaks inside a review become blanks, so that a reader may split a file anywhere, and empty
reviews are left out. Prints the number of rows of each file as one line of JSON.
"""

import argparse
import csv
import json
import random
import sys
from pathlib import Path

SEED = 20240501


def read(source):
    with open(source, newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        if "review" not in (reader.fieldnames or []):
            sys.exit(f"`{source}` has no column `review` (columns there: {', '.join(reader.fieldnames or [])})")
        texts = (" ".join((row["review"] or "").replace("\ufeff", "").split()) for row in reader)
        return [text for text in texts if text]


def shuffled(texts):
    texts = list(texts)
    random.Random(SEED).shuffle(texts)
    return texts


def changed(distinct, rows, new):
    """The first `rows` texts, `new` of them, evenly spread, replaced by the texts that follow."""
    texts = distinct[:rows]
    for index in range(new):
        texts[index * rows // new] = distinct[rows + index]
    return texts


def write(path, texts):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["id", "review"])
        writer.writerows(enumerate(texts))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", required=True)
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--repeated-rows", type=int)
    parser.add_argument("--new-share", type=float)
    parser.add_argument("--all-rows", type=int)
    args = parser.parse_args()

    texts = read(args.source)
    distinct = shuffled(dict.fromkeys(texts))
    new = max(1, round(args.rows * args.new_share)) if args.new_share else 0
    if len(distinct) < args.rows + new:
        sys.exit(
            f"`{args.source}` has {len(distinct)} distinct reviews, expected at least {args.rows + new}; ask for fewer "
            "with --rows"
        )
    files = {"reviews": distinct[: args.rows]}
    if args.repeated_rows is not None:
        files["repeated"] = [distinct[row % args.rows] for row in range(args.repeated_rows)]
    if new:
        files["changed"] = changed(distinct, args.rows, new)
    if args.all_rows is not None:
        if len(texts) < args.all_rows:
            sys.exit(f"`{args.source}` has {len(texts)} reviews, got --all-rows {args.all_rows}")
        files["all"] = shuffled(texts)[: args.all_rows or None]

    args.out.mkdir(parents=True, exist_ok=True)
    for name, rows in files.items():
        write(args.out / f"{name}.csv", rows)
    print(json.dumps({name: len(rows) for name, rows in files.items()} | {"new": new}))


if __name__ == "__main__":
    main()
