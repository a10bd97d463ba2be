#pragma once

#include <map>
#include <memory>
#include <string>

#include "vegttt/core/file.h"
#include "vegttt/evaluate/evaluator.h"

namespace vegttt::experiment {

// Gives the evaluations of a finished run instead of measuring: by rollout and text. What is
// sampled elsewhere, or from other weights, has none, and that is an error, not a measurement.
class ReplayEvaluator : public evaluate::Evaluator {
 public:
  explicit ReplayEvaluator(const core::fs::path& run);
  records::Evaluation evaluate(const evaluate::Submission& submission,
                               evaluate::Until until) override;
  void evaluate_all(
      const std::vector<evaluate::Submission>& submissions,
      const std::function<void(std::size_t, const records::Evaluation&)>& done) override;

 private:
  std::string run_;
  std::map<std::string, records::Evaluation> by_tag_and_text_;
};

}  // namespace vegttt::experiment
