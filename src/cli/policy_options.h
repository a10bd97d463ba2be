// What every verb of `vegttt policy` takes.
#pragma once

#include <ATen/Parallel.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "options.h"
#include "vegttt/policy/local_policy.h"

namespace vegttt::cli {

struct PolicyFlags {
  config::PolicyOptions options;

  void add(CLI::App& app) {
    app.add_option(
           "--policy", options.folder, "model folder, hub id in the local cache, or starter")
        ->capture_default_str();
    app.add_option(
        "--adapter", options.init, "PEFT adapter folder, for instance a run's checkpoint");
    app.add_option("--device", options.device, "auto, cpu or cuda:N")->capture_default_str();
    app.add_option("--dtype", options.dtype, "auto, float32 or bfloat16")->capture_default_str();
    app.add_option("--reasoning", options.reasoning, "auto, off, on, low, medium or high")
        ->check(CLI::IsMember({"auto", "off", "on", "low", "medium", "high"}))
        ->capture_default_str();
  }

  std::unique_ptr<policy::LocalPolicy> load(const CommonOptions& common) const {
    if (common.threads > 0) at::set_num_threads(common.threads);
    return policy::load_local(options);
  }
};

}  // namespace vegttt::cli
