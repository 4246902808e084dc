"""Writes the input of the benchmark: a seeded sample of distinct reviews, and the same reviews repeated.

    python reviews.py --source reviews.csv --rows 2000 --repeated-rows 200000 --out target/bench

`reviews.csv` has the columns `id,review`, `repeated.csv` the same with more rows. Line breaks inside a review become
blanks, so that a reader may split the file anywhere.
"""

import argparse
import csv
import random
import sys
from pathlib import Path

SEED = 20240501


def sample(source, rows):
    with open(source, newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        if "review" not in (reader.fieldnames or []):
            sys.exit(f"`{source}` has no column `review` (columns there: {', '.join(reader.fieldnames or [])})")
        texts = (" ".join((row["review"] or "").replace("\ufeff", "").split()) for row in reader)
        distinct = list(dict.fromkeys(text for text in texts if text))
    if len(distinct) < rows:
        sys.exit(f"`{source}` has {len(distinct)} distinct reviews, expected at least {rows}; ask for fewer with --rows")
    random.Random(SEED).shuffle(distinct)
    return distinct[:rows]


def write(path, texts):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["id", "review"])
        writer.writerows(enumerate(texts))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", required=True)
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--repeated-rows", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()

    texts = sample(args.source, args.rows)
    args.out.mkdir(parents=True, exist_ok=True)
    write(args.out / "reviews.csv", texts)
    write(args.out / "repeated.csv", (texts[row % len(texts)] for row in range(args.repeated_rows)))


if __name__ == "__main__":
    main()
