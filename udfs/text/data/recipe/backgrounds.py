"""Makes the three background files: in how many texts of a collection a word stands.

    pip install pyarrow jieba
    python backgrounds.py ../../../../../shared/data IDF_TXT ..

IDF_TXT is src/data/idf.txt of the crate jieba-rs (MIT licence): words of Chinese newspapers with the natural logarithm of
N / n, where N is the number of texts and n the number of those with the word. The rarest words have n = 1, which gives N.
The other two collections are the customer texts of the training splits, of which nothing is kept but the counts.
"""

import math
import re
import sys
from collections import Counter
from pathlib import Path

import jieba
import pyarrow.parquet as pq

# A word seen in fewer texts than this is left out, and read as one of the rarest.
RAREST = {"zh_news": 16, "zh_customers": 4, "en_customers": 3}
WORD = re.compile(r"[A-Za-z0-9]+(?:['’.][A-Za-z0-9]+)*")
HAN = re.compile(r"[\u4e00-\u9fff]")


def news(path):
    logarithms = dict(line.split() for line in path.read_text("utf-8").splitlines() if line.count(" ") == 1)
    texts = math.exp(max(map(float, logarithms.values())))
    counts = {word: round(texts * math.exp(-float(value))) for word, value in logarithms.items()}
    return round(texts), {word: count for word, count in counts.items() if len(word) > 1 and HAN.search(word)}


def customers(data):
    chinese, english, texts = Counter(), Counter(), Counter()
    lines = [(line["lang"], line["text"]) for line in pq.read_table(data / "sentiment" / "train.parquet").to_pylist()]
    intent = pq.read_table(data / "intent" / "labelled.parquet").to_pylist()
    lines += [("en", line["text"]) for line in intent if line["split"] == "train"]
    for language, text in lines:
        texts[language] += 1
        if language == "zh":
            chinese.update({word for word in jieba.cut(text) if len(word) > 1 and HAN.search(word)})
        else:
            english.update({word.lower().replace("’", "'") for word in WORD.findall(text)})
    english = {word: count for word, count in english.items() if not word[0].isdigit() and len(word) > 1}
    return (texts["zh"], chinese), (texts["en"], english)


def write(folder, name, texts, counts):
    """The number of texts, then a line for each count: the count and its words, most frequent first."""
    words = {}
    for word, count in counts.items():
        if count >= RAREST[name]:
            words.setdefault(count, []).append(word)
    lines = [str(texts)] + [f"{count} " + " ".join(sorted(words[count])) for count in sorted(words, reverse=True)]
    (folder / f"{name}.txt").write_text("\n".join(lines) + "\n", "utf-8")
    print(name, texts, sum(map(len, words.values())))


def main():
    data, idf, folder = map(Path, sys.argv[1:])
    write(folder, "zh_news", *news(idf))
    zh, en = customers(data)
    write(folder, "zh_customers", *zh)
    write(folder, "en_customers", *en)


if __name__ == "__main__":
    main()
