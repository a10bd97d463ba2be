// A policy and a judge on one GPU.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "vegttt/config/experiment.h"
#include "vegttt/core/json.h"
#include "vegttt/evaluate/evaluator.h"
#include "vegttt/policy/local_policy.h"

namespace vegttt::experiment {

// What both will take, before anything is loaded; bytes.
struct DeviceMemory {
  std::int64_t sampling = 0;  // the policy while it samples
  std::int64_t resting = 0;   // while it does not, its weights staying
  std::uint64_t judging = 0;  // the task that takes most
  std::string largest_task;
  bool shared = false;         // both on one device
  std::int64_t available = 0;  // on the policy's device now; 0: not known
  std::string text;            // a line for people

  core::Json to_json() const;
};
// Empty text when nothing of it runs on a GPU.
DeviceMemory device_memory_of(const config::ExperimentConfig& config);

// From here on both make room for each other where they share a device. They must live equally
// long, or be given to this function again. No policy: nobody is asked.
void share_device(const config::ExperimentConfig& config,
                  policy::LocalPolicy* policy,
                  evaluate::Evaluator& judge);

}  // namespace vegttt::experiment
