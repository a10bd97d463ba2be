// The meters of both dialects, and what they share.
#pragma once

#include "vegttt/evaluate/baseline.h"

namespace vegttt::evaluate {

// Chances of an equal kernel: verdicts over `per_verdict` of the baseline's pairs, drawn with
// replacement.
void resample(Baseline& baseline, int per_verdict, std::uint64_t seed);

EqualVerdict verdict_of(const records::Timing& timing);

std::unique_ptr<BaselineMeter> make_cpp_baseline_meter(const EvaluatorOptions& options,
                                                       const tasks::Catalogue& catalogue);
std::unique_ptr<BaselineMeter> make_cuda_baseline_meter(const EvaluatorOptions& options,
                                                        const tasks::Catalogue& catalogue);

}  // namespace vegttt::evaluate
