#include "vegttt/core/error.h"
#include "vegttt/core/text.h"
#include "vegttt/evaluate/evaluator.h"

namespace vegttt::evaluate {
namespace {

// The paper's code calls the public evaluator: its inputs, its tolerance, its mean (the paper's
// text says median).
Protocol public_protocol(const std::string& name, int checks, int timings) {
  Protocol p;
  p.name = name;
  p.checks = checks;
  p.timings = p.max_timings = timings;
  p.warmup = 3;
  p.public_inputs = p.absolute_tolerance = p.mean = true;
  return p;
}

std::vector<Protocol> all_protocols() {
  Protocol strict;
  strict.name = "strict";
  strict.strict_selection = true;
  return {strict,
          public_protocol("paper-fast", 1, 5),
          public_protocol("paper-full", 5, 50),
          public_protocol("kernelbench", 5, 100)};
}

}  // namespace

Protocol protocol(const std::string& name) {
  std::vector<std::string> known;
  for (const Protocol& candidate : all_protocols()) {
    if (candidate.name == name) return candidate;
    known.push_back(candidate.name);
  }
  throw core::UserError("unknown protocol '" + name + "'" + core::did_you_mean(name, known),
                        "evaluate.protocol",
                        "one of " + core::join(known, ", "));
}

}  // namespace vegttt::evaluate
