// The keys of RoPE in config.json.
#pragma once

#include "vegttt/core/json.h"
#include "vegttt/policy/model_config.h"

namespace vegttt::policy {

// Newer files nest everything in rope_parameters; older ones have rope_theta and rope_scaling.
// Throws UserError on a kind that is not known.
void read_rope(const core::Json& json, const std::string& where, ModelConfig& config);
void write_rope(const ModelConfig& config, core::Json& json);

}  // namespace vegttt::policy
