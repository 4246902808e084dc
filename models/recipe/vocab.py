"""Cuts the base model's vocabulary to what customers' texts need.

Kept are the special pieces, every piece that is one character (all Chinese characters, Latin, digits,
punctuation, emoji), every piece that the training texts use, and then the most frequent others by the
tokenizer's own scores, up to `size`. A piece that was cut is spelled with smaller ones; a character that the
base does not know is `<unk>`, as in the base.
"""

import json
from collections import Counter
from pathlib import Path

from tokenizers import Tokenizer

SPECIAL = 4  # <s>, <pad>, </s>, <unk>
MASK = "<mask>"


def cut(base, texts, size):
    """Returns (tokenizer as JSON text, base ids of the kept pieces in their new order)."""
    raw = json.loads((Path(base) / "tokenizer.json").read_text())
    vocab = raw["model"]["vocab"]
    encode = Tokenizer.from_str(json.dumps(raw))
    used = Counter()
    for start in range(0, len(texts), 4096):
        for encoding in encode.encode_batch(texts[start:start + 4096], add_special_tokens=False):
            used.update(encoding.ids)
    keep = set(range(SPECIAL)) | set(used)
    keep |= {i for i, (piece, _) in enumerate(vocab) if len(piece.replace("▁", "")) <= 1}
    by_score = sorted(range(SPECIAL, len(vocab)), key=lambda i: -vocab[i][1])
    for index in by_score:
        if len(keep) >= size:
            break
        keep.add(index)
    keep -= {i for i, (piece, _) in enumerate(vocab) if piece == MASK}
    pieces = sorted(keep)
    raw["model"]["vocab"] = [[vocab[i][0], round(vocab[i][1], 4)] for i in pieces]
    raw["added_tokens"] = [token for token in raw["added_tokens"] if token["id"] < SPECIAL]
    return json.dumps(raw, ensure_ascii=False, separators=(",", ":")) + "\n", pieces
