// Rare large values between the others, each beside twins that rounding cannot tell from it.
#pragma once

#include <cstdint>
#include <vector>

#include "recipe.h"
#include "vegttt/tasks/value_source.h"

namespace vegttt::tasks {

struct Planted {
  std::vector<std::int64_t> places;  // flat indices, ascending
  std::vector<float> values;
};

// The first near the end, the second near the beginning, the others anywhere. `recipes` belong to
// the draws of `how`.
Planted plant_outliers(const std::vector<std::int64_t>& shape,
                       const std::vector<Recipe>& recipes,
                       const HeavyDraws& how,
                       std::uint64_t key);

}  // namespace vegttt::tasks
