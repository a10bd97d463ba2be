#pragma once

#include "support/scripted_policy.h"
#include "vegttt/experiment/run.h"

namespace vegttt::test {

// Parts of two tasks around one scripted model; `delay_us` per completion and per verdict.
inline experiment::Parts fake_parts(const experiment::PartsRequest& request,
                                    unsigned delay_us = 0) {
  const auto model = std::make_shared<ScriptedModel>();
  experiment::Parts parts;
  parts.owner = model;
  auto sampler = std::make_shared<ScriptedPolicy>(model);
  auto learner = std::make_unique<FakeLearner>(model);
  auto evaluator = std::make_unique<FakeEvaluator>();
  sampler->delay_us = evaluator->delay_us = delay_us;
  for (const std::string id : {"L1/1", "L1/2"}) {
    records::Prompt prompt{id, "", "write " + id, "hash of " + id};
    parts.tasks.push_back({id, prompt, sampler->encode_prompt("", prompt.user)});
  }
  parts.sampler = std::move(sampler);
  parts.learner = std::move(learner);
  if (!request.without_evaluator) parts.evaluator = std::move(evaluator);
  return parts;
}

}  // namespace vegttt::test
