#include "vegttt/policy/packing.h"

#include "vegttt/core/error.h"

namespace vegttt::policy {

std::size_t Packing::add(std::int64_t length) {
  segments.push_back({tokens, tokens + length, tokens, tokens});
  tokens += length;
  return segments.size() - 1;
}

std::size_t Packing::add_continuation(std::size_t prompt, std::int64_t length) {
  VEGTTT_ASSERT(segments[prompt].prefix() == 0, "a prompt has no prompt of its own");
  segments.push_back({tokens, tokens + length, segments[prompt].begin, segments[prompt].end});
  tokens += length;
  return segments.size() - 1;
}

at::Tensor Packing::positions() const {
  at::Tensor result = at::empty({tokens}, at::kLong);
  std::int64_t* data = result.mutable_data_ptr<std::int64_t>();
  for (const Segment& segment : segments) {
    for (std::int64_t i = segment.begin; i < segment.end; ++i)
      data[i] = segment.prefix() + i - segment.begin;
  }
  return result;
}

}  // namespace vegttt::policy
