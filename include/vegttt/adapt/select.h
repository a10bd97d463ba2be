// Best-of-Adaptation: which checkpoint of a trajectory is taken, and what finding it costs.
//
// Score s belongs to rollouts sampled from theta_s, so that the score of a step and its checkpoint
// are the same weights (the paper's Algorithm 1 is off by one; its code is not). A selected score
// is a maximum of noisy values: only fresh samples say what the checkpoint is worth.
#pragma once

#include <optional>
#include <vector>

#include "vegttt/records/trajectory.h"

namespace vegttt::adapt {

// `criterion` is "fast_1" or "fast_1_strict".
double score_of(const records::StepMetrics& metrics, const std::string& criterion);

// True once `patience` scores since the best so far were below it. A tie is neither below nor
// better.
bool early_stop_reached(const records::Trajectory& trajectory,
                        const std::string& criterion,
                        int patience);

records::Selection select_best(const records::Trajectory& trajectory, const std::string& criterion);
// As if the run had ended where early stop says; needs the steps up to there only.
records::Selection select_early_stop(const records::Trajectory& trajectory,
                                     const std::string& criterion,
                                     int patience);
// step -1 is the last one.
records::Selection select_fixed(const records::Trajectory& trajectory,
                                const std::string& criterion,
                                int step);
// The best step of each task by itself: an upper bound that no run can choose.
records::Selection select_oracle(const records::Trajectory& trajectory,
                                 const std::string& criterion);

// Early stop of each task by its own scores. As if the rounds of a stopped task had not been made:
// what the others' updates would have been without them is not asked.
records::Selection select_per_task_stop(const records::Trajectory& trajectory,
                                        const std::string& criterion,
                                        int patience);
// Tasks whose own scores do not end them yet.
std::vector<std::string> tasks_going_on(const records::Trajectory& trajectory,
                                        const std::string& criterion,
                                        int patience);

// Without steps at the end that hold fewer rollouts or fewer tasks than the first: a budget or
// per-task stopping ended them, and a maximum over unequal numbers of rollouts favours the few.
records::Trajectory whole_steps(const records::Trajectory& trajectory);

// The same by task, for strategies that choose a step for each: without tasks of a step that have
// fewer rollouts than they had at the first.
records::Trajectory whole_tasks(const records::Trajectory& trajectory);

// All of them side by side, over whole steps; early stop with patience 1 and 2 and, when it is
// another one, with `patience` (per-task stop: 1, or `patience`).
std::vector<records::Selection> select_all(const records::Trajectory& trajectory,
                                           const std::string& criterion,
                                           int patience,
                                           int fixed_step);

}  // namespace vegttt::adapt
