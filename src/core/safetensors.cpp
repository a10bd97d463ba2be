#include "vegttt/core/safetensors.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstring>

#include "vegttt/core/error.h"
#include "vegttt/core/json.h"

namespace vegttt::core {
namespace {

static_assert(std::endian::native == std::endian::little,
              "safetensors is little-endian and so must we be");

const char* const kCopyAgain = "copy or download the file again";

const std::map<std::string, std::size_t>& known_dtypes() {
  static const std::map<std::string, std::size_t> kBytes = {{"F64", 8},
                                                            {"I64", 8},
                                                            {"U64", 8},
                                                            {"F32", 4},
                                                            {"I32", 4},
                                                            {"U32", 4},
                                                            {"F16", 2},
                                                            {"BF16", 2},
                                                            {"I16", 2},
                                                            {"U16", 2},
                                                            {"I8", 1},
                                                            {"U8", 1},
                                                            {"BOOL", 1},
                                                            {"F8_E4M3", 1},
                                                            {"F8_E5M2", 1},
                                                            {"F8_E8M0", 1}};
  return kBytes;
}

[[noreturn]] void refuse(const fs::path& path,
                         const std::string& why,
                         const std::string& try_this = "") {
  throw UserError(why, path.string(), try_this);
}

std::span<const std::byte> map_file(const fs::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) refuse(path, std::string("cannot be read: ") + std::strerror(errno));
  struct stat status {};
  const bool known = ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
  if (!known || status.st_size < 8) {
    ::close(fd);
    refuse(path,
           known ? "not a safetensors file: shorter than its 8-byte length field"
                 : "not a regular file",
           known ? kCopyAgain : "");
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
  const int error = errno;
  ::close(fd);
  if (address == MAP_FAILED)
    throw MachineError(path.string() + ": " + std::strerror(error), "mmap");
  return {static_cast<const std::byte*>(address), size};
}

Json header_of(const fs::path& path, std::span<const std::byte> mapping, std::uint64_t& length) {
  std::memcpy(&length, mapping.data(), 8);
  if (length > mapping.size() - 8)
    refuse(path,
           "truncated or no safetensors file: its header says " + std::to_string(length) +
               " bytes, the file has " + std::to_string(mapping.size() - 8) +
               " after the length field",
           kCopyAgain);
  return parse_json(
      {reinterpret_cast<const char*>(mapping.data()) + 8, static_cast<std::size_t>(length)},
      path.string());
}

// Elements of a shape; refuses what overflows or is negative.
std::uint64_t elements_of(const fs::path& path,
                          const std::string& name,
                          const std::vector<std::int64_t>& shape) {
  std::uint64_t n = 1;
  for (const auto size : shape) {
    if (size < 0 || __builtin_mul_overflow(n, static_cast<std::uint64_t>(size), &n))
      refuse(path, "tensor '" + name + "' has an impossible shape");
  }
  return n;
}

TensorView view_of(const fs::path& path,
                   const std::string& name,
                   const Json& entry,
                   std::span<const std::byte> data) {
  const std::string where = path.string() + ": tensor '" + name + "'";
  TensorView view;
  view.dtype = get<std::string>(entry, "dtype", where);
  view.shape = get<std::vector<std::int64_t>>(entry, "shape", where);
  const auto offsets = get<std::vector<std::uint64_t>>(entry, "data_offsets", where);
  if (offsets.size() != 2 || offsets[0] > offsets[1])
    refuse(path, "tensor '" + name + "' has bad data_offsets");
  if (offsets[1] > data.size())
    refuse(path,
           "truncated: tensor '" + name + "' ends at byte " + std::to_string(offsets[1]) +
               " of the data, the file has " + std::to_string(data.size()),
           kCopyAgain);
  if (!known_dtypes().count(view.dtype))
    refuse(path, "tensor '" + name + "' has the unknown dtype '" + view.dtype + "'");
  std::uint64_t bytes = 0;
  const std::uint64_t n = elements_of(path, name, view.shape);
  if (__builtin_mul_overflow(n, static_cast<std::uint64_t>(dtype_bytes(view.dtype)), &bytes) ||
      bytes != offsets[1] - offsets[0])
    refuse(path,
           "tensor '" + name + "': " + std::to_string(offsets[1] - offsets[0]) +
               " bytes do not hold its shape as " + view.dtype);
  view.bytes = data.subspan(offsets[0], offsets[1] - offsets[0]);
  return view;
}

void put(std::string& out, std::string_view bytes) { out.append(bytes); }

}  // namespace

std::size_t dtype_bytes(const std::string& dtype) {
  const auto found = known_dtypes().find(dtype);
  if (found == known_dtypes().end()) throw UserError("unknown dtype '" + dtype + "'");
  return found->second;
}

SafetensorsFile::SafetensorsFile(const fs::path& path) : path_(path), mapping_(map_file(path)) {
  try {
    std::uint64_t length = 0;
    const Json header = header_of(path, mapping_, length);
    if (!header.is_object()) refuse(path, "its header is not a JSON object");
    const auto data = mapping_.subspan(8 + length);
    for (const auto& [name, entry] : header.items()) {
      if (name == "__metadata__") {
        for (const auto& [key, value] : entry.items())
          metadata_[key] = value.is_string() ? value.get<std::string>() : value.dump();
      } else {
        if (!entry.is_object()) refuse(path, "tensor '" + name + "' is not described by an object");
        tensors_[name] = view_of(path, name, entry, data);
      }
    }
  } catch (...) {
    ::munmap(const_cast<std::byte*>(mapping_.data()), mapping_.size());
    throw;
  }
}

SafetensorsFile::~SafetensorsFile() {
  ::munmap(const_cast<std::byte*>(mapping_.data()), mapping_.size());
}

void write_safetensors(const fs::path& path,
                       const std::map<std::string, TensorBytes>& tensors,
                       const std::map<std::string, std::string>& metadata) {
  Json header = Json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::uint64_t offset = 0;
  for (const auto& [name, tensor] : tensors) {
    header[name] = {{"dtype", tensor.dtype},
                    {"shape", tensor.shape},
                    {"data_offsets", {offset, offset + tensor.bytes.size()}}};
    offset += tensor.bytes.size();
  }
  std::string head = dump_json(header);
  head.append((8 - head.size() % 8) % 8,
              ' ');  // data starts aligned, as the format's own writer does
  const std::uint64_t length = head.size();
  std::string out;
  out.reserve(8 + length + offset);
  put(out, {reinterpret_cast<const char*>(&length), 8});
  put(out, head);
  for (const auto& [name, tensor] : tensors)
    put(out, {reinterpret_cast<const char*>(tensor.bytes.data()), tensor.bytes.size()});
  write_file_atomically(path, out);
}

}  // namespace vegttt::core
