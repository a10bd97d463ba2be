#include "vegttt/policy/model_config.h"

#include <algorithm>
#include <functional>
#include <map>

#include "vegttt/core/error.h"
#include "vegttt/core/json.h"
#include "vegttt/core/json_error.h"

namespace vegttt::policy {
namespace {

using core::Json;

// What each family adds to the common fields. A new family is a line here and, where its layers
// differ, a flag in ModelConfig that weights.cpp and forward.cpp read.
const std::map<std::string, std::function<void(const Json&, ModelConfig&)>>& families() {
  static const std::map<std::string, std::function<void(const Json&, ModelConfig&)>> table = {
      {"qwen3", [](const Json&, ModelConfig& config) { config.qk_norm = true; }},
  };
  return table;
}

std::string known_families() {
  std::string names;
  for (const auto& [name, parse] : families()) names += (names.empty() ? "" : ", ") + name;
  return names;
}

std::vector<int> token_list(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || found->is_null()) return {};
  if (found->is_number_integer()) return {found->get<int>()};
  return core::get<std::vector<int>>(json, key);
}

void read_end_tokens(const core::fs::path& folder, const Json& json, ModelConfig& config) {
  config.end_tokens = token_list(json, "eos_token_id");
  const auto generation = folder / "generation_config.json";
  if (!core::fs::exists(generation)) return;
  for (int token : token_list(core::parse_json(core::read_file(generation), generation.string()),
                              "eos_token_id")) {
    if (std::find(config.end_tokens.begin(), config.end_tokens.end(), token) ==
        config.end_tokens.end()) {
      config.end_tokens.push_back(token);
    }
  }
}

// Newer files nest the angle base in rope_parameters; scaled RoPE is another family's business.
void read_rope(const Json& json, const std::string& where, ModelConfig& config) {
  const Json nested = core::get_or<Json>(json, "rope_parameters", Json::object());
  config.rope_theta =
      core::get_or<double>(nested, "rope_theta", core::get_or<double>(json, "rope_theta", 1e6));
  const Json scaling = core::get_or<Json>(json, "rope_scaling", nested);
  const auto kind = core::get_or<std::string>(
      scaling, "rope_type", core::get_or<std::string>(scaling, "type", "default"));
  if (kind != "default")
    throw core::UserError("rope_type '" + kind + "' is not supported for " + config.model_type,
                          where);
}

// Larger than any model's; what a damaged file says must not decide how much memory is asked for.
constexpr std::int64_t kLargestSize = 10'000'000, kMostLayers = 1000;

int size_of(const Json& json, const char* key, const std::string& where) {
  const auto size = core::get<std::int64_t>(json, key, where);
  if (size <= 0 || size > kLargestSize)
    throw core::UserError(std::string(key) + " is " + std::to_string(size) + ", expected 1 to " +
                              std::to_string(kLargestSize),
                          where);
  return static_cast<int>(size);
}

int size_or(const Json& json, const char* key, int fallback, const std::string& where) {
  const auto found = json.find(key);
  return found == json.end() || found->is_null() ? fallback : size_of(json, key, where);
}

void check(const ModelConfig& config, const std::string& where) {
  if (config.layers > kMostLayers)
    throw core::UserError("num_hidden_layers is " + std::to_string(config.layers), where);
  if (config.heads % config.kv_heads != 0) {
    throw core::UserError("num_attention_heads is not a multiple of num_key_value_heads", where);
  }
  if (config.head_dim % 2 != 0) throw core::UserError("head_dim is odd", where);
}

ModelConfig parse_model_config(const core::fs::path& folder,
                               const Json& json,
                               const std::string& where) {
  ModelConfig config;
  config.model_type = core::get<std::string>(json, "model_type", where);
  const auto family = families().find(config.model_type);
  if (family == families().end()) {
    throw core::UserError(
        "model_type '" + config.model_type + "' is not supported (known: " + known_families() + ")",
        where);
  }
  config.layers = size_of(json, "num_hidden_layers", where);
  config.hidden = size_of(json, "hidden_size", where);
  config.heads = size_of(json, "num_attention_heads", where);
  config.kv_heads = size_or(json, "num_key_value_heads", config.heads, where);
  config.head_dim = size_or(json, "head_dim", config.hidden / config.heads, where);
  config.ffn = size_of(json, "intermediate_size", where);
  config.vocab = size_of(json, "vocab_size", where);
  config.tied = core::get_or<bool>(json, "tie_word_embeddings", false);
  config.rms_eps = core::get_or<double>(json, "rms_norm_eps", 1e-6);
  config.max_positions = core::get_or<std::int64_t>(json, "max_position_embeddings", 0);
  read_rope(json, where, config);
  family->second(json, config);
  check(config, where);
  read_end_tokens(folder, json, config);
  return config;
}

}  // namespace

ModelConfig read_model_config(const core::fs::path& folder) {
  const auto path = folder / "config.json";
  if (!core::fs::exists(path)) {
    throw core::UserError(
        "no config.json", folder.string(), "name a folder with a Hugging Face model");
  }
  const Json json = core::parse_json(core::read_file(path), path.string());
  try {
    return parse_model_config(folder, json, path.string());
  } catch (const Json::exception& error) {
    throw core::UserError(core::reason_of(error), path.string());
  }
}

void write_model_config(const core::fs::path& folder, const ModelConfig& config) {
  Json json;
  json["architectures"] = {"Qwen3ForCausalLM"};
  json["model_type"] = config.model_type;
  json["num_hidden_layers"] = config.layers;
  json["hidden_size"] = config.hidden;
  json["num_attention_heads"] = config.heads;
  json["num_key_value_heads"] = config.kv_heads;
  json["head_dim"] = config.head_dim;
  json["intermediate_size"] = config.ffn;
  json["vocab_size"] = config.vocab;
  json["tie_word_embeddings"] = config.tied;
  json["rms_norm_eps"] = config.rms_eps;
  json["rope_theta"] = config.rope_theta;
  json["rope_scaling"] = nullptr;
  json["max_position_embeddings"] = config.max_positions;
  json["hidden_act"] = "silu";
  json["attention_bias"] = false;
  json["use_sliding_window"] = false;
  json["eos_token_id"] =
      config.end_tokens.size() == 1 ? Json(config.end_tokens[0]) : Json(config.end_tokens);
  json["torch_dtype"] = "bfloat16";
  core::make_folder(folder);
  core::write_file_atomically(folder / "config.json", core::dump_json(json, 2) + "\n");
}

}  // namespace vegttt::policy
