#pragma once

#include "device_floor.h"
#include "judge_kernels.h"

namespace vegttt::evaluate {

// Measured once, in about 0.2 s. Takes 2 GiB meanwhile.
DeviceSpeed measure_device_speed(JudgeKernels& kernels);

}  // namespace vegttt::evaluate
