"""Runs an exported model with ONNX Runtime, the way the engine does: one single-threaded session a core."""

import queue
import threading

import numpy as np
import onnxruntime

import batching


def session(model, threads=1):
    """A session for a path or for an onnx.ModelProto."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    source = model.SerializeToString() if hasattr(model, "SerializeToString") else str(model)
    return onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])


def logits(sessions, sequences, plan, output="sentiment"):
    """Output [rows, labels] in the order of `sequences`; the batches of `plan` are shared by the sessions."""
    todo = queue.SimpleQueue()
    for batch in plan:
        todo.put(batch)
    found = [None] * len(sequences)
    failed = []

    def work(run):
        try:
            while True:
                batch = todo.get_nowait()
                ids, mask = batching.pad([sequences[i] for i in batch])
                feed = {"input_ids": ids, "attention_mask": mask}
                for index, row in zip(batch, run.run([output], feed)[0]):
                    found[index] = row
        except queue.Empty:
            pass
        except Exception as error:  # a thread's error would be lost otherwise
            failed.append(error)

    threads = [threading.Thread(target=work, args=(run,)) for run in sessions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return np.stack(found)
