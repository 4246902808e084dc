"""ONNX Runtime in plain Python, with the best batching we know: tokenised at once by the Rust tokenizer, sorted by
length, packed by a budget of tokens, and one single-threaded session per thread. Which texts may share a batch is the
manifest's to say: an answer must not depend on its neighbours.

    python onnx_loop.py --model models/default --reviews reviews.csv --output labels.csv --threads 2
"""

import queue
import threading
import time

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from contender import Manifest, arguments, hand_in, read


def batches(lengths, budget, batching):
    """Indices of the texts, longest first, grouped so that no batch holds more than `budget` tokens, padding included."""
    group = []
    for index in np.argsort(-lengths, kind="stable"):
        # The first of a group is its longest text.
        is_full = group and (len(group) + 1) * lengths[group[0]] > budget
        is_apart = group and (batching == "single" or (batching == "equal_length" and lengths[index] != lengths[group[0]]))
        if is_full or is_apart:
            yield group
            group = []
        group.append(index)
    if group:
        yield group


def inputs(names, encodings, group, pad_id):
    length = len(encodings[group[0]].ids)
    ids = np.full((len(group), length), pad_id, dtype=np.int64)
    mask = np.zeros((len(group), length), dtype=np.int64)
    for row, index in enumerate(group):
        tokens = encodings[index].ids
        ids[row, : len(tokens)] = tokens
        mask[row, : len(tokens)] = 1
    known = {"input_ids": ids, "attention_mask": mask}
    return {name: known[name] if name in known else np.zeros_like(ids) for name in names}


def session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def classify(sessions, tokenizer, manifest, texts, budget):
    pad_id = (tokenizer.padding or {}).get("pad_id", 0)
    tokenizer.no_padding()  # each batch is padded to its own longest text
    encodings = tokenizer.encode_batch_fast(texts)
    lengths = np.array([len(encoding.ids) for encoding in encodings])
    work = queue.SimpleQueue()
    for group in batches(lengths, budget, manifest.batching):
        work.put(group)
    answers = np.zeros(len(texts), dtype=np.int64)

    def run(one):
        names = [value.name for value in one.get_inputs()]
        while True:
            try:
                group = work.get_nowait()
            except queue.Empty:
                return
            (logits,) = one.run([manifest.output], inputs(names, encodings, group, pad_id))
            answers[group] = logits.argmax(axis=1)

    threads = [threading.Thread(target=run, args=(one,)) for one in sessions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def main():
    parser = arguments(__doc__)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--budget", type=int, default=512, help="tokens in a batch, padding included")
    args = parser.parse_args()

    manifest = Manifest(args.model)
    ids, reviews = read(args.reviews)
    tokenizer = Tokenizer.from_file(str(manifest.tokenizer))
    tokenizer.enable_truncation(manifest.max_length)
    sessions = [session(manifest.model) for _ in range(args.threads)]

    start = time.perf_counter()
    answers = classify(sessions, tokenizer, manifest, [manifest.prefix + review for review in reviews], args.budget)
    seconds = time.perf_counter() - start
    hand_in(args.output, ids, [manifest.labels[answer] for answer in answers], seconds)


if __name__ == "__main__":
    main()
