#include "device_tasks.h"

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <ATen/DeviceAccelerator.h>

#include <algorithm>

#include "../task_store.h"
#include "vegttt/core/clock.h"
#include "vegttt/core/error.h"

namespace vegttt::evaluate {
namespace {

using cuda::driver;

constexpr double kShareOfFree = 0.9;  // the rest is for candidates and for what libraries keep
// Beside the tasks that are kept: a candidate's workspace, and memory that libraries hold on to (3
// to 9 GiB were seen).
constexpr std::uint64_t kHeadroom = std::uint64_t{16} << 30;

std::pair<std::uint64_t, std::uint64_t> free_and_total() {
  std::size_t free = 0, total = 0;
  require(driver().mem_info(&free, &total), "cuMemGetInfo");
  return {free, total};
}

}  // namespace

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
  at::globalContext().lazyInitDevice(at::kCUDA);
  const ReferencePrecision exact(ReferenceFlags{});
  speed_ = measure_device_speed(kernels);
  at::accelerator::emptyCache();
  limit_ = std::min(
      kDeviceMemoryLimit - kHeadroom,
      static_cast<std::uint64_t>(kShareOfFree * static_cast<double>(free_and_total().first)));
}

void DeviceTasks::note_peak(Preparation& preparation) const {
  const auto [free, total] = free_and_total();
  preparation.peak_gib =
      std::max(preparation.peak_gib, static_cast<double>(total - free) / (1 << 30));
}

// What the float32 reference needs beyond the rule.
void DeviceTasks::widen_for_the_reference(DeviceTask& prepared,
                                          const std::vector<at::Tensor>& inputs,
                                          DeviceExpected& expected) {
  const tasks::Contract contract = prepared.task->contract_at(options_.evaluate.precision);
  const at::Tensor output =
      run_reference(*prepared.task, *prepared.reference, inputs, flags_of(contract));
  const double factor = make_room_for_the_reference(kernels_.math(), output, expected);
  prepared.preparation.widening = std::max(prepared.preparation.widening, factor);
}

// Truths of the sets. What drawing, a reference and an earlier set's float64 took is given back
// before the next float64.
void DeviceTasks::make_truth(DeviceTask& prepared) {
  const tasks::Task& task = *prepared.task;
  const Tolerance tolerance{protocol_.absolute_tolerance,
                            terms_of(task, options_.size),
                            task.contract_at(options_.evaluate.precision)};
  const MemoryPlan& plan = prepared.memory;
  const auto expect = [&](const std::vector<at::Tensor>& inputs, int cases) {
    at::accelerator::emptyCache();
    DeviceExpected expected = expect_on_device(kernels_.math(),
                                               task,
                                               *prepared.reference,
                                               inputs,
                                               tolerance,
                                               plan.slices_per_chunk,
                                               cases);
    kernels_.synchronize();
    note_peak(prepared.preparation);
    return expected;
  };
  DeviceExpected pool;
  if (plan.layout == Layout::kPool) pool = expect(prepared.inputs->pool(), kInputSets);
  for (int set = 0; set < kInputSets; ++set) {
    const auto& inputs = prepared.tensors(set);
    DeviceExpected& expected = prepared.expected.emplace_back(
        plan.layout == Layout::kPool ? window_of(pool, set, plan.slices) : expect(inputs, 1));
    if (!tolerance.absolute) widen_for_the_reference(prepared, inputs, expected);
  }
  at::accelerator::emptyCache();
}

// Resolves operators, loads kernels.
void DeviceTasks::run_reference_once(DeviceTask& prepared) {
  prepared.clock->run_us(prepared.tensors(0));
  prepared.reference_us = prepared.clock->run_us(prepared.tensors(0));
}

DeviceTask DeviceTasks::prepare(const tasks::Task& task) {
  DeviceTask prepared;
  prepared.task = &task;
  prepared.number = ++prepared_;
  prepared.memory = plan_memory(task, options_.size);
  prepared.reference = std::make_unique<tasks::Reference>(task, options_.reference);
  prepared.flags = flags_of(protocol_, task.contract_at(options_.evaluate.precision));
  prepared.clock = std::make_unique<DeviceReferenceClock>(
      kernels_,
      [&task, reference = prepared.reference.get(), flags = prepared.flags](const auto& inputs) {
        return run_reference(task, *reference, inputs, flags);
      });
  core::Stopwatch watch;
  const tasks::InputKind kind =
      protocol_.public_inputs ? tasks::InputKind::kPublic : tasks::InputKind::kStrict;
  prepared.inputs = std::make_unique<DeviceInputs>(
      task, options_.size, prepared.memory, secret_seed_, kind, kernels_);
  kernels_.synchronize();
  prepared.preparation.inputs_s = watch.elapsed_s();
  if (with_truth_) make_truth(prepared);
  prepared.preparation.truth_s = watch.elapsed_s() - prepared.preparation.inputs_s;
  for (const tasks::TensorShape& shape : task.input_shapes(options_.size))
    prepared.buffer_bytes.push_back(static_cast<std::uint64_t>(shape.bytes()));
  prepared.buffer_bytes.push_back(static_cast<std::uint64_t>(task.output(options_.size).bytes()));
  prepared.output = std::make_unique<DeviceBuffer>(prepared.buffer_bytes.back(), device_);
  prepared.floor_us = device_floor_us(task, options_.size, speed_);
  run_reference_once(prepared);
  note_peak(prepared.preparation);
  prepared.preparation.reference_s =
      watch.elapsed_s() - prepared.preparation.inputs_s - prepared.preparation.truth_s;
  return prepared;
}

void DeviceTasks::make_room(std::uint64_t bytes) {
  std::uint64_t kept = 0;
  auto end = tasks_.begin();
  while (end != tasks_.end() && kept + end->memory.kept() + bytes <= limit_)
    kept += (end++)->memory.kept();
  if (end == tasks_.end()) return;
  if (let_go_) let_go_();
  tasks_.erase(end, tasks_.end());
  at::accelerator::emptyCache();
  at::accelerator::emptyCache();
}

void DeviceTasks::give_back(std::uint64_t bytes) {
  if (tasks_.empty() || free_and_total().first >= bytes) return;
  if (let_go_) let_go_();
  tasks_.clear();
  at::accelerator::emptyCache();
}

void DeviceTasks::draw_anew() {
  secret_seed_ = next_secret(secret_seed_);
  if (tasks_.empty()) return;
  if (let_go_) let_go_();
  tasks_.clear();
  at::accelerator::emptyCache();
}

DeviceTask& DeviceTasks::get(const std::string& task_id) {
  const tasks::Task& task = catalogue_.find(task_id);
  const auto found = std::find_if(
      tasks_.begin(), tasks_.end(), [&](const DeviceTask& p) { return p.task->id == task.id; });
  if (found != tasks_.end()) {
    tasks_.splice(tasks_.begin(), tasks_, found);
    return tasks_.front();
  }
  for (DeviceTask& kept : tasks_) kept.clock->release_output();
  const std::uint64_t needed = plan_memory(task, options_.size).peak();
  make_room(needed);
  if (ask_for_room_ && free_and_total().first < needed) ask_for_room_(needed);
  tasks_.push_front(prepare(task));
  return tasks_.front();
}

}  // namespace vegttt::evaluate
