#include "trial.h"

#include <fmt/format.h>

#include <algorithm>

#include "machine_speed.h"
#include "timing_stats.h"
#include "vegttt/core/rng.h"
#include "vegttt/core/text.h"

namespace vegttt::evaluate {
namespace {

using records::Status;

// A kernel of no time at all still has one, so that ratios stay finite: a tenth of what a clock
// call costs.
constexpr double kShortest_us = 0.005;
// A launch may take a hundred reference times whatever the config says: slow is a verdict, not a
// hang.
constexpr double kPatience = 100;

Status status_of(LaunchOutcome outcome) {
  switch (outcome) {
    case LaunchOutcome::kTimedOut:
      return Status::kTimeout;
    case LaunchOutcome::kMachineFailed:
      return Status::kUnscored;
    default:
      return Status::kLaunchError;
  }
}

Computation reference_of(const PreparedTask& task, const TrialOptions& options) {
  if (options.reference) return options.reference;
  return [&reference = *task.reference](const std::vector<at::Tensor>& inputs) {
    return reference(inputs);
  };
}

}  // namespace

Trial::Trial(const PreparedTask& task,
             const core::fs::path& library,
             const TrialOptions& options,
             std::uint64_t poison_seed,
             records::Evaluation& result)
    : task_(task),
      library_(library),
      options_(options),
      poison_seed_(poison_seed),
      result_(result),
      reference_(reference_of(task, options), task.output->bytes(), options.threads) {}

void Trial::fail(const LaunchResult& launched) {
  result_.status = status_of(launched.outcome);
  const bool late = launched.outcome == LaunchOutcome::kTimedOut;
  result_.message = core::valid_utf8(late && launched.detail.empty() ? "the launch took too long"
                                                                     : launched.detail);
}

bool Trial::start_session() {
  RunnerSession::Options options;
  options.threads = options_.threads;
  options.launch_timeout_s =
      std::max(options_.run_timeout_s, kPatience * task_.reference_us * 1e-6);
  session_.reset();  // two at once would share the cores
  next_set_ = 0;
  staged_set_ = -1;
  LaunchResult started;
  // A runner that ends before it has loaded anything is the machine's doing, and rare: once more.
  for (int attempt = 0; attempt < 2; ++attempt) {
    session_ =
        std::make_unique<RunnerSession>(library_, task_.buffers_of_sets(), *task_.output, options);
    started = session_->start();
    if (started.outcome != LaunchOutcome::kMachineFailed) break;
  }
  if (started.outcome != LaunchOutcome::kDone) fail(started);
  empty_us_ = session_->empty_launch().elapsed_us;
  return started.outcome == LaunchOutcome::kDone;
}

bool Trial::ready(int warmup) {
  if (session_ && next_set_ < static_cast<int>(task_.sets.size())) return true;
  if (!start_session()) return false;
  const int spare = static_cast<int>(task_.sets.size()) - 1;
  for (int i = 0; i < std::min(warmup, spare); ++i)
    if (!launch(false)) return false;
  return true;
}

// Passes of timed repetitions are many and say nothing new: only their number matters.
void Trial::note(const records::InputCheck& check, bool record_pass) {
  if (record_pass || !check.passed) result_.checks.push_back(check);
  if (check.passed || result_.status == Status::kWrong) return;
  result_.status = Status::kWrong;
  result_.message = fmt::format("input {} ({}): {}", check.input_set, check.shapes, check.reason);
}

void Trial::stage_next() {
  if (staged_set_ != next_set_) session_->stage(next_set_);
  staged_set_ = next_set_;
}

std::optional<double> Trial::launch(bool record_pass) {
  stage_next();
  const int set = next_set_++;
  const Expected& expected = task_.sets[static_cast<std::size_t>(set)].expected;
  const std::uint64_t random =
      core::CounterRng(poison_seed_).bits(static_cast<std::uint64_t>(launches_++));
  const std::uint32_t poison = poison_output(task_.output->bytes(), expected.dtype, random);
  scrub_caches(options_.threads);
  wait_until_quiet();
  const LaunchResult launched = session_->launch(set);
  if (launched.outcome != LaunchOutcome::kDone) {
    fail(launched);
    return std::nullopt;
  }
  const records::InputCheck check = check_output(expected, task_.output->bytes(), set, poison);
  note(check, record_pass);
  if (!check.passed && !record_pass) return std::nullopt;
  return std::max(launched.elapsed_us - empty_us_, kShortest_us);
}

bool Trial::verify(int count) {
  bool all_right = true;
  for (int i = 0; i < count; ++i) {
    if (!ready(0)) return false;
    if (!launch(true)) return false;
    all_right = all_right && result_.checks.back().passed;
  }
  return all_right;
}

// The reference reads the very bytes that the candidate maps. Which of the two goes first
// alternates.
bool Trial::pair(int index, records::Timing& timing) {
  stage_next();
  const std::vector<at::Tensor> inputs = tensors_over(task_.shapes, session_->staged());
  const bool reference_first = index % 2 == 0;
  double reference_us = reference_first ? reference_.run_us(inputs) : 0;
  const std::optional<double> candidate_us = launch(false);
  if (!candidate_us) return false;
  if (!reference_first) reference_us = reference_.run_us(inputs);
  timing.candidate_us.push_back(*candidate_us);
  timing.reference_us.push_back(reference_us);
  return true;
}

bool Trial::time(const Protocol& protocol, records::Timing& timing) {
  timing.floor_us = task_.floor_us;
  while (!enough(timing, protocol)) {
    if (!ready(protocol.warmup)) return false;
    if (timing.reference_us.empty())
      reference_.run_us(tensors_over(task_.shapes, session_->staged()));
    if (!pair(static_cast<int>(timing.candidate_us.size()), timing)) return false;
    summarize(timing, protocol.mean);
  }
  return true;
}

}  // namespace vegttt::evaluate
