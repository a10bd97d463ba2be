// The procedural corpus that the starter policy is trained on: tasks that look like the
// benchmark's, with kernels that compute them. Sample i is a function of (seed, i) alone.
//
// What is left out on purpose: every evaluation task of the splits of seeds 42, 43 and 44, by id,
// by reference text and by function (leak_filter.h).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "vegttt/core/json.h"
#include "vegttt/tasks/task.h"

namespace vegttt::pretrain {

class LeakFilter;

struct Sample {
  tasks::Task task;     // sizes "small" (in the prompt) and "tiny" (for tests)
  std::string dialect;  // "cpp", "cuda"
  std::string code;
  std::string family;   // "matmul", "norm", ...
  std::string variant;  // which way to write the kernel: "serial", "rows", "cuda_tiles", ...
};

// The prompt as the frame `compact` writes it, up to and including "<|code|>".
std::string prompt_of(const Sample& sample);
// Prompt, code, "<|end|>".
std::string text_of(const Sample& sample);
core::Json to_json(const Sample& sample);

class Corpus {
 public:
  // Keeps a reference to the filter.
  // `cuda_share` of the samples are in dialect `cuda`, the others in `cpp`.
  Corpus(std::uint64_t seed, LeakFilter& filter, double cuda_share = 0.3)
      : seed_(seed), filter_(filter), cuda_share_(cuda_share) {}
  Sample sample(std::uint64_t index) const;
  // Of one family only ("" = all), for tests. Families: family_names().
  Sample sample(std::uint64_t index, const std::string& family) const;
  static std::vector<std::string> family_names();

 private:
  std::uint64_t seed_;
  LeakFilter& filter_;
  double cuda_share_;
};

}  // namespace vegttt::pretrain
