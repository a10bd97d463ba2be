#include "embedded.h"

extern "C" {
extern const char vegttt_embedded_runner_begin[], vegttt_embedded_runner_end[];
extern const char vegttt_embedded_prelude_begin[], vegttt_embedded_prelude_end[];
}

namespace vegttt::evaluate {

std::string_view embedded_runner() { return {vegttt_embedded_runner_begin, vegttt_embedded_runner_end}; }
std::string_view embedded_prelude() { return {vegttt_embedded_prelude_begin, vegttt_embedded_prelude_end}; }

}  // namespace vegttt::evaluate
