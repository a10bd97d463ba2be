// How sure a difference is, and about what. A bootstrap over a handful of tasks is too certain, so
// that few tasks are compared as themselves, by the noise within them.
#pragma once

#include <map>
#include <string>

#include "compare/side.h"

namespace vegttt::cli {

enum class Basis {
  kTasks,    // tasks drawn anew: says something about other tasks of this kind
  kSeeds,    // sample seeds drawn anew: these tasks
  kSamples,  // samples drawn anew: these tasks, these two policies
  kNone,     // one value per task: no noise is known
};
const char* text_of(Basis basis);

struct Spread {
  report::Interval interval;  // 95 %; NaN for kNone
  Basis basis = Basis::kNone;
};

inline constexpr int kFewTasks = 10;  // below, only these tasks are spoken of

// Counts are of the units that both sides have; empty for what is no rate.
Spread spread_of(const report::PairedComparison& difference,
                 const std::map<report::Unit, report::Stratum>& a,
                 const std::map<report::Unit, report::Stratum>& b);

// 97.5 % point of Student's t.
double student_quantile(int degrees);

}  // namespace vegttt::cli
