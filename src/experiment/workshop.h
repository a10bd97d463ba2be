#pragma once

#include <functional>
#include <memory>
#include <string>

#include "vegttt/evaluate/evaluator.h"
#include "vegttt/experiment/run.h"
#include "vegttt/policy/local_policy.h"
#include "vegttt/tasks/catalogue.h"

namespace vegttt::experiment {

// How policies and judges are made, and how two on one device come to make room for each other.
struct Makers {
  std::function<std::shared_ptr<policy::LocalPolicy>(const PartsRequest&)> policy;
  std::function<std::unique_ptr<evaluate::Evaluator>(const PartsRequest&, const tasks::Catalogue&)>
      judge;
  std::function<void(const config::ExperimentConfig&, policy::LocalPolicy*, evaluate::Evaluator&)>
      share;
};

// Keeps the policy and the judge that were made last, and what they were made for. Others are let
// go first: two may not fit together.
class Workshop {
 public:
  explicit Workshop(Makers makers) : makers_(std::move(makers)) {}

  // At theta_0.
  std::shared_ptr<policy::LocalPolicy> policy_for(const PartsRequest& request);
  // As one run sees it. It shares its device with the policy that is kept, also when this request
  // has no use for that.
  std::unique_ptr<evaluate::Evaluator> judge_for(
      const PartsRequest& request, const std::shared_ptr<tasks::Catalogue>& catalogue);

 private:
  Makers makers_;
  std::shared_ptr<policy::LocalPolicy> policy_;
  std::shared_ptr<tasks::Catalogue> catalogue_;  // what the judge points into
  std::shared_ptr<evaluate::Evaluator> judge_;
  std::string policy_key_, judge_key_;
};

}  // namespace vegttt::experiment
