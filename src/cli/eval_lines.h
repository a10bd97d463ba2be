// vegttt eval --jsonl: the judge as a service for another program, a trainer's reward for instance.
#pragma once

#include <iosfwd>
#include <string>

#include "vegttt/evaluate/evaluator.h"

namespace vegttt::cli {

// Reads lines {"task": ID, "text": COMPLETION, "seed": N, "id": ANYTHING} from `in` until it ends,
// `seed` and `id` may be missing, and writes a line for each as soon as it is judged, not in their
// order: {"index": N, "id": ..., "passed": BOOL, evaluation}, or {"index": N, "id": ..., "error":
// TEXT} for a line that cannot be judged. `index` counts lines from 0.
//
// What has arrived is judged together, so that compiling runs ahead of timing; write many lines
// before you wait. Lines with one seed share inputs; another seed computes them anew. Without a
// seed: options.secret_seed.
//
// False when some line could not be judged.
bool judge_lines(std::istream& in,
                 std::ostream& out,
                 const evaluate::EvaluatorOptions& options,
                 const tasks::Catalogue& catalogue);

}  // namespace vegttt::cli
