#include "device_facts.h"

#include "../driver/driver.h"
#include "vegttt/core/error.h"

namespace vegttt::evaluate::cuda {
namespace {

void must(CUresult result, const char* call) {
  if (result != CUDA_SUCCESS) throw core::MachineError(error_text(result), call);
}

int attribute(int device, CUdevice_attribute which) {
  int value = 0;
  must(driver().device_attribute(&value, which, device), "cuDeviceGetAttribute");
  return value;
}

}  // namespace

std::string device_architecture(int device) {
  if (!driver_missing().empty()) return kCompileOnlyArchitecture;
  int count = 0;
  must(driver().device_count(&count), "cuDeviceGetCount");
  if (device < 0 || device >= count)
    throw core::UserError("GPU " + std::to_string(device) + " is not there, " +
                              std::to_string(count) + " can be seen",
                          "evaluate.device",
                          "CUDA_VISIBLE_DEVICES decides which can");
  const int major = attribute(device, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR);
  const int minor = attribute(device, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
  // From 9.0 on the suffix opens what only this very architecture has (wgmma, ...).
  return std::to_string(10 * major + minor) + (major >= 9 ? "a" : "");
}

std::string device_name(int device) {
  char text[256] = {};
  must(driver().device_name(text, sizeof text - 1, device), "cuDeviceGetName");
  int version = 0;
  must(driver().driver_version(&version), "cuDriverGetVersion");
  return std::string(text) + ", CUDA " + std::to_string(version / 1000) + "." +
         std::to_string(version % 1000 / 10);
}

std::string device_bus(int device) {
  char text[64] = {};
  must(driver().device_bus(text, sizeof text - 1, device), "cuDeviceGetPCIBusId");
  return text;
}

}  // namespace vegttt::evaluate::cuda
