"""Writes a trained checkpoint as a Hugging Face folder: the same weights, fp32, for transformers in PyTorch.

    python to_huggingface.py --checkpoint WORK/checkpoint.pt --tokenizer tokenizer.json --out FOLDER

The architecture is BERT with one linear layer on the first token, `FirstTokenClassifier` below, which transformers
itself does not have. Only the head of sentiment is written.
"""

import argparse
from pathlib import Path

import torch
from torch import nn
from transformers import BertConfig, BertModel, BertPreTrainedModel, PreTrainedTokenizerFast
from transformers.modeling_outputs import SequenceClassifierOutput

from labels import SENTIMENT


class FirstTokenClassifier(BertPreTrainedModel):
    """BERT, the vector of the first token [B, H], and a linear head [B, labels]."""

    def __init__(self, config):
        super().__init__(config)
        self.bert = BertModel(config, add_pooling_layer=False)
        self.classifier = nn.Linear(config.hidden_size, config.num_labels)
        self.post_init()

    def forward(self, input_ids, attention_mask=None, token_type_ids=None, **_):
        tokens = self.bert(input_ids, attention_mask=attention_mask).last_hidden_state
        return SequenceClassifierOutput(logits=self.classifier(tokens[:, 0]))


def weights(checkpoint):
    """The checkpoint's tensors under the names that transformers gives them."""
    hidden = checkpoint["config"]["hidden"]
    renamed = {}
    for name, value in checkpoint["weights"].items():
        kind = name.rsplit(".", 1)[1]
        if name == "encoder.words.weight":
            renamed["bert.embeddings.word_embeddings.weight"] = value
        elif name == "encoder.positions.weight":
            renamed["bert.embeddings.position_embeddings.weight"] = value
        elif name.startswith("encoder.norm."):
            renamed[f"bert.embeddings.LayerNorm.{kind}"] = value
        elif name.startswith("heads."):
            if name.startswith("heads.sentiment."):
                renamed[f"classifier.{kind}"] = value
        else:
            _, _, layer, part, kind = name.split(".")
            prefix = f"bert.encoder.layer.{layer}."
            if part == "qkv":
                for number, role in enumerate(("query", "key", "value")):
                    rows = value[number * hidden : (number + 1) * hidden]
                    renamed[f"{prefix}attention.self.{role}.{kind}"] = rows.clone()
            else:
                place = {
                    "attention_out": "attention.output.dense",
                    "attention_norm": "attention.output.LayerNorm",
                    "inner": "intermediate.dense",
                    "outer": "output.dense",
                    "outer_norm": "output.LayerNorm",
                }[part]
                renamed[f"{prefix}{place}.{kind}"] = value
    # The vector of token type 0 is part of the positions already.
    renamed["bert.embeddings.token_type_embeddings.weight"] = torch.zeros(1, hidden)
    return renamed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", required=True, type=Path)
    parser.add_argument("--tokenizer", required=True, type=Path)
    parser.add_argument("--out", required=True, type=Path)
    args = parser.parse_args()

    checkpoint = torch.load(args.checkpoint, map_location="cpu", weights_only=True)
    told = checkpoint["config"]
    config = BertConfig(
        vocab_size=told["vocab"],
        num_hidden_layers=told["layers"],
        hidden_size=told["hidden"],
        num_attention_heads=told["heads"],
        intermediate_size=told["inner"],
        max_position_embeddings=told["positions"],
        layer_norm_eps=told["eps"],
        type_vocab_size=1,
        id2label=dict(enumerate(SENTIMENT)),
        label2id={label: number for number, label in enumerate(SENTIMENT)},
    )
    model = FirstTokenClassifier(config).eval()
    missing = model.load_state_dict(weights(checkpoint), strict=False).missing_keys
    if missing:
        raise SystemExit(f"the checkpoint lacks {', '.join(missing)}")
    model.save_pretrained(args.out)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=str(args.tokenizer), pad_token="<pad>", unk_token="<unk>", model_max_length=told["positions"]
    )
    tokenizer.save_pretrained(args.out)


if __name__ == "__main__":
    main()
