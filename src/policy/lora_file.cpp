#include <map>

#include "vegttt/core/error.h"
#include "vegttt/core/json.h"
#include "vegttt/core/json_error.h"
#include "vegttt/policy/lora.h"
#include "vegttt/tensors/tensors.h"

namespace vegttt::policy {
namespace {

using core::Json;

const std::string kPrefix = "base_model.model.";

std::string name_of(const std::string& path, const char* matrix) {
  return kPrefix + path + "." + matrix + ".weight";
}

Json config_of(const Adapter& adapter, const std::string& base) {
  const Json nothing = nullptr, empty = Json::object();
  // Sorted, as PEFT writes it.
  return {{"alpha_pattern", empty},
          {"auto_mapping", nothing},
          {"base_model_name_or_path", base},
          {"bias", "none"},
          {"exclude_modules", nothing},
          {"fan_in_fan_out", false},
          {"inference_mode", true},
          {"init_lora_weights", true},
          {"layers_pattern", nothing},
          {"layers_to_transform", nothing},
          {"lora_alpha", adapter.alpha},
          {"lora_bias", false},
          {"lora_dropout", 0.0},
          {"modules_to_save", nothing},
          {"peft_type", "LORA"},
          {"r", adapter.rank},
          {"rank_pattern", empty},
          {"revision", nothing},
          {"target_modules", adapter.targets},
          {"target_parameters", nothing},
          {"task_type", "CAUSAL_LM"},
          {"use_dora", false},
          {"use_rslora", adapter.rank_stabilized}};
}

void refuse(const Json& json, const char* key, const std::string& where) {
  const auto found = json.find(key);
  const bool unset =
      found == json.end() || found->is_null() || *found == Json(false) || found->empty();
  if (!unset)
    throw core::UserError(std::string("adapters with ") + key + " are not supported", where);
}

Adapter parse_config(const Json& json, const std::string& where) {
  if (core::get<std::string>(json, "peft_type", where) != "LORA")
    throw core::UserError("peft_type is not LORA", where);
  for (const char* key : {"use_dora",
                          "lora_bias",
                          "modules_to_save",
                          "rank_pattern",
                          "alpha_pattern",
                          "target_parameters"}) {
    refuse(json, key, where);
  }
  if (core::get_or<bool>(json, "fan_in_fan_out", false))
    throw core::UserError("fan_in_fan_out is not supported", where);
  if (!json.contains("target_modules") || !json["target_modules"].is_array()) {
    throw core::UserError("target_modules must list layer names", where);
  }
  Adapter adapter;
  adapter.rank = core::get<int>(json, "r", where);
  adapter.alpha = core::get<double>(json, "lora_alpha", where);
  adapter.rank_stabilized = core::get_or<bool>(json, "use_rslora", false);
  adapter.targets = core::get<std::vector<std::string>>(json, "target_modules", where);
  if (adapter.rank <= 0) throw core::UserError("r is not positive", where);
  return adapter;
}

Adapter read_config(const core::fs::path& path) {
  const Json json = core::parse_json(core::read_file(path), path.string());
  try {
    return parse_config(json, path.string());
  } catch (const Json::exception& error) {
    throw core::UserError(core::reason_of(error), path.string());
  }
}

at::Tensor take(tensors::TensorMap& all,
                const std::string& name,
                std::int64_t rows,
                std::int64_t columns,
                const at::Device& device,
                const std::string& where) {
  const auto found = all.find(name);
  if (found == all.end()) throw core::UserError("tensor '" + name + "' is missing", where);
  const at::Tensor tensor = found->second;
  if (tensor.sizes() != at::IntArrayRef({rows, columns})) {
    throw core::UserError("tensor '" + name + "' has shape " + shape_text(tensor.sizes()) +
                              ", the model needs " + shape_text({rows, columns}),
                          where,
                          "the model that this adapter was made for (policy.folder)");
  }
  all.erase(found);
  return tensor.to(device, at::kFloat, /*non_blocking=*/false, /*copy=*/true).contiguous();
}

}  // namespace

Adapter load_adapter(const core::fs::path& folder, Weights& weights) {
  Adapter adapter = read_config(folder / "adapter_config.json");
  const auto file = folder / "adapter_model.safetensors";
  auto all = tensors::load_tensors(file);
  for (const auto& linear : named_linears(weights)) {
    if (!all.count(name_of(linear.path, "lora_A")) && !all.count(name_of(linear.path, "lora_B")))
      continue;
    const at::Tensor& weight = linear.linear->weight;
    LoraPair& pair = adapter.pairs[linear.path];
    pair.a = take(all,
                  name_of(linear.path, "lora_A"),
                  adapter.rank,
                  weight.size(1),
                  weight.device(),
                  file.string());
    pair.b = take(all,
                  name_of(linear.path, "lora_B"),
                  weight.size(0),
                  adapter.rank,
                  weight.device(),
                  file.string());
  }
  if (!all.empty())
    throw core::UserError("tensor '" + all.begin()->first + "' fits no layer of this model",
                          file.string(),
                          "the model that this adapter was made for (policy.folder)");
  if (adapter.pairs.empty()) throw core::UserError("the adapter holds no tensor", file.string());
  return adapter;
}

void save_adapter(const core::fs::path& folder, const Adapter& adapter, const std::string& base) {
  tensors::TensorMap map;
  for (const auto& [path, pair] : adapter.pairs) {
    map[name_of(path, "lora_A")] = pair.a.detach();
    map[name_of(path, "lora_B")] = pair.b.detach();
  }
  core::make_folder(folder);
  tensors::save_tensors(folder / "adapter_model.safetensors", map, {{"format", "pt"}});
  core::write_file_atomically(folder / "adapter_config.json",
                              core::dump_json(config_of(adapter, base), 2) + "\n");
}

}  // namespace vegttt::policy
