"""`transformers.pipeline`, one text at a time, as most people write it: the same weights in PyTorch, fp32.

    python transformers_pipeline.py --hf-folder FOLDER --model models/default --reviews reviews.csv --output labels.csv
"""

import time

from transformers import pipeline

from contender import Manifest, arguments, hand_in, read


def main():
    parser = arguments(__doc__)
    parser.add_argument("--hf-folder", required=True, help="a Hugging Face folder with the model's weights")
    args = parser.parse_args()

    manifest = Manifest(args.model)
    ids, reviews = read(args.reviews)
    classify = pipeline("sentiment-analysis", model=args.hf_folder, tokenizer=args.hf_folder, device=-1)

    start = time.perf_counter()
    labels = []
    for review in reviews:
        (answer,) = classify(manifest.prefix + review, truncation=True, max_length=manifest.max_length)
        labels.append(answer["label"].lower())
    hand_in(args.output, ids, labels, time.perf_counter() - start)


if __name__ == "__main__":
    main()
