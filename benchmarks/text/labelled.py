"""Labelled texts as inputs of the benchmark, and how good answers to them are.

    python labelled.py language --labelled language_labelled.tsv --out target/bench/text
    python labelled.py redact --labelled redact.txt --out target/bench/text
    python labelled.py recall --labelled redact.txt --answers answers.csv --categories PHONE,EMAIL

`language` writes `language.csv` (id,review) and `language-expected.csv` (id,answer), and prints the languages that there
are. `redact` writes `redact.csv` (id,review) and prints the categories. `recall` reads what a contender made of
`redact.csv` and prints how many of the labelled spans of the categories were redacted as a whole, and how many of the
redacted spans nobody had labelled.
"""

import argparse
import csv
import json
import re
from pathlib import Path

SPAN = re.compile(r"\[\[([A-Z_]+)\|(.*?)\]\]")
PLACEHOLDER = re.compile(r"\[[A-Z][A-Z_]*\]")


def read_language(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    return [tuple(line.split("\t", 1)) for line in lines if "\t" in line]


def read_redact(path):
    """The texts without their marks, each with its spans: start, end, category. Lines with `#` are comments; those with
    `##` begin a part, and the part of texts that the rules were written with proves nothing."""
    rows, is_known = [], False
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("##"):
            is_known = line.removeprefix("##").strip().startswith("Known")
        if not line.strip() or line.startswith("#") or is_known:
            continue
        # A line break is one character, and so is the blank that stands for it here.
        line = line.replace("\\n", " ")
        text, spans, end = "", [], 0
        for match in SPAN.finditer(line):
            text += line[end : match.start()]
            spans.append((len(text), len(text) + len(match[2]), match[1]))
            text += match[2]
            end = match.end()
        rows.append((text + line[end:], spans))
    return rows


def redacted_spans(text, answer):
    """Where the placeholders of an answer stand in the text; `None` if the text was changed elsewhere too."""
    kept = [re.escape(part) for part in PLACEHOLDER.split(answer)]
    match = re.fullmatch("(.+?)".join(kept), text, re.DOTALL)
    return match and [match.span(group + 1) for group in range(len(kept) - 1)]


def recall(rows, answers, categories):
    found = labelled = wrong = redacted = 0
    for (text, spans), answer in zip(rows, answers, strict=True):
        covered = redacted_spans(text, answer)
        for start, end, category in spans:
            if category in categories:
                labelled += 1
                if covered is None:
                    found += text[start:end] not in answer
                else:
                    found += any(first <= start and end <= last for first, last in covered)
        for first, last in covered or []:
            redacted += 1
            wrong += not any(first < end and start < last for start, end, _ in spans)
    return {"found": found, "labelled": labelled, "wrong": wrong, "redacted": redacted}


def read_answers(path):
    with open(path, newline="", encoding="utf-8") as file:
        return [row["answer"] for row in csv.DictReader(file)]


def write(path, column, values):
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["id", column])
        writer.writerows(enumerate(values))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["language", "redact", "recall"])
    parser.add_argument("--labelled", type=Path, required=True)
    parser.add_argument("--out", type=Path, help="the folder for the inputs")
    parser.add_argument("--answers", type=Path, help="a CSV file id,answer in the order of the labelled texts")
    parser.add_argument("--categories", help="those that count, with commas between them; all unless told otherwise")
    args = parser.parse_args()

    if args.what == "language":
        rows = read_language(args.labelled)
        write(args.out / "language.csv", "review", [text for _, text in rows])
        write(args.out / "language-expected.csv", "answer", [code for code, _ in rows])
        print(json.dumps({"rows": len(rows), "languages": sorted({code for code, _ in rows})}))
        return
    rows = read_redact(args.labelled)
    known = sorted({category for _, spans in rows for _, _, category in spans})
    if args.what == "redact":
        write(args.out / "redact.csv", "review", [text for text, _ in rows])
        print(json.dumps({"rows": len(rows), "categories": known}))
    else:
        categories = args.categories.split(",") if args.categories else known
        print(json.dumps(recall(rows, read_answers(args.answers), categories)))


if __name__ == "__main__":
    main()
