#include "vegttt/evaluate/duplicates.h"

#include <map>

#include "vegttt/scaffold/dialect.h"

namespace vegttt::evaluate {
namespace {

using records::Evaluation;

Evaluation copy_of(Evaluation evaluation) {
  evaluation.flags.push_back("copied");
  evaluation.stage_s.clear();
  return evaluation;
}

std::string key_of(const Submission& submission) {
  return submission.task_id + '\n' + scaffold::extract_code(submission.completion);
}

class OncePerCode : public Evaluator {
 public:
  explicit OncePerCode(std::unique_ptr<Evaluator> judge) : judge_(std::move(judge)) {}

  Evaluation evaluate(const Submission& submission, Until until) override {
    const std::string key = key_of(submission);
    if (const auto found = known_.find(key); found != known_.end()) return copy_of(found->second);
    Evaluation evaluation = judge_->evaluate(submission, until);
    if (until == Until::kTime) remember(key, evaluation);
    return evaluation;
  }

  void evaluate_all(const std::vector<Submission>& submissions,
                    const std::function<void(std::size_t, const Evaluation&)>& done) override {
    std::vector<Submission> first;
    std::map<std::string, std::vector<std::size_t>> places;  // of each code: where it was submitted
    for (std::size_t i = 0; i < submissions.size(); ++i) {
      const std::string key = key_of(submissions[i]);
      if (const auto found = known_.find(key); found != known_.end()) {
        done(i, copy_of(found->second));
        continue;
      }
      auto& of_code = places[key];
      if (of_code.empty()) first.push_back(submissions[i]);
      of_code.push_back(i);
    }
    std::vector<std::size_t> again;  // whose first one could not be judged
    judge_->evaluate_all(first, [&](std::size_t j, const Evaluation& evaluation) {
      const std::string key = key_of(first[j]);
      const auto& of_code = places.at(key);
      done(of_code.front(), evaluation);
      const bool judged = remember(key, evaluation);
      for (std::size_t k = 1; k < of_code.size(); ++k) {
        if (judged)
          done(of_code[k], copy_of(evaluation));
        else
          again.push_back(of_code[k]);
      }
    });
    if (again.empty()) return;
    std::vector<Submission> rest;
    for (const std::size_t i : again) rest.push_back(submissions[i]);
    evaluate_all(rest,
                 [&](std::size_t j, const Evaluation& evaluation) { done(again[j], evaluation); });
  }

  void prepare(const Submission& submission) override {
    if (!known_.contains(key_of(submission))) judge_->prepare(submission);
  }
  void make_room(std::uint64_t bytes) override { judge_->make_room(bytes); }
  void when_short(std::function<void(std::uint64_t bytes)> ask) override {
    judge_->when_short(std::move(ask));
  }
  void keep_kernels_in(const std::string& folder) override { judge_->keep_kernels_in(folder); }
  void draw_inputs_anew() override {
    known_.clear();
    judge_->draw_inputs_anew();
  }

 private:
  // False for what was not judged.
  bool remember(const std::string& key, const Evaluation& evaluation) {
    if (evaluation.status == records::Status::kUnscored) return false;
    known_.emplace(key, evaluation);
    return true;
  }

  std::unique_ptr<Evaluator> judge_;
  std::map<std::string, Evaluation> known_;  // by task and code, of the inputs in use
};

}  // namespace

std::unique_ptr<Evaluator> judge_equal_code_once(std::unique_ptr<Evaluator> judge) {
  return std::make_unique<OncePerCode>(std::move(judge));
}

}  // namespace vegttt::evaluate
