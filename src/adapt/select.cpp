#include "vegttt/adapt/select.h"

#include <algorithm>
#include <set>

#include "vegttt/core/error.h"

namespace vegttt::adapt {
namespace {

using records::Selection;
using records::Strategy;
using records::Trajectory;

int records::TaskCounts::*member_of(const std::string& criterion) {
  VEGTTT_ASSERT(criterion == "fast_1" || criterion == "fast_1_strict", "a known criterion");
  return criterion == "fast_1" ? &records::TaskCounts::fast_1 : &records::TaskCounts::fast_1_strict;
}

// Earliest of the best among steps[0 .. end).
std::size_t best_before(const Trajectory& trajectory,
                        const std::string& criterion,
                        std::size_t end) {
  std::size_t best = 0;
  for (std::size_t s = 1; s < end; ++s) {
    if (score_of(trajectory.steps[s], criterion) > score_of(trajectory.steps[best], criterion))
      best = s;
  }
  return best;
}

Selection selection(Strategy strategy,
                    const Trajectory& trajectory,
                    const std::string& criterion,
                    std::size_t step,
                    std::size_t last_paid) {
  Selection selected;
  selected.strategy = strategy;
  selected.criterion = criterion;
  selected.selected_step = static_cast<int>(step);
  selected.score = score_of(trajectory.steps[step], criterion);
  selected.rollouts_spent = trajectory.steps[last_paid].rollouts_so_far;
  return selected;
}

void require_steps(const Trajectory& trajectory) {
  if (trajectory.steps.empty())
    throw core::UserError("no step is complete yet: there is nothing to select from");
}

// The first place at which early stop ends these scores, else their number.
std::size_t stop_place(const std::vector<double>& scores, int patience) {
  double best = scores.front();
  int below = 0;
  for (std::size_t s = 1; s < scores.size(); ++s) {
    if (scores[s] > best) {
      best = scores[s];
      below = 0;
    } else if (scores[s] < best && ++below >= patience) {
      return s;
    }
  }
  return scores.size();
}

// The first step at which early stop ends the run, or the number of steps.
std::size_t stop_step(const Trajectory& trajectory, const std::string& criterion, int patience) {
  std::vector<double> scores;
  for (const auto& step : trajectory.steps) scores.push_back(score_of(step, criterion));
  return stop_place(scores, patience);
}

// One task's steps, for as long as it was sampled.
struct TaskScores {
  std::vector<double> scores;
  std::vector<int> rollouts;
};

TaskScores scores_of_task(const Trajectory& trajectory,
                          const std::string& criterion,
                          const std::string& task) {
  TaskScores of;
  for (const auto& step : trajectory.steps) {
    const auto found = step.tasks.find(task);
    if (found == step.tasks.end()) break;
    const auto& at = found->second;
    of.scores.push_back(at.n == 0 ? 0.0 : static_cast<double>(at.*member_of(criterion)) / at.n);
    of.rollouts.push_back(at.n + at.unscored);
  }
  return of;
}

int rollouts_of(const records::StepMetrics& step) {
  int rollouts = 0;
  for (const auto& [task, counts] : step.tasks) rollouts += counts.n + counts.unscored;
  return rollouts;
}

}  // namespace

double score_of(const records::StepMetrics& metrics, const std::string& criterion) {
  return metrics.aggregate(member_of(criterion));
}

bool early_stop_reached(const Trajectory& trajectory, const std::string& criterion, int patience) {
  if (patience <= 0 || trajectory.steps.empty()) return false;
  return stop_step(trajectory, criterion, patience) < trajectory.steps.size();
}

Selection select_best(const Trajectory& trajectory, const std::string& criterion) {
  require_steps(trajectory);
  const std::size_t n = trajectory.steps.size();
  return selection(
      Strategy::kArgmax, trajectory, criterion, best_before(trajectory, criterion, n), n - 1);
}

Selection select_early_stop(const Trajectory& trajectory,
                            const std::string& criterion,
                            int patience) {
  require_steps(trajectory);
  const std::size_t end =
      std::min(stop_step(trajectory, criterion, patience) + 1, trajectory.steps.size());
  auto selected = selection(Strategy::kEarlyStop,
                            trajectory,
                            criterion,
                            best_before(trajectory, criterion, end),
                            end - 1);
  selected.patience = patience;
  return selected;
}

Selection select_fixed(const Trajectory& trajectory, const std::string& criterion, int step) {
  require_steps(trajectory);
  const std::size_t last = trajectory.steps.size() - 1;
  const std::size_t chosen = step < 0 ? last : std::min(static_cast<std::size_t>(step), last);
  return selection(Strategy::kFixed, trajectory, criterion, chosen, chosen);
}

Selection select_oracle(const Trajectory& trajectory, const std::string& criterion) {
  require_steps(trajectory);
  const auto member = member_of(criterion);
  Selection selected =
      selection(Strategy::kOracle, trajectory, criterion, 0, trajectory.steps.size() - 1);
  selected.selected_step = -1;
  double sum = 0;
  for (const auto& [task, counts] : trajectory.steps.front().tasks) {
    double best = -1;
    for (const auto& step : trajectory.steps) {
      const auto found = step.tasks.find(task);
      if (found == step.tasks.end()) continue;
      const auto& at = found->second;
      const double rate = at.n == 0 ? 0.0 : static_cast<double>(at.*member) / at.n;
      if (rate <= best) continue;
      best = rate;
      selected.per_task_step[task] = step.step_idx;
    }
    sum += best;
  }
  selected.score = sum / static_cast<double>(trajectory.steps.front().tasks.size());
  return selected;
}

Selection select_per_task_stop(const Trajectory& trajectory,
                               const std::string& criterion,
                               int patience) {
  require_steps(trajectory);
  Selection selected = selection(Strategy::kPerTaskStop, trajectory, criterion, 0, 0);
  selected.selected_step = -1;
  selected.patience = patience;
  selected.rollouts_spent = 0;
  double sum = 0;
  for (const auto& [task, counts] : trajectory.steps.front().tasks) {
    const auto of = scores_of_task(trajectory, criterion, task);
    const std::size_t end = std::min(stop_place(of.scores, patience) + 1, of.scores.size());
    const auto best =
        std::max_element(of.scores.begin(), of.scores.begin() + static_cast<long>(end));
    selected.per_task_step[task] =
        trajectory.steps[static_cast<std::size_t>(best - of.scores.begin())].step_idx;
    sum += *best;
    for (std::size_t s = 0; s < end; ++s) selected.rollouts_spent += of.rollouts[s];
  }
  selected.score = sum / static_cast<double>(trajectory.steps.front().tasks.size());
  return selected;
}

std::vector<std::string> tasks_going_on(const Trajectory& trajectory,
                                        const std::string& criterion,
                                        int patience) {
  std::vector<std::string> going_on;
  for (const auto& [task, counts] : trajectory.steps.front().tasks) {
    const auto of = scores_of_task(trajectory, criterion, task);
    if (stop_place(of.scores, patience) == of.scores.size()) going_on.push_back(task);
  }
  return going_on;
}

Trajectory whole_steps(const Trajectory& trajectory) {
  Trajectory whole = trajectory;
  while (whole.steps.size() > 1 &&
         (whole.steps.back().tasks.size() < whole.steps.front().tasks.size() ||
          rollouts_of(whole.steps.back()) < rollouts_of(whole.steps.front())))
    whole.steps.pop_back();
  return whole;
}

Trajectory whole_tasks(const Trajectory& trajectory) {
  Trajectory whole = trajectory;
  for (records::StepMetrics& step : whole.steps) {
    std::erase_if(step.tasks, [&](const auto& task) {
      const auto& first = whole.steps.front().tasks.at(task.first);
      return task.second.n + task.second.unscored < first.n + first.unscored;
    });
  }
  while (whole.steps.back().tasks.empty()) whole.steps.pop_back();
  return whole;
}

std::vector<Selection> select_all(const Trajectory& every,
                                  const std::string& criterion,
                                  int patience,
                                  int fixed_step) {
  const Trajectory trajectory = whole_steps(every);
  std::vector<Selection> all = {select_best(trajectory, criterion)};
  std::set<int> patiences = {1, 2};
  if (patience > 0) patiences.insert(patience);
  for (const int p : patiences) all.push_back(select_early_stop(trajectory, criterion, p));
  all.push_back(select_fixed(trajectory, criterion, fixed_step));
  all.push_back(select_oracle(whole_tasks(every), criterion));
  all.push_back(select_per_task_stop(whole_tasks(every), criterion, std::max(1, patience)));
  return all;
}

}  // namespace vegttt::adapt
