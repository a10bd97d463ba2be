#pragma once

#include "scalar_event.h"
#include "vegttt/records/trajectory.h"

namespace vegttt::experiment::tensorboard {

// What TensorBoard plots of a step; the part of a tag before its first slash is the group.
Scalars scalars_of(const records::StepMetrics& metrics);
// The selected step's rates on fresh samples.
Scalars fresh_scalars_of(const records::StepMetrics& fresh);

}  // namespace vegttt::experiment::tensorboard
