"""Runs an exported model with ONNX Runtime, the way the engine does: one single-threaded session a core."""

import queue
import threading
import tomllib
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

import batching


def session(model, threads=1):
    """A session for a path or for an onnx.ModelProto."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    source = model.SerializeToString() if hasattr(model, "SerializeToString") else str(model)
    return onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])


def run(sessions, sequences, plan, outputs=("sentiment",)):
    """{output: [texts, columns]} in the order of `sequences`; the batches of `plan` are shared by the sessions."""
    todo = queue.SimpleQueue()
    for batch in plan:
        todo.put(batch)
    found = {output: [None] * len(sequences) for output in outputs}
    failed = []

    def work(session):
        try:
            while True:
                batch = todo.get_nowait()
                ids, mask = batching.pad([sequences[i] for i in batch])
                results = session.run(list(outputs), {"input_ids": ids, "attention_mask": mask})
                for output, result in zip(outputs, results):
                    for index, row in zip(batch, result):
                        found[output][index] = row
        except queue.Empty:
            pass
        except Exception as error:  # a thread's error would be lost otherwise
            failed.append(error)

    threads = [threading.Thread(target=work, args=(session,)) for session in sessions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return {output: np.stack(rows) for output, rows in found.items()}


class Model:
    """An exported model folder, run on all of its texts at once."""

    def __init__(self, folder, path=None, sessions=2):
        folder = Path(folder)
        manifest = tomllib.loads((folder / "manifest.toml").read_text())
        self.temperatures = {output["name"]: output.get("temperature", 1.0) for output in manifest["outputs"]}
        self.prefix = manifest["prefix"]
        self.tokenizer = Tokenizer.from_file(str(folder / manifest["files"]["tokenizer"]["path"]))
        self.tokenizer.enable_truncation(manifest["max_length"])
        path = path or folder / manifest["files"]["model"]["path"]
        self.sessions = [session(path) for _ in range(sessions)]

    def encode(self, texts):
        return [e.ids for e in self.tokenizer.encode_batch([self.prefix + text for text in texts])]

    def outputs(self, texts, names, budget=512):
        """{output: [texts, columns]}, logits as they are."""
        sequences = self.encode(texts)
        return run(self.sessions, sequences, batching.by_budget([len(s) for s in sequences], budget), names)

    def probabilities(self, texts, head):
        return softmax(self.outputs(texts, (head,))[head] / self.temperatures[head])

    def embeddings(self, texts):
        return self.outputs(texts, ("sentence_embedding",))["sentence_embedding"]


def softmax(logits):
    powers = np.exp(logits - logits.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)
