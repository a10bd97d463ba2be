#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "draw.h"
#include "recipe.h"
#include "structures.h"
#include "vegttt/tasks/reference.h"

namespace vegttt::tasks {
namespace {

using Shape = std::vector<std::int64_t>;

void for_blocks(
    std::int64_t elements,
    const std::function<void(std::int64_t block, std::int64_t begin, std::int64_t count)>& fill) {
  const std::int64_t blocks = (elements + kBlock - 1) / kBlock;
  at::parallel_for(0, blocks, 8, [&](std::int64_t from, std::int64_t to) {
    for (std::int64_t block = from; block < to; ++block) {
      const std::int64_t begin = block * kBlock;
      fill(block, begin, std::min(kBlock, elements - begin));
    }
  });
}

// Outliers: the first near the end, the second near the beginning, the others anywhere.
class Outliers {
 public:
  Outliers(at::Tensor& tensor, const Recipe& recipe, const core::CounterRng& rng)
      : data_(tensor.data_ptr<float>()),
        shape_(tensor.sizes().vec()),
        count_(tensor.numel()),
        recipe_(recipe),
        stream_(rng) {}

  void plant() {
    if (recipe_.outlier_high <= 0 || count_ < 2) return;
    const std::int64_t outliers = std::min<std::int64_t>(4 + count_ / 16384, 2048);
    for (std::int64_t i = 0; i < outliers; ++i) plant_one(place(i), i % 2 == 0);
  }

 private:
  std::int64_t place(std::int64_t i) {
    const std::int64_t edge = std::min<std::int64_t>(count_, 256);
    if (i == 0) return count_ - 1 - stream_.below(edge);
    if (i == 1) return stream_.below(edge);
    return stream_.below(count_);
  }

  void plant_one(std::int64_t at, bool positive) {
    const float value = outlier(positive ? 1 : -1);
    if (!recipe_.twins) {
      data_[at] =
          hostile(value, recipe_.draw.rounding, static_cast<std::uint32_t>(stream_.below(256)));
      return;
    }
    std::int64_t stride = 1;
    for (std::size_t axis = shape_.size(); axis-- > 0; stride *= shape_[axis]) {
      if (shape_[axis] > 1) data_[neighbour(at, axis, stride)] = beside_tenth_bit(value, false);
    }
    data_[at] = beside_tenth_bit(value, true);
  }

  // Log-uniform. Where the mean is small beside it, moved just above a power of two: a unit of the
  // tenth bit is largest there.
  float outlier(double sign) {
    const double units = recipe_.outlier_low *
                         std::pow(recipe_.outlier_high / recipe_.outlier_low, stream_.uniform());
    const double distance = units * recipe_.draw.scale, fraction = 0.25 * stream_.uniform();
    if (std::abs(recipe_.draw.mean) > distance)
      return static_cast<float>(recipe_.draw.mean + sign * distance);
    return static_cast<float>(sign * std::exp2(std::floor(std::log2(distance))) * (1 + fraction));
  }

  // Another index on the line through `at` along `axis`.
  std::int64_t neighbour(std::int64_t at, std::size_t axis, std::int64_t stride) {
    const std::int64_t extent = shape_[axis], index = at / stride % extent;
    const std::int64_t other = (index + 1 + stream_.below(extent - 1)) % extent;
    return at + (other - index) * stride;
  }

  float* data_;
  Shape shape_;
  std::int64_t count_;
  const Recipe& recipe_;
  core::RandomStream stream_;
};

at::Tensor heavy_values(const Shape& shape,
                        const Recipe& recipe,
                        const core::CounterRng& rng,
                        std::uint64_t outlier_key) {
  at::Tensor tensor = at::empty(shape, at::kFloat);
  auto* data = tensor.data_ptr<float>();
  const std::uint64_t key = mix64(rng.key());
  for_blocks(tensor.numel(), [&](std::int64_t block, std::int64_t begin, std::int64_t count) {
    draw_block(data + begin, count, key, block, recipe.draw);
  });
  Outliers(tensor, recipe, core::CounterRng(outlier_key)).plant();
  return tensor;
}

// Rows that sum to 1: a softmax, hostile values, and the largest element takes what is missing.
at::Tensor probabilities_of(const at::Tensor& logits, Rounding rounding, std::uint64_t key) {
  at::Tensor tensor = at::softmax(logits, -1).contiguous();
  const std::int64_t row = tensor.size(-1), rows = tensor.numel() / row;
  auto* data = tensor.data_ptr<float>();
  at::parallel_for(
      0, rows, std::max<std::int64_t>(1, 8192 / row), [&](std::int64_t from, std::int64_t to) {
        for (std::int64_t r = from; r < to; ++r) {
          float* p = data + r * row;
          double sum = 0;
          for (std::int64_t i = 0; i < row; ++i) {
            p[i] = hostile(p[i],
                           rounding,
                           static_cast<std::uint32_t>(
                               mix64(key + static_cast<std::uint64_t>(r * row + i)) >> 32));
            sum += p[i];
          }
          float* largest = std::max_element(p, p + row);
          *largest = static_cast<float>(*largest + (1 - sum));
        }
      });
  return tensor;
}

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

at::Tensor fair_bits(const Shape& shape, std::uint64_t key) {
  at::Tensor tensor = at::empty(shape, at::kBool);
  auto* data = reinterpret_cast<std::uint8_t*>(tensor.data_ptr<bool>());
  for_blocks(tensor.numel(), [&](std::int64_t block, std::int64_t begin, std::int64_t count) {
    draw_bits_block(data + begin, count, key, block);
  });
  return tensor;
}

at::Tensor class_indices(const Shape& shape, std::uint64_t key, std::int64_t classes) {
  at::Tensor tensor = at::empty(shape, at::kLong);
  auto* data = tensor.data_ptr<std::int64_t>();
  for_blocks(tensor.numel(), [&](std::int64_t block, std::int64_t begin, std::int64_t count) {
    draw_below_block(data + begin, count, key, block, classes);
  });
  return tensor;
}

at::Tensor uniform_values(const Shape& shape, std::uint64_t key, double low, double high) {
  at::Tensor tensor = at::empty(shape, at::kFloat);
  auto* data = tensor.data_ptr<float>();
  for_blocks(tensor.numel(), [&](std::int64_t block, std::int64_t begin, std::int64_t count) {
    draw_uniform_block(
        data + begin, count, key, block, static_cast<float>(low), static_cast<float>(high));
  });
  return tensor;
}

at::Tensor normal_values(const Shape& shape, const core::CounterRng& rng) {
  at::Tensor tensor = at::empty(shape, at::kFloat);
  auto* data = tensor.data_ptr<float>();
  for_blocks(tensor.numel(), [&](std::int64_t, std::int64_t begin, std::int64_t count) {
    for (std::int64_t i = begin; i < begin + count; ++i)
      data[i] = static_cast<float>(rng.normal(static_cast<std::uint64_t>(i)));
  });
  return tensor;
}

// What the public benchmark draws, by the words of the task file.
at::Tensor public_values(const Task& task,
                         const InputSpec& input,
                         const Shape& shape,
                         const Dimensions& dims,
                         const core::CounterRng& rng) {
  const std::uint64_t key = mix64(rng.key());
  if (input.distribution == "ones") return at::ones(shape, at::kFloat);
  if (input.distribution == "zeros") return at::zeros(shape, at::kFloat);
  if (input.distribution == "randn") return normal_values(shape, rng);
  if (const std::string fan_in = fan_in_of(input.distribution); !fan_in.empty()) {
    const double bound =
        1 / std::sqrt(static_cast<double>(evaluate_expression(fan_in, dims, task.file)));
    return uniform_values(shape, key, -bound, bound);
  }
  const double factor = input.distribution == "scaled_rand" ? rng.uniform(0) : 1;
  return uniform_values(shape, key, 0, factor);
}

at::Tensor public_structured(const at::Tensor& drawn, Structure structure) {
  if (structure == Structure::kSymmetric) return (drawn + drawn.transpose(-1, -2)) / 2;
  if (structure == Structure::kProbabilities) return at::softmax(drawn, -1);
  if (structure == Structure::kLogProbabilities) return at::log_softmax(drawn, -1);
  return structured(drawn, structure);
}

class InputMaker {
 public:
  InputMaker(const Task& task, const std::string& size, std::uint64_t seed, int set, InputKind kind)
      : task_(task),
        size_(size),
        seed_(std::to_string(seed)),
        set_(set),
        kind_(kind),
        dims_(task.dimensions(size)),
        output_elements_(task.output(size).elements()) {}

  at::Tensor make(const InputSpec& input, const Shape& shape) const {
    const core::CounterRng rng = stream(input.name, std::to_string(set_), "values");
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
    if (kind_ == InputKind::kStrict) return strict(input, shape, rng).contiguous();
    return public_structured(public_values(task_, input, shape, dims_, rng), input.structure)
        .contiguous();
  }

 private:
  core::CounterRng stream(const std::string& input,
                          const std::string& set,
                          const char* purpose) const {
    return core::CounterRng::of({"inputs", task_.id, size_, seed_, set, input, purpose});
  }

  at::Tensor strict(const InputSpec& input, const Shape& shape, const core::CounterRng& rng) const {
    const std::string set = std::to_string(set_);
    const TrialStreams streams{stream(input.name, set, "recipe"),
                               stream("", set, "recipe"),
                               stream(input.name, "", "recipe")};
    const Recipe recipe = recipe_for(task_, input, shape, output_elements_, set_, streams);
    const std::uint64_t outlier_key = stream(input.name, set, "outliers").key();
    const at::Tensor drawn = heavy_values(shape, recipe, rng, outlier_key);
    if (input.structure == Structure::kProbabilities)
      return probabilities_of(drawn, recipe.draw.rounding, rng.key());
    if (input.structure == Structure::kLogProbabilities) return at::log_softmax(drawn, -1);
    return structured(drawn, input.structure);
  }

  const Task& task_;
  std::string size_, seed_;
  int set_;
  InputKind kind_;
  Dimensions dims_;
  std::int64_t output_elements_;
};

}  // namespace

std::vector<at::Tensor> make_inputs(
    const Task& task, const std::string& size, std::uint64_t seed, int set, InputKind kind) {
  const std::vector<TensorShape> shapes = task.input_shapes(size);
  const InputMaker maker(task, size, seed, set, kind);
  std::vector<at::Tensor> inputs;
  for (std::size_t i = 0; i < shapes.size(); ++i)
    inputs.push_back(maker.make(task.inputs[i], shapes[i].sizes));
  return inputs;
}

}  // namespace vegttt::tasks
