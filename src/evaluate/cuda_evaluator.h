#pragma once

#include <memory>

#include "vegttt/evaluate/evaluator.h"

namespace vegttt::evaluate {

// Compiles. Recording and running a plan needs a GPU and is not there yet: what compiles comes out
// unscored.
std::unique_ptr<Evaluator> make_cuda_evaluator(const EvaluatorOptions& options,
                                               const tasks::Catalogue& catalogue);

}  // namespace vegttt::evaluate
