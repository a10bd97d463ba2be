// Which values a strict trial draws for one input: random scale and mean, and how far its planted
// outliers lie.
#pragma once

#include <cstdint>
#include <vector>

#include "draw.h"
#include "vegttt/core/rng.h"
#include "vegttt/tasks/task.h"

namespace vegttt::tasks {

struct Recipe {
  Draw draw;
  float outlier_low = 0,
        outlier_high = 0;  // distances from the mean in units of the scale; 0 plants none
  bool twins = true;  // beside an outlier, along every axis, one that rounds to the same 10 bits
};

// Random numbers of a trial: of one input, of all inputs of the set, and of one input over all
// sets.
struct TrialStreams {
  core::CounterRng input, set, all_sets;
};

// What must alternate between the sets of a seed (the sign of a mean, a scale small enough for an
// epsilon to matter) follows `set`, so that a few sets show every case.
Recipe recipe_for(const Task& task,
                  const InputSpec& input,
                  const std::vector<std::int64_t>& shape,
                  std::int64_t output_elements,
                  int set,
                  const TrialStreams& streams);

}  // namespace vegttt::tasks
