#pragma once

#include <cstdint>

namespace vegttt::policy::gpu {

// Tokens that one pass over prompts takes when several share it: large enough for products to run
// at full speed, small enough for what lies between them. Twice as many where experts are widened
// for it, unless those take most of the memory.
constexpr std::int64_t tokens_of_pass(int experts) {
  return experts > 0 && experts <= 64 ? 16384 : 8192;
}

}  // namespace vegttt::policy::gpu
