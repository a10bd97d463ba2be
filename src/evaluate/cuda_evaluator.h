#pragma once

#include <memory>

#include "vegttt/evaluate/evaluator.h"

namespace vegttt::evaluate {

// Without a GPU it compiles and says so: what compiles comes out unscored.
std::unique_ptr<Evaluator> make_cuda_evaluator(const EvaluatorOptions& options,
                                               const tasks::Catalogue& catalogue);

}  // namespace vegttt::evaluate
