"""What the shipped cascade's n-grams and logits are for a few texts: what crates/model/src/cascade/tests.rs compares.

    python cascade_expected.py ../default/cascade.safetensors > ../../crates/model/src/cascade/expected.json
"""

import json
import sys

from safetensors.numpy import load_file

from cascade import buckets, logits

TEXTS = ["好", "Very GOOD,  thanks!", "快递三天才到，包装也破了", "\u3000退款\t什么时候\n到账 ", "ÀÉß İ ΑΣ ＡＢ", "👨\u200d👩\u200d👧 e\u0301\u0000x", "one\x1ctwo\x85three",
         "a" * 600, "物流 " * 200 + "x"]

shipped = load_file(sys.argv[1])
shipped = shipped["weights"], shipped["scale"], shipped["bias"]
found = [{"text": text, "least": sorted(buckets(text).tolist())[:24], "count": len(buckets(text)),
          "sum": int(buckets(text).sum()), "logits": [round(float(x), 5) for x in logits(shipped, [text])[0]]}
         for text in TEXTS]
print("[\n" + ",\n".join(json.dumps(one, ensure_ascii=False) for one in found) + "\n]")
