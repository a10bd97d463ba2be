// The aim: against a float64 truth and a tolerance of a few 1e-5, these must fail for every task:
// zeros, a constant, a copy of an input, half of the work, operands rounded to fp16 or TF32; while
// a plain float32 kernel passes. tests/tasks/sensitivity_test.cpp measures it.
#include "recipe.h"

#include <algorithm>
#include <cmath>

namespace vegttt::tasks {
namespace {

class Chef {
 public:
  Chef(const Task& task,
       const InputSpec& input,
       const std::vector<std::int64_t>& shape,
       int set,
       const TrialStreams& streams)
      : task_(task),
        input_(input),
        shape_(shape),
        set_(set),
        streams_(streams),
        stream_(streams.input) {}

  Recipe cook() {
    if (input_.parameter)
      return shape_.size() >= 2 && input_.distribution != "ones" && input_.distribution != "zeros"
                 ? weight()
                 : affine();
    if (input_.structure == Structure::kProbabilities ||
        input_.structure == Structure::kLogProbabilities)
      return logits();
    if (multiplies_along_an_axis()) return factors();
    const std::string& family = task_.family;
    if (family == "matmul" || family.rfind("conv", 0) == 0)
      return make(scale(0.5, 2), 0, 0.1, 5, 15);
    if (family == "norm") return norm();
    if (family == "softmax") return softmax();
    if (family == "scan" || family == "reduce") return summed();
    if (family == "pool") return pooled();
    if (family == "loss") return loss();
    if (family == "attention") return make(scale(0.8, 1.6), 0, 0.2, 4, 8);
    return make(scale(0.8, 2.2), 0.1, 0.5, 6, 20);
  }

 private:
  // Log-uniform.
  double scale(double low, double high) { return low * std::pow(high / low, stream_.uniform()); }
  double between(double low, double high) { return low + (high - low) * stream_.uniform(); }
  double sign() { return stream_.uniform() < 0.5 ? -1 : 1; }
  bool odd_set() const { return (set_ + streams_.all_sets.below(0, 2)) % 2 != 0; }
  double longest_axis() const {
    return shape_.empty() ? 1
                          : static_cast<double>(*std::max_element(shape_.begin(), shape_.end()));
  }
  bool multiplies_along_an_axis() const {
    return task_.reference.find("prod(") != std::string::npos;
  }

  // |mean| is drawn from [mean_low, mean_high], in units of the scale.
  Recipe make(
      double scale, double mean_low, double mean_high, double outlier_low, double outlier_high) {
    Recipe recipe;
    recipe.draw.scale = static_cast<float>(scale);
    recipe.draw.mean = static_cast<float>(sign() * between(mean_low, mean_high) * scale);
    recipe.draw.block_spread = 0.5f;
    recipe.outlier_low = static_cast<float>(outlier_low);
    recipe.outlier_high = static_cast<float>(outlier_high);
    return recipe;
  }

  // Convolution weights and the like: outputs of the order of the inputs.
  Recipe weight() {
    double fan_in = 1;
    for (std::size_t axis = 1; axis < shape_.size(); ++axis)
      fan_in *= static_cast<double>(shape_[axis]);
    return make(scale(0.5, 2) / std::sqrt(fan_in), 0, 0.1, 3, 6);
  }

  // gamma stays away from 1 and 0, beta and bias away from 0; no outliers, they would hide the
  // rest.
  Recipe affine() {
    if (input_.distribution == "ones") {
      Recipe recipe = make(0.2, 0, 0, 0, 0);
      recipe.draw.mean =
          static_cast<float>(sign() * (odd_set() ? between(1.6, 2) : between(0.4, 0.7)));
      recipe.draw.block_spread = 0;
      return recipe;
    }
    return make(scale(0.5, 1.5), 0.2, 0.6, 0, 0);
  }

  // A softmax over the last axis makes probabilities of them.
  Recipe logits() {
    Recipe recipe = make(scale(0.6, 1.4), 0, 0, 3, 5);
    recipe.twins = false;
    return recipe;
  }

  // The logarithms of a row's products walk about 1.5 away from 0, whatever its length.
  Recipe factors() {
    Recipe recipe = make(scale(1, 2) / std::sqrt(longest_axis()), 0, 0, 0, 0);
    recipe.draw.scale = std::min(recipe.draw.scale, 0.12f);
    recipe.draw.near_one = true;
    return recipe;
  }

  // In one of three sets the variance is small enough for an epsilon of 1e-5 to change the result
  // by a percent.
  Recipe norm() {
    const bool faint = (set_ + streams_.all_sets.below(1, 3)) % 3 == 0;
    return make(faint ? scale(0.02, 0.04) : scale(0.5, 4), 0.2, 0.8, 4, 12);
  }

  // Every other set lies where exp overflows or underflows unless the maximum is taken off first.
  Recipe softmax() {
    Recipe recipe = make(scale(0.8, 1.8), 0, 0, 3, 6);
    recipe.draw.mean =
        static_cast<float>(sign() * (odd_set() ? between(95, 110) : between(0.5, 3)));
    return recipe;
  }

  // A mean that grows no faster than the walk of a signed sum.
  Recipe summed() {
    const double walk = 1 / std::sqrt(longest_axis());
    return make(scale(0.5, 2), 0.2 * walk, walk, 6, 20);
  }

  // Windows at the border that hold negative values only: a padding of zero must show.
  Recipe pooled() {
    Recipe recipe = make(scale(0.5, 2), 0.9, 1.4, 5, 12);
    recipe.draw.mean = std::abs(recipe.draw.mean) * (odd_set() ? -1.0f : 1.0f);
    return recipe;
  }

  // Wide against the thresholds 1 of hinge, Huber and margin; class scores beyond exp's range in
  // some rows. All inputs share scale and mean: a margin between differently scaled distances would
  // never, or always, be kept.
  Recipe loss() {
    stream_ = core::RandomStream(streams_.set);
    const bool scores =
        std::any_of(task_.inputs.begin(), task_.inputs.end(), [](const InputSpec& i) {
          return i.structure == Structure::kClassIndex;
        });
    return scores ? make(scale(2, 4), 0.1, 0.6, 8, 40) : make(scale(1.2, 3.5), 0, 0.3, 5, 20);
  }

  const Task& task_;
  const InputSpec& input_;
  const std::vector<std::int64_t>& shape_;
  int set_;
  TrialStreams streams_;
  core::RandomStream stream_;
};

bool is_first_probability(const Task& task, const InputSpec& input) {
  const auto first = std::find_if(task.inputs.begin(), task.inputs.end(), [](const InputSpec& i) {
    return i.structure == Structure::kProbabilities;
  });
  return first != task.inputs.end() && first->name == input.name;
}

// Few outputs are means of very many inputs: only errors of one direction are left in them. In sum
// t log(t / p) those of t and p cancel when they are alike.
Rounding rounding_for(const Task& task, const InputSpec& input, std::int64_t output_elements) {
  if (output_elements > 16) return Rounding::kMixed;
  return is_first_probability(task, input) ? Rounding::kUp : Rounding::kDown;
}

}  // namespace

Recipe recipe_for(const Task& task,
                  const InputSpec& input,
                  const std::vector<std::int64_t>& shape,
                  std::int64_t output_elements,
                  int set,
                  const TrialStreams& streams) {
  Recipe recipe = Chef(task, input, shape, set, streams).cook();
  recipe.draw.rounding =
      recipe.draw.near_one ? Rounding::kEven : rounding_for(task, input, output_elements);
  if (recipe.draw.rounding != Rounding::kMixed) recipe.twins = false;
  return recipe;
}

}  // namespace vegttt::tasks
