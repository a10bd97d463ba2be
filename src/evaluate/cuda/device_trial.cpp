#include "device_trial.h"

#include <fmt/format.h>

#include <algorithm>

#include "../timing_stats.h"
#include "vegttt/core/rng.h"

namespace vegttt::evaluate {
namespace {

using records::Status;
using Kind = DeviceOutcome::Kind;

constexpr double kPatience = 100;  // reference times
constexpr int kClockAttempts = 3;
constexpr double kShortest_us = 0.5;  // events tick every half microsecond
// Slower than this many reference times, and long enough for a first launch's own costs not to
// matter: the repetitions that were verified are its times.
constexpr double kHopeless = 10, kLong_us = 1000;

Status status_of(Kind kind) {
  switch (kind) {
    case Kind::kTimedOut:
      return Status::kTimeout;
    case Kind::kMachineFailed:
      return Status::kUnscored;
    default:
      return Status::kLaunchError;
  }
}

// A quiet NaN with a random payload; bytes that are no bool.
std::uint32_t poison_of(tasks::DType dtype, std::uint64_t random) {
  return dtype == tasks::DType::kBool ? 0xA5A5A5A5u
                                      : 0xFFC00000u | static_cast<std::uint32_t>(random & 0x3FFFFF);
}

}  // namespace

DeviceTrial::DeviceTrial(DeviceTask& task,
                         const DeviceCompileResult& program,
                         DevicePool& pool,
                         JudgeKernels& kernels,
                         double run_timeout_s,
                         std::uint64_t poison_seed,
                         records::Evaluation& result)
    : task_(task),
      program_(program),
      pool_(pool),
      kernels_(kernels),
      timeout_s_(std::max(run_timeout_s, kPatience * task.reference_us * 1e-6)),
      poison_seed_(poison_seed),
      result_(result) {}

bool DeviceTrial::fail(const DeviceOutcome& outcome) {
  if (outcome.kind == Kind::kDone) return true;
  result_.status = status_of(outcome.kind);
  result_.message = outcome.text;
  return false;
}

bool DeviceTrial::record() {
  Plan plan;
  return fail(pool_.record(
             program_.recorder, program_.kernels, task_.buffer_bytes, timeout_s_, plan)) &&
         fail(pool_.load(program_.cubin, program_.reload, plan, task_));
}

void DeviceTrial::note(const DeviceVerdict& verdict, bool record_pass) {
  const records::InputCheck& check = verdict.check;
  if (record_pass || !check.passed) result_.checks.push_back(check);
  if (verdict.wrote_outside && result_.status != Status::kLaunchError) {
    result_.status = Status::kLaunchError;
    result_.message = "a kernel wrote outside of the output";
  }
  if (check.passed || result_.status == Status::kWrong || result_.status == Status::kLaunchError)
    return;
  result_.status = Status::kWrong;
  result_.message = fmt::format("input {} ({}): {}", check.input_set, check.shapes, check.reason);
}

std::optional<double> DeviceTrial::launch(bool record_pass) {
  const int set = static_cast<int>(launches_ % task_.expected.size());
  const DeviceExpected& expected = task_.expected[static_cast<std::size_t>(set)];
  const std::uint32_t poison =
      poison_of(expected.dtype, core::CounterRng(poison_seed_).bits(launches_++));
  device::Reply reply;
  if (!fail(pool_.run(task_.inputs->stage(set), poison, timeout_s_, reply))) return std::nullopt;
  if (sights_.first_us.size() < task_.expected.size())
    sights_.first_us.push_back(reply.first_try_us);
  const DeviceVerdict verdict = check_on_device(kernels_, expected, *task_.output, set, poison);
  note(verdict, record_pass);
  if (verdict.wrote_outside || (!verdict.check.passed && !record_pass)) return std::nullopt;
  unaccounted_us_.push_back(reply.wall_us - reply.block_us - reply.elapsed_us);
  clock_.calm_us = reply.calm_us;
  clock_.calm_spread_us = reply.calm_spread_us;
  empty_us_ = reply.calm_elapsed_us;
  if (record_pass) verified_us_.push_back(reply.elapsed_us);
  return std::max(reply.elapsed_us, kShortest_us);
}

bool DeviceTrial::verify(int count) {
  bool all_right = true;
  for (int i = 0; i < count; ++i) {
    if (!launch(true)) return false;
    all_right = all_right && result_.checks.back().passed;
  }
  return all_right;
}

bool DeviceTrial::pair(int index, records::Timing& timing) {
  const std::vector<at::Tensor>& inputs =
      task_.tensors(static_cast<int>(launches_ % task_.expected.size()));
  const bool reference_first = index % 2 == 0;
  double reference_us = reference_first ? task_.clock->run_us(inputs) : 0;
  const std::optional<double> candidate_us = launch(false);
  if (!candidate_us) return false;
  if (!reference_first) reference_us = task_.clock->run_us(inputs);
  timing.candidate_us.push_back(*candidate_us);
  timing.reference_us.push_back(std::max(reference_us, kShortest_us));
  return true;
}

bool DeviceTrial::clocks_agree() {
  if (evaluate::clocks_agree(clock_)) return true;
  result_.status = Status::kSuspicious;
  result_.flags.push_back("clock_mismatch");
  result_.message = describe(clock_);
  return false;
}

bool DeviceTrial::needs_no_repeats(const records::Timing& timing) {
  sights_.later_us = timing.candidate_median_us;
  sights_.overlapping = task_.memory.layout == Layout::kPool;
  if (!gains_from_repeats(sights_)) return true;
  result_.status = Status::kSuspicious;
  result_.flags.push_back("seen_inputs");
  result_.message = describe(sights_);
  return false;
}

// What is far slower than the reference gains nothing by being warm, and costs the most.
bool DeviceTrial::warm_up(int count) {
  for (int i = 0; i < count; ++i) {
    const std::optional<double> us = launch(false);
    if (!us) return false;
    if (*us > kHopeless * task_.reference_us) break;
  }
  return true;
}

bool DeviceTrial::hopeless() const {
  const double us = median(verified_us_);
  return us > kHopeless * task_.reference_us && us > kLong_us;
}

void DeviceTrial::pair_verified(records::Timing& timing) {
  for (std::size_t i = 0; i < verified_us_.size(); ++i) {
    const auto& inputs = task_.tensors(static_cast<int>(i % task_.expected.size()));
    timing.candidate_us.push_back(verified_us_[i]);
    timing.reference_us.push_back(std::max(task_.clock->run_us(inputs), kShortest_us));
  }
}

bool DeviceTrial::measure(const Protocol& protocol, bool use_verified, records::Timing& timing) {
  timing = {};
  timing.floor_us = task_.floor_us;
  task_.clock->run_us(task_.tensors(0));
  task_.clock->forget_late();
  if (use_verified) {
    pair_verified(timing);
    summarize(timing, protocol.mean);
  } else {
    unaccounted_us_.clear();
  }
  while (!enough(timing, protocol)) {
    if (!pair(static_cast<int>(timing.candidate_us.size()), timing)) return false;
    summarize(timing, protocol.mean);
  }
  return true;
}

// A busy host disturbs clocks now and then; a forged one disagrees every time.
bool DeviceTrial::time(const Protocol& protocol, records::Timing& timing) {
  const bool use_verified = protocol.adaptive() && hopeless();
  if (!use_verified && !warm_up(protocol.warmup)) return false;
  for (int attempt = 0; attempt < kClockAttempts; ++attempt) {
    if (!measure(protocol, use_verified && attempt == 0, timing)) return false;
    clock_.elapsed_us = timing.candidate_median_us;
    clock_.unaccounted_us = median(unaccounted_us_);
    if (evaluate::clocks_agree(clock_)) break;
  }
  if (task_.clock->late() > 0) result_.flags.push_back("reference_late");
  return clocks_agree() && needs_no_repeats(timing);
}

}  // namespace vegttt::evaluate
