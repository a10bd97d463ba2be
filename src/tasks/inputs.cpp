#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <cmath>

#include "outliers.h"
#include "recipe.h"
#include "structures.h"
#include "vegttt/tasks/value_source.h"

namespace vegttt::tasks {
namespace {

using Shape = std::vector<std::int64_t>;

// The same drawing for both kinds of inputs; structures that only cut or mirror what was drawn.
at::Tensor structured(const at::Tensor& drawn, Structure structure) {
  switch (structure) {
    case Structure::kUpperTriangular:
      return at::triu(drawn);
    case Structure::kLowerTriangular:
      return at::tril(drawn);
    case Structure::kSymmetric:
      return at::triu(drawn) + at::triu(drawn, 1).transpose(-1, -2);
    case Structure::kPositive:
      return at::abs(drawn);
    default:
      return drawn;
  }
}

at::Tensor public_structured(const at::Tensor& drawn, Structure structure) {
  if (structure == Structure::kSymmetric) return (drawn + drawn.transpose(-1, -2)) / 2;
  if (structure == Structure::kProbabilities) return at::softmax(drawn, -1);
  if (structure == Structure::kLogProbabilities) return at::log_softmax(drawn, -1);
  return structured(drawn, structure);
}

class InputMaker {
 public:
  InputMaker(const Task& task,
             const std::string& size,
             std::uint64_t seed,
             InputKind kind,
             ValueSource& source)
      : task_(task),
        size_(size),
        seed_(std::to_string(seed)),
        kind_(kind),
        source_(source),
        dims_(task.dimensions(size)),
        output_elements_(task.output(size).elements()) {}

  // Slices along axis 0 take turns in the recipes of `sets`; all else is that of the first.
  at::Tensor make(const InputSpec& input, const Shape& shape, const std::vector<int>& sets) const {
    const core::CounterRng rng = stream(input.name, std::to_string(sets.front()), "values");
    const std::uint64_t key = mix64(rng.key());
    switch (input.structure) {
      case Structure::kBool:
        return fair_bits(shape, key);
      case Structure::kSign:
        return fair_bits(shape, key).to(at::kFloat) * 2 - 1;
      case Structure::kClassIndex:
        return class_indices(shape, key, evaluate_expression(input.classes, dims_, task_.file));
      default:
        break;
    }
    if (kind_ == InputKind::kStrict) return strict(input, shape, sets, rng).contiguous();
    return public_structured(public_values(input, shape, rng), input.structure).contiguous();
  }

 private:
  core::CounterRng stream(const std::string& input,
                          const std::string& set,
                          const char* purpose) const {
    return core::CounterRng::of({"inputs", task_.id, size_, seed_, set, input, purpose});
  }

  Recipe recipe(const InputSpec& input, const Shape& shape, int set) const {
    const std::string name = std::to_string(set);
    const TrialStreams streams{stream(input.name, name, "recipe"),
                               stream("", name, "recipe"),
                               stream(input.name, "", "recipe")};
    return recipe_for(task_, input, shape, output_elements_, set, streams);
  }

  at::Tensor strict(const InputSpec& input,
                    const Shape& shape,
                    const std::vector<int>& sets,
                    const core::CounterRng& rng) const {
    std::vector<Recipe> recipes;
    HeavyDraws how;
    for (const int set : sets) {
      recipes.push_back(recipe(input, shape, set));
      how.draws.push_back(recipes.back().draw);
    }
    at::Tensor drawn = source_.empty(shape, at::kFloat);
    how.slice_elements = std::max<std::int64_t>(
        1, shape.empty() ? 1 : drawn.numel() / std::max<std::int64_t>(1, shape[0]));
    source_.heavy(drawn, mix64(rng.key()), how);
    const std::string set = std::to_string(sets.front());
    const Planted planted =
        plant_outliers(shape, recipes, how, stream(input.name, set, "outliers").key());
    if (!planted.places.empty()) source_.put(drawn, planted.places, planted.values);
    if (input.structure == Structure::kProbabilities) {
      at::Tensor rows = at::softmax(drawn, -1).contiguous();
      source_.probabilities(rows, recipes.front().draw.rounding, rng.key());
      return rows;
    }
    if (input.structure == Structure::kLogProbabilities) return at::log_softmax(drawn, -1);
    return structured(drawn, input.structure);
  }

  // What the public benchmark draws, by the words of the task file.
  at::Tensor public_values(const InputSpec& input,
                           const Shape& shape,
                           const core::CounterRng& rng) const {
    at::Tensor values = source_.empty(shape, at::kFloat);
    const std::uint64_t key = mix64(rng.key());
    if (input.distribution == "ones") return values.fill_(1);
    if (input.distribution == "zeros") return values.zero_();
    if (input.distribution == "randn") {
      source_.normal(values, rng.key());
      return values;
    }
    double low = 0, high = input.distribution == "scaled_rand" ? rng.uniform(0) : 1;
    if (const std::string fan_in = fan_in_of(input.distribution); !fan_in.empty()) {
      high = 1 / std::sqrt(static_cast<double>(evaluate_expression(fan_in, dims_, task_.file)));
      low = -high;
    }
    source_.uniform(values, key, static_cast<float>(low), static_cast<float>(high));
    return values;
  }

  at::Tensor fair_bits(const Shape& shape, std::uint64_t key) const {
    at::Tensor tensor = source_.empty(shape, at::kBool);
    source_.bits(tensor, key);
    return tensor;
  }

  at::Tensor class_indices(const Shape& shape, std::uint64_t key, std::int64_t classes) const {
    at::Tensor tensor = source_.empty(shape, at::kLong);
    source_.below(tensor, key, classes);
    return tensor;
  }

  const Task& task_;
  std::string size_, seed_;
  InputKind kind_;
  ValueSource& source_;
  Dimensions dims_;
  std::int64_t output_elements_;
};

}  // namespace

std::vector<at::Tensor> make_inputs(const Task& task,
                                    const std::string& size,
                                    std::uint64_t seed,
                                    int set,
                                    InputKind kind,
                                    ValueSource& source) {
  const std::vector<TensorShape> shapes = task.input_shapes(size);
  const InputMaker maker(task, size, seed, kind, source);
  std::vector<at::Tensor> inputs;
  for (std::size_t i = 0; i < shapes.size(); ++i)
    inputs.push_back(maker.make(task.inputs[i], shapes[i].sizes, {set}));
  return inputs;
}

std::vector<at::Tensor> make_inputs(
    const Task& task, const std::string& size, std::uint64_t seed, int set, InputKind kind) {
  return make_inputs(task, size, seed, set, kind, host_values());
}

std::vector<at::Tensor> make_pool(const Task& task,
                                  const std::string& size,
                                  std::uint64_t seed,
                                  InputKind kind,
                                  const PoolOf& pool,
                                  ValueSource& source) {
  const std::vector<TensorShape> shapes = task.input_shapes(size);
  const InputMaker maker(task, size, seed, kind, source);
  std::vector<at::Tensor> inputs;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    Shape shape = shapes[i].sizes;
    if (pool.pooled[i]) shape[0] += pool.more_slices;
    inputs.push_back(maker.make(
        task.inputs[i], shape, pool.pooled[i] ? std::vector<int>{0, 1, 2} : std::vector<int>{0}));
  }
  return inputs;
}

}  // namespace vegttt::tasks
