#include "conclude.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

namespace vegttt::evaluate {
namespace {

constexpr double kNoisy = 0.1;  // spread of the candidate's times

}  // namespace

using records::Evaluation;
using records::Status;

void conclude(Evaluation& result) {
  const records::Timing& timing = *result.timing;
  if (timing.spread > kNoisy) result.flags.push_back("noisy");
  if (timing.candidate_median_us < timing.floor_us) {
    result.status = Status::kSuspicious;
    result.flags.push_back("below_floor");
    result.message = fmt::format("{:.3g} us is less than this machine needs at least, {:.3g} us",
                                 timing.candidate_median_us,
                                 timing.floor_us);
    return;
  }
  result.fast_1 = timing.speedup > 1;
  result.fast_1_strict = timing.speedup_low > 1;
  result.status = result.fast_1 ? Status::kFast : Status::kSlow;
  result.message = fmt::format("{:.2f}x [{:.2f}, {:.2f}], {:.4g} us against {:.4g} us",
                               timing.speedup,
                               timing.speedup_low,
                               timing.speedup_high,
                               timing.candidate_median_us,
                               timing.reference_median_us);
}

void count_failed_checks(Evaluation& result) {
  const auto failed = std::count_if(
      result.checks.begin(), result.checks.end(), [](const auto& check) { return !check.passed; });
  if (result.status == Status::kWrong)
    result.message =
        fmt::format("wrong on {} of {} inputs; {}", failed, result.checks.size(), result.message);
}

std::vector<std::size_t> by_task(const std::vector<Submission>& submissions) {
  std::map<std::string, std::size_t> first;
  for (std::size_t i = 0; i < submissions.size(); ++i) first.emplace(submissions[i].task_id, i);
  std::vector<std::size_t> order(submissions.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return first.at(submissions[a].task_id) < first.at(submissions[b].task_id);
  });
  return order;
}

}  // namespace vegttt::evaluate
