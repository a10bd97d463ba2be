// What the design of dialect cuda left to measurement, answered in one run on a GPU; prints a
// report. docs/evaluator-cuda.md quotes it.
//   - do kernels that were compiled with -rdc run as fast as without it
//   - what making a loadable program costs: the compiler's process, the driver
//   - a clean against a dirty second-level cache
//   - what scrubbing shared memory, stacks and the cache costs
#include <nvrtc.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "../../../src/evaluate/cuda/device_buffer.h"
#include "../../../src/evaluate/cuda/device_facts.h"
#include "../../../src/evaluate/cuda/helpers.h"
#include "../../../src/evaluate/device_compiler.h"
#include "../../../src/evaluate/timing_stats.h"
#include "vegttt/core/clock.h"
#include "vegttt/core/error.h"

namespace vegttt::evaluate {
namespace {

using cuda::driver;

struct Kernel {
  const char* name;
  std::string text;
  unsigned grid, block, grid_y = 1;
};

// Names are fixed so that every build of a kernel is found by them. N floats or an N x N matrix.
const std::vector<Kernel>& kernels() {
  static const std::vector<Kernel> all = {
      {"copy4",
       "extern \"C\" __global__ void copy4(const float* a, const float* b, float* out, int n) {\n"
       "  const int i = blockIdx.x * blockDim.x + threadIdx.x;\n"
       "  ((float4*)out)[i] = ((const float4*)a)[i]; }\n",
       16384,
       256},
      {"rows",
       "__device__ float wsum(float v) { for (int k = 16; k > 0; k /= 2) v += __shfl_xor_sync(~0u, "
       "v, k); return v; }\n"
       "extern \"C\" __global__ void rows(const float* a, const float* b, float* out, int n) {\n"
       "  __shared__ float s[8]; float m = 0; for (int c = threadIdx.x; c < n; c += blockDim.x) m "
       "+= expf(a[blockIdx.x * n + c]);\n"
       "  m = wsum(m); if (threadIdx.x % 32 == 0) s[threadIdx.x / 32] = m; __syncthreads();\n"
       "  m = 0; for (int i = 0; i < 8; ++i) m += s[i];\n"
       "  for (int c = threadIdx.x; c < n; c += blockDim.x) out[blockIdx.x * n + c] = "
       "expf(a[blockIdx.x * n + c]) / m; }\n",
       4096,
       256},
      {"matmul",
       "extern \"C\" __global__ void matmul(const float* a, const float* b, float* out, int n) {\n"
       "  __shared__ float x[32][33], y[32][33]; const int c = threadIdx.x % 32, r = threadIdx.x / "
       "32;\n"
       "  const int row = blockIdx.y * 32, col = blockIdx.x * 32; float sum[4] = {};\n"
       "  for (int k = 0; k < n; k += 32) {\n"
       "    for (int i = 0; i < 4; ++i) { x[r + 8 * i][c] = a[(row + r + 8 * i) * n + k + c]; y[r "
       "+ 8 * i][c] = b[(k + r + 8 * i) * n + col + c]; }\n"
       "    __syncthreads();\n"
       "    for (int j = 0; j < 32; ++j) for (int i = 0; i < 4; ++i) sum[i] += x[r + 8 * i][j] * "
       "y[j][c];\n"
       "    __syncthreads(); }\n"
       "  for (int i = 0; i < 4; ++i) out[(row + r + 8 * i) * n + col + c] = sum[i]; }\n",
       64,
       256,
       64},
      {"divide",
       "__device__ __noinline__ float deep(float v, long long d) { return v + float((1LL << 40) / "
       "d); }\n"
       "extern \"C\" __global__ void divide(const float* a, const float* b, float* out, int n) {\n"
       "  const long long i = blockIdx.x * (long long)blockDim.x + threadIdx.x; float v = a[i];\n"
       "  for (int k = 0; k < 16; ++k) v = deep(v, i + k + 1) + float((i * 7 + k) % (n + k)); "
       "out[i] = v; }\n",
       16384,
       256}};
  return all;
}

class Module {
 public:
  explicit Module(const void* image) {
    require(driver().module_load(&module_, image), "cuModuleLoadData");
  }
  ~Module() { driver().module_unload(module_); }
  Module(const Module&) = delete;
  CUfunction operator[](const char* name) const {
    CUfunction function = nullptr;
    require(driver().module_function(&function, module_, name), name);
    return function;
  }

 private:
  CUmodule module_ = nullptr;
};

std::string nvrtc_cubin(const std::string& text) {
  nvrtcProgram program = nullptr;
  nvrtcCreateProgram(&program, text.c_str(), "plain", 0, nullptr, nullptr);
  const std::string architecture = "--gpu-architecture=sm_" + cuda::device_architecture(0);
  const char* options[] = {architecture.c_str(), "--std=c++17"};
  if (nvrtcCompileProgram(program, 2, options) != NVRTC_SUCCESS)
    throw core::MachineError("does not compile", "nvrtcCompileProgram");
  std::size_t size = 0;
  nvrtcGetCUBINSize(program, &size);
  std::string cubin(size, '\0');
  nvrtcGetCUBIN(program, cubin.data());
  return cubin;
}

DeviceCompileResult chain(const std::string& text) {
  records::Candidate candidate;
  candidate.assembled = "#include \"vegttt_candidate.h\"\n" + text +
                        "extern \"C\" __global__ void vegttt_record(void* const*, Workspace*) {}\n";
  DeviceCompileResult result = compile_for_device(candidate, {60, cuda::device_architecture(0)});
  if (!result.ok) throw core::MachineError(result.log, "the chain");
  return result;
}

struct Device {
  CUdeviceptr a = 0, b = 0, out = 0, flush = 0;
  std::uint64_t flush_bytes = 0;
  CUevent begin = nullptr, end = nullptr;
  Module helpers{helpers_cubin(cuda::device_architecture(0)).data()};
  CUfunction spin = helpers["vegttt_spin"], read = helpers["vegttt_read"],
             scrub = helpers["vegttt_scrub"];
  int processors = 0, shared = 0;

  Device() {
    constexpr std::size_t kBytes = std::size_t{256} << 20;
    for (CUdeviceptr* p : {&a, &b, &out}) {
      require(driver().mem_alloc(p, kBytes), "cuMemAlloc");
      require(driver().memset8(*p, 0, kBytes), "cuMemsetD8");
    }
    int l2 = 0;
    driver().device_attribute(&l2, CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE, 0);
    driver().device_attribute(&processors, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, 0);
    driver().device_attribute(&shared, CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN, 0);
    driver().set_function_attribute(scrub, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, shared);
    flush_bytes = 4 * static_cast<std::uint64_t>(l2);
    require(driver().mem_alloc(&flush, flush_bytes), "cuMemAlloc");
    require(driver().event_create(&begin, CU_EVENT_DEFAULT), "cuEventCreate");
    require(driver().event_create(&end, CU_EVENT_DEFAULT), "cuEventCreate");
    std::printf("device: %d processors, L2 %.0f MiB, shared %d bytes\n",
                processors,
                l2 / 1048576.0,
                shared);
  }

  void launch(
      CUfunction f, unsigned gx, unsigned gy, unsigned block, unsigned smem, void** arguments) {
    require(driver().launch(f, gx, gy, 1, block, 1, 1, smem, nullptr, arguments, nullptr),
            "cuLaunchKernel");
  }
  void write_all() { driver().memset32_async(flush, 0x5a5a5a5a, flush_bytes / 4, nullptr); }
  void read_half() {
    std::uint64_t count = flush_bytes / 32;
    void* arguments[] = {&flush, &count, &flush};
    launch(read, static_cast<unsigned>(processors * 4), 1, 512, 0, arguments);
  }
  void scrub_shared() {
    unsigned words = static_cast<unsigned>(shared) / 4, value = 7;
    void* arguments[] = {&words, &value};
    launch(scrub,
           static_cast<unsigned>(processors),
           1,
           1024,
           static_cast<unsigned>(shared),
           arguments);
  }
  void scrub_stacks(int bytes) {
    unsigned value = 7;
    void* arguments[] = {&value};
    launch(helpers[("vegttt_scrub_stack_" + std::to_string(bytes)).c_str()],
           static_cast<unsigned>(2 * processors),
           1,
           1024,
           0,
           arguments);
  }
  void run(CUfunction f, const Kernel& kernel) {
    int n = kernel.grid_y > 1 ? 2048 : 4096;
    void* arguments[] = {&a, &b, &out, &n};
    launch(f, kernel.grid, kernel.grid_y, kernel.block, 0, arguments);
  }

  // Microseconds of `body` behind `before`, which is finished first.
  double time(const std::function<void()>& before, const std::function<void()>& body) {
    before();
    driver().stream_synchronize(nullptr);
    std::uint64_t nanoseconds = 30000;
    void* arguments[] = {&nanoseconds};
    launch(spin, 1, 1, 1, 0, arguments);
    driver().event_record(begin, nullptr);
    body();
    driver().event_record(end, nullptr);
    require(driver().stream_synchronize(nullptr), "cuStreamSynchronize");
    float ms = 0;
    driver().event_elapsed_ms(&ms, begin, end);
    return ms * 1e3;
  }
};

void compare_builds(Device& device) {
  std::printf("\n== -rdc against no -rdc: medians of 41 interleaved launches, clean L2, us\n");
  std::printf("%-8s %10s %10s %10s %8s %8s\n",
              "kernel",
              "no -rdc",
              "ours",
              "PTX by drv",
              "ours/no",
              "drv/no");
  for (const Kernel& kernel : kernels()) {
    const DeviceCompileResult ours = chain(kernel.text);
    const std::string plain = nvrtc_cubin(kernel.text);
    const Module modules[] = {
        Module(plain.data()), Module(ours.cubin.data()), Module(ours.ptx.c_str())};
    std::vector<double> us[3];
    for (int i = -2; i < 41; ++i)
      for (int m = 0; m < 3; ++m) {
        const CUfunction f = modules[m][kernel.name];
        const double t =
            device.time([&] { device.write_all(), device.read_half(), device.read_half(); },
                        [&] { device.run(f, kernel); });
        if (i >= 0) us[m].push_back(t);
      }
    const double a = median(us[0]), b = median(us[1]), c = median(us[2]);
    std::printf("%-8s %10.2f %10.2f %10.2f %8.4f %8.4f   spread %.2f%% %.2f%%\n",
                kernel.name,
                a,
                b,
                c,
                b / a,
                c / a,
                100 * spread_of(us[0]),
                100 * spread_of(us[1]));
  }
}

double median_ms(const std::function<void()>& body) {
  std::vector<double> ms;
  for (int i = 0; i < 9; ++i) {
    const core::Stopwatch watch;
    body();
    ms.push_back(watch.elapsed_s() * 1e3);
  }
  return median(ms);
}

void compare_loads() {
  std::printf("\n== from text to a loaded program, ms (median of 9)\n");
  for (const Kernel& kernel : kernels()) {
    // With a `launch` that uses the recorder, so that it stays in the program.
    records::Candidate candidate;
    candidate.assembled =
        "#include \"vegttt_candidate.h\"\n" + kernel.text +
        "extern \"C\" __global__ void vegttt_record(void* const* b, Workspace* ws) {\n"
        "  for (int i = 0; i < 3; ++i) " +
        kernel.name +
        "<<<16 * i, 256>>>((const float*)b[0], (const float*)b[1], (float*)b[2], i);\n"
        "  cudaMemsetAsync(ws->alloc(64), 0, 64, 0); }\n";
    const DeviceCompileResult whole =
        compile_for_device(candidate, {60, cuda::device_architecture(0)});
    if (!whole.ok) throw core::MachineError(whole.log, "the chain");
    std::printf(
        "%-8s whole compiler process %.0f; driver loads: recorder %.2f, kernels %.2f, their PTX "
        "%.1f\n",
        kernel.name,
        whole.elapsed_s * 1e3,
        median_ms([&] { Module(whole.recorder.data()); }),
        median_ms([&] { Module(whole.cubin.data()); }),
        median_ms([&] { Module(whole.ptx.c_str()); }));
  }
}

void compare_caches(Device& device) {
  std::printf("\n== state of the L2 before a launch, us (median of 21)\n");
  for (const Kernel& kernel : kernels()) {
    const std::string plain = nvrtc_cubin(kernel.text);
    const Module module(plain.data());
    const CUfunction f = module[kernel.name];
    std::vector<double> warm, dirty, once, clean;
    for (int i = 0; i < 21; ++i) {
      dirty.push_back(device.time([&] { device.write_all(); }, [&] { device.run(f, kernel); }));
      once.push_back(device.time([&] { device.write_all(), device.read_half(); },
                                 [&] { device.run(f, kernel); }));
      clean.push_back(
          device.time([&] { device.write_all(), device.read_half(), device.read_half(); },
                      [&] { device.run(f, kernel); }));
      warm.push_back(device.time([&] { device.run(f, kernel); }, [&] { device.run(f, kernel); }));
    }
    std::printf("%-8s warm %.2f, dirty %.2f, read once %.2f, read twice (clean) %.2f\n",
                kernel.name,
                median(warm),
                median(dirty),
                median(once),
                median(clean));
  }
}

void measure_scrubs(Device& device) {
  std::printf("\n== scrubbing, us (median of 21)\n");
  const auto show = [&](const char* what, const std::function<void()>& body) {
    std::vector<double> us;
    for (int i = 0; i < 21; ++i) us.push_back(device.time([] {}, body));
    std::printf("%-40s %.1f\n", what, median(us));
  };
  show("nothing between the events", [] {});
  show("shared memory of all processors", [&] { device.scrub_shared(); });
  for (const int bytes : {512, 1024, 2048, 4096, 16384})
    show(("stacks, " + std::to_string(bytes) + " bytes a thread").c_str(),
         [&] { device.scrub_stacks(bytes); });
  const core::Stopwatch watch;
  for (int i = 0; i < 100; ++i) driver().reset_persisting();
  std::printf("%-40s %.1f\n", "forgetting persisting cache lines, host", watch.elapsed_s() * 1e4);
  show("write four times the L2", [&] { device.write_all(); });
  show("read twice the L2, twice", [&] { device.read_half(), device.read_half(); });
}

int run() {
  use_device(0);
  Device device;
  compare_builds(device);
  compare_loads();
  compare_caches(device);
  measure_scrubs(device);
  return 0;
}

}  // namespace
}  // namespace vegttt::evaluate

int main() {
  using namespace vegttt::evaluate;
  if (!cuda::driver_missing().empty()) {
    std::printf("SKIPPED: %s\n", cuda::driver_missing().c_str());
    return 77;
  }
  try {
    return run();
  } catch (const std::exception& e) {
    std::printf("FAILED: %s\n", e.what());
    return 1;
  }
}
