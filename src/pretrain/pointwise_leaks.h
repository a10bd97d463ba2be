#pragma once

#include "corpus/expression.h"

namespace vegttt::pretrain {

// A pointwise expression that equals a reserved task's, or is that task's operator with other
// constants.
bool is_reserved_pointwise(const Expression& expression, std::size_t inputs);

}  // namespace vegttt::pretrain
