#include <algorithm>
#include <map>

#include "vegttt/core/error.h"
#include "vegttt/core/json.h"
#include "vegttt/core/json_error.h"
#include "vegttt/policy/lora.h"
#include "vegttt/tensors/tensors.h"

namespace vegttt::policy {
namespace {

using core::Json;

const std::string kPrefix = "base_model.model.", kExperts = ".mlp.experts",
                  kGateUp = ".gate_up_proj";

bool is_expert(const std::string& path) { return path.find(kExperts + ".") != std::string::npos; }

// The wrapper that PEFT puts around a module. Of two wrapped parameters of the experts the first
// one's is the inner.
std::string wrapper_of(const std::string& path, const std::vector<std::string>& targets) {
  if (!is_expert(path)) return path;
  const std::string module = path.substr(0, path.rfind('.'));
  const bool both = std::find(targets.begin(), targets.end(), "down_proj") != targets.end();
  return path.ends_with(kGateUp) && both ? module + ".base_layer" : module;
}

std::string name_of(const std::string& wrapper, const char* matrix) {
  return kPrefix + wrapper + "." + matrix + ".weight";
}

// Which targets are linear layers and which are parameters of the experts.
struct Targets {
  std::vector<std::string> modules, parameters;
};
Targets targets_of(const Adapter& adapter) {
  Targets targets;
  for (const auto& kind : adapter.targets) {
    const bool expert =
        std::any_of(adapter.pairs.begin(), adapter.pairs.end(), [&](const auto& pair) {
          return is_expert(pair.first) && pair.first.ends_with("." + kind);
        });
    if (expert)
      targets.parameters.push_back("mlp.experts." + kind);
    else
      targets.modules.push_back(kind);
  }
  return targets;
}

Json config_of(const Adapter& adapter, const std::string& base) {
  const Json nothing = nullptr, empty = Json::object();
  const Targets targets = targets_of(adapter);
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
          {"target_modules", targets.modules},
          {"target_parameters", targets.parameters.empty() ? nothing : Json(targets.parameters)},
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

// These initialisations take something away from the base's weights, which are then not the
// published ones.
void refuse_changed_base(const Json& json, const std::string& where) {
  const auto found = json.find("init_lora_weights");
  if (found == json.end() || !found->is_string()) return;
  const std::string name = found->get<std::string>();
  for (const char* known : {"pissa", "olora", "corda", "loftq", "lora_ga"}) {
    if (name.starts_with(known))
      throw core::UserError("adapters with init_lora_weights '" + name +
                                "' are not supported: they belong to a changed base",
                            where,
                            "peft's conversion of such an adapter to a plain one");
  }
}

Adapter parse_config(const Json& json, const std::string& where) {
  if (core::get<std::string>(json, "peft_type", where) != "LORA")
    throw core::UserError("peft_type is not LORA", where);
  for (const char* key : {"use_dora",
                          "lora_bias",
                          "modules_to_save",
                          "rank_pattern",
                          "alpha_pattern",
                          "layer_replication",
                          "use_qalora",
                          "use_bdlora",
                          "alora_invocation_tokens"}) {
    refuse(json, key, where);
  }
  refuse_changed_base(json, where);
  if (core::get_or<bool>(json, "fan_in_fan_out", false))
    throw core::UserError("fan_in_fan_out is not supported", where);
  Adapter adapter;
  adapter.rank = core::get<int>(json, "r", where);
  adapter.alpha = core::get<double>(json, "lora_alpha", where);
  adapter.rank_stabilized = core::get_or<bool>(json, "use_rslora", false);
  for (const auto& parameter :
       core::get_or<std::vector<std::string>>(json, "target_parameters", {}))
    adapter.targets.push_back(parameter.substr(parameter.rfind('.') + 1));
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
  const std::vector<std::string> parameters = adapter.targets;
  const auto read = [&](const std::string& path,
                        const std::string& kind,
                        std::int64_t rank,
                        std::int64_t out,
                        std::int64_t in,
                        at::Device device) {
    const std::string wrapper = wrapper_of(path, parameters), a = name_of(wrapper, "lora_A"),
                      b = name_of(wrapper, "lora_B");
    if (!all.count(a) && !all.count(b)) return;
    adapter.pairs[path] = {take(all, a, rank, in, device, file.string()),
                           take(all, b, out, rank, device, file.string())};
    if (std::find(adapter.targets.begin(), adapter.targets.end(), kind) == adapter.targets.end())
      adapter.targets.push_back(kind);
  };
  for (const auto& linear : named_linears(weights)) {
    const at::Tensor& weight = linear.linear->weight;
    read(linear.path, linear.kind, adapter.rank, weight.size(0), weight.size(1), weight.device());
  }
  for (const auto& named : named_experts(weights)) {
    const ExpertLinear& e = *named.experts;
    if (std::find(parameters.begin(), parameters.end(), named.kind) == parameters.end()) continue;
    read(named.module + "." + named.kind,
         named.kind,
         adapter.rank * e.experts(),
         e.out(),
         e.in(),
         e.device());
  }
  if (!all.empty())
    throw core::UserError("tensor '" + all.begin()->first + "' fits no layer of this model",
                          file.string(),
                          "the model that this adapter was made for (policy.folder)");
  if (adapter.pairs.empty()) throw core::UserError("the adapter holds no tensor", file.string());
  return adapter;
}

std::vector<std::pair<std::string, at::Tensor>> peft_tensors(const Adapter& adapter) {
  std::vector<std::pair<std::string, at::Tensor>> list;
  for (const auto& [path, pair] : adapter.pairs) {
    const std::string wrapper = wrapper_of(path, adapter.targets);
    list.emplace_back(name_of(wrapper, "lora_A"), pair.a);
    list.emplace_back(name_of(wrapper, "lora_B"), pair.b);
  }
  return list;
}

void save_adapter(const core::fs::path& folder, const Adapter& adapter, const std::string& base) {
  tensors::TensorMap map;
  for (const auto& [name, tensor] : peft_tensors(adapter)) map[name] = tensor.detach();
  core::make_folder(folder);
  tensors::save_tensors(folder / "adapter_model.safetensors", map, {{"format", "pt"}});
  core::write_file_atomically(folder / "adapter_config.json",
                              core::dump_json(config_of(adapter, base), 2) + "\n");
}

}  // namespace vegttt::policy
