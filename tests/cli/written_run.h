// Run folders as a finished run leaves them, written by hand: for commands that only read.
#pragma once

#include <map>
#include <string>

#include "vegttt/core/file.h"
#include "vegttt/core/json.h"
#include "vegttt/records/compute.h"
#include "vegttt/records/trajectory.h"

namespace vegttt {

struct WrittenRun {
  std::string method = "base";
  std::int64_t seed = 42;
  std::string protocol = "strict";
  std::string more_config;                       // YAML lines
  int samples = 10;                              // per task
  std::map<std::string, int> fast;               // fast_1 of `samples`, by task
  std::map<std::string, double> best;            // best speedup found, by task
  std::map<std::string, double> best_anew = {};  // as best_kernels.jsonl has it
  std::int64_t rollouts = 20;

  void write(const core::fs::path& folder) const {
    core::make_folder(folder);
    const auto file = [&](const std::string& name, const core::Json& json) {
      core::write_file_atomically(folder / name, core::dump_json(json) + "\n");
    };
    core::write_file_atomically(folder / "config.yaml",
                                "seed: " + std::to_string(seed) + "\nadapt: {method: " + method +
                                    "}\nevaluate: {protocol: " + protocol + "}\n" + more_config);
    file("run.json", {{"schema_version", 1}, {"method", method}});
    file("metrics.jsonl", records::to_json(metrics()));
    file(method + "_summary.json", {{"schema_version", 1}, {"method", method}});
    records::ComputeLedger ledger;
    ledger.rollouts = ledger.evaluations = rollouts;
    ledger.attempts = 1;
    file(method + "_compute.json", records::to_json(ledger));
    std::string lines;
    for (const auto& [task, speedup] : best_anew)
      lines += core::dump_json({{"task", task}, {"fresh", {{"speedup", speedup}}}}) + "\n";
    if (!lines.empty()) core::write_file_atomically(folder / "best_kernels.jsonl", lines);
  }

  records::StepMetrics metrics() const {
    records::StepMetrics step;
    for (const auto& [task, count] : fast) {
      auto& counts = step.tasks[task];
      counts.n = counts.compiled = counts.correct = counts.distinct = samples;
      counts.fast_1 = counts.fast_1_strict = count;
      const auto found = best.find(task);
      if (found != best.end()) counts.best_speedup = found->second;
    }
    step.rollouts_so_far = static_cast<int>(rollouts);
    return step;
  }
};

}  // namespace vegttt
