// The stages that every dialect shares: completion -> code -> assembled candidate.
#pragma once

#include <optional>

#include "vegttt/evaluate/evaluator.h"
#include "vegttt/records/candidate.h"

namespace vegttt::evaluate {

// Starts an evaluation; nullopt when it ends here, with status and message set (no_code,
// scaffold_error).
std::optional<records::Candidate> assemble(const Submission& submission,
                                           const EvaluatorOptions& options,
                                           const tasks::Catalogue& catalogue,
                                           records::Evaluation& result);

// The first line of a log that names an error, without its position's noise; the first line if none
// does.
std::string first_error(const std::string& log);

// Calls body(i) for 0 <= i < count on up to `threads` threads; the first exception is thrown again
// at the end.
void for_each_on_threads(std::size_t count,
                         int threads,
                         const std::function<void(std::size_t)>& body);

}  // namespace vegttt::evaluate
