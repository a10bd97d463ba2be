#include "vegttt/tensors/tensors.h"

#include <ATen/Functions.h>

#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "vegttt/core/error.h"
#include "vegttt/core/safetensors.h"

namespace vegttt::tensors {
namespace {

const std::vector<std::pair<std::string, at::ScalarType>>& dtypes() {
  static const std::vector<std::pair<std::string, at::ScalarType>> table = {{"F64", at::kDouble},
                                                                            {"F32", at::kFloat},
                                                                            {"F16", at::kHalf},
                                                                            {"BF16", at::kBFloat16},
                                                                            {"I64", at::kLong},
                                                                            {"I32", at::kInt},
                                                                            {"I16", at::kShort},
                                                                            {"I8", at::kChar},
                                                                            {"U8", at::kByte},
                                                                            {"BOOL", at::kBool}};
  return table;
}

// `file` keeps the mapping alive for as long as the tensor.
at::Tensor view_of(const std::shared_ptr<core::SafetensorsFile>& file,
                   const core::TensorView& view) {
  const auto options = at::TensorOptions().dtype(dtype_from_name(view.dtype));
  if (view.bytes.empty()) return at::empty(view.shape, options);
  auto* data = const_cast<std::byte*>(view.bytes.data());
  if (reinterpret_cast<std::uintptr_t>(data) % core::dtype_bytes(view.dtype) != 0) {
    at::Tensor copy = at::empty(view.shape, options);
    std::memcpy(copy.data_ptr(), data, view.bytes.size());
    return copy;
  }
  return at::from_blob(
      data, view.shape, [file](void*) {}, options);
}

}  // namespace

std::string dtype_name(at::ScalarType type) {
  for (const auto& [name, known] : dtypes()) {
    if (known == type) return name;
  }
  throw core::UserError(std::string("dtype ") + c10::toString(type) +
                        " has no name in safetensors files");
}

at::ScalarType dtype_from_name(const std::string& name) {
  for (const auto& [known, type] : dtypes()) {
    if (known == name) return type;
  }
  throw core::UserError("dtype " + name + " is not supported");
}

TensorMap load_tensors(const core::fs::path& path) {
  const auto file = std::make_shared<core::SafetensorsFile>(path);
  TensorMap tensors;
  for (const auto& [name, view] : file->tensors()) {
    try {
      tensors.emplace(name, view_of(file, view));
    } catch (const core::UserError& error) {
      throw core::UserError(error.what(), path.string() + ": " + name);
    }
  }
  return tensors;
}

void save_tensors(const core::fs::path& path,
                  const TensorMap& tensors,
                  const std::map<std::string, std::string>& metadata) {
  std::vector<at::Tensor> kept;  // what `bytes` points into
  std::map<std::string, core::TensorBytes> bytes;
  for (const auto& [name, tensor] : tensors) {
    kept.push_back(tensor.detach().to(at::kCPU).contiguous());
    const at::Tensor& t = kept.back();
    bytes[name] = {dtype_name(t.scalar_type()),
                   t.sizes().vec(),
                   {static_cast<const std::byte*>(t.data_ptr()), t.nbytes()}};
  }
  core::write_safetensors(path, bytes, metadata);
}

}  // namespace vegttt::tensors
