#include "vegttt/adapt/picks.h"

#include <map>

#include "selectors.h"
#include "vegttt/core/rng.h"

namespace vegttt::adapt {
namespace {

using core::Json;
using records::Evaluation;
using records::JudgedRollout;

// One rule's pick of every task.
struct Picks {
  std::string rule;
  std::map<std::string, Pick> by_task;
};

std::vector<const JudgedRollout*> scored_of(const Candidates& candidates, const std::string& task) {
  std::vector<const JudgedRollout*> found;
  for (const auto& one : candidates.judged) {
    if (one.rollout.key.task_id == task && one.evaluation.status != records::Status::kUnscored)
      found.push_back(&one);
  }
  return found;
}

std::vector<Picks> picks_of(const Candidates& candidates) {
  std::vector<Picks> all;
  for (const auto& selector : selectors(candidates.top)) {
    Picks picks{selector.rule, {}};
    for (const auto& task : candidates.tasks) {
      const auto seed = core::CounterRng::of({std::to_string(candidates.seed), task}).key();
      picks.by_task[task] = selector.pick(scored_of(candidates, task), seed);
    }
    all.push_back(std::move(picks));
  }
  return all;
}

// What was picked, judged once more: each kernel once, whatever the number of rules that pick it.
class Again {
 public:
  Again(const std::vector<Picks>& all, const JudgeAgain& judge) {
    std::map<records::RolloutKey, const JudgedRollout*> distinct;
    for (const auto& picks : all) {
      for (const auto& [task, pick] : picks.by_task) {
        if (pick.rollout != nullptr) distinct[pick.rollout->rollout.key] = pick.rollout;
      }
    }
    std::vector<const JudgedRollout*> picked;
    for (const auto& [key, rollout] : distinct) picked.push_back(rollout);
    const auto verdicts = judge(picked);
    for (std::size_t i = 0; i < picked.size(); ++i)
      verdicts_[picked[i]->rollout.key] = verdicts.at(i);
  }

  // None when the machine could not judge.
  const Evaluation* of(const JudgedRollout& picked) const {
    const auto& verdict = verdicts_.at(picked.rollout.key);
    return verdict.status == records::Status::kUnscored ? nullptr : &verdict;
  }

 private:
  std::map<records::RolloutKey, Evaluation> verdicts_;
};

// What is wrong or implausible on fresh inputs is worth nothing.
double speedup_again(const Evaluation& again) {
  return records::is_trusted(again.status) ? again.speedup() : 0;
}

bool fast_again(const Evaluation& again) {
  return records::is_trusted(again.status) && again.fast_1;
}

// Rates of all samples say something about theta_0, those of the likeliest nothing but themselves.
const char* rate_key(const Candidates& candidates) {
  return candidates.top == 0 ? "sample_fast_1" : "judged_fast_1";
}

Json row_of(const Candidates& candidates,
            const std::string& task,
            const JudgedRollout* best,
            const records::TaskCounts& counts,
            const Again& confirmations) {
  Json row = {{"problem_id", task},
              {"fast_1", best != nullptr && best->evaluation.fast_1},
              {"selected_speedup", best == nullptr ? 0.0 : best->evaluation.speedup()},
              {"selected_correct", best != nullptr},
              {"correct", counts.correct},
              {"n", counts.n},
              {"sampled", candidates.samples}};
  row[rate_key(candidates)] = counts.n == 0 ? 0.0 : static_cast<double>(counts.fast_1) / counts.n;
  if (best == nullptr) return row;
  row["selected_sample"] = best->rollout.key.sample;
  row["latency"] =
      best->evaluation.timing ? best->evaluation.timing->candidate_median_us / 1000 : 0.0;  // ms
  if (const auto* again = confirmations.of(*best)) {
    row["confirmed_speedup"] = speedup_again(*again);
    row["confirmed_fast_1"] = fast_again(*again);
  }
  return row;
}

// confirmed_* of one rule: means over the tasks of which they can be told.
class ConfirmedRates {
 public:
  void add_none() { ++tasks_; }
  void add(const Evaluation* again) {
    if (again == nullptr) return;
    ++tasks_;
    ++picks_;
    fast_ += fast_again(*again);
    strict_ += records::is_trusted(again->status) && again->fast_1_strict;
    speedup_ += speedup_again(*again);
  }
  void write(Json& json) const {
    json["confirmed_tasks"] = tasks_;
    if (tasks_ == 0) return;
    json["confirmed_fast_1"] = static_cast<double>(fast_) / tasks_;
    json["confirmed_fast_1_strict"] = static_cast<double>(strict_) / tasks_;
    json["confirmed_mean_speedup"] = picks_ > 0 ? speedup_ / picks_ : 0.0;
  }

 private:
  int tasks_ = 0, picks_ = 0, fast_ = 0, strict_ = 0;
  double speedup_ = 0;
};

Json selection_of(const Picks& picks, const Again& confirmations) {
  int found = 0, fast = 0, evaluations = 0;
  double speedup = 0;
  ConfirmedRates confirmed;
  Json samples = Json::object();
  for (const auto& [task, pick] : picks.by_task) {
    evaluations += pick.evaluations;
    samples[task] = nullptr;
    if (pick.rollout == nullptr) {
      confirmed.add_none();
      continue;
    }
    samples[task] = pick.rollout->rollout.key.sample;
    ++found;
    fast += pick.rollout->evaluation.fast_1;
    speedup += pick.rollout->evaluation.speedup();
    confirmed.add(confirmations.of(*pick.rollout));
  }
  const double n = static_cast<double>(picks.by_task.size());
  Json json = {{"rule", picks.rule},
               {"evaluations", evaluations},
               {"tasks", picks.by_task.size()},
               {"selected", found / n},
               {"fast_1", fast / n},
               {"mean_speedup", found > 0 ? speedup / found : 0.0},
               {"picks", samples}};
  confirmed.write(json);
  return json;
}

}  // namespace

int rules_that_pick(int top) { return static_cast<int>(selectors(top).size()); }

std::vector<Evaluation> judge_again(evaluate::Evaluator& evaluator,
                                    const std::vector<const JudgedRollout*>& picked,
                                    const std::function<void()>& done) {
  std::vector<evaluate::Submission> submissions;
  for (const auto* one : picked)
    submissions.push_back(
        {one->rollout.key.task_id, one->rollout.completion, "again/" + one->rollout.key.text()});
  std::vector<Evaluation> verdicts(picked.size());
  if (picked.empty()) return verdicts;
  evaluator.draw_inputs_anew();
  evaluator.evaluate_all(submissions, [&](std::size_t i, const Evaluation& verdict) {
    verdicts[i] = verdict;
    done();
  });
  return verdicts;
}

Json picks_json(const Candidates& candidates,
                const records::StepMetrics& metrics,
                const JudgeAgain& again) {
  const auto all = picks_of(candidates);
  const Again confirmations(all, again);
  Json rows = Json::array(), selections = Json::array();
  for (const auto& task : candidates.tasks) {
    const auto found = metrics.tasks.find(task);
    rows.push_back(row_of(candidates,
                          task,
                          all.front().by_task.at(task).rollout,
                          found == metrics.tasks.end() ? records::TaskCounts{} : found->second,
                          confirmations));
  }
  for (const auto& picks : all) selections.push_back(selection_of(picks, confirmations));
  const Json& own = selections.front();
  Json json = {{"samples_per_task", candidates.samples},
               {"evaluate_top", candidates.top},
               {"rule", own.at("rule")},
               {"selected_fast_1", own.at("fast_1")},
               {"confirmed_tasks", own.at("confirmed_tasks")}};
  json[rate_key(candidates)] = metrics.aggregate_fast_1();
  if (own.contains("confirmed_fast_1")) json["confirmed_fast_1"] = own.at("confirmed_fast_1");
  json["rows"] = std::move(rows);
  json["selections"] = std::move(selections);
  return json;
}

}  // namespace vegttt::adapt
