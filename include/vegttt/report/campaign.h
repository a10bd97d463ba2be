// A campaign: methods x subsets x task seeds x sample seeds at one budget. Its folder holds
// campaign.json and the folders of the runs.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "vegttt/report/run_records.h"
#include "vegttt/report/table.h"

namespace vegttt::report {

// A line of best_kernels.jsonl: the best kernel of a task found within the budget, timed anew on
// fresh inputs. Without one, the speedup is 1.
struct BestKernel {
  std::string task;
  int theta_step = -1, sample = -1;
  std::string code_hash;
  double found_speedup = 1;
  double speedup = 1, low = 1, high = 1;  // timed anew
  std::string status;
  int repeats = 0;
};

struct CampaignRun {
  std::string label;   // what the tables call it: "BoA", "SDPO feedback"
  std::string method;  // adapt.method
  std::string subset;
  std::int64_t task_seed = 0, sample_seed = 0;
  core::fs::path folder;
  std::string state;  // done | partial | missing
  // Filled where `state` is not "missing".
  std::optional<RunRecords> records;
  std::map<std::string, BestKernel> best;            // by task; empty: not timed anew
  std::map<std::string, records::TaskCounts> probe;  // fresh rates of theta_0; may be empty
  std::int64_t probe_seed = 0;                       // runs of one subset and seed share one probe
  core::Json outside;  // outside.json: what no budget paid for; null where it is not written yet

  bool done() const { return state == "done"; }
};

struct Campaign {
  core::fs::path path;
  std::string name, title, estimand;
  std::map<std::string, double> budget;  // by kind: rollouts, sampled_tokens, ...
  bool tunes = false;                    // settings are chosen by it
  std::vector<CampaignRun> runs;

  std::vector<std::string> labels() const;   // in the order of the runs
  std::vector<std::string> subsets() const;  // in the order of the runs
  std::vector<std::string> missing() const;  // "BoA, subset 1, seed 44: partial"
};

// Throws UserError when two runs have the same label, subset and seeds, when configs or machines
// differ in what must be equal, or when the file is not a campaign's.
Campaign read_campaign(const core::fs::path& folder);

// The tables of a campaign: the answer first, then estimand, headroom, budgets, re-evaluation.
// Refuses (UserError) when runs had unequal budgets, unless the title of the campaign says
// "unequal".
std::vector<Table> campaign_tables(const Campaign& campaign);
// What a campaign that tunes has chosen: tuned.yaml, settings by kind of method for campaigns on
// other tasks. "" while a run is missing, for one that does not tune, and where methods had unequal
// numbers of trials.
std::string tuned_yaml(const Campaign& campaign);
// The first lines of a report: did adaptation beat Best-of-N at equal budget, by how much, how
// sure.
std::string plain_answer(const Campaign& campaign);

}  // namespace vegttt::report
