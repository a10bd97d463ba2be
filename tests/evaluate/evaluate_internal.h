// Private headers of the area, for its own tests.
#pragma once

#include "../../src/evaluate/device_compiler.h"
#include "../../src/evaluate/machine_speed.h"
#include "../../src/evaluate/shared_allocator.h"
#include "../../src/evaluate/timing_stats.h"
#include "vegttt/core/error.h"
