#include <fmt/format.h>

#include <cmath>
#include <set>

#include "compare/comparison.h"
#include "vegttt/adapt/budget.h"
#include "vegttt/core/text.h"

namespace vegttt::cli {
namespace {

constexpr double kEqualWithin = 0.01;  // of the larger one

// Of a side, per run: folders may hold different numbers of runs.
double mean_spent(const Side& side, std::int64_t adapt::Spent::*kind) {
  double sum = 0;
  for (const auto& run : side.runs) sum += static_cast<double>(adapt::spent_of(run.ledger).*kind);
  return sum / static_cast<double>(side.runs.size());
}

void compare_budgets(const Side& a, const Side& b, std::vector<std::string>& found) {
  const std::pair<const char*, std::int64_t adapt::Spent::*> kinds[] = {
      {"rollouts", &adapt::Spent::rollouts},
      {"sampled tokens", &adapt::Spent::sampled_tokens},
      {"evaluations", &adapt::Spent::evaluations}};
  for (const auto& [name, kind] : kinds) {
    const double of_a = mean_spent(a, kind), of_b = mean_spent(b, kind);
    if (std::abs(of_a - of_b) > kEqualWithin * std::max(of_a, of_b))
      found.push_back(fmt::format(
          "budgets differ: {:.0f} {} in a run of A, {:.0f} in one of B", of_a, name, of_b));
  }
}

template <class Get>
void compare_facts(const char* what,
                   const Side& a,
                   const Side& b,
                   const Get& get,
                   std::vector<std::string>& found) {
  std::set<std::string> of_a, of_b;
  for (const auto& run : a.runs) of_a.insert(get(run));
  for (const auto& run : b.runs) of_b.insert(get(run));
  if (of_a == of_b) return;
  const auto text = [](const std::set<std::string>& values) {
    return core::join({values.begin(), values.end()}, " and ");
  };
  found.push_back(fmt::format("{} differ: {} in A, {} in B", what, text(of_a), text(of_b)));
}

}  // namespace

std::vector<std::string> unfair(const Side& a, const Side& b) {
  std::vector<std::string> found;
  compare_budgets(a, b, found);
  using Run = report::RunRecords;
  compare_facts(
      "protocols", a, b, [](const Run& run) { return run.protocol; }, found);
  compare_facts(
      "machines",
      a,
      b,
      [](const Run& run) { return run.machine.empty() ? "none" : run.machine; },
      found);
  compare_facts(
      "dialects", a, b, [](const Run& run) { return run.config.evaluate.dialect; }, found);
  compare_facts(
      "sizes", a, b, [](const Run& run) { return run.config.tasks.size; }, found);
  compare_facts(
      "policies", a, b, [](const Run& run) { return run.config.policy.folder; }, found);
  return found;
}

}  // namespace vegttt::cli
