#include "device_values.h"

#include <ATen/ATen.h>

namespace vegttt::evaluate {

void DeviceValues::place(const std::vector<at::Tensor>& memory) {
  places_.assign(memory.begin(), memory.end());
}

at::Tensor DeviceValues::empty(const std::vector<std::int64_t>& shape, at::ScalarType type) {
  for (auto place = places_.begin(); place != places_.end(); ++place) {
    if (place->scalar_type() != type || place->sizes() != at::IntArrayRef(shape)) continue;
    at::Tensor taken = *place;
    places_.erase(place);
    return taken;
  }
  const at::Device where(at::kCUDA, static_cast<c10::DeviceIndex>(device_));
  return at::empty(shape, at::TensorOptions().device(where).dtype(type));
}

void DeviceValues::heavy(at::Tensor& out, std::uint64_t key, const tasks::HeavyDraws& how) {
  math_.heavy(out, key, how);
}
void DeviceValues::uniform(at::Tensor& out, std::uint64_t key, float low, float high) {
  math_.uniform(out, key, low, high);
}
void DeviceValues::bits(at::Tensor& out, std::uint64_t key) { math_.bits(out, key); }
void DeviceValues::below(at::Tensor& out, std::uint64_t key, std::int64_t n) {
  math_.below(out, key, n);
}
void DeviceValues::probabilities(at::Tensor& rows, tasks::Rounding rounding, std::uint64_t key) {
  math_.probabilities(rows, rounding, key);
}

// No task of the catalogue asks for it: the host's way.
void DeviceValues::normal(at::Tensor& out, std::uint64_t philox_key) {
  at::Tensor host = tasks::host_values().empty(out.sizes().vec(), at::kFloat);
  tasks::host_values().normal(host, philox_key);
  out.copy_(host);
}

void DeviceValues::put(at::Tensor& out,
                       const std::vector<std::int64_t>& places,
                       const std::vector<float>& values) {
  const auto count = static_cast<std::int64_t>(places.size());
  at::Tensor at = at::empty({count}, at::kLong), what = at::empty({count}, at::kFloat);
  std::copy(places.begin(), places.end(), at.data_ptr<std::int64_t>());
  std::copy(values.begin(), values.end(), what.data_ptr<float>());
  math_.put(out, at.to(out.device()), what.to(out.device()));
}

}  // namespace vegttt::evaluate
