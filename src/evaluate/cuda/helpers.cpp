#include "helpers.h"

#include <map>
#include <mutex>
#include <vector>

#include "../device_compiler.h"
#include "vegttt/core/error.h"
#include "vegttt_embedded/vegttt_evaluate_cuda.h"

namespace vegttt::evaluate {
namespace {

// Files behind each other, as one program: NVRTC sees no folder of ours.
const std::string& compiled(const std::vector<std::string>& files,
                            const std::string& architecture) {
  static std::mutex mutex;
  static std::map<std::string, std::string> known;
  const std::lock_guard lock(mutex);
  const std::string key = files.back() + " " + architecture;
  if (const auto found = known.find(key); found != known.end()) return found->second;
  records::Candidate candidate;
  candidate.assembled =
      "#include \"vegttt_candidate.h\"\n"
      "namespace std { using ::int32_t; using ::int64_t; using ::uint8_t; using ::uint32_t; "
      "using ::uint64_t; }\n";
  for (const std::string& file : files)
    candidate.assembled +=
        "#line 1 \"" + file + "\"\n" +
        std::string(carried_device::find_embedded("kernels/evaluate/" + file).value());
  DeviceCompileResult result = compile_for_device(candidate, {60, architecture});
  if (!result.ok)
    throw core::MachineError("the judge's kernels do not compile: " + result.log, "NVRTC");
  return known[key] = std::move(result.cubin);
}

}  // namespace

const std::string& helpers_cubin(const std::string& architecture) {
  return compiled({"helpers.cu"}, architecture);
}

const std::string& judge_cubin(const std::string& architecture) {
  return compiled({"values.h", "tolerance.h", "judge.cu"}, architecture);
}

}  // namespace vegttt::evaluate
