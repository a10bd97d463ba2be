#!/usr/bin/env python3
"""Compares our tokenizer with Hugging Face's `tokenizers` on thousands of texts: random Unicode, code, white space, every
code point, added tokens. Needs tokenizers.

    python scripts/oracles/compare_tokenizers.py build/release/bin/tokenizer_bench FOLDER... [--texts 4000]

Each FOLDER holds a tokenizer.json. Small tokenizers made here are compared too: every pre-tokenizer, added tokens with
every flag, ignore_merges, merges as strings. Prints the number of differences; exit code 1 when there are any.
"""
import argparse
import functools
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from make_tokenizer_vectors import TEXTS

QWEN = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
LLAMA3 = QWEN.replace(r"\p{N}|", r"\p{N}{1,3}|", 1)
O200K = "|".join([
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"\p{N}{1,3}", r" ?[^\s\p{L}\p{N}]+[\r\n/]*", r"\s*[\r\n]+", r"\s+(?!\S)", r"\s+"])
OTHER_PATTERNS, NEWER_CHARACTERS = ("digits", "digit runs", "two splits"), 400
SPECIALS = ["<|im_start|>", "<|im_end|>", "<|endoftext|>", "<|start|>", "<|channel|>", "<|message|>", "<think>", "</think>", "<tool_call>",
            "<|begin_of_text|>", "<|eot_id|>", "@one@", "@left@", "@right@", "@both@", "@norm\u00e9@", "@norme\u0301@", "@plain@", "@pla", "ab", " x"]


def random_texts(count, rng):
    pools = ["abc XYZ'\n\t 0123.,;/(){}", "sStTrReEvVmMlLdD' \u017f\u2019", " \t\r\n\u00a0\u3000\u2028x", "".join(map(chr, range(0x20, 0x250))),
             "".join(map(chr, range(0x300, 0x700))), "aA\u0300\u02b0\u01c5\u3042\u0661\u00bd '/", "e\u0301\u0323\u0327o\u0308\u1100\u1161\u11a8\uac00\u0958\u212b",
             "日本語中文한국어\uff21\u3099か", "👩\u200d👧🇩🇪✊🏽\ufe0f x"]
    code = Path(__file__).read_text()
    for i in range(count):
        kind = i % 4
        if kind == 0:
            pool = rng.choice(pools)
            yield "".join(rng.choice(pool) for _ in range(rng.randrange(1, 80)))
        elif kind == 1:
            codes = [c for c in (rng.randrange(0x110000 if rng.random() < 0.2 else 0x3200) for _ in range(20)) if not 0xD800 <= c < 0xE000]
            yield "".join(map(chr, codes))
        elif kind == 2:
            begin = rng.randrange(len(code))
            yield code[begin:begin + rng.randrange(1, 300)]
        else:
            parts = [rng.choice(SPECIALS) if rng.random() < 0.5 else "".join(rng.choice(rng.choice(pools)) for _ in range(rng.randrange(0, 6)))
                     for _ in range(rng.randrange(1, 8))]
            yield "".join(parts)


def every_code_point():
    for first in range(0, 0x110000, 16):
        codes = [c for c in range(first, first + 16) if not 0xD800 <= c < 0xE000]
        yield " ".join(chr(c) + "a" for c in codes) + "".join(map(chr, codes)) + "".join("A" + chr(c) + "'s" for c in codes)


def small(texts, steps, normalizer=None, ignore_merges=False, string_merges=False, added=(), vocabulary=700):
    """A tokenizer.json trained on `texts`, with the pre-tokenizer `steps`."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(vocab_size=vocabulary, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    result = json.loads(tokenizer.to_str())
    result["normalizer"], result["model"]["ignore_merges"] = normalizer, ignore_merges
    result["pre_tokenizer"] = {"type": "Sequence", "pretokenizers": steps}
    result["decoder"] = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True}
    if ignore_merges:  # tokens that no merge reaches
        vocab = result["model"]["vocab"]
        for word in ("Ġreturn", "__global__", "xyzzy"):
            vocab.setdefault(word, len(vocab))
    if string_merges:
        result["model"]["merges"] = [" ".join(m) for m in result["model"]["merges"]]
    first = len(result["model"]["vocab"])
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": False}
    result["added_tokens"] = [{"id": first + i, **flags, **token} for i, token in enumerate(added)]
    return result


def split(regex):
    return {"type": "Split", "pattern": {"Regex": regex}, "behavior": "Isolated", "invert": False}


def bytes_step(regex=False, space=False):
    return {"type": "ByteLevel", "add_prefix_space": space, "trim_offsets": True, "use_regex": regex}


def small_tokenizers(texts, vocabulary=700):
    make = functools.partial(small, texts, vocabulary=vocabulary)
    nfc = {"type": "NFC"}
    added = [{"content": "<|im_start|>", "special": True}, {"content": "@one@", "single_word": True}, {"content": "@left@", "lstrip": True},
             {"content": "@right@", "rstrip": True}, {"content": "@both@", "lstrip": True, "rstrip": True, "single_word": True},
             {"content": "@norm\u00e9@", "normalized": True}, {"content": "@plain@"}, {"content": "@pla"}, {"content": "ab", "single_word": True},
             {"content": "é", "special": True}, {"content": "a<|im_start|>b", "normalized": True}]
    yield "gpt2", make([bytes_step(True)])
    yield "gpt2 with a leading space", make([bytes_step(True, True)], added=added)
    yield "llama3", make([split(LLAMA3), bytes_step()], ignore_merges=True, string_merges=True)
    yield "qwen", make([split(QWEN), bytes_step()], normalizer=nfc, string_merges=True, added=added)
    yield "o200k", make([split(O200K), bytes_step()], ignore_merges=True, added=added)
    yield "digits", make([{"type": "Digits", "individual_digits": True}, bytes_step(True)], normalizer=nfc)
    yield "digit runs", make([{"type": "Digits", "individual_digits": False}, bytes_step(True)], added=added)
    yield "two splits", make([split(r"\p{N}{1,3}"), split(r"[一-龥぀-ゟ゠-ヿ]+"), split(QWEN), bytes_step()])
    yield "no split", make([bytes_step()], added=added)


def differences(bench, folder, texts_file, texts):
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    ours = json.loads(subprocess.run([bench, folder, "--ids", texts_file], check=True, capture_output=True).stdout)
    wrong = 0
    for text, result in zip(texts, ours, strict=True):
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        theirs = {"ids": ids, "decoded": tokenizer.decode(ids, skip_special_tokens=True), "raw": tokenizer.decode(ids, skip_special_tokens=False)}
        if result != theirs:
            wrong += 1
            if wrong <= 3:
                print(f"  {text[:60]!r}\n    ours   {str(result)[:200]}\n    theirs {str(theirs)[:200]}")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench")
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--texts", type=int, default=4000)
    options = parser.parse_args()
    texts = TEXTS + list(random_texts(options.texts, random.Random(1)))
    total = 0
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        whole = folder / "texts.json"
        everything = texts + list(every_code_point())
        whole.write_text(json.dumps(everything))
        small_folders = []
        for name, content in small_tokenizers([t * 3 for t in TEXTS] + [Path(__file__).read_text()]):
            path = folder / name
            path.mkdir()
            (path / "tokenizer.json").write_text(json.dumps(content))
            small_folders.append(path)
        for path in options.folders + small_folders:
            wrong = differences(options.bench, path, whole, everything)
            # PCRE2, which splits by other patterns, knows an older Unicode.
            total += wrong if path.name not in OTHER_PATTERNS else max(0, wrong - NEWER_CHARACTERS)
            print(f"{path.name}: {wrong} of {len(everything)} texts differ", flush=True)
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main())
