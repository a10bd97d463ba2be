// What the page shows, read from the files of runs: no drawing, no markup.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "vegttt/records/evaluation.h"
#include "vegttt/report/campaign.h"
#include "vegttt/report/page.h"
#include "vegttt/report/run_records.h"

namespace vegttt::report::html {

// How far a rollout came. `suspicious` ran, but counts as neither correct nor faster.
enum class Stage { kSampled, kCode, kCompiled, kRan, kCorrect, kFaster };
inline constexpr int kStages = 6;
const char* name_of(Stage stage);
Stage stage_of(records::Status status);

// One rollout as the list shows it.
struct Row {
  int step = 0, task = 0, sample = 0;  // `task` counts in Model::tasks
  records::Status status = records::Status::kUnscored;
  double speedup = 0, low = 0, high = 0;  // NaN where nothing was timed
  double reward = 0, advantage = 0;       // NaN while the step is not complete
  double mean_logprob = 0;
  int tokens = 0;
  bool cut = false;  // ended by the length limit
  std::string code_hash, flags;
  int kernel = -1;  // in Model::kernels, -1: in rollouts.jsonl only
};

// What the viewer shows of one rollout.
struct Kernel {
  int run = 0;
  std::size_t row = 0;
  int importance = 0;  // 0 matters most; see choose_kernels.h
  std::string prompt_hash, completion, code;
  std::string evaluation;                        // JSON text
  static constexpr std::size_t kOwnBytes = 100;  // in the file, beside the three texts
  std::size_t bytes() const {
    return completion.size() + code.size() + evaluation.size() + kOwnBytes;
  }
};

struct Prompt {
  std::string system, user;
};

struct Run {
  RunRecords records;
  std::string name;    // the folder's
  std::string series;  // runs of one series are seeds (or subsets) of the same thing
  std::string subset;
  std::int64_t task_seed = 0;
  std::vector<records::Selection> selections;
  std::vector<Row> rows;
  int task_count = 0, planned = 0, waiting = 0, fresh = 0;
  std::vector<std::string> commands, warnings;
  core::Json environment;
  std::string config_text;

  bool complete() const { return !records.summary.is_null(); }
};

struct Model {
  std::string title;
  std::optional<Campaign> campaign;
  std::vector<Run> runs;
  std::vector<std::string> absent;  // runs of the campaign without a folder
  std::vector<std::string> tasks;   // ids in numeric order
  std::vector<std::string> series;  // in the order of the runs
  std::vector<Kernel> kernels;
  std::map<std::string, Prompt> prompts;  // by hash

  std::size_t rollouts() const;
  std::vector<const Run*> runs_of(const std::string& one_series) const;
  int series_index(const std::string& one_series) const;
};

Model read_model(const PageRequest& request);

// "L1/4" before "L1/12".
bool task_before(const std::string& a, const std::string& b);

}  // namespace vegttt::report::html
