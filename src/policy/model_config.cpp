#include "vegttt/policy/model_config.h"

#include <algorithm>
#include <functional>
#include <map>

#include "rope_config.h"
#include "vegttt/core/error.h"
#include "vegttt/core/json.h"
#include "vegttt/core/json_error.h"

namespace vegttt::policy {
namespace {

using core::Json;

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

void read_llama(const Json& json, ModelConfig& config, const std::string&) {
  config.qk_norm = false;
  config.qkv_bias = config.o_bias = core::get_or<bool>(json, "attention_bias", false);
  config.mlp_bias = core::get_or<bool>(json, "mlp_bias", false);
}

void read_qwen2(const Json&, ModelConfig& config, const std::string&) {
  config.qk_norm = false;
  config.qkv_bias = true;  // no key says so
}

void read_qwen3(const Json& json, ModelConfig& config, const std::string&) {
  config.qk_norm = true;
  config.qkv_bias = config.o_bias = core::get_or<bool>(json, "attention_bias", false);
}

void read_gpt_oss(const Json& json, ModelConfig& config, const std::string& where) {
  config.qk_norm = false;
  config.qkv_bias = config.o_bias = core::get_or<bool>(json, "attention_bias", true);
  config.sinks = config.norm_in_float = true;
  config.experts = size_of(json, "num_local_experts", where);
  config.experts_per_token =
      size_or(json, "num_experts_per_tok", size_or(json, "experts_per_token", 4, where), where);
  config.swiglu_limit = core::get_or<double>(json, "swiglu_limit", 7.0);
  config.swiglu_alpha = core::get_or<double>(json, "swiglu_alpha", 1.702);
}

using ReadFamily = void (*)(const Json&, ModelConfig&, const std::string& where);

// What each family adds to the common fields, and its class in transformers. A new family is a line
// here and, where its layers differ, a flag in ModelConfig that weights.cpp and transformer.cpp
// read.
struct Family {
  ReadFamily read;
  const char* architecture;
};
const std::map<std::string, Family>& families() {
  static const std::map<std::string, Family> table = {
      {"gpt_oss", {read_gpt_oss, "GptOssForCausalLM"}},
      {"llama", {read_llama, "LlamaForCausalLM"}},
      {"qwen2", {read_qwen2, "Qwen2ForCausalLM"}},
      {"qwen3", {read_qwen3, "Qwen3ForCausalLM"}},
  };
  return table;
}

std::string known_families() {
  std::string names;
  for (const auto& [name, family] : families()) names += (names.empty() ? "" : ", ") + name;
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

// Sliding windows by layer: `layer_types` of newer files, else Qwen's switches, else gpt-oss's
// alternation.
void read_windows(const Json& json, ModelConfig& config, const std::string& where) {
  const int window = size_or(json, "sliding_window", 0, where);
  const bool qwen = config.model_type.starts_with("qwen");
  if (window == 0 || (qwen && !core::get_or<bool>(json, "use_sliding_window", false)) ||
      config.model_type == "llama")
    return;
  const auto types = core::get_or<std::vector<std::string>>(json, "layer_types", {});
  if (!types.empty() && static_cast<int>(types.size()) != config.layers)
    throw core::UserError("layer_types does not name every layer", where);
  const int first = core::get_or<int>(json, "max_window_layers", config.layers);
  for (int layer = 0; layer < config.layers; ++layer) {
    const bool slides = !types.empty()
                            ? types[static_cast<std::size_t>(layer)] == "sliding_attention"
                        : qwen ? layer >= first
                               : layer % 2 == 0;
    config.windows.push_back(slides ? window : 0);
  }
}

void refuse_unknown(const Json& json, ModelConfig& config, const std::string& where) {
  const auto act = core::get_or<std::string>(json, "hidden_act", "silu");
  if (act != "silu") throw core::UserError("hidden_act '" + act + "' is not supported", where);
  const Json quantization = core::get_or<Json>(json, "quantization_config", Json::object());
  const auto method = core::get_or<std::string>(quantization, "quant_method", "");
  config.mxfp4 = method == "mxfp4" && config.experts > 0;
  if (!method.empty() && !config.mxfp4)
    throw core::UserError("weights quantised by '" + method + "' are not supported",
                          where,
                          "the folder of the model as published");
}

void check(const ModelConfig& config, const std::string& where) {
  if (config.layers > kMostLayers)
    throw core::UserError("num_hidden_layers is " + std::to_string(config.layers), where);
  if (config.heads % config.kv_heads != 0) {
    throw core::UserError("num_attention_heads is not a multiple of num_key_value_heads", where);
  }
  if (config.head_dim % 2 != 0) throw core::UserError("head_dim is odd", where);
  if (config.mxfp4 && (config.hidden % 32 != 0 || config.ffn % 32 != 0))
    throw core::UserError("MXFP4 needs hidden_size and intermediate_size in blocks of 32", where);
  if (config.experts_per_token > config.experts)
    throw core::UserError("num_experts_per_tok exceeds num_local_experts", where);
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
  family->second.read(json, config, where);
  read_windows(json, config, where);
  refuse_unknown(json, config, where);
  check(config, where);
  read_end_tokens(folder, json, config);
  return config;
}

void write_windows(const ModelConfig& config, Json& json) {
  json["use_sliding_window"] = !config.windows.empty();
  if (config.windows.empty()) return;
  json["sliding_window"] = *std::max_element(config.windows.begin(), config.windows.end());
  for (const int window : config.windows)
    json["layer_types"].push_back(window > 0 ? "sliding_attention" : "full_attention");
}

void write_experts(const ModelConfig& config, Json& json) {
  json["num_local_experts"] = config.experts;
  json["num_experts_per_tok"] = config.experts_per_token;
  json["swiglu_limit"] = config.swiglu_limit;
  json["swiglu_alpha"] = config.swiglu_alpha;
  if (config.mxfp4) json["quantization_config"] = {{"quant_method", "mxfp4"}};
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
  json["architectures"] = {families().at(config.model_type).architecture};
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
  write_rope(config, json);
  json["max_position_embeddings"] = config.max_positions;
  json["hidden_act"] = "silu";
  json["attention_bias"] = config.o_bias;
  if (config.mlp_bias) json["mlp_bias"] = true;
  write_windows(config, json);
  if (config.experts > 0) write_experts(config, json);
  json["eos_token_id"] =
      config.end_tokens.size() == 1 ? Json(config.end_tokens[0]) : Json(config.end_tokens);
  json["torch_dtype"] = "bfloat16";
  core::make_folder(folder);
  core::write_file_atomically(folder / "config.json", core::dump_json(json, 2) + "\n");
}

}  // namespace vegttt::policy
