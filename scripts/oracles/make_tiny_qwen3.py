#!/usr/bin/env python3
"""Writes tests/policy/data/tiny_qwen3: a random two-layer Qwen3 model, a LoRA adapter made by peft, and what
transformers computes with them. Needs torch, transformers, peft, safetensors. Deterministic for one set of versions.

    python scripts/oracles/make_tiny_qwen3.py tests/policy/data/tiny_qwen3
"""
import sys
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file
from transformers import Qwen3Config, Qwen3ForCausalLM

folder = Path(sys.argv[1])
torch.manual_seed(7)
config = Qwen3Config(
    hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
    head_dim=16, vocab_size=96, max_position_embeddings=256, rope_theta=10000.0, tie_word_embeddings=False,
    eos_token_id=[3, 5], bos_token_id=None, initializer_range=0.2, attn_implementation="eager")
model = Qwen3ForCausalLM(config).eval()
for name, parameter in model.named_parameters():
    if "norm" in name:  # norms of one would hide a missing multiplication
        parameter.data.uniform_(0.5, 1.5)
model.save_pretrained(folder)
(folder / "generation_config.json").unlink(missing_ok=True)

sequences = [torch.randint(0, 96, (n,)) for n in (17, 5, 11)]
expected = {}
with torch.no_grad():
    for i, tokens in enumerate(sequences):
        expected[f"tokens.{i}"] = tokens
        expected[f"logits.{i}"] = model(tokens[None]).logits[0].contiguous()

lora = LoraConfig(r=4, lora_alpha=8, target_modules=["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
                  task_type="CAUSAL_LM")
adapted = get_peft_model(model, lora)
for name, parameter in adapted.named_parameters():
    if "lora_B" in name:
        parameter.data.normal_(0, 0.1)
adapted.save_pretrained(folder / "adapter")
(folder / "adapter" / "README.md").unlink(missing_ok=True)
temperature = 0.7
loss = 0.0
for i, tokens in enumerate(sequences):
    scores = adapted(tokens[None]).logits[0]
    expected[f"adapted_logits.{i}"] = scores.detach().contiguous()
    logprobs = torch.log_softmax(scores[:-1] / temperature, -1).gather(1, tokens[1:, None])[:, 0]
    expected[f"adapted_logprobs.{i}"] = logprobs.detach().contiguous()
    loss = loss - (logprobs * torch.linspace(-1, 1, len(logprobs))).sum()
loss.backward()
for name, parameter in adapted.named_parameters():
    if parameter.requires_grad:
        expected["grad." + name.replace(".default", "")] = parameter.grad.clone()
expected["loss"] = loss.detach().reshape(1)
save_file(expected, folder / "expected.safetensors")
