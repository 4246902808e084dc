"""What the Python contenders share: their arguments, the loop that is timed, and how they hand in their answers."""

import argparse
import csv
import json
import time

# Makes a library load what it loads at the first call; the clock does not run meanwhile.
WARM_UP = "手机屏幕很好，物流也快。The screen is great, call 13800138000."


def arguments(description):
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reviews", required=True, help="a CSV file with the columns id,review")
    parser.add_argument("--output", help="the CSV file to write: id,answer")
    return parser


def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        rows = [(row["id"], row["review"]) for row in csv.DictReader(file)]
    return [row[0] for row in rows], [row[1] for row in rows]


def contend(args, answer):
    """Times one call of `answer` for each review, one after the other, and prints it as one line of JSON. What `answer`
    returns is kept, so it should be small."""
    ids, reviews = read(args.reviews)
    answer(WARM_UP)
    start = time.perf_counter()
    answers = [answer(review) for review in reviews]
    seconds = time.perf_counter() - start
    if args.output:
        with open(args.output, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["id", "answer"])
            writer.writerows(zip(ids, answers))
    print(json.dumps({"rows": len(ids), "loop_seconds": seconds}))
