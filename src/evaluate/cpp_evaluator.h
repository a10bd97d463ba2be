#pragma once

#include <memory>

#include "vegttt/evaluate/evaluator.h"

namespace vegttt::evaluate {

std::unique_ptr<Evaluator> make_cpp_evaluator(const EvaluatorOptions& options,
                                              const tasks::Catalogue& catalogue);

}  // namespace vegttt::evaluate
