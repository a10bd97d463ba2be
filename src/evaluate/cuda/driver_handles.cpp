#include "driver_handles.h"

#include "device_buffer.h"

namespace vegttt::evaluate {

using cuda::driver;

DriverModule::DriverModule(const std::string& cubin) {
  require(driver().module_load(&module_, cubin.data()), "cuModuleLoadData");
}
DriverModule::~DriverModule() { driver().module_unload(module_); }

CUfunction DriverModule::function(const char* name) const {
  CUfunction function = nullptr;
  require(driver().module_function(&function, module_, name), "cuModuleGetFunction");
  return function;
}

DriverEvent::DriverEvent() {
  require(driver().event_create(&event_, CU_EVENT_DEFAULT), "cuEventCreate");
}
DriverEvent::~DriverEvent() { driver().event_destroy(event_); }

DriverMemory::DriverMemory(std::uint64_t bytes) : bytes_(bytes) {
  require(driver().mem_alloc(&at_, bytes), "cuMemAlloc");
  driver().memset8(at_, 0, bytes);
}
DriverMemory::~DriverMemory() { driver().mem_free(at_); }

void launch_kernel(CUfunction function, std::uint64_t grid, unsigned block, void** arguments) {
  require(
      driver().launch(
          function, static_cast<unsigned>(grid), 1, 1, block, 1, 1, 0, nullptr, arguments, nullptr),
      "cuLaunchKernel");
}

}  // namespace vegttt::evaluate
