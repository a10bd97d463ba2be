// A model folder with an adapter added to its weights, for programs that know no adapters.
#pragma once

#include <ATen/ATen.h>

#include "vegttt/policy/lora.h"
#include "vegttt/policy/transformer.h"

namespace vegttt::policy {

// Writes `out`: the base folder's configuration, tokenizer and templates, and one model.safetensors
// with weights as `dtype` (MXFP4 experts stay as they are). Throws UserError when `out` is the base
// folder or the adapter holds MXFP4 experts.
void export_merged(const core::fs::path& base,
                   const Transformer& model,
                   const Adapter& adapter,
                   const core::fs::path& out,
                   at::ScalarType dtype);

}  // namespace vegttt::policy
