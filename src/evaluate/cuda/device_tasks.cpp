#include "device_tasks.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "../task_store.h"
#include "vegttt/core/error.h"

namespace vegttt::evaluate {
namespace {

using cuda::driver;

constexpr int kSets = 3;
constexpr double kRateMargin = 1.02;
constexpr double kTensorMargin = 1.1;  // clocks may be higher in a short kernel
constexpr double kShareOfMemory = 0.45;

at::Tensor tensor_over(const DeviceBuffer& buffer, const at::Tensor& like, int device) {
  const at::Device where(at::kCUDA, static_cast<c10::DeviceIndex>(device));
  return at::for_blob(buffer.data(), like.sizes())
      .options(like.options().device(where))
      .target_device(where)
      .make_tensor();
}

template <class Body>
double best_us(JudgeKernels& kernels, Body body) {
  double best = 1e30;
  for (int i = 0; i < 8; ++i) {
    kernels.spin(100);
    kernels.begin();
    body();
    kernels.end();
    kernels.synchronize();
    best = std::min(best, kernels.elapsed_us());
  }
  return best;
}

double tensor_rate(JudgeKernels& kernels) {
  constexpr std::int64_t kN = 8192;
  const auto options = at::TensorOptions().device(at::kCUDA).dtype(at::kBFloat16);
  const at::Tensor a = at::zeros({kN, kN}, options), b = at::zeros({kN, kN}, options);
  const double us = best_us(kernels, [&] { at::matmul(a, b); });
  return 2.0 * kN * kN * kN / us;
}

double copy_rate(JudgeKernels& kernels) {
  constexpr std::int64_t kFloats = std::int64_t{1} << 28;
  const auto options = at::TensorOptions().device(at::kCUDA);
  at::Tensor to = at::zeros({kFloats}, options);
  const at::Tensor from = at::zeros({kFloats}, options);
  return 8.0 * kFloats / best_us(kernels, [&] { to.copy_(from); });
}

}  // namespace

DeviceSpeed measure_device_speed(JudgeKernels& kernels) {
  DeviceSpeed speed;
  speed.l2_bytes = static_cast<double>(kernels.l2_bytes());
  speed.bytes_per_us = std::max({kernels.read_rate(), kernels.write_rate(), copy_rate(kernels)});
  speed.flops_per_us = kTensorMargin * tensor_rate(kernels);
  return speed;
}

double device_floor_us(const tasks::Work& work, const DeviceSpeed& speed) {
  const double bytes = std::max(0.0, work.min_bytes - speed.l2_bytes);
  return std::max(bytes / (kRateMargin * speed.bytes_per_us), work.min_flops / speed.flops_per_us);
}

DeviceTasks::DeviceTasks(const EvaluatorOptions& options,
                         const Protocol& protocol,
                         const tasks::Catalogue& catalogue,
                         JudgeKernels& kernels,
                         int device)
    : options_(options),
      protocol_(protocol),
      catalogue_(catalogue),
      kernels_(kernels),
      device_(device),
      secret_seed_(secret_seed_of(options)) {
  set_reference_precision();
  speed_ = measure_device_speed(kernels);
  std::size_t free = 0, total = 0;
  require(driver().mem_info(&free, &total), "cuMemGetInfo");
  limit_ = static_cast<std::size_t>(kShareOfMemory * static_cast<double>(free));
}

DeviceTask DeviceTasks::prepare(const tasks::Task& task) {
  DeviceTask prepared;
  prepared.task = &task;
  prepared.number = ++prepared_;
  prepared.reference = std::make_unique<tasks::Reference>(task, options_.reference);
  prepared.clock = std::make_unique<DeviceReferenceClock>(kernels_, *prepared.reference);
  const tasks::InputKind kind =
      protocol_.public_inputs ? tasks::InputKind::kPublic : tasks::InputKind::kStrict;
  const Tolerance tolerance{protocol_.absolute_tolerance, terms_of(task, options_.size)};
  for (int set = 0; set < kSets; ++set) {
    DeviceInputSet& stored = prepared.sets.emplace_back();
    for (const at::Tensor& input :
         tasks::make_inputs(task, options_.size, secret_seed_, set, kind)) {
      stored.buffers.emplace_back(input.nbytes(), device_);
      stored.tensors.push_back(tensor_over(stored.buffers.back(), input, device_));
      stored.tensors.back().copy_(input);
      prepared.bytes += input.nbytes();
      if (set == 0) prepared.buffer_bytes.push_back(input.nbytes());
    }
    stored.expected = expect_on_device(task, *prepared.reference, stored.tensors, tolerance);
    prepared.bytes += 2 * stored.expected.truth.nbytes();
  }
  const auto output_bytes = static_cast<std::uint64_t>(task.output(options_.size).bytes());
  prepared.output = std::make_unique<DeviceBuffer>(output_bytes, device_);
  prepared.buffer_bytes.push_back(output_bytes);
  prepared.bytes += output_bytes;
  prepared.floor_us = device_floor_us(task.work_at(options_.size), speed_);
  prepared.clock->run_us(prepared.sets[0].tensors);  // resolves operators, loads kernels
  prepared.reference_us = prepared.clock->run_us(prepared.sets[0].tensors);
  return prepared;
}

DeviceTask& DeviceTasks::get(const std::string& task_id) {
  const tasks::Task& task = catalogue_.find(task_id);
  const auto found = std::find_if(
      tasks_.begin(), tasks_.end(), [&](const DeviceTask& p) { return p.task->id == task.id; });
  if (found != tasks_.end()) {
    tasks_.splice(tasks_.begin(), tasks_, found);
    return tasks_.front();
  }
  std::size_t bytes = 0;
  for (auto it = tasks_.begin(); it != tasks_.end();) {
    bytes += it->bytes;
    it = bytes > limit_ / 2 ? tasks_.erase(it) : std::next(it);
  }
  tasks_.push_front(prepare(task));
  return tasks_.front();
}

}  // namespace vegttt::evaluate
