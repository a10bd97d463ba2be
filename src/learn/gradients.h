// Gradients of the adapter's matrices between two steps of the optimizer.
#pragma once

#include <ATen/ATen.h>

#include <map>
#include <string>

namespace vegttt::learn {

using Parameters = std::map<std::string, at::Tensor>;  // by PEFT's path

// Their norm before, all together; afterwards at most `limit` (0: as they are). Throws MachineError
// when it is not finite.
double clip_gradients(const Parameters& parameters, double limit);
void forget_gradients(Parameters& parameters);

}  // namespace vegttt::learn
