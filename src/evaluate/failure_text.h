#pragma once

#include <string>
#include <vector>

#include "vegttt/core/error.h"
#include "vegttt/records/evaluation.h"

namespace vegttt::evaluate {

struct FailureFacts {
  const records::InputCheck& check;
  const std::vector<std::int64_t>& sizes;  // of the output
  std::int64_t first_bad, last_bad;        // flat indices, -1: none beyond its allowance
  std::int64_t untouched;                  // elements that still hold the poison
  double rms, largest_rms;
};

// One line for people and models: "largest error 0.31 at [17, 0], allowed 0.01; 12 of 1024
// elements; first bad index is a multiple of 4096".
std::string failure_text(const FailureFacts& facts);

}  // namespace vegttt::evaluate
