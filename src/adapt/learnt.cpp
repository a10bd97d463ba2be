#include "learnt.h"

#include <algorithm>

namespace vegttt::adapt {
namespace {

constexpr const char* kWhere = "checkpoint";

std::int64_t within(const records::ComputeLedger& ledger) {
  return ledger.scored_tokens - ledger.outside.scored_tokens;
}

}  // namespace

Learnt::Learnt(const core::Json& state, const records::ComputeLedger& ledger)
    : updates_(ledger.updates),
      trained_tokens_(ledger.trained_tokens),
      scored_tokens_(within(ledger)),
      teacher_prompt_tokens_(ledger.teacher_prompt_tokens),
      teacher_completion_tokens_(ledger.teacher_completion_tokens) {
  const auto found = state.find("learnt");
  if (found == state.end()) return;
  updates_ = core::get<std::int64_t>(*found, "updates", kWhere);
  trained_tokens_ = core::get<std::int64_t>(*found, "trained_tokens", kWhere);
  scored_tokens_ = core::get<std::int64_t>(*found, "scored_tokens", kWhere);
  teacher_prompt_tokens_ = core::get<std::int64_t>(*found, "teacher_prompt_tokens", kWhere);
  teacher_completion_tokens_ = core::get<std::int64_t>(*found, "teacher_completion_tokens", kWhere);
}

core::Json Learnt::state() const {
  return {{"updates", updates_},
          {"trained_tokens", trained_tokens_},
          {"scored_tokens", scored_tokens_},
          {"teacher_prompt_tokens", teacher_prompt_tokens_},
          {"teacher_completion_tokens", teacher_completion_tokens_}};
}

void Learnt::add(const learn::UpdateStats& update) {
  ++updates_;
  trained_tokens_ += update.trained_tokens;
  scored_tokens_ += update.scored_tokens;
  teacher_prompt_tokens_ += update.teacher_prompt_tokens;
  teacher_completion_tokens_ += update.teacher_completion_tokens;
}

void Learnt::count_in(records::ComputeLedger& ledger) const {
  ledger.updates = std::max(ledger.updates, updates_);
  ledger.trained_tokens = std::max(ledger.trained_tokens, trained_tokens_);
  ledger.scored_tokens += std::max<std::int64_t>(0, scored_tokens_ - within(ledger));
  ledger.teacher_prompt_tokens = std::max(ledger.teacher_prompt_tokens, teacher_prompt_tokens_);
  ledger.teacher_completion_tokens =
      std::max(ledger.teacher_completion_tokens, teacher_completion_tokens_);
}

}  // namespace vegttt::adapt
