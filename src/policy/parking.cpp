#include "parking.h"

#include <ATen/ATen.h>

#include <set>

namespace vegttt::policy {
namespace {

// A view of all bytes of a storage.
at::Tensor bytes_of(const c10::Storage& storage) {
  at::Tensor bytes = at::empty({0}, at::TensorOptions().device(storage.device()).dtype(at::kByte));
  return bytes.set_(storage, 0, {static_cast<std::int64_t>(storage.nbytes())}, {1});
}

std::vector<c10::Storage> storages_of(Transformer& model) {
  std::vector<c10::Storage> list;
  std::set<const c10::StorageImpl*> known;
  const auto add = [&](const at::Tensor& tensor) {
    if (tensor.defined() && known.insert(tensor.storage().unsafeGetStorageImpl()).second)
      list.push_back(tensor.storage());
  };
  for (const NamedTensor& named : named_tensors(model.weights, model.config)) add(*named.tensor);
  for (const NamedExperts& named : named_experts(model.weights)) add(named.experts->packed);
  return list;
}

}  // namespace

std::int64_t Parking::park(Transformer& model) {
  for (const c10::Storage& storage : storages_of(model)) {
    const bool on_gpu = storage.device().is_cuda();
    at::Tensor host = at::empty({static_cast<std::int64_t>(storage.nbytes())},
                                at::TensorOptions().dtype(at::kByte).pinned_memory(on_gpu));
    host.copy_(bytes_of(storage));
    places_.push_back({storage, host});
  }
  for (const Place& place : places_)
    place.storage.unsafeGetStorageImpl()->set_data_ptr_noswap(
        at::DataPtr(nullptr, place.storage.device()));
  return bytes();
}

void Parking::restore() {
  while (!places_.empty()) {
    Place& place = places_.back();
    c10::StorageImpl* storage = place.storage.unsafeGetStorageImpl();
    storage->set_data_ptr_noswap(storage->allocator()->allocate(storage->nbytes()));
    bytes_of(place.storage).copy_(place.host);
    places_.pop_back();
  }
}

std::int64_t Parking::bytes() const {
  std::int64_t sum = 0;
  for (const Place& place : places_) sum += place.host.numel();
  return sum;
}

}  // namespace vegttt::policy
