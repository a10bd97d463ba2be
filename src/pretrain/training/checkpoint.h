// State of a training run that was interrupted: float32 weights, optimizer moments, step and
// tokens, in one file.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <string>
#include <vector>

#include "vegttt/core/file.h"

namespace vegttt::pretrain {

struct Progress {
  std::int64_t step = 0, tokens = 0, planned_steps = 0;
  double seconds = 0;
};

// `identity`: options that must not change between the two runs.
void save_state(const core::fs::path& file,
                const std::vector<at::Tensor>& tensors,
                const Progress& progress,
                const std::string& identity);
// Copies the file's tensors into `tensors`. False when there is no file. Throws UserError when it
// belongs to other options.
bool load_state(const core::fs::path& file,
                const std::vector<at::Tensor>& tensors,
                Progress& progress,
                const std::string& identity);

}  // namespace vegttt::pretrain
