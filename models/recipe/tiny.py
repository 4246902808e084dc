"""Makes the two tiny models that the tests use: `tiny-hf` and `tiny-multi`.

    python tiny.py --out ../../crates/testing/fixtures

Nothing is trained. Every word of a small vocabulary has a value that is written down in `WORDS`, a text's
vector is the mean over its tokens (special tokens included, padding excluded), and the outputs are linear
in it, so a test can work out each number by hand:

    s = sum of the values of the words / number of tokens, [CLS] and [SEP] counted

    tiny-hf     logits    = [-4 s, 4 s]           (NEGATIVE, POSITIVE)
    tiny-multi  sentiment = [-8 s, 1, 8 s]        (negative, neutral, positive)
                intent    = [4 topic, -4 s, 1]        (purchase, complaint, other)
                sentence_embedding = unit vector of [s, topic, 0, 2] (see `embedding_table`)
                token_embedding    = [value, topic, 0, 2] of each token

The models are built to catch mistakes of the caller: the vector of [PAD] is huge, so an ignored attention
mask shows; token type 1 shifts the score, so wrong `token_type_ids` show; there are 64 positions, so a
text that was not truncated fails, as it does in a real encoder.
"""

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]

# word -> value; a word that is not here is [UNK], value 0
WORDS = {
    "good": 1.0, "great": 2.0, "love": 2.0, "nice": 1.0, "best": 2.0,
    "bad": -1.0, "terrible": -2.0, "hate": -2.0, "poor": -1.0, "worst": -2.0,
    "好": 1.0, "棒": 2.0, "赞": 2.0, "喜": 1.0, "欢": 1.0, "有": 0.0, "趣": 2.0,
    "差": -2.0, "糟": -1.0, "糕": -1.0, "坏": -1.0, "烂": -2.0, "失": -1.0, "望": -1.0,
    "很": 0.0, "这": 0.0, "个": 0.0, "家": 0.0, "本": 0.0, "书": 0.0, "餐": 0.0, "厅": 0.0, "商": 0.0,
    "品": 0.0, "电": 0.0, "影": 0.0, "看": 0.0, "服": 0.0, "务": 0.0, "的": 0.0, "了": 0.0,
    "the": 0.0, "a": 0.0, "is": 0.0, "was": 0.0, "this": 0.0, "it": 0.0, "i": 0.0, "very": 0.0,
    "food": 0.0, "movie": 0.0, "book": 0.0, "service": 0.0, "and": 0.0,
    "!": 0.0, "！": 0.0, ".": 0.0, "。": 0.0, ",": 0.0, "，": 0.0, "?": 0.0, "？": 0.0,
    "##s": 0.0, "##ly": 0.0,
}
TOPIC = {"food": 1.0, "餐": 1.0, "厅": 1.0, "movie": -1.0, "电": -1.0, "影": -1.0, "book": -1.0, "书": -1.0}

POSITIONS = 64
EXAMPLES = [
    "这家餐厅很棒！", "这个商品很差！", "电影很好看！", "这个服务很糟糕！", "这本书很有趣！",
    "great food, great service", "The movie was terrible.", "good", "差", "xyzzy", "好" * 100,
]


def vocabulary():
    return {token: index for index, token in enumerate(SPECIAL + list(WORDS))}


def embedding_table():
    """[vocabulary, 4]: value, topic, 0, and a constant 2 that keeps the mean from being the zero vector."""
    table = np.zeros((len(vocabulary()), 4), np.float32)
    table[:, 3] = 2.0
    for word, index in vocabulary().items():
        table[index, 0] = WORDS.get(word, 0.0)
        table[index, 1] = TOPIC.get(word, 0.0)
    table[0] = 1000.0
    return table


def tokenizer(model):
    """A BERT-style tokenizer: lower case, single Chinese characters, `[CLS] text [SEP]`."""
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            {"id": index, "content": token, "single_word": False, "lstrip": False, "rstrip": False,
             "normalized": False, "special": True}
            for index, token in enumerate(SPECIAL)
        ],
        "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True,
                       "strip_accents": None, "lowercase": True},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                       {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
            "pair": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                     {"SpecialToken": {"id": "[SEP]", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}},
                     {"SpecialToken": {"id": "[SEP]", "type_id": 1}}],
            "special_tokens": {token: {"id": token, "ids": [SPECIAL.index(token)], "tokens": [token]}
                               for token in ("[CLS]", "[SEP]")},
        },
        "decoder": None,
        "model": model,
    }


def word_piece():
    return {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100, "vocab": vocabulary()}


def word_level():
    words = [word for word in SPECIAL + list(WORDS) if not word.startswith("##")]
    vocab = vocabulary()
    return {"type": "WordLevel", "unk_token": "[UNK]", "vocab": {word: vocab[word] for word in words}}


def constant(name, array):
    return numpy_helper.from_array(np.asarray(array), name)


def masked_mean(hidden):
    """Nodes that turn `hidden` [batch, sequence, 4] into `mean` [batch, 4] over the tokens in the mask."""
    return [
        helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["mask", "two"], ["mask3"]),
        helper.make_node("Mul", [hidden, "mask3"], ["masked"]),
        helper.make_node("ReduceSum", ["masked", "one"], ["sum"], keepdims=0),
        helper.make_node("ReduceSum", ["mask", "one"], ["count"], keepdims=1),
        helper.make_node("Div", ["sum", "count"], ["mean"]),
    ]


def positions(hidden, out):
    """Nodes that add position embeddings (all zero): more than `POSITIONS` tokens is an error, as in BERT."""
    return [
        helper.make_node("Shape", ["input_ids"], ["shape"]),
        helper.make_node("Gather", ["shape", "one_scalar"], ["length"]),
        helper.make_node("Range", ["zero_scalar", "length", "one_scalar"], ["position_ids"]),
        helper.make_node("Gather", ["position_table", "position_ids"], ["position"]),
        helper.make_node("Add", [hidden, "position"], [out]),
    ]


def shared_constants():
    return [
        constant("word_table", embedding_table()),
        constant("position_table", np.zeros((POSITIONS, 4), np.float32)),
        constant("one", np.array([1], np.int64)),
        constant("two", np.array([2], np.int64)),
        constant("zero_scalar", np.int64(0)),
        constant("one_scalar", np.int64(1)),
    ]


def save(path, name, nodes, inputs, outputs, constants):
    graph = helper.make_graph(
        nodes, name,
        [helper.make_tensor_value_info(i, TensorProto.INT64, ["batch", "sequence"]) for i in inputs],
        [helper.make_tensor_value_info(o, TensorProto.FLOAT, ["batch", *shape]) for o, shape in outputs],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8,
                              producer_name="tronie")
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def make_hf(folder):
    """A Hugging Face text-classification export as people have it."""
    folder.mkdir(parents=True, exist_ok=True)
    config = {
        "_name_or_path": "tiny-hf",
        "architectures": ["BertForSequenceClassification"],
        "hidden_act": "gelu", "hidden_size": 4, "intermediate_size": 4,
        "id2label": {"0": "NEGATIVE", "1": "POSITIVE"},
        "label2id": {"NEGATIVE": 0, "POSITIVE": 1},
        "max_position_embeddings": POSITIONS, "model_type": "bert",
        "num_attention_heads": 1, "num_hidden_layers": 0, "pad_token_id": 0,
        "problem_type": "single_label_classification",
        "type_vocab_size": 2, "vocab_size": len(vocabulary()),
    }
    write_json(folder / "config.json", config, indent=2)
    write_json(folder / "tokenizer.json", tokenizer(word_piece()))
    nodes = [
        helper.make_node("Gather", ["word_table", "input_ids"], ["word"]),
        helper.make_node("Gather", ["type_table", "token_type_ids"], ["type"]),
        helper.make_node("Add", ["word", "type"], ["embedded"]),
        *positions("embedded", "hidden"),
        *masked_mean("hidden"),
        helper.make_node("Gemm", ["mean", "weight", "bias"], ["logits"]),
    ]
    weight = np.zeros((4, 2), np.float32)
    weight[0] = [-4.0, 4.0]
    constants = shared_constants() + [
        constant("type_table", np.array([[0, 0, 0, 0], [5, 0, 0, 0]], np.float32)),
        constant("weight", weight),
        constant("bias", np.zeros(2, np.float32)),
    ]
    save(folder / "model.onnx", "tiny_hf", nodes, ["input_ids", "attention_mask", "token_type_ids"],
         [("logits", [2])], constants)
    write_expected(folder, lambda s, _: {"logits": [-4 * s, 4 * s]}, token_types=True)


def make_multi(folder):
    """A model in the project's own format, with several outputs."""
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / "tokenizer.json", tokenizer(word_level()))
    nodes = [
        helper.make_node("Gather", ["word_table", "input_ids"], ["word"]),
        *positions("word", "hidden"),
        *masked_mean("hidden"),
        helper.make_node("Gemm", ["mean", "weight", "bias"], ["sentiment"]),
        helper.make_node("Gemm", ["mean", "intent_weight", "intent_bias"], ["intent"]),
        helper.make_node("Identity", ["hidden"], ["token_embedding"]),
        helper.make_node("ReduceL2", ["mean"], ["norm"], axes=[1], keepdims=1),
        helper.make_node("Div", ["mean", "norm"], ["sentence_embedding"]),
    ]
    weight = np.zeros((4, 3), np.float32)
    weight[0] = [-8.0, 0.0, 8.0]
    intent = np.zeros((4, 3), np.float32)
    intent[1, 0], intent[0, 1] = 4.0, -4.0
    constants = shared_constants() + [
        constant("weight", weight),
        constant("bias", np.array([0, 1, 0], np.float32)),
        constant("intent_weight", intent),
        constant("intent_bias", np.array([0, 0, 1], np.float32)),
    ]
    save(folder / "model.onnx", "tiny_multi", nodes, ["input_ids", "attention_mask"],
         [("sentiment", [3]), ("intent", [3]), ("sentence_embedding", [4]), ("token_embedding", ["sequence", 4])],
         constants)

    def expected(s, topic):
        vector = np.array([s, topic, 0.0, 2.0])
        return {"sentiment": [-8 * s, 1.0, 8 * s], "intent": [4 * topic, -4 * s, 1.0],
                "sentence_embedding": list(vector / np.linalg.norm(vector))}

    write_expected(folder, expected, token_types=False)
    (folder / "manifest.toml").write_text(f"""\
# made by models/recipe/tiny.py
format = 1
name = "tiny-multi"
version = "1"
description = "hand-made test model with several outputs"
license = "Apache-2.0"
languages = ["zh", "en"]
prefix = ""
max_length = {POSITIONS}
batching = "padded"

[files.model]
path = "model.onnx"
sha256 = "{sha256(folder / 'model.onnx')}"

[files.tokenizer]
path = "tokenizer.json"
sha256 = "{sha256(folder / 'tokenizer.json')}"

[[outputs]]
name = "sentiment"
task = "sentiment"
kind = "logits"
labels = ["negative", "neutral", "positive"]
temperature = 2.0

[[outputs]]
name = "intent"
task = "intent"
kind = "logits"
labels = ["purchase", "complaint", "other"]

[[outputs]]
name = "sentence_embedding"
task = "embedding"
kind = "embedding"

[[outputs]]
name = "token_embedding"
task = "tokens"
kind = "token_embedding"
""")


def write_expected(folder, formula, token_types):
    """Writes `expected.json` (raw outputs, before temperature) after checking formula against the model."""
    encode = Tokenizer.from_file(str(folder / "tokenizer.json"))
    encode.enable_truncation(POSITIONS)
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])
    table, rows = embedding_table(), []
    for text in EXAMPLES:
        ids = encode.encode(text).ids
        s, topic = table[ids, 0].mean(), table[ids, 1].mean()
        padded = np.array([ids + [0] * (POSITIONS - len(ids))], np.int64)
        feed = {"input_ids": padded, "attention_mask": (np.arange(POSITIONS) < len(ids)).astype(np.int64)[None]}
        if token_types:
            feed["token_type_ids"] = np.zeros_like(padded)
        outputs = {name: [round(float(x), 6) for x in values] for name, values in formula(s, topic).items()}
        for output, values in zip(session.get_outputs(), session.run(None, feed)):
            if output.name in outputs:
                np.testing.assert_allclose(values[0], outputs[output.name], atol=2e-6)
        rows.append({"text": text, "ids": ids, "outputs": outputs})
    lines = ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in rows)
    (folder / "expected.json").write_text(f"[\n{lines}\n]\n")


def write_json(path, value, indent=None):
    path.write_text(json.dumps(value, ensure_ascii=False, indent=indent) + "\n")


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, required=True, help="folder that gets tiny-hf/ and tiny-multi/")
    out = parser.parse_args().out
    make_hf(out / "tiny-hf")
    make_multi(out / "tiny-multi")
