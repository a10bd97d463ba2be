// Sampling on several cores without a barrier: each core has slots of its own and takes requests
// from one queue. Rows do not depend on the batch, so that who decodes what changes nothing; a core
// that is busy elsewhere holds up nobody.
#pragma once

#include "sampling/engine.h"

namespace vegttt::policy {

// `done` is called from the calling thread. What a worker throws is thrown here, after all have
// ended.
void sample_with_workers(const Transformer& model,
                         const std::vector<SampleRequest>& requests,
                         const config::SamplingOptions& options,
                         const std::vector<int>& end_tokens,
                         int workers,
                         const Engine::Done& done);

}  // namespace vegttt::policy
