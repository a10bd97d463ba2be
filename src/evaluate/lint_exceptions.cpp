#include "vegttt/evaluate/lint.h"

namespace vegttt::evaluate {
namespace {

struct Exception {
  const char *task_id, *size, *answer, *reason;
};

constexpr Exception kExceptions[] = {
    {"", "", "", ""},
};

}  // namespace

std::string lint_exception(const std::string& task_id,
                           const std::string& size,
                           const std::string& answer) {
  for (const Exception& e : kExceptions)
    if (task_id == e.task_id && size == e.size && answer == e.answer) return e.reason;
  return "";
}

}  // namespace vegttt::evaluate
