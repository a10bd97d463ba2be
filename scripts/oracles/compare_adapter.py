#!/usr/bin/env python3
"""Loads an adapter that we wrote into peft and compares the logits of both programs. Needs torch, transformers, peft.

    python scripts/oracles/compare_adapter.py build/release/bin/vegttt MODEL_FOLDER RUN/checkpoints/step_001

B matrices, zero at a run's start, are drawn anew first (in a copy), so that the adapter does something.
"""
import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
from peft import PeftModel
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM

BOUND = 1e-4


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("policy")
    parser.add_argument("adapter")
    options = parser.parse_args()
    torch.manual_seed(1)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        adapter = folder / "adapter"
        shutil.copytree(options.adapter, adapter)
        file = adapter / "adapter_model.safetensors"
        tensors = {name: torch.randn_like(t) * 0.1 if "lora_B" in name else t.clone() for name, t in load_file(file).items()}
        save_file(tensors, file, {"format": "pt"})
        model = AutoModelForCausalLM.from_pretrained(options.policy, dtype=torch.float32).float()
        tokens = torch.randint(0, model.config.vocab_size, (150,))
        with torch.no_grad():
            base = model(tokens[None]).logits[0]
            theirs = PeftModel.from_pretrained(model, adapter)(tokens[None]).logits[0]
        (folder / "tokens").write_text(json.dumps(tokens.tolist()))
        subprocess.run([options.binary, "policy", "logprobs", "--policy", options.policy, "--adapter", adapter, "--tokens", folder / "tokens",
                        "--out", folder / "out.safetensors", "--logits", "--device", "cpu", "--dtype", "float32"],
                       check=True, stdout=subprocess.DEVNULL)
        ours = load_file(folder / "out.safetensors")["logits"]
    difference = (ours - theirs).abs().max().item()
    print(f"adapted logits of 150 tokens: largest difference {difference:.2e} (the adapter moves them by {(theirs - base).abs().max():.2f})")
    return 0 if difference <= BOUND else 1


if __name__ == "__main__":
    sys.exit(main())
