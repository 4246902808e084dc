"""The encoder in PyTorch: a BERT with learned positions, written out so that export.py can mirror it.

Shapes: B texts, S tokens, H hidden size, A heads. Attention is written as plain matrix products because on
a CPU they train faster than PyTorch's fused kernel.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional as F

from labels import HEADS


@dataclass
class Config:
    vocab: int
    layers: int = 6
    hidden: int = 384
    heads: int = 12
    inner: int = 1536
    positions: int = 256
    eps: float = 1e-12


class Layer(nn.Module):
    """One post-norm transformer layer."""

    def __init__(self, config):
        super().__init__()
        hidden = config.hidden
        self.heads = config.heads
        self.qkv = nn.Linear(hidden, 3 * hidden)
        self.attention_out = nn.Linear(hidden, hidden)
        self.attention_norm = nn.LayerNorm(hidden, eps=config.eps)
        self.inner = nn.Linear(hidden, config.inner)
        self.outer = nn.Linear(config.inner, hidden)
        self.outer_norm = nn.LayerNorm(hidden, eps=config.eps)

    def forward(self, x, mask):
        batch, length, hidden = x.shape
        qkv = self.qkv(x).view(batch, length, 3, self.heads, hidden // self.heads)
        query, key, value = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        scores = query @ key.transpose(-1, -2) * (hidden // self.heads) ** -0.5 + mask
        mixed = scores.softmax(-1).to(value.dtype) @ value
        mixed = self.attention_out(mixed.transpose(1, 2).reshape(batch, length, hidden))
        x = self.attention_norm(x + mixed)
        return self.outer_norm(x + self.outer(F.gelu(self.inner(x))))


class Encoder(nn.Module):
    """Token ids [B, S] and mask [B, S] to token vectors [B, S, H]."""

    def __init__(self, config):
        super().__init__()
        self.config = config
        self.words = nn.Embedding(config.vocab, config.hidden)
        self.positions = nn.Embedding(config.positions, config.hidden)
        self.norm = nn.LayerNorm(config.hidden, eps=config.eps)
        self.layers = nn.ModuleList(Layer(config) for _ in range(config.layers))

    def forward(self, ids, mask):
        x = self.words(ids) + self.positions.weight[: ids.shape[1]]
        x = self.norm(x)
        bias = torch.where(mask[:, None, None, :] > 0, 0.0, -1e4).to(torch.float32)
        for layer in self.layers:
            x = layer(x, bias)
        return x


class Model(nn.Module):
    """The encoder and what is read from its token vectors [B, S, H].

    Their mean over the tokens, brought to unit length, is the sentence's embedding. The first token stands for
    the whole text in the linear heads: so the tasks do not bend the mean, which has to stay the base's.
    """

    def __init__(self, config, heads=HEADS):
        super().__init__()
        self.encoder = Encoder(config)
        self.heads = nn.ModuleDict({name: nn.Linear(config.hidden, len(labels)) for name, labels in heads.items()})

    def forward(self, ids, mask):
        """({head: logits [B, labels]}, embedding [B, H])."""
        tokens = self.encoder(ids, mask)
        return {name: head(tokens[:, 0]) for name, head in self.heads.items()}, embedding(tokens, mask)


def embedding(tokens, mask):
    """Mean of token vectors [B, S, H] over the mask [B, S], of unit length."""
    return F.normalize((tokens.float() * mask[..., None]).sum(1), dim=-1)


def from_base(base, pieces, layers, positions=256):
    """A model that starts from `layers` of the base model in folder `base`, a list of their numbers.

    `pieces` [vocab] are the base's ids of the vocabulary that is kept (see vocab.py). The base's vector of
    token type 0 is folded into the positions, since no other type is ever used.
    """
    told = json.loads((Path(base) / "config.json").read_text())
    config = Config(len(pieces), len(layers), told["hidden_size"], told["num_attention_heads"],
                    told["intermediate_size"], positions, told["layer_norm_eps"])
    model = Model(config)
    weights = {name: value.float() for name, value in load_file(Path(base) / "model.safetensors").items()}
    encoder = model.encoder

    def set_linear(module, *names):
        for kind in ("weight", "bias"):
            parts = [weights[f"{name}.{kind}"] for name in names]
            getattr(module, kind).data.copy_(torch.cat(parts) if len(parts) > 1 else parts[0])

    encoder.words.weight.data.copy_(weights["embeddings.word_embeddings.weight"][torch.as_tensor(pieces)])
    token_type = weights["embeddings.token_type_embeddings.weight"][0]
    encoder.positions.weight.data.copy_(
        weights["embeddings.position_embeddings.weight"][:positions] + token_type)
    set_linear(encoder.norm, "embeddings.LayerNorm")
    for index, layer in zip(layers, encoder.layers):
        name = f"encoder.layer.{index}."
        set_linear(layer.qkv, *(f"{name}attention.self.{part}" for part in ("query", "key", "value")))
        set_linear(layer.attention_out, name + "attention.output.dense")
        set_linear(layer.attention_norm, name + "attention.output.LayerNorm")
        set_linear(layer.inner, name + "intermediate.dense")
        set_linear(layer.outer, name + "output.dense")
        set_linear(layer.outer_norm, name + "output.LayerNorm")
    return model
