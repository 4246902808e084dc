"""Builds the ONNX graph straight from the weights, in int8 or in fp32.

A text's scores must not depend on the texts that share its batch. So the input x [T, K] of a matrix product
(T tokens of all texts, padding included) is rounded with a scale of its own for each row, where the usual
dynamic quantisation takes one scale for the whole batch. Weights [K, N] have one scale per column. The sums
are integers, hence exact; what is left in floating point works on one row or on one text's attention.
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import quantize
from labels import HEADS

OPSET, IR = 17, 8
ZERO = 128  # the u8 code of 0.0
MASKED = -1e4  # added to the attention scores of padding, whose weight is then exactly 0


class Graph:
    """Collects nodes and constants; each method returns the name of its output."""

    def __init__(self):
        self.nodes, self.constants, self.counts = [], {}, {}

    def op(self, kind, *inputs, domain="", out=None, **attributes):
        self.counts[kind] = self.counts.get(kind, 0) + 1
        out = out or f"{kind}_{self.counts[kind]}"
        self.nodes.append(helper.make_node(kind, list(inputs), [out], name=out, domain=domain, **attributes))
        return out

    def fused(self, kind, *inputs, **attributes):
        """An operator of ONNX Runtime's own."""
        return self.op(kind, *inputs, domain="com.microsoft", **attributes)

    def const(self, array, name=None):
        array = np.asarray(array, order="C")
        name = name or f"{array.dtype}_{array.ndim}d_{'_'.join(map(str, array.ravel()))}"
        self.constants.setdefault(name, numpy_helper.from_array(array, name))
        return name

    def ints(self, *values):
        return self.const(np.array(values, np.int64))

    def float(self, value):
        return self.const(np.float32(value))


class Exporter:
    """Mirrors net.Model over tokens as a matrix [T, H], T = batch x sequence."""

    def __init__(self, model, int8=True):
        self.config = model.encoder.config
        self.weights = {name: value.detach().float() for name, value in model.state_dict().items()}
        self.int8 = int8
        self.graph = Graph()

    def weight(self, name):
        return self.graph.const(self.weights[name].numpy(), name)

    def linear(self, x, module, bias=True):
        """x [T, K] times the weights of `module`, plus its bias where `bias`: [T, N]."""
        g, weight = self.graph, self.weights[f"{module}.weight"].numpy().T
        if self.int8:
            codes, scale = quantize.columns_to_int7(weight)
            peak = g.op("ReduceMax", g.op("Abs", x), axes=[1], keepdims=0)
            row_scale = g.op("Max", g.op("Mul", peak, g.float(1 / 127)), g.float(1e-9))
            rounded = g.op("QuantizeLinear", x, row_scale, self.row_zeros, axis=0)
            y = g.fused("MatMulIntegerToFloat", rounded, g.const(codes, f"{module}.weight"), g.float(1),
                        g.const(scale, f"{module}.scale"), g.const(np.uint8(ZERO)))
            y = g.op("Mul", y, g.op("Unsqueeze", row_scale, g.ints(1)))
        else:
            y = g.op("MatMul", x, g.const(weight, f"{module}.weight"))
        return g.op("Add", y, self.weight(f"{module}.bias")) if bias else y

    def norm(self, x, module):
        return self.graph.op("LayerNormalization", x, self.weight(f"{module}.weight"),
                             self.weight(f"{module}.bias"), axis=-1, epsilon=self.config.eps)

    def embed(self):
        g = self.graph
        codes, scale = quantize.rows_to_int8(self.weights["encoder.words.weight"])
        words = g.op("Gather", g.const(codes.numpy(), "words"), "input_ids")
        scales = g.op("Gather", g.const(scale.numpy(), "words.scale"), "input_ids")
        words = g.op("Mul", g.op("Cast", words, to=TensorProto.FLOAT), scales)
        positions = g.op("Slice", self.weight("encoder.positions.weight"), g.ints(0), self.length)
        x = g.op("Reshape", g.op("Add", words, positions), g.ints(-1, self.config.hidden))
        return self.norm(x, "encoder.norm")

    def attend(self, qkv):
        """Multi-head attention over queries, keys and values [T, 3H]: [T, H]."""
        g, hidden, heads = self.graph, self.config.hidden, self.config.heads
        size = hidden // heads
        shape = g.op("Concat", g.ints(-1), self.length, g.ints(3, heads, size), axis=0)
        split = g.op("Transpose", g.op("Reshape", qkv, shape), perm=[2, 0, 3, 1, 4])
        query, key, value = (g.op("Gather", split, g.const(np.int64(i)), axis=0) for i in range(3))
        scores = g.fused("FusedMatMul", query, key, transB=1, alpha=size ** -0.5)
        shares = g.op("Softmax", g.op("Add", scores, self.masked), axis=-1)
        mixed = g.op("Transpose", g.op("MatMul", shares, value), perm=[0, 2, 1, 3])
        return g.op("Reshape", mixed, g.ints(-1, hidden))

    def layer(self, x, module):
        # Add and LayerNormalization, because ORT's SkipLayerNormalization takes ten times as long on a CPU
        g = self.graph
        mixed = self.linear(self.attend(self.linear(x, f"{module}.qkv")), f"{module}.attention_out")
        x = self.norm(g.op("Add", x, mixed), f"{module}.attention_norm")
        inner = self.linear(x, f"{module}.inner", bias=False)
        inner = g.fused("BiasGelu", inner, self.weight(f"{module}.inner.bias"))
        return self.norm(g.op("Add", x, self.linear(inner, f"{module}.outer")), f"{module}.outer_norm")

    def tokens(self, x):
        """The vectors x [T, H] as `token_embedding` [batch, sequence, H]: no work, so nothing is lost by having it."""
        g = self.graph
        shape = g.op("Concat", g.ints(-1), self.length, g.ints(self.config.hidden), axis=0)
        return g.op("Reshape", x, shape, out="token_embedding")

    def sentence(self, tokens, mask):
        """`sentence_embedding` [batch, H]: the mean of the token vectors in `mask`, of unit length."""
        g = self.graph
        total = g.op("ReduceSum", g.op("Mul", tokens, g.op("Unsqueeze", mask, g.ints(2))), g.ints(1), keepdims=0)
        length = g.op("ReduceL2", total, axes=[1], keepdims=1)
        return g.op("Div", total, g.op("Max", length, g.float(1e-12)), out="sentence_embedding")

    def build(self):
        """The whole model as an onnx.ModelProto."""
        g = self.graph
        shape = g.op("Shape", "input_ids")
        self.length = g.op("Slice", shape, g.ints(1), g.ints(2))
        mask = g.op("Cast", "attention_mask", to=TensorProto.FLOAT)
        padding = g.op("Sub", g.float(1), mask)
        self.masked = g.op("Unsqueeze", g.op("Mul", padding, g.float(MASKED)), g.ints(1, 2))
        if self.int8:
            tokens = g.op("ReduceProd", shape, axes=[0], keepdims=1)
            self.row_zeros = g.op("Expand", g.const(np.array([ZERO], np.uint8), "zeros"), tokens)
        x = self.embed()
        for index in range(self.config.layers):
            x = self.layer(x, f"encoder.layers.{index}")
        tokens = self.tokens(x)
        self.sentence(tokens, mask)
        first = g.op("Gather", tokens, g.const(np.int64(0)), axis=1)
        outputs = {}
        for name, labels in HEADS.items():
            head = f"heads.{name}"
            g.op("Gemm", first, self.weight(f"{head}.weight"), self.weight(f"{head}.bias"), transB=1, out=name)
            outputs[name] = ["batch", len(labels)]
        outputs["sentence_embedding"] = ["batch", self.config.hidden]
        outputs["token_embedding"] = ["batch", "sequence", self.config.hidden]
        graph = helper.make_graph(
            g.nodes, "tronie",
            [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "sequence"])
             for name in ("input_ids", "attention_mask")],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()],
            list(g.constants.values()))
        return helper.make_model(graph, ir_version=IR, producer_name="tronie", opset_imports=[
            helper.make_opsetid("", OPSET), helper.make_opsetid("com.microsoft", 1)])


def write(model, path, int8=True):
    """Exports `model` (net.Model) to `path`."""
    onnx.save(Exporter(model, int8).build(), Path(path))
