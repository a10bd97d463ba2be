#include "teacher.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "vegttt/core/error.h"
#include "vegttt/core/file.h"
#include "vegttt/tensors/tensors.h"

namespace vegttt::learn {
namespace {

core::fs::path file_in(const std::string& folder) {
  return core::fs::path(folder) / "teacher.safetensors";
}

}  // namespace

const policy::Adapter& Teacher::adapter(const config::TeacherOptions& options,
                                        const policy::Adapter& student,
                                        const policy::Adapter& start) {
  if (options.weights == "student") return student;
  if (options.weights == "frozen") return start;
  VEGTTT_ASSERT(options.weights == "ema", "the config was checked for known teachers");
  if (!average_) average_ = start.clone();
  return *average_;
}

void Teacher::follow(const policy::Adapter& student, const config::TeacherOptions& options) {
  if (!average_ || options.weights != "ema") return;
  const at::NoGradGuard no_gradients;
  for (auto& [path, pair] : average_->pairs) {
    const auto& now = student.pairs.at(path);
    pair.a.lerp_(now.a, options.ema_rate);
    pair.b.lerp_(now.b, options.ema_rate);
  }
}

void Teacher::save(const std::string& folder) const {
  if (!average_) return;
  tensors::TensorMap map;
  for (const auto& [path, pair] : average_->pairs) {
    map[path + ".lora_A"] = pair.a;
    map[path + ".lora_B"] = pair.b;
  }
  tensors::save_tensors(file_in(folder), map);
}

void Teacher::load(const std::string& folder, const policy::Adapter& like) {
  average_.reset();
  if (!core::fs::exists(file_in(folder))) return;
  const at::NoGradGuard no_gradients;
  const auto map = tensors::load_tensors(file_in(folder));
  policy::Adapter average = like.clone();
  for (auto& [path, pair] : average.pairs) {
    const auto a = map.find(path + ".lora_A"), b = map.find(path + ".lora_B");
    if (a == map.end() || b == map.end() || a->second.sizes() != pair.a.sizes() ||
        b->second.sizes() != pair.b.sizes())
      throw core::UserError("the teacher's adapter does not fit this run's",
                            file_in(folder).string());
    pair.a.copy_(a->second);
    pair.b.copy_(b->second);
  }
  average_ = std::move(average);
}

}  // namespace vegttt::learn
