// What a run has written, as far as tables need it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "vegttt/config/experiment.h"
#include "vegttt/core/file.h"
#include "vegttt/records/compute.h"
#include "vegttt/records/trajectory.h"

namespace vegttt::report {

// One rollout as far as statistics need it.
struct RolloutLine {
  int theta_step = 0;
  std::string task_id;
  int sample = 0;
  std::string status;
  double speedup = 0;  // 0 where it is not correct
  bool correct = false, fast_1 = false, fast_1_strict = false, unscored = false;
  double mean_logprob = 0;
  int prompt_tokens = 0, completion_tokens = 0;
  std::string code_hash, completion;
};

struct RunRecords {
  core::fs::path path;
  std::string method;
  std::string protocol;
  std::int64_t seed = 0;  // of sampling
  config::ExperimentConfig config;
  std::string machine;  // that the times belong to; "" while nothing was timed
  records::Trajectory trajectory;
  core::Json summary;  // null while the run is not finished
  core::Json boa;      // boa_selected.json, null where there is none
  records::ComputeLedger ledger;
  std::shared_ptr<std::vector<RolloutLine>> rollouts;  // see rollouts_of
};

// Throws UserError when `run` is not the folder of a run. A run in progress can be read.
RunRecords read_run(const core::fs::path& run);
// What strategies select from its trajectory; empty for methods that have none and before the end.
std::vector<records::Selection> selections_of(const RunRecords& run);
// Those of rollouts.jsonl: read on the first call, kept with the records (and their copies).
const std::vector<RolloutLine>& rollouts_of(const RunRecords& run);
std::vector<RolloutLine> read_rollout_lines(const core::fs::path& run,
                                            const std::string& file_name = "rollouts.jsonl");

}  // namespace vegttt::report
