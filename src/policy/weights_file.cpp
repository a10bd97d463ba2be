#include <map>
#include <set>

#include "memory.h"
#include "vegttt/core/error.h"
#include "vegttt/core/json.h"
#include "vegttt/policy/device.h"
#include "vegttt/policy/weights.h"
#include "vegttt/tensors/tensors.h"

namespace vegttt::policy {
namespace {

struct Found {
  at::Tensor tensor;
  std::string file;
};

// The one file, or those that the index names: other .safetensors files of the folder are not the
// model's.
std::vector<core::fs::path> files_of(const core::fs::path& folder) {
  const auto index = folder / "model.safetensors.index.json";
  if (!core::fs::exists(index)) {
    const auto single = folder / "model.safetensors";
    if (!core::fs::exists(single))
      throw core::UserError("the model's weights are missing",
                            single.string(),
                            "a folder with model.safetensors or model.safetensors.index.json");
    return {single};
  }
  const auto json = core::parse_json(core::read_file(index), index.string());
  std::set<std::string> names;
  const auto map =
      core::get<std::map<std::string, std::string>>(json, "weight_map", index.string());
  for (const auto& [tensor, file] : map) names.insert(file);
  std::vector<core::fs::path> paths;
  for (const auto& name : names) paths.push_back(folder / name);
  return paths;
}

std::map<std::string, Found> open_files(const core::fs::path& folder) {
  std::map<std::string, Found> all;
  for (const auto& path : files_of(folder)) {
    for (auto& [name, tensor] : tensors::load_tensors(path)) all[name] = {tensor, path.string()};
  }
  return all;
}

// As the file holds it: nothing is copied yet.
at::Tensor take(std::map<std::string, Found>& all,
                const NamedTensor& named,
                const core::fs::path& folder) {
  const auto found = all.find(named.name);
  if (found == all.end())
    throw core::UserError("tensor '" + named.name + "' is missing",
                          folder.string(),
                          "config.json and the weights of one and the same model");
  const auto [tensor, file] = found->second;
  if (tensor.sizes() != at::IntArrayRef(named.shape)) {
    throw core::UserError("tensor '" + named.name + "' has shape " + shape_text(tensor.sizes()) +
                              ", config.json asks for " + shape_text(named.shape),
                          file,
                          "config.json and the weights of one and the same model");
  }
  if (named.raw != (tensor.scalar_type() == at::kByte) ||
      (!named.raw && !at::isFloatingType(tensor.scalar_type()))) {
    throw core::UserError("tensor '" + named.name + "' holds " +
                              at::toString(tensor.scalar_type()) + ", expected " +
                              (named.raw ? "bytes" : "floating-point numbers"),
                          file,
                          "config.json and the weights of one and the same model");
  }
  all.erase(found);
  return tensor;
}

// A copy: the file's mapping is read-only, and training writes.
at::Tensor in_memory(const at::Tensor& mapped, at::ScalarType dtype, at::Device device) {
  return mapped.to(device, dtype, /*non_blocking=*/false, /*copy=*/true).contiguous();
}

// Old files hold the angle table; a tied model may hold its head once more.
bool harmless(const std::string& name, const ModelConfig& config) {
  return name.ends_with("rotary_emb.inv_freq") || (config.tied && name == "lm_head.weight");
}

}  // namespace

std::string shape_text(at::IntArrayRef shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) text += (i ? ", " : "") + std::to_string(shape[i]);
  return text + "]";
}

Weights map_weights(const core::fs::path& folder, const ModelConfig& config) {
  auto all = open_files(folder);
  Weights weights;
  for (const auto& named : named_tensors(weights, config)) {
    const at::Tensor stored = take(all, named, folder);
    *named.tensor = named.transposed ? stored.transpose(1, 2) : stored;
  }
  for (const auto& [name, found] : all) {
    if (harmless(name, config)) continue;
    throw core::UserError("tensor '" + name + "' is not part of a " + config.model_type +
                              " model with this config.json",
                          found.file);
  }
  if (config.tied) weights.head = weights.embed;
  return weights;
}

void check_memory(const core::fs::path& folder,
                  const ModelConfig& config,
                  at::Device device,
                  at::ScalarType dtype) {
  const char* type = dtype == at::kFloat ? "float32" : dtype == at::kHalf ? "float16" : "bfloat16";
  require_memory(weight_bytes(config, dtype),
                 available_memory(device),
                 std::string("the model in ") + type,
                 folder.string());
}

Weights load_weights(const core::fs::path& folder,
                     const ModelConfig& config,
                     at::Device device,
                     at::ScalarType dtype) {
  check_memory(folder, config, device, dtype);
  Weights weights = map_weights(folder, config);
  for (const auto& named : named_tensors(weights, config))
    *named.tensor = in_memory(*named.tensor, named.raw ? at::kByte : dtype, device);
  if (config.tied) weights.head = weights.embed;
  return weights;
}

void save_weights(const core::fs::path& folder,
                  const Weights& weights,
                  const ModelConfig& config,
                  at::ScalarType dtype) {
  Weights copy = weights;
  tensors::TensorMap map;
  for (const auto& named : named_tensors(copy, config)) {
    const at::Tensor tensor = named.transposed ? named.tensor->transpose(1, 2) : *named.tensor;
    map[named.name] = named.raw ? tensor : tensor.detach().to(dtype);
  }
  core::make_folder(folder);
  tensors::save_tensors(folder / "model.safetensors", map, {{"format", "pt"}});
}

}  // namespace vegttt::policy
