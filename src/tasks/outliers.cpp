#include "outliers.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace vegttt::tasks {
namespace {

class Outliers {
 public:
  Outliers(const std::vector<std::int64_t>& shape,
           const std::vector<Recipe>& recipes,
           const HeavyDraws& how,
           std::uint64_t key)
      : shape_(shape), recipes_(recipes), how_(how), stream_(core::CounterRng(key)) {
    for (const std::int64_t extent : shape) count_ *= extent;
  }

  Planted plant() {
    if (recipes_.front().outlier_high > 0 && count_ >= 2) {
      const std::int64_t outliers = std::min<std::int64_t>(4 + count_ / 16384, 2048);
      for (std::int64_t i = 0; i < outliers; ++i) plant_one(place(i), i % 2 == 0);
    }
    Planted planted;
    for (const auto& [place, value] : values_) {
      planted.places.push_back(place);
      planted.values.push_back(value);
    }
    return planted;
  }

 private:
  std::int64_t place(std::int64_t i) {
    const std::int64_t edge = std::min<std::int64_t>(count_, 256);
    if (i == 0) return count_ - 1 - stream_.below(edge);
    if (i == 1) return stream_.below(edge);
    return stream_.below(count_);
  }

  const Recipe& recipe_at(std::int64_t at) const {
    return recipes_[static_cast<std::size_t>(at / how_.slice_elements) % recipes_.size()];
  }

  void plant_one(std::int64_t at, bool positive) {
    const Recipe& recipe = recipe_at(at);
    const float value = outlier(recipe, positive ? 1 : -1);
    if (!recipe.twins) {
      values_[at] =
          hostile(value, recipe.draw.rounding, static_cast<std::uint32_t>(stream_.below(256)));
      return;
    }
    std::int64_t stride = 1;
    for (std::size_t axis = shape_.size(); axis-- > 0; stride *= shape_[axis]) {
      if (shape_[axis] > 1) values_[neighbour(at, axis, stride)] = beside_tenth_bit(value, false);
    }
    values_[at] = beside_tenth_bit(value, true);
  }

  // Log-uniform. Where the mean is small beside it, moved just above a power of two: a unit of the
  // tenth bit is largest there.
  float outlier(const Recipe& recipe, double sign) {
    const double units =
        recipe.outlier_low * std::pow(recipe.outlier_high / recipe.outlier_low, stream_.uniform());
    const double distance = units * recipe.draw.scale, fraction = 0.25 * stream_.uniform();
    if (std::abs(recipe.draw.mean) > distance)
      return static_cast<float>(recipe.draw.mean + sign * distance);
    return static_cast<float>(sign * std::exp2(std::floor(std::log2(distance))) * (1 + fraction));
  }

  // Another index on the line through `at` along `axis`.
  std::int64_t neighbour(std::int64_t at, std::size_t axis, std::int64_t stride) {
    const std::int64_t extent = shape_[axis], index = at / stride % extent;
    const std::int64_t other = (index + 1 + stream_.below(extent - 1)) % extent;
    return at + (other - index) * stride;
  }

  const std::vector<std::int64_t>& shape_;
  const std::vector<Recipe>& recipes_;
  const HeavyDraws& how_;
  core::RandomStream stream_;
  std::int64_t count_ = 1;
  std::map<std::int64_t, float> values_;
};

}  // namespace

Planted plant_outliers(const std::vector<std::int64_t>& shape,
                       const std::vector<Recipe>& recipes,
                       const HeavyDraws& how,
                       std::uint64_t key) {
  return Outliers(shape, recipes, how, key).plant();
}

}  // namespace vegttt::tasks
