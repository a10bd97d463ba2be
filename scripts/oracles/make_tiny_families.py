#!/usr/bin/env python3
"""Writes tests/policy/data/families: a tiny random model of every family that we load, LoRA adapters made by peft, and what
transformers computes with them: logits and gradients of the LoRA matrices, on sequences longer than every window. Needs
torch, transformers, peft, safetensors. Deterministic for one set of versions.

    python scripts/oracles/make_tiny_families.py tests/policy/data/families
"""
import copy
import json
import shutil
import sys
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import (GptOssConfig, GptOssForCausalLM, LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM,
                          Qwen3Config, Qwen3ForCausalLM)

SIZES = dict(hidden_size=32, intermediate_size=32, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
             vocab_size=64, max_position_embeddings=256, eos_token_id=[3, 5], bos_token_id=None, pad_token_id=None,
             initializer_range=0.3, attn_implementation="eager")
ATTENTION = ["q_proj", "k_proj", "v_proj", "o_proj"]
DENSE = ATTENTION + ["gate_proj", "up_proj", "down_proj"]
FP4 = torch.tensor([0, 0.5, 1, 1.5, 2, 3, 4, 6, -0.0, -0.5, -1, -1.5, -2, -3, -4, -6])
TEMPERATURE = 0.7


def llama():
    rope = {"rope_type": "llama3", "rope_theta": 500.0, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
            "original_max_position_embeddings": 16}
    return LlamaForCausalLM(LlamaConfig(**SIZES, head_dim=8, rope_parameters=rope, tie_word_embeddings=True))


def qwen2():
    return Qwen2ForCausalLM(Qwen2Config(**SIZES, rope_parameters={"rope_type": "default", "rope_theta": 1000.0}, tie_word_embeddings=False,
                                        use_sliding_window=False, sliding_window=6, max_window_layers=1))


def qwen2_windows():
    return Qwen2ForCausalLM(Qwen2Config(**SIZES, rope_parameters={"rope_type": "yarn", "rope_theta": 1000.0, "factor": 4.0,
                                                                  "original_max_position_embeddings": 16}, tie_word_embeddings=True,
                                        use_sliding_window=True, sliding_window=6, max_window_layers=1))


def qwen3():
    return Qwen3ForCausalLM(Qwen3Config(**SIZES, head_dim=16, rope_parameters={"rope_type": "default", "rope_theta": 1000.0},
                                        tie_word_embeddings=True))


def gpt_oss(experts=5):
    rope = {"rope_type": "yarn", "rope_theta": 150000.0, "factor": 32.0, "beta_fast": 32.0, "beta_slow": 1.0,
            "original_max_position_embeddings": 4096, "truncate": False}
    return GptOssForCausalLM(GptOssConfig(**SIZES, head_dim=16, rope_parameters=rope, tie_word_embeddings=False, sliding_window=8,
                                          num_local_experts=experts, num_experts_per_tok=2))


def randomise(model):
    """Norms of one, biases and sinks of zero would hide that one is missing."""
    for name, parameter in model.named_parameters():
        if "norm" in name:
            parameter.data.uniform_(0.5, 1.5)
        elif name.endswith("bias") or "_bias" in name or "sinks" in name:
            parameter.data.normal_(0, 0.5)
        elif "experts" in name:
            parameter.data.normal_(0, 0.4)


def quantise(model):
    """Random MXFP4 experts: the file's tensors; the model gets their values."""
    tensors = {}
    for name, parameter in model.named_parameters():
        if not name.endswith(("gate_up_proj", "down_proj")):
            continue
        experts, width, out = parameter.shape
        blocks = torch.randint(0, 256, (experts, out, width // 32, 16), dtype=torch.uint8)
        scales = torch.randint(122, 126, (experts, out, width // 32), dtype=torch.uint8)
        values = torch.stack([FP4[(blocks & 15).long()], FP4[(blocks >> 4).long()]], -1).flatten(-2)
        values = values * torch.exp2(scales.float() - 127)[..., None]
        parameter.data.copy_(values.flatten(-2).transpose(1, 2))
        tensors[name + "_blocks"], tensors[name + "_scales"] = blocks, scales
    return tensors


def save(model, folder, dtype, quantised, shard):
    copy.deepcopy(model).to(dtype).save_pretrained(folder, max_shard_size=shard or "1GB")
    (folder / "generation_config.json").unlink(missing_ok=True)
    if quantised:
        file = folder / "model.safetensors"
        tensors = {k: v for k, v in load_file(file).items() if not k.endswith(("gate_up_proj", "down_proj"))}
        save_file(tensors | quantised, file, {"format": "pt"})
        config = json.loads((folder / "config.json").read_text())
        config["quantization_config"] = {"quant_method": "mxfp4", "modules_to_not_convert": ["model.layers.*.self_attn"]}
        (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")


def compute(model, folder, name, sequences, lora, expected, prefix):
    """The adapter, its logits and the gradients of a loss, into `expected`."""
    torch.manual_seed(11)
    adapted = get_peft_model(model, LoraConfig(task_type="CAUSAL_LM", **lora))
    for parameter_name, parameter in adapted.named_parameters():
        if "lora_B" in parameter_name:
            parameter.data.normal_(0, 0.1)
    adapted.save_pretrained(folder / name)
    (folder / name / "README.md").unlink(missing_ok=True)
    loss = 0.0
    for i, tokens in enumerate(sequences):
        scores = adapted(tokens[None]).logits[0]
        expected[f"{prefix}logits.{i}"] = scores.detach().contiguous()
        logprobs = torch.log_softmax(scores[:-1] / TEMPERATURE, -1).gather(1, tokens[1:, None])[:, 0]
        loss = loss - (logprobs * torch.linspace(-1, 1, len(logprobs))).sum()
    loss.backward()
    for parameter_name, parameter in adapted.named_parameters():
        if parameter.requires_grad:
            expected[f"{prefix}grad." + parameter_name.replace(".default", "")] = parameter.grad.clone()
    expected[prefix + "loss"] = loss.detach().reshape(1)
    return adapted.unload()


def make(folder, build, dtype, targets, mxfp4=False, shard=None, experts=False):
    torch.manual_seed(7)
    shutil.rmtree(folder, ignore_errors=True)
    model = build().eval()
    randomise(model)
    for parameter in model.parameters():  # not model.to(): it would round the angles of RoPE too
        parameter.data = parameter.data.to(dtype).float()
    save(model, folder, dtype, quantise(model) if mxfp4 else None, shard)
    sequences = [torch.randint(0, 64, (n,)) for n in (37, 5)]
    expected = {}
    with torch.no_grad():
        for i, tokens in enumerate(sequences):
            expected[f"tokens.{i}"] = tokens
            expected[f"logits.{i}"] = model(tokens[None]).logits[0].contiguous()
    model = compute(model, folder, "adapter", sequences, dict(r=3, lora_alpha=8, target_modules=targets), expected, "adapted.")
    if experts:
        lora = dict(r=2, lora_alpha=6, target_modules=["q_proj"], target_parameters=["mlp.experts.gate_up_proj", "mlp.experts.down_proj"])
        compute(model, folder, "adapter_experts", sequences, lora, expected, "experts.")
    save_file(expected, folder / "expected.safetensors")
    size = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())
    print(f"{folder.name}: {size // 1024} KiB, largest logit {expected['logits.0'].abs().max():.1f}")


def main():
    root = Path(sys.argv[1])
    make(root / "llama3_tied", llama, torch.bfloat16, DENSE)
    make(root / "qwen2_sharded", qwen2, torch.float16, DENSE, shard="16KB")
    make(root / "qwen2_windows", qwen2_windows, torch.bfloat16, DENSE)
    make(root / "qwen3_tied", qwen3, torch.bfloat16, DENSE)
    make(root / "gpt_oss_mxfp4", gpt_oss, torch.bfloat16, ATTENTION, mxfp4=True)
    make(root / "gpt_oss_bf16", lambda: gpt_oss(3), torch.bfloat16, ATTENTION, experts=True)


if __name__ == "__main__":
    main()
