#include "cpp_evaluator.h"
#include "cuda_evaluator.h"
#include "vegttt/scaffold/dialect.h"

namespace vegttt::evaluate {

std::unique_ptr<Evaluator> make_evaluator(const EvaluatorOptions& options,
                                          const tasks::Catalogue& catalogue) {
  const std::string dialect = scaffold::dialect(options.evaluate.dialect).name();
  return dialect == "cuda" ? make_cuda_evaluator(options, catalogue)
                           : make_cpp_evaluator(options, catalogue);
}

}  // namespace vegttt::evaluate
