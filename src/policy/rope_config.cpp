#include "rope_config.h"

#include <cmath>

#include "vegttt/core/error.h"

namespace vegttt::policy {
namespace {

using core::Json;
using Kind = RopeScaling::Kind;

Kind kind_of(const std::string& name, const std::string& where) {
  if (name == "default") return Kind::kNone;
  if (name == "linear") return Kind::kLinear;
  if (name == "llama3") return Kind::kLlama3;
  if (name == "yarn") return Kind::kYarn;
  throw core::UserError(
      "rope_type '" + name + "' is not supported (known: default, linear, llama3, yarn)", where);
}

const char* name_of(Kind kind) {
  switch (kind) {
    case Kind::kLinear:
      return "linear";
    case Kind::kLlama3:
      return "llama3";
    case Kind::kYarn:
      return "yarn";
    default:
      return "default";
  }
}

// How much flatter attention gets when more positions compete.
double usual_attention_factor(double factor) {
  return factor <= 1 ? 1 : 0.1 * std::log(factor) + 1;
}

void read_scaling(const Json& scaling, const std::string& where, RopeScaling& rope) {
  rope.factor = core::get<double>(scaling, "factor", where);
  if (!(rope.factor > 0)) throw core::UserError("rope_scaling.factor is not positive", where);
  rope.original_positions =
      core::get_or<double>(scaling, "original_max_position_embeddings", rope.original_positions);
  rope.low_frequency = core::get_or<double>(scaling, "low_freq_factor", rope.low_frequency);
  rope.high_frequency = core::get_or<double>(scaling, "high_freq_factor", rope.high_frequency);
  rope.beta_fast = core::get_or<double>(scaling, "beta_fast", rope.beta_fast);
  rope.beta_slow = core::get_or<double>(scaling, "beta_slow", rope.beta_slow);
  rope.truncate = core::get_or<bool>(scaling, "truncate", rope.truncate);
  if (rope.kind == Kind::kYarn)
    rope.attention_factor =
        core::get_or<double>(scaling, "attention_factor", usual_attention_factor(rope.factor));
}

}  // namespace

void read_rope(const Json& json, const std::string& where, ModelConfig& config) {
  const Json nested = core::get_or<Json>(json, "rope_parameters", Json::object());
  config.rope_theta =
      core::get_or<double>(nested, "rope_theta", core::get_or<double>(json, "rope_theta", 1e4));
  const Json scaling = core::get_or<Json>(json, "rope_scaling", nested);
  config.rope_scaling.kind =
      kind_of(core::get_or<std::string>(
                  scaling, "rope_type", core::get_or<std::string>(scaling, "type", "default")),
              where);
  config.rope_scaling.original_positions = core::get_or<double>(
      json, "original_max_position_embeddings", static_cast<double>(config.max_positions));
  if (config.rope_scaling.kind != Kind::kNone) read_scaling(scaling, where, config.rope_scaling);
}

void write_rope(const ModelConfig& config, Json& json) {
  json["rope_theta"] = config.rope_theta;
  json["rope_scaling"] = nullptr;
  const RopeScaling& rope = config.rope_scaling;
  if (rope.kind == Kind::kNone) return;
  Json scaling = {{"rope_type", name_of(rope.kind)}, {"factor", rope.factor}};
  if (rope.kind != Kind::kLinear)
    scaling["original_max_position_embeddings"] = rope.original_positions;
  if (rope.kind == Kind::kLlama3)
    scaling.update(
        {{"low_freq_factor", rope.low_frequency}, {"high_freq_factor", rope.high_frequency}});
  if (rope.kind == Kind::kYarn)
    scaling.update({{"beta_fast", rope.beta_fast},
                    {"beta_slow", rope.beta_slow},
                    {"truncate", rope.truncate},
                    {"attention_factor", rope.attention_factor}});
  json["rope_scaling"] = scaling;
}

}  // namespace vegttt::policy
