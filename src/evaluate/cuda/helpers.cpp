#include "helpers.h"

#include <map>
#include <mutex>

#include "../device_compiler.h"
#include "vegttt/core/error.h"
#include "vegttt_embedded/vegttt_evaluate_cuda.h"

namespace vegttt::evaluate {

const std::string& helpers_cubin(const std::string& architecture) {
  static std::mutex mutex;
  static std::map<std::string, std::string> known;
  const std::lock_guard lock(mutex);
  if (const auto found = known.find(architecture); found != known.end()) return found->second;
  records::Candidate candidate;
  candidate.assembled =
      "#include \"vegttt_candidate.h\"\n" +
      std::string(carried_device::find_embedded("kernels/evaluate/helpers.cu").value());
  DeviceCompileResult compiled = compile_for_device(candidate, {60, architecture});
  if (!compiled.ok)
    throw core::MachineError("the judge's kernels do not compile: " + compiled.log, "NVRTC");
  return known[architecture] = std::move(compiled.cubin);
}

}  // namespace vegttt::evaluate
