#pragma once

#include <set>
#include <string>
#include <vector>

#include "vegttt/evaluate/evaluator.h"

namespace vegttt::cli {

// Every example of the dialect for `tasks` (all when empty), and variants of the correct ones that
// differ in a constant: the compiler sees them as different sources, as it does the samples of a
// policy.
std::vector<evaluate::Submission> submissions(const std::string& dialect,
                                              int variants,
                                              const std::set<std::string>& tasks);

}  // namespace vegttt::cli
