// The safetensors file format, as bytes: u64 little-endian header length, JSON header
// {name: {dtype, shape, data_offsets}, "__metadata__": {...}}, then the data.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "vegttt/core/file.h"

namespace vegttt::core {

struct TensorView {
  std::string dtype;  // "F32", "F64", "BF16", "F16", "I64", "I32", "U8", "BOOL"
  std::vector<std::int64_t> shape;
  std::span<const std::byte> bytes;  // inside the mapping; lives as long as the file
};

// A file mapped read-only. Throws UserError (where = path) when missing, truncated or malformed:
// offsets are checked against the file's size and against dtype * shape.
class SafetensorsFile {
 public:
  explicit SafetensorsFile(const fs::path& path);
  ~SafetensorsFile();
  SafetensorsFile(const SafetensorsFile&) = delete;
  SafetensorsFile& operator=(const SafetensorsFile&) = delete;

  const std::map<std::string, TensorView>& tensors() const { return tensors_; }
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
  std::span<const std::byte> mapping_;
  std::map<std::string, TensorView> tensors_;
  std::map<std::string, std::string> metadata_;
};

struct TensorBytes {
  std::string dtype;
  std::vector<std::int64_t> shape;
  std::span<const std::byte> bytes;
};

// Atomic write; tensors in the order of their names, so that equal contents give equal files.
void write_safetensors(const fs::path& path,
                       const std::map<std::string, TensorBytes>& tensors,
                       const std::map<std::string, std::string>& metadata = {});

// Bytes of one element; throws UserError on an unknown dtype.
std::size_t dtype_bytes(const std::string& dtype);

}  // namespace vegttt::core
