#include "recorder.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "../cuda/make_plan.h"
#include "context.h"
#include "mapping.h"
#include "module.h"

namespace vegttt::evaluate::device {
namespace {

using cuda::driver;

// As in kernels/prelude/cuda/vegttt_candidate.h.
struct DeviceWorkspace {
  std::uint64_t base, capacity, used;
};

// Address space for all buffers of one recording, with gaps that grow: no two buffers are displaced
// by the same distance between two recordings with different `gap`s.
class Addresses {
 public:
  Addresses(const Request& request, std::uint64_t gap) {
    std::vector<std::uint64_t> starts;
    for (std::uint32_t i = 0; i < request.buffers; ++i) {
      total_ += kGuard + i * gap;
      starts.push_back(total_);
      total_ += mapped_bytes(request.bytes[i]);
    }
    total_ += kGuard;
    must(driver().address_reserve(&reserved_, total_, kGranularity, 0, 0), "cuMemAddressReserve");
    file_.buffers = request.buffers;
    for (std::uint32_t i = 0; i < request.buffers; ++i)
      file_.base[i] = reserved_ + starts[i] + first_byte(request.bytes[i]);
  }
  ~Addresses() { driver().address_free(reserved_, total_); }
  Addresses(const Addresses&) = delete;
  Addresses& operator=(const Addresses&) = delete;
  const RecordingFile& file() const { return file_; }

 private:
  CUdeviceptr reserved_ = 0;
  std::uint64_t total_ = 0;
  RecordingFile file_;
};

class DeviceMemory {
 public:
  explicit DeviceMemory(std::size_t bytes) { must(driver().mem_alloc(&at_, bytes), "cuMemAlloc"); }
  ~DeviceMemory() { driver().mem_free(at_); }
  DeviceMemory(const DeviceMemory&) = delete;
  DeviceMemory& operator=(const DeviceMemory&) = delete;
  CUdeviceptr at() const { return at_; }

 private:
  CUdeviceptr at_ = 0;
};

// Device memory that recordings are written to, made once.
struct Tape {
  DeviceMemory header{sizeof(RecordingHeader)}, workspace{sizeof(DeviceWorkspace)},
      pointers{sizeof(std::uint64_t) * kMostBuffers}, nodes{sizeof(RecordedNode) * kMostNodes};
  RecordingHeader blank{};

  Tape() {
    blank.capacity = kMostNodes;
    blank.workspace = workspace.at();
    blank.nodes = nodes.at();
    for (int i = 1; i < 160; ++i) {
      int value = 0;
      if (driver().device_attribute(&value, static_cast<CUdevice_attribute>(i), current_device()) ==
          CUDA_SUCCESS)
        blank.attributes[i] = value;
    }
  }
  // All of it: padding of arguments is compared, and a candidate may have written behind its nodes.
  void clear(const DeviceWorkspace& space, const RecordingFile& places, std::uint32_t tensors) {
    must(driver().copy_to_device(header.at(), &blank, sizeof blank), "cuMemcpyHtoD");
    must(driver().copy_to_device(workspace.at(), &space, sizeof space), "cuMemcpyHtoD");
    must(driver().memset8(pointers.at(), 0, sizeof(std::uint64_t) * kMostBuffers), "cuMemsetD8");
    must(driver().copy_to_device(pointers.at(), places.base, tensors * sizeof(std::uint64_t)),
         "cuMemcpyHtoD");
    must(driver().memset8(nodes.at(), 0, sizeof(RecordedNode) * kMostNodes), "cuMemsetD8");
  }
};

Tape& tape() {
  static Tape one;
  return one;
}

void put(int file, const void* data, std::size_t bytes) {
  const char* at = static_cast<const char*>(data);
  while (bytes > 0) {
    const ssize_t n = ::write(file, at, bytes);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0)
      throw Failed{Outcome::kMachine,
                   CUDA_SUCCESS,
                   std::string("writing the recording: ") + std::strerror(errno)};
    at += n;
    bytes -= static_cast<std::size_t>(n);
  }
}

void record_once(const Request& request,
                 const Module& module,
                 const Addresses& addresses,
                 int file) {
  Tape& t = tape();
  const std::uint32_t last = request.buffers - 1;
  const DeviceWorkspace workspace{addresses.file().base[last], request.bytes[last], 0};
  t.clear(workspace, addresses.file(), last);
  CUdeviceptr header_at = t.header.at(), buffers = t.pointers.at(), ws = t.workspace.at();
  if (const CUdeviceptr pointer = module.global("vegttt_recording"); pointer != 0)
    must(driver().copy_to_device(pointer, &header_at, sizeof header_at), "cuMemcpyHtoD");
  void* arguments[] = {&buffers, &ws};
  candidate_must(
      driver().launch(
          module.function("vegttt_record"), 1, 1, 1, 1, 1, 1, 0, nullptr, arguments, nullptr),
      "running `launch`");
  candidate_must(driver().synchronize(), "running `launch`");
  RecordingHeader header{};
  DeviceWorkspace used{};
  must(driver().copy_to_host(&header, t.header.at(), sizeof header), "cuMemcpyDtoH");
  must(driver().copy_to_host(&used, t.workspace.at(), sizeof used), "cuMemcpyDtoH");
  header.count = std::min(header.count, kMostNodes);
  header.workspace_used = used.used;
  std::vector<RecordedNode> nodes(header.count);
  const std::size_t bytes = nodes.size() * sizeof(RecordedNode);
  if (bytes > 0) must(driver().copy_to_host(nodes.data(), t.nodes.at(), bytes), "cuMemcpyDtoH");
  put(file, &addresses.file(), sizeof addresses.file());
  put(file, &header, sizeof header);
  put(file, nodes.data(), bytes);
}

}  // namespace

void record(const Request& request, std::string_view cubin, int file) {
  if (request.buffers < 2 || request.buffers > kMostBuffers)
    throw Failed{Outcome::kMachine, CUDA_SUCCESS, "a recording needs its buffers"};
  const Module module(cubin);
  const Addresses first(request, 0), second(request, std::uint64_t{64} << 20);
  record_once(request, module, first, file);
  record_once(request, module, second, file);
}

}  // namespace vegttt::evaluate::device
