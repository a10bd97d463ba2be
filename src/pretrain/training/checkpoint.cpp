#include "checkpoint.h"

#include <ATen/core/grad_mode.h>

#include <cstring>
#include <map>

#include "vegttt/core/error.h"
#include "vegttt/core/safetensors.h"

namespace vegttt::pretrain {
namespace {

std::string name_of(std::size_t index) {
  const std::string digits = std::to_string(index);
  return "state." + std::string(6 - std::min<std::size_t>(6, digits.size()), '0') + digits;
}

}  // namespace

void save_state(const core::fs::path& file,
                const std::vector<at::Tensor>& tensors,
                const Progress& progress,
                const std::string& identity) {
  std::vector<at::Tensor> host;
  std::map<std::string, core::TensorBytes> contents;
  for (const auto& tensor : tensors)
    host.push_back(tensor.detach().to(at::kCPU, at::kFloat).contiguous());
  for (std::size_t i = 0; i < host.size(); ++i) {
    const auto* bytes = static_cast<const std::byte*>(host[i].const_data_ptr());
    contents[name_of(i)] = {
        "F32", host[i].sizes().vec(), {bytes, static_cast<std::size_t>(host[i].nbytes())}};
  }
  core::write_safetensors(file,
                          contents,
                          {{"identity", identity},
                           {"step", std::to_string(progress.step)},
                           {"tokens", std::to_string(progress.tokens)},
                           {"planned_steps", std::to_string(progress.planned_steps)},
                           {"seconds", std::to_string(progress.seconds)}});
}

bool load_state(const core::fs::path& file,
                const std::vector<at::Tensor>& tensors,
                Progress& progress,
                const std::string& identity) {
  if (!core::fs::exists(file)) return false;
  const core::SafetensorsFile state(file);
  const auto& meta = state.metadata();
  if (meta.count("identity") == 0 || meta.at("identity") != identity)
    throw core::UserError(
        "this state belongs to other options", file.string(), "remove it to start anew");
  const at::NoGradGuard no_grad;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const auto& view = state.tensors().at(name_of(i));
    at::Tensor host = at::empty(view.shape, at::kFloat);
    std::memcpy(host.mutable_data_ptr(), view.bytes.data(), view.bytes.size());
    tensors[i].detach().copy_(host.reshape(tensors[i].sizes()));
  }
  progress.step = std::stoll(meta.at("step"));
  progress.tokens = std::stoll(meta.at("tokens"));
  progress.planned_steps = std::stoll(meta.at("planned_steps"));
  progress.seconds = std::stod(meta.at("seconds"));
  return true;
}

}  // namespace vegttt::pretrain
