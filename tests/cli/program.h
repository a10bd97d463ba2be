// The binary as a user meets it, for every file of tests here.
#pragma once

#include <string>
#include <vector>

#include "vegttt/core/file.h"
#include "vegttt/core/process.h"

namespace vegttt {

// Runs in the source folder; `environment` replaces the whole of it unless empty.
inline core::ProcessResult vegttt_program(const std::vector<std::string>& words,
                                          const std::vector<std::string>& environment = {}) {
  core::ProcessOptions options;
  options.argv = {VEGTTT_BINARY};
  options.argv.insert(options.argv.end(), words.begin(), words.end());
  options.working_folder = VEGTTT_SOURCE_DIR;
  options.environment = environment;
  return core::run_process(options);
}

// A shell command in which $V is the program.
inline core::ProcessResult shell(const std::string& command) {
  core::ProcessOptions options;
  options.argv = {"sh", "-c", "V='" VEGTTT_BINARY "'; " + command};
  options.working_folder = VEGTTT_SOURCE_DIR;
  return core::run_process(options);
}

// The smallest experiment that samples and judges: one task, two samples.
inline std::string write_tiny_experiment(const core::fs::path& folder) {
  const auto file = folder / "tiny.yaml";
  core::write_file_atomically(file,
                              "tasks: {ids: [L1/19], size: tiny}\n"
                              "sampling: {samples_per_task: 2, max_new_tokens: 128}\n"
                              "adapt: {method: base, steps: 1, reevaluate_samples: 0, "
                              "best_of_n_samples: 2}\n");
  return file.string();
}

}  // namespace vegttt
