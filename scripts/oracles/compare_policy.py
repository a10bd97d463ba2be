#!/usr/bin/env python3
"""Compares `vegttt policy` with transformers on one model folder: token ids, log-probabilities, a greedy completion.

    python scripts/oracles/compare_policy.py build/release/bin/vegttt configs/policies/starter

Needs torch, transformers, tokenizers and safetensors. Ends with 1 when something differs by more than the bound.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

# Float32 on both sides: sums in another order, over a vocabulary of thousands and a few layers.
LOGPROB_BOUND = 1e-4

TEXTS = [
    "void launch(const float* A, const float* B, float* out, Workspace& ws) {\n  #pragma omp parallel for\n}\n",
    "  leading,\ttabs\t\tand   runs of   spaces \n\n\n end",
    "def reference(x: Tensor) -> Tensor:\n    return torch.relu(x) * 1e-5 + 0x7fff\n",
    "h\u00e9llo \u4e16\u754c \U0001f600 e\u0301 don't WE'LL 12345 \u00a0\u2003x",
    "<|task|>cpp\nROWS=29 COLS=37\nx float32[ROWS,COLS]\n<|code|>\n",
    "",
]


class Program:
    """The policy commands of one binary, with files in a folder of their own."""

    def __init__(self, binary, policy, folder):
        self.binary, self.policy, self.folder = binary, policy, pathlib.Path(folder)

    def run(self, verb, *words):
        command = [self.binary, "policy", verb, "--policy", self.policy, *map(str, words)]
        return subprocess.run(command, check=True, capture_output=True).stdout

    def file(self, name, text):
        path = self.folder / name
        path.write_bytes(text.encode())
        return path

    def tokens(self, text):
        return json.loads(self.run("tokenize", "--text", self.file("text", text)))

    def logprobs(self, tokens, temperature):
        out = self.folder / "out.safetensors"
        self.run("logprobs", "--tokens", self.file("tokens", json.dumps(tokens)), "--out", out,
                 "--temperature", temperature, "--dtype", "float32", "--device", "cpu", "--logits")
        tensors = load_file(out)
        return tensors["logprobs"], tensors["logits"]

    def greedy(self, prompt, count):
        out = self.folder / "out.json"
        self.run("generate", "--prompt", self.file("prompt", prompt), "--out", out, "--temperature", 0,
                 "--max-new-tokens", count, "--dtype", "float32", "--device", "cpu")
        result = json.loads(out.read_text())
        return result["prompt_tokens"], result["completions"][0]["tokens"]


def compare_tokens(program, tokenizer):
    different = 0
    for text in TEXTS:
        ours, theirs = program.tokens(text), tokenizer.encode(text, add_special_tokens=False)
        different += ours != theirs
        if ours != theirs:
            print(f"tokens differ for {text!r}:\n  {ours}\n  {theirs}")
    print(f"token ids: {len(TEXTS) - different} of {len(TEXTS)} texts equal")
    return different == 0


def compare_logprobs(program, model, tokens):
    good = True
    with torch.no_grad():
        logits = model(torch.tensor([tokens])).logits[0].float()
    for temperature in (1.0, 0.8):
        ours, our_logits = program.logprobs(tokens, temperature)
        theirs = torch.log_softmax(logits[:-1] / temperature, -1).gather(1, torch.tensor(tokens[1:])[:, None])[:, 0]
        largest = (ours - theirs).abs().max().item()
        print(f"log-probs of {len(tokens)} tokens at temperature {temperature}: largest difference {largest:.2e}, "
              f"logits {(our_logits - logits).abs().max().item():.2e}")
        good = good and largest <= LOGPROB_BOUND
    return good


def compare_greedy(program, model, prompt, count=48):
    prompt_tokens, ours = program.greedy(prompt, count)
    with torch.no_grad():
        theirs = model.generate(torch.tensor([prompt_tokens]), max_new_tokens=count, do_sample=False)
    theirs = theirs[0, len(prompt_tokens):].tolist()
    print(f"greedy completion: {'equal' if ours == theirs else 'different'}, {len(ours)} tokens")
    return ours == theirs


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("policy")
    options = parser.parse_args()
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(pathlib.Path(options.policy) / "tokenizer.json"))
    model = AutoModelForCausalLM.from_pretrained(options.policy, dtype=torch.float32).float()  # MXFP4 comes as bfloat16
    with tempfile.TemporaryDirectory() as folder:
        program = Program(options.binary, options.policy, folder)
        tokens = tokenizer.encode("".join(TEXTS), add_special_tokens=False)
        results = [compare_tokens(program, tokenizer),
                   compare_logprobs(program, model, tokens),
                   compare_greedy(program, model, TEXTS[4])]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
