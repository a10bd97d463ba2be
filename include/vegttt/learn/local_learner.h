// The learner that shares weights and adapter with a LocalPolicy in this process.
#pragma once

#include <memory>

#include "vegttt/learn/update.h"
#include "vegttt/policy/local_policy.h"

namespace vegttt::learn {

// theta_0, the KL reference, is the policy's adapter as it is now. The policy must have an adapter.
// update(): results are a function of batch, options, weights and the number of threads (ATen
// splits sums among threads), not of timing. save(): adapter_config.json, adapter_model.safetensors
// and state.safetensors (optimizer); load() restores all of it bit for bit, and leaves theta_0 as
// it was at construction.
std::unique_ptr<Learner> make_learner(std::shared_ptr<policy::LocalPolicy> policy);

}  // namespace vegttt::learn
