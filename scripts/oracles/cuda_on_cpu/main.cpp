// Runs one candidate on the CPU: CANDIDATE is its assembled source with launches rewritten
// (run_cuda_on_cpu.py).
//
//   candidate ORDERS INPUT_FILE... OUTPUT_BYTES OUTPUT_FILE    a launch per order of threads (1 to
//   3); their outputs candidate --launch-only                                    only what would be
//   launched
//
// Buffers end at a page that cannot be touched; inputs are read-only; outputs and the workspace
// start as NaNs.
#include <sys/mman.h>

#include "cuda_on_cpu.h"

namespace candidate {
using int64_t = long long;  // as in the candidate's prelude
using uint64_t = unsigned long long;
#include CANDIDATE
}  // namespace candidate

namespace {

constexpr std::size_t kPage = 4096, kWorkspace = std::size_t(16) << 20;

unsigned char* guarded(std::size_t bytes) {
  const std::size_t pages = (bytes + kPage - 1) / kPage * kPage;
  void* all = mmap(nullptr, pages + 2 * kPage, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  auto* first = static_cast<unsigned char*>(all) + kPage;
  if (all == MAP_FAILED || mprotect(first, pages, PROT_READ | PROT_WRITE) != 0) std::exit(4);
  return first + pages - bytes;
}

void* input(const char* path) {
  std::FILE* file = std::fopen(path, "rb");
  if (!file) std::exit(4);
  std::fseek(file, 0, SEEK_END);
  const std::size_t bytes = std::ftell(file);
  std::rewind(file);
  unsigned char* at = guarded(bytes);
  if (std::fread(at, 1, bytes, file) != bytes) std::exit(4);
  std::fclose(file);
  const auto page = reinterpret_cast<std::uintptr_t>(at) / kPage * kPage;
  mprotect(reinterpret_cast<void*>(page), (bytes + kPage - 1) / kPage * kPage, PROT_READ);
  return at;
}

}  // namespace

int main(int count, char** arguments) {
  using namespace emulated;
  if (count == 2 && std::string(arguments[1]) == "--launch-only") {
    machine.launch_only = true;
    void* nowhere[16] = {};
    Workspace ws{nullptr, std::size_t(256) << 20, 0};
    candidate::vegttt_record(nowhere, &ws);
    return std::printf("workspace %llu\n", ws.used) < 0;
  }
  std::vector<void*> buffers;
  for (int i = 2; i < count - 2; ++i) buffers.push_back(input(arguments[i]));
  const std::size_t bytes = std::strtoull(arguments[count - 2], nullptr, 10);
  buffers.push_back(guarded(bytes));
  unsigned char* scratch = guarded(kWorkspace);
  std::FILE* file = std::fopen(arguments[count - 1], "wb");
  if (!file) return 4;
  const Order orders[] = {Order::kAscending, Order::kDescending, Order::kShuffled};
  for (int i = 0; i < std::clamp(std::atoi(arguments[1]), 1, 3); ++i) {
    machine.wanted = orders[i];
    std::memset(buffers.back(), 0xff, bytes);
    std::memset(scratch, 0xff, kWorkspace);
    Workspace ws{scratch, kWorkspace, 0};
    candidate::vegttt_record(buffers.data(), &ws);
    if (std::fwrite(buffers.back(), 1, bytes, file) != bytes) return 4;
  }
  return std::fclose(file);
}
