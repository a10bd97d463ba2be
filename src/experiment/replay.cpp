#include "vegttt/experiment/replay.h"

#include "vegttt/core/error.h"
#include "vegttt/core/hash.h"
#include "vegttt/experiment/records_file.h"

namespace vegttt::experiment {
namespace {

std::string key_of(const std::string& tag, const std::string& completion) {
  return tag + " " + core::short_hash(completion);
}

}  // namespace

ReplayEvaluator::ReplayEvaluator(const core::fs::path& run) : run_(run.string()) {
  for (const auto& [stream, file] :
       {std::pair{"adapt/", "rollouts.jsonl"}, std::pair{"fresh/", "reevaluation.jsonl"}}) {
    for (auto& one : read_rollouts(run, file))
      by_tag_and_text_[key_of(stream + one.rollout.key.text(), one.rollout.completion)] =
          std::move(one.evaluation);
  }
  if (by_tag_and_text_.empty())
    throw core::UserError("holds no judged rollouts to replay",
                          run_,
                          "--replay RUN names the folder of a finished run");
}

records::Evaluation ReplayEvaluator::evaluate(const evaluate::Submission& submission,
                                              evaluate::Until) {
  const std::string key = key_of(submission.tag, submission.completion);
  const auto found = by_tag_and_text_.find(key);
  if (found == by_tag_and_text_.end())
    throw core::UserError(
        "has no evaluation of this text for " + submission.tag +
            ": it was sampled by another config, other weights or another number of threads",
        run_);
  return found->second;
}

void ReplayEvaluator::evaluate_all(
    const std::vector<evaluate::Submission>& submissions,
    const std::function<void(std::size_t, const records::Evaluation&)>& done) {
  for (std::size_t i = 0; i < submissions.size(); ++i)
    done(i, evaluate(submissions[i], evaluate::Until::kTime));
}

}  // namespace vegttt::experiment
