// Inputs and truths of tasks on the GPU, computed once and kept under a memory limit.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "device_expected.h"
#include "device_inputs.h"
#include "device_reference_clock.h"
#include "device_speed.h"
#include "reference_flags.h"
#include "vegttt/evaluate/evaluator.h"
#include "vegttt/tasks/reference.h"

namespace vegttt::evaluate {

// What preparing a task took.
struct Preparation {
  double inputs_s = 0, truth_s = 0, reference_s = 0;
  double peak_gib = 0;  // of the whole device, all processes, seen at the end of each stage
  double widening = 1;  // largest over the sets: what the float32 reference needed
};

struct DeviceTask {
  const tasks::Task* task = nullptr;
  std::uint64_t number = 0;  // of its preparation: what is mapped elsewhere is told apart by it
  MemoryPlan memory;
  std::unique_ptr<tasks::Reference> reference;
  ReferenceFlags flags;  // of the timed reference
  std::unique_ptr<DeviceReferenceClock> clock;
  std::unique_ptr<DeviceInputs> inputs;
  std::vector<DeviceExpected> expected;  // by input set
  std::unique_ptr<DeviceBuffer> output;
  std::vector<std::uint64_t> buffer_bytes;  // of inputs and output
  double floor_us = 0;
  double reference_us = 0;  // a first measurement, for time limits
  Preparation preparation;

  // Puts a set where candidates find it and returns its tensors there.
  const std::vector<at::Tensor>& tensors(int set) {
    return inputs->mapped()[static_cast<std::size_t>(inputs->stage(set))].tensors;
  }
};

class DeviceTasks {
 public:
  DeviceTasks(const EvaluatorOptions& options,
              const Protocol& protocol,
              const tasks::Catalogue& catalogue,
              JudgeKernels& kernels,
              int device);
  // Called before tasks are dropped whose buffers other processes may have mapped: memory comes
  // back only when all have let go.
  void before_drop(std::function<void()> let_go) { let_go_ = std::move(let_go); }

  // Called with what a task needs when less is free.
  void when_short(std::function<void(std::uint64_t)> ask) { ask_for_room_ = std::move(ask); }
  // Drops tasks when less than that is free.
  void give_back(std::uint64_t bytes);

  // Forgets all inputs and goes on with next_secret() of the seed.
  void draw_anew();

  // For those who only want references timed.
  void leave_out_truths() { with_truth_ = false; }

  // Least recently used tasks are dropped until this one fits. Stays valid until the next call.
  DeviceTask& get(const std::string& task_id);
  std::uint64_t secret_seed() const { return secret_seed_; }
  std::uint64_t prepared() const { return prepared_; }  // how many times a task was
  const DeviceSpeed& speed() const { return speed_; }

 private:
  DeviceTask prepare(const tasks::Task& task);
  void make_truth(DeviceTask& prepared);
  void widen_for_the_reference(DeviceTask& prepared,
                               const std::vector<at::Tensor>& inputs,
                               DeviceExpected& expected);
  void run_reference_once(DeviceTask& prepared);
  void make_room(std::uint64_t bytes);
  void note_peak(Preparation& preparation) const;

  EvaluatorOptions options_;
  Protocol protocol_;
  const tasks::Catalogue& catalogue_;
  JudgeKernels& kernels_;
  int device_;
  std::function<void()> let_go_;
  std::function<void(std::uint64_t)> ask_for_room_;
  bool with_truth_ = true;
  std::uint64_t secret_seed_, prepared_ = 0, limit_ = 0;
  DeviceSpeed speed_;
  std::list<DeviceTask> tasks_;  // most recently used first
};

}  // namespace vegttt::evaluate
