#include <ATen/Functions.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <functional>

#include "draw.h"
#include "vegttt/core/rng.h"
#include "vegttt/tasks/value_source.h"

namespace vegttt::tasks {
namespace {

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

class HostValues : public ValueSource {
 public:
  at::Tensor empty(const std::vector<std::int64_t>& shape, at::ScalarType type) override {
    return at::empty(shape, type);
  }

  void heavy(at::Tensor& out, std::uint64_t key, const HeavyDraws& how) override {
    auto* data = out.data_ptr<float>();
    for_blocks(out.numel(), [&](std::int64_t block, std::int64_t begin, std::int64_t count) {
      if (how.draws.size() == 1)
        return draw_block(data + begin, count, key, block, how.draws.front());
      for (std::int64_t i = begin; i < begin + count; ++i)
        data[i] = values::heavy_value(i, key, how.at(i));
    });
  }

  void uniform(at::Tensor& out, std::uint64_t key, float low, float high) override {
    auto* data = out.data_ptr<float>();
    for_blocks(out.numel(), [&](std::int64_t block, std::int64_t begin, std::int64_t count) {
      draw_uniform_block(data + begin, count, key, block, low, high);
    });
  }

  void normal(at::Tensor& out, std::uint64_t philox_key) override {
    auto* data = out.data_ptr<float>();
    const core::CounterRng rng(philox_key);
    for_blocks(out.numel(), [&](std::int64_t, std::int64_t begin, std::int64_t count) {
      for (std::int64_t i = begin; i < begin + count; ++i)
        data[i] = static_cast<float>(rng.normal(static_cast<std::uint64_t>(i)));
    });
  }

  void bits(at::Tensor& out, std::uint64_t key) override {
    auto* data = reinterpret_cast<std::uint8_t*>(out.data_ptr<bool>());
    for_blocks(out.numel(), [&](std::int64_t block, std::int64_t begin, std::int64_t count) {
      draw_bits_block(data + begin, count, key, block);
    });
  }

  void below(at::Tensor& out, std::uint64_t key, std::int64_t n) override {
    auto* data = out.data_ptr<std::int64_t>();
    for_blocks(out.numel(), [&](std::int64_t block, std::int64_t begin, std::int64_t count) {
      draw_below_block(data + begin, count, key, block, n);
    });
  }

  void put(at::Tensor& out,
           const std::vector<std::int64_t>& places,
           const std::vector<float>& values) override {
    auto* data = out.data_ptr<float>();
    for (std::size_t i = 0; i < places.size(); ++i) data[places[i]] = values[i];
  }

  // The largest of a row takes what is then missing to 1.
  void probabilities(at::Tensor& rows, Rounding rounding, std::uint64_t key) override {
    const std::int64_t row = rows.size(-1), count = rows.numel() / row;
    auto* data = rows.data_ptr<float>();
    at::parallel_for(
        0, count, std::max<std::int64_t>(1, 8192 / row), [&](std::int64_t from, std::int64_t to) {
          for (std::int64_t r = from; r < to; ++r) {
            float* p = data + r * row;
            double sum = 0;
            for (std::int64_t i = 0; i < row; ++i) {
              const std::uint64_t random = mix64(key + static_cast<std::uint64_t>(r * row + i));
              p[i] = hostile(p[i], rounding, static_cast<std::uint32_t>(random >> 32));
              sum += p[i];
            }
            float* largest = std::max_element(p, p + row);
            *largest = static_cast<float>(*largest + (1 - sum));
          }
        });
  }
};

}  // namespace

ValueSource& host_values() {
  static HostValues one;
  return one;
}

}  // namespace vegttt::tasks
