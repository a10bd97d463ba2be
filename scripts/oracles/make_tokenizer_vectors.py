#!/usr/bin/env python3
"""Writes what Hugging Face's `tokenizers` makes of a set of texts, with the official tokenizers of three families
and with a byte-level BPE that it trains on a few lines. Needs tokenizers.

    python scripts/oracles/make_tokenizer_vectors.py FOLDER tests/policy/data/tokenizer_vectors.json [MORE_TEXTS]

FOLDER holds gpt-oss/, qwen2.5/ and qwen3/, each with tokenizer.json. MORE_TEXTS (a count) adds random texts, for a
check that is too large to be kept.
"""
import json
import random
import sys
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

FAMILIES = ("gpt-oss", "qwen2.5", "qwen3")
SPLIT = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
TEXTS = [
    "", " ", "  ", "\n", "\n\n", "\t\t x", "Hello, world!", "I'm sure they'LL say it's fine, we'Ve", "a\u017f'\u017f 'S",
    "1234567890 3.14159e-10 0x7fff", "  leading and trailing   ", "line\r\nline\r\n\r\n  x", "naïve café e\u0301 \u1e9b\u0323",
    "日本語のテキスト、中文字符。 한국어", "Привет, мир! שלום العربية", "👩‍👩‍👧‍👦 🇩🇪 ✊🏽 x\ufe0f", "a\u00a0b\u2003c\u3000d\u180ee\u200bf\u0085g",
    "\u0000\u0001\x7f", "<|im_start|>user\nhi<|im_end|>\n<|endoftext|>", "<|start|>assistant<|channel|>final<|message|>ok<|return|>",
    "<|im_start|", "<think>\n\n</think>\n\n", "x" * 300, " " * 70 + "x", "=" * 90, "aAbBcC" * 30, "ÀÉÎõü ÄÖÜß ẞ Ǆ ǅ ǆ",
    "__global__ void add(const float* a, float* out, int n) {\n  int i = blockIdx.x * blockDim.x + threadIdx.x;\n"
    "  if (i < n) out[i] = a[i] + 1.0f;\n}\n\nvoid launch(const float* A, float* out, Workspace& ws) {\n"
    "  add<<<(N + 255) / 256, 256>>>(A, out, N);\n}\n",
    "#pragma omp parallel for collapse(2) schedule(static)\nfor (long i = 0; i < M; ++i) {\n\tacc += x[i]*y[i];\n}",
    "def reference(A: Tensor, B: Tensor) -> Tensor:\n    return torch.matmul(A, B)\n",
    "\u0300combining first", "ﬁ ligature ½ ² ① Ⅷ ٣ ३", "tab\tsep\x0bvt\x0cff", "don't DON'T Don’t", "....!!!???\n\n\n", "a/b/c\n/d", "/\n/\r\n",
]
FLAGS = ["a  @left@  b", " \n@right@ \u3000 b@right@", "x@both@ x \t@both@\n y", "x@one@ @one@y @one@", "@norme\u0301@ @norm\u00e9@", "ab abab (ab) \u00e9ab",
         "@plain@pla @left@@left@", "a<|im_start|>b <|im_start|>", "Aa\u0300B b\u0300\u02b0'S 12345x", "@right@ @left@"]
TRAINING = [text * 3 for text in TEXTS[27:30]] + ["the quick brown fox jumps over the lazy dog " * 5, "aaaa aaab abab", "日本 日本 語"]


def random_texts(count):
    rng = random.Random(1)
    pools = ["abc XYZ'\n\t 0123.,;/(){}", "".join(map(chr, range(0x20, 0x250))), "".join(map(chr, range(0x300, 0x700)))]
    for _ in range(count):
        if rng.random() < 0.5:
            pool = rng.choice(pools)
            yield "".join(rng.choice(pool) for _ in range(rng.randrange(1, 60)))
        else:
            codes = [c for c in (rng.randrange(0x110000 if rng.random() < 0.2 else 0x3200) for _ in range(20)) if not 0xD800 <= c < 0xE000]
            yield "".join(map(chr, codes))
    for first in range(0, 0x110000, 16):
        codes = [c for c in range(first, first + 16) if not 0xD800 <= c < 0xE000]
        yield " ".join(chr(c) + "a" for c in codes)


def train():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(SPLIT), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=400, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    tokenizer.train_from_iterator(TRAINING, trainer)
    model = json.loads(tokenizer.to_str())["model"]
    merges = [m if isinstance(m, list) else m.split(" ") for m in model["merges"]]
    return {"texts": TRAINING, "vocabulary": 400, "merges": merges,
            "cases": [{"text": t, "ids": tokenizer.encode(t).ids} for t in TEXTS]}


def small_vectors():
    """Tokenizers of every kind, as changes of one tokenizer.json, and what the library makes of some texts."""
    import compare_tokenizers

    texts = TEXTS[5:10] + FLAGS + list(compare_tokenizers.random_texts(16, random.Random(2)))
    variants = dict(compare_tokenizers.small_tokenizers(TRAINING, vocabulary=320))
    base = variants["no split"]
    result = []
    for name, content in variants.items():
        tokenizer = Tokenizer.from_str(json.dumps(content))
        changes = {key: value for key, value in content.items() if value != base[key]}
        changes["model"] = {key: value for key, value in content["model"].items() if value != base["model"].get(key)}
        cases = []
        for text in texts:
            ids = tokenizer.encode(text, add_special_tokens=False).ids
            cases.append({"text": text, "ids": ids, "decoded": tokenizer.decode(ids, skip_special_tokens=True)})
        result.append({"name": name, "changes": changes, "cases": cases})
    return {"base": base, "variants": result}


def main():
    folder, out = Path(sys.argv[1]), Path(sys.argv[2])
    texts = TEXTS + list(random_texts(int(sys.argv[3]))) if len(sys.argv) > 3 else TEXTS
    result = {}
    for family in FAMILIES:
        tokenizer = Tokenizer.from_file(str(folder / family / "tokenizer.json"))
        result[family] = [{"text": t, "ids": (ids := tokenizer.encode(t, add_special_tokens=False).ids),
                           "decoded": tokenizer.decode(ids, skip_special_tokens=True)} for t in texts]
    result["trained"] = train()
    result["small"] = small_vectors()
    out.write_text(json.dumps(result, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
