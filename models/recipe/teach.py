"""The base encoder's embeddings of texts, which the model learns to keep."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

import batching
from net import from_base

PREFIX = "query: "  # the base was trained with it
MAX_TOKENS = 130  # of a text with its prefix


class Teacher:
    """The whole base encoder."""

    def __init__(self, base, threads=2):
        base = Path(base)
        self.tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
        self.tokenizer.enable_truncation(MAX_TOKENS)
        told = json.loads((base / "config.json").read_text())
        pieces = list(range(self.tokenizer.get_vocab_size()))
        self.model = from_base(base, pieces, list(range(told["num_hidden_layers"])), MAX_TOKENS).eval()
        self.threads = threads

    def embed(self, texts, log=lambda line: None, precise=True):
        """Embeddings [texts, H] of unit length, float32; products in bfloat16 unless `precise`."""
        torch.set_num_threads(1)
        sequences = [e.ids for e in self.tokenizer.encode_batch([PREFIX + text for text in texts])]
        out = np.empty((len(texts), self.model.encoder.config.hidden), np.float32)

        def work(batch):
            ids, mask = (torch.from_numpy(array) for array in batching.pad([sequences[i] for i in batch]))
            with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16, enabled=not precise):
                out[batch] = self.model(ids, mask)[1].numpy()

        plan = batching.by_budget([len(s) for s in sequences], 1024)
        with ThreadPoolExecutor(self.threads) as pool:
            for done, _ in enumerate(pool.map(work, plan), 1):
                if done % 200 == 0:
                    log(f"base embeddings: batch {done}/{len(plan)}")
        return out


def lessons(base, texts, work, threads, log):
    """The base's embeddings of the distinct `texts`, {text: float16 [H]}; kept in the folder `work`."""
    distinct = sorted(set(texts))
    name = hashlib.sha256("\0".join(distinct).encode()).hexdigest()[:16]
    path = Path(work) / f"lessons-{name}.npy"
    if not path.exists():
        np.save(path, Teacher(base, threads).embed(distinct, log, precise=False).astype(np.float16))
    return dict(zip(distinct, np.load(path)))
