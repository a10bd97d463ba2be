#include "vegttt/adapt/budget.h"

#include <algorithm>
#include <utility>

namespace vegttt::adapt {
namespace {

struct Line {
  const char* kind;
  double limit, spent, more;
};

std::vector<Line> limits_of(const Spent& spent,
                            const Spent& more,
                            const config::BudgetOptions& budget) {
  const auto number = [](std::int64_t n) { return static_cast<double>(n); };
  std::vector<Line> lines = {
      {"rollouts", number(budget.rollouts), number(spent.rollouts), number(more.rollouts)},
      {"sampled_tokens",
       number(budget.sampled_tokens),
       number(spent.sampled_tokens),
       number(more.sampled_tokens)},
      {"all_tokens", number(budget.all_tokens), number(spent.all_tokens), number(more.all_tokens)},
      {"evaluations",
       number(budget.evaluations),
       number(spent.evaluations),
       number(more.evaluations)},
      {"device_seconds", budget.device_seconds, spent.device_seconds, more.device_seconds}};
  std::erase_if(lines, [](const Line& line) { return line.limit <= 0; });
  return lines;
}

}  // namespace

Spent spent_of(const records::ComputeLedger& ledger) {
  const auto& outside = ledger.outside;
  Spent spent;
  spent.rollouts = ledger.rollouts - outside.rollouts;
  spent.sampled_tokens = ledger.student_completion_tokens - outside.completion_tokens;
  spent.all_tokens = spent.sampled_tokens + ledger.student_prompt_tokens - outside.prompt_tokens +
                     ledger.teacher_prompt_tokens + ledger.teacher_completion_tokens +
                     ledger.scored_tokens - outside.scored_tokens + ledger.trained_tokens;
  spent.evaluations = ledger.evaluations - outside.evaluations;
  spent.device_seconds = ledger.device_s - outside.device_s;
  return spent;
}

Spent operator+(const Spent& a, const Spent& b) {
  return {a.rollouts + b.rollouts,
          a.sampled_tokens + b.sampled_tokens,
          a.all_tokens + b.all_tokens,
          a.evaluations + b.evaluations,
          a.device_seconds + b.device_seconds};
}

Spent operator*(const Spent& a, std::int64_t n) {
  return {a.rollouts * n,
          a.sampled_tokens * n,
          a.all_tokens * n,
          a.evaluations * n,
          a.device_seconds * static_cast<double>(n)};
}

bool limited(const config::BudgetOptions& budget) { return !limits_of({}, {}, budget).empty(); }

std::string exceeded_by(const Spent& spent,
                        const Spent& more,
                        const config::BudgetOptions& budget) {
  for (const auto& line : limits_of(spent, more, budget)) {
    if (line.spent + line.more > line.limit) return line.kind;
  }
  return "";
}

int times_that_fit(const Spent& spent,
                   const Spent& one,
                   int wanted,
                   const config::BudgetOptions& budget) {
  double fit = wanted;
  for (const auto& line : limits_of(spent, one, budget)) {
    if (line.more > 0) fit = std::min(fit, (line.limit - line.spent) / line.more);
  }
  return static_cast<int>(std::max(0.0, fit));
}

core::UserError no_room_for_one_of_each(const std::string& kind) {
  return core::UserError("has no room for one rollout of every task",
                         "budget." + kind,
                         "a larger budget, or fewer tasks");
}

core::Json budget_json(const config::BudgetOptions& budget,
                       const records::ComputeLedger& ledger,
                       const std::string& stopped_by) {
  const Spent spent = spent_of(ledger);
  core::Json limits = core::Json::object();
  for (const auto& line : limits_of(spent, {}, budget)) limits[line.kind] = line.limit;
  return {{"limits", limits},
          {"spent",
           {{"rollouts", spent.rollouts},
            {"sampled_tokens", spent.sampled_tokens},
            {"all_tokens", spent.all_tokens},
            {"evaluations", spent.evaluations},
            {"device_seconds", spent.device_seconds}}},
          {"stopped_by", stopped_by}};
}

}  // namespace vegttt::adapt
