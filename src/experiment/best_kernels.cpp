#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <utility>

#include "outside_support.h"
#include "vegttt/core/clock.h"
#include "vegttt/core/error.h"
#include "vegttt/core/json_lines.h"
#include "vegttt/core/log.h"
#include "vegttt/core/median.h"
#include "vegttt/core/rng.h"
#include "vegttt/experiment/after_run.h"
#include "vegttt/experiment/records_file.h"

namespace vegttt::experiment {
namespace {

using core::Json;
using records::Evaluation;
using records::Status;

double median_of(const std::vector<Evaluation>& verdicts, double records::Timing::*member) {
  std::vector<double> values;
  for (const auto& one : verdicts) values.push_back((*one.timing).*member);
  return core::median(std::move(values));
}

// A kernel that is not right on fresh inputs every time is of no use to anyone: 1.0x.
Json fresh_json(const std::vector<Evaluation>& verdicts, std::uint64_t seed) {
  Json fresh = {{"speedup", 1.0}, {"low", 1.0}, {"high", 1.0}, {"status", "none"}};
  fresh["repeats"] = verdicts.size();
  fresh["seed"] = seed;
  if (verdicts.empty()) return fresh;
  for (const auto& one : verdicts) {
    fresh["status"] = records::name_of(one.status);
    if (!records::is_trusted(one.status)) return fresh;
  }
  fresh["speedup"] = median_of(verdicts, &records::Timing::speedup);
  fresh["low"] = median_of(verdicts, &records::Timing::speedup_low);
  fresh["high"] = median_of(verdicts, &records::Timing::speedup_high);
  fresh["status"] = records::name_of(fresh["speedup"] > 1 ? Status::kFast : Status::kSlow);
  fresh["machine"] = verdicts.front().machine;
  return fresh;
}

// What one kernel's timings were and cost.
struct Timings {
  std::vector<Evaluation> verdicts;  // of those that the machine did not fail
  int asked = 0;
  double device_s = 0;
};

Json line_of(const BestKernel& best, const Timings& timings, std::uint64_t seed) {
  Json fresh = fresh_json(timings.verdicts, seed);
  fresh["asked"] = timings.asked;
  fresh["device_s"] = timings.device_s;
  return {{"schema_version", records::kSchemaVersion},
          {"task", best.task},
          {"theta_step", best.theta_step},
          {"sample", best.sample},
          {"code_hash", best.code_hash},
          {"found_speedup", best.found_speedup},
          {"fresh", fresh}};
}

// One run's best kernels that have no line yet.
struct Pending {
  const PlannedRun* run = nullptr;
  core::fs::path file;
  std::map<std::string, BestKernel> by_task;
};

std::set<std::string> tasks_in(const core::fs::path& best_kernels) {
  std::set<std::string> tasks;
  core::for_each_json_line(best_kernels, [&](const Json& line) {
    tasks.insert(core::get<std::string>(line, "task", best_kernels.string()));
  });
  return tasks;
}

Pending pending_of(const CampaignFolder& folder, const PlannedRun& run) {
  const auto path = folder.run_path(run);
  Pending pending{&run, path / "best_kernels.jsonl", {}};
  const auto tasks = tasks_of_run(path);
  const auto there = tasks_in(pending.file);
  if (there.size() >= tasks.size()) return pending;
  const auto budget = run.experiment.values.budget.rollouts;
  for (auto& best : best_kernels_of(
           read_rollouts(path, "rollouts.jsonl"), tasks, static_cast<std::size_t>(budget))) {
    if (there.count(best.task) == 0) pending.by_task[best.task] = std::move(best);
  }
  return pending;
}

// A secret that no run has used, as a number that JSON readers keep whole.
std::uint64_t new_secret() {
  std::random_device device;
  return (((std::uint64_t{device()} << 32) | device()) >> 12) | 1;
}

class Retiming {
 public:
  Retiming(const AfterRun& work, std::vector<Pending>& pending, std::uint64_t seed)
      : work_(work), pending_(pending), seed_(seed) {}

  // One task of all runs before the next: its inputs are made once, and its kernels meet the
  // machine in the same state.
  void run() {
    std::vector<std::string> tasks;
    for (const auto& one : pending_) {
      for (const auto& [task, best] : one.by_task) {
        if (std::find(tasks.begin(), tasks.end(), task) == tasks.end()) tasks.push_back(task);
      }
    }
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      work_.check_stop();
      work_.observer.outside_budget("best kernels anew", i, tasks.size());
      time_task(tasks[i]);
    }
    if (!tasks.empty())
      work_.observer.outside_budget("best kernels anew", tasks.size(), tasks.size());
  }

 private:
  void time_task(const std::string& task) {
    std::vector<Pending*> owners;
    std::vector<evaluate::Submission> submissions;
    std::vector<std::size_t> owner_of;  // of each submission
    for (auto& one : pending_) {
      const auto best = one.by_task.find(task);
      if (best == one.by_task.end()) continue;
      if (best->second.sample < 0)
        append(one, best->second, {});
      else
        owners.push_back(&one);
    }
    const int repeats = work_.folder.campaign().options.retimings;
    for (int repeat = 0; repeat < repeats; ++repeat) {
      for (const std::size_t i : shuffled(owners.size(), task, repeat)) {
        submissions.push_back({task,
                               owners[i]->by_task.at(task).completion,
                               "anew/" + std::to_string(repeat) + "/" + owners[i]->run->folder});
        owner_of.push_back(i);
      }
    }
    if (submissions.empty()) return;
    std::vector<Timings> timings(owners.size());
    auto& judge = evaluator();
    const core::Stopwatch watch;
    judge.evaluate_all(submissions, [&](std::size_t i, const Evaluation& evaluation) {
      auto& own = timings[owner_of[i]];
      ++own.asked;
      if (evaluation.status != Status::kUnscored) own.verdicts.push_back(evaluation);
      work_.check_stop();
    });
    const double each_s = watch.elapsed_s() / static_cast<double>(submissions.size());
    for (std::size_t i = 0; i < owners.size(); ++i) {
      timings[i].device_s = each_s * timings[i].asked;
      if (timings[i].verdicts.empty())
        core::warn(owners[i]->run->folder + ": the best kernel of " + task +
                   " could not be timed anew");
      else
        append(*owners[i], owners[i]->by_task.at(task), timings[i]);
    }
  }

  // No method always comes first: the machine drifts.
  std::vector<std::size_t> shuffled(std::size_t n, const std::string& task, int repeat) const {
    std::vector<std::size_t> order(n);
    for (std::size_t i = 0; i < n; ++i) order[i] = i;
    core::RandomStream random(
        core::CounterRng::of({"order", std::to_string(seed_), task, std::to_string(repeat)}));
    for (std::size_t i = n; i > 1; --i)
      std::swap(order[i - 1],
                order[static_cast<std::size_t>(random.below(static_cast<std::int64_t>(i)))]);
    return order;
  }

  void append(const Pending& one, const BestKernel& best, const Timings& timings) {
    core::LineAppender(one.file).append(core::dump_json(line_of(best, timings, seed_)));
  }

  evaluate::Evaluator& evaluator() {
    if (!parts_.evaluator) {
      config_ = pending_.front().run->experiment.values;
      config_.evaluate.duplicates = "judge";  // every timing is a measurement of its own
      PartsRequest request{config_, "", work_.threads};
      request.only_evaluator = true;
      request.secret_seed = seed_;
      parts_ = work_.make_parts(request);
    }
    return *parts_.evaluator;
  }

  const AfterRun& work_;
  std::vector<Pending>& pending_;
  std::uint64_t seed_;
  config::ExperimentConfig config_;
  Parts parts_;
};

}  // namespace

std::vector<BestKernel> best_kernels_of(const std::vector<records::JudgedRollout>& rollouts,
                                        const std::vector<std::string>& tasks,
                                        std::size_t budget_rollouts) {
  const std::size_t within =
      budget_rollouts == 0 ? rollouts.size() : std::min(budget_rollouts, rollouts.size());
  std::vector<BestKernel> best;
  for (const auto& task : tasks) best.push_back({task, -1, -1, "", "", 1});
  for (std::size_t i = 0; i < within; ++i) {
    const auto& [rollout, evaluation] = rollouts[i];
    const auto found = std::find_if(best.begin(), best.end(), [&](const BestKernel& one) {
      return one.task == rollout.key.task_id;
    });
    if (found == best.end() || !records::is_trusted(evaluation.status) ||
        evaluation.speedup() <= found->found_speedup)
      continue;
    *found = {rollout.key.task_id,
              rollout.key.theta_step,
              rollout.key.sample,
              rollout.code_hash,
              rollout.completion,
              evaluation.speedup()};
  }
  return best;
}

void time_best_kernels(const AfterRun& work, const std::vector<const PlannedRun*>& runs) {
  const std::uint64_t seed = new_secret();
  for (const auto& group : groups_of(runs, judge_key)) {
    std::vector<Pending> pending;
    for (const auto* run : group) {
      auto one = pending_of(work.folder, *run);
      if (!one.by_task.empty()) pending.push_back(std::move(one));
    }
    if (!pending.empty()) Retiming(work, pending, seed).run();
  }
}

}  // namespace vegttt::experiment
