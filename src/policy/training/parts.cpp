#include "training/parts.h"

#include <c10/cuda/CUDAStream.h>
#include <cuda_runtime_api.h>

#include <chrono>
#include <map>
#include <mutex>

#include "vegttt/policy/learning_pass.h"

namespace vegttt::policy {
namespace {

using Clock = std::chrono::steady_clock;

struct Mark {
  const char* part;
  cudaEvent_t event;  // on a GPU
  Clock::time_point time;
};

// Marks come from the thread that computes forward and from autograd's, one after the other.
struct Recorder {
  std::mutex mutex;
  bool on = false;
  std::vector<Mark> marks;
};

Recorder& recorder() {
  static Recorder one;
  return one;
}

double between_ms(const Mark& from, const Mark& to) {
  if (to.event == nullptr || from.event == nullptr)
    return std::chrono::duration<double, std::milli>(to.time - from.time).count();
  float ms = 0;
  cudaEventSynchronize(to.event);
  cudaEventElapsedTime(&ms, from.event, to.event);
  return ms;
}

}  // namespace

void training::mark(const char* part, at::Device device) {
  Recorder& r = recorder();
  const std::lock_guard<std::mutex> lock(r.mutex);
  if (!r.on) return;
  Mark mark{part, nullptr, Clock::now()};
  if (device.is_cuda()) {
    cudaEventCreate(&mark.event);
    cudaEventRecord(mark.event, c10::cuda::getCurrentCUDAStream());
  }
  r.marks.push_back(mark);
}

void record_parts() {
  Recorder& r = recorder();
  const std::lock_guard<std::mutex> lock(r.mutex);
  r.on = true;
}

std::vector<std::pair<std::string, double>> recorded_parts_ms() {
  Recorder& r = recorder();
  const std::lock_guard<std::mutex> lock(r.mutex);
  std::map<std::string, double> sums;
  for (std::size_t i = 1; i < r.marks.size(); ++i)
    sums[r.marks[i].part] += between_ms(r.marks[i - 1], r.marks[i]);
  for (const Mark& mark : r.marks)
    if (mark.event != nullptr) cudaEventDestroy(mark.event);
  r.marks.clear();
  r.on = false;
  return {sums.begin(), sums.end()};
}

}  // namespace vegttt::policy
