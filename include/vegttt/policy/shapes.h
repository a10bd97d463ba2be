// Published models by name, without their weights: what a benchmark needs, since speed depends on
// shapes alone.
#pragma once

#include <string>
#include <vector>

#include "vegttt/policy/lora.h"
#include "vegttt/policy/transformer.h"

namespace vegttt::policy {

// "starter", "qwen2.5-7b", ..
std::vector<std::string> shape_names();
// Throws UserError with the known names.
ModelConfig named_shape(const std::string& name);

// Weights made where they are used, at the speed of the device's own random numbers: normal
// matrices as random_weights has them, norms of one, MXFP4 blocks of any bytes. Throws UserError
// when they do not fit into the memory that is free. Numbers are a function of seed and device.
Transformer random_transformer_on(const ModelConfig& config,
                                  at::Device device,
                                  at::ScalarType dtype,
                                  std::uint64_t seed);

// An adapter on every linear layer (of a mixture: on attention) that is not the identity: B is
// random too.
Adapter random_adapter(Weights& weights, int rank, double alpha);

}  // namespace vegttt::policy
