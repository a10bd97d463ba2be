#include "cpp_evaluator.h"
#include "vegttt/core/error.h"
#include "vegttt/scaffold/dialect.h"

namespace vegttt::evaluate {

std::unique_ptr<Evaluator> make_evaluator(const EvaluatorOptions& options, const tasks::Catalogue& catalogue) {
  const std::string dialect = scaffold::dialect(options.evaluate.dialect).name();
  if (dialect == "cuda") throw core::UserError("not yet", "evaluate.dialect");
  return make_cpp_evaluator(options, catalogue);
}

}  // namespace vegttt::evaluate
