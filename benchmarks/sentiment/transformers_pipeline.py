"""`transformers.pipeline`, one text at a time, as most people write it: the same weights in PyTorch, fp32.

    python transformers_pipeline.py --hf-folder FOLDER --model models/default --reviews reviews.csv --output labels.csv

The folder is written by models/recipe/to_huggingface.py, whose class reads it.
"""

import sys
import time
from pathlib import Path

from transformers import AutoTokenizer, pipeline

from contender import Manifest, arguments, hand_in, read

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "models" / "recipe"))
from to_huggingface import FirstTokenClassifier  # noqa: E402


def main():
    parser = arguments(__doc__)
    parser.add_argument("--hf-folder", required=True, help="a Hugging Face folder with the model's weights")
    args = parser.parse_args()

    manifest = Manifest(args.model)
    ids, reviews = read(args.reviews)
    model = FirstTokenClassifier.from_pretrained(args.hf_folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(args.hf_folder)
    classify = pipeline("sentiment-analysis", model=model, tokenizer=tokenizer, device=-1)

    start = time.perf_counter()
    labels = []
    for review in reviews:
        (answer,) = classify(manifest.prefix + review, truncation=True, max_length=manifest.max_length)
        labels.append(answer["label"].lower())
    hand_in(args.output, ids, labels, time.perf_counter() - start)


if __name__ == "__main__":
    main()
