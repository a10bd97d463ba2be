#include "gpu_conditions.h"

#include <dlfcn.h>

#include "vegttt/core/clock.h"

namespace vegttt::evaluate {
namespace {

constexpr double kPeriod_s = 0.5;

// The few functions of NVML's C interface; names and numbers as in nvml.h.
struct Nvml {
  int (*init)() = nullptr;
  int (*by_bus)(const char*, void**) = nullptr;
  int (*clock)(void*, int, unsigned*) = nullptr;
  int (*temperature)(void*, int, unsigned*) = nullptr;
  int (*power)(void*, unsigned*) = nullptr;
  int (*throttle)(void*, unsigned long long*) = nullptr;
  int (*utilization)(void*, unsigned*) = nullptr;
  bool loaded = false;

  Nvml() {
    void* library = ::dlopen("libnvidia-ml.so.1", RTLD_NOW);
    loaded = library != nullptr && find(library, "nvmlInit_v2", init) &&
             find(library, "nvmlDeviceGetHandleByPciBusId_v2", by_bus) &&
             find(library, "nvmlDeviceGetClockInfo", clock) &&
             find(library, "nvmlDeviceGetTemperature", temperature) &&
             find(library, "nvmlDeviceGetPowerUsage", power) &&
             find(library, "nvmlDeviceGetCurrentClocksThrottleReasons", throttle) &&
             find(library, "nvmlDeviceGetUtilizationRates", utilization) && init() == 0;
  }

 private:
  template <class F>
  static bool find(void* library, const char* name, F& function) {
    function = reinterpret_cast<F>(::dlsym(library, name));
    return function != nullptr;
  }
};

const Nvml& nvml() {
  static const Nvml library;
  return library;
}

constexpr int kSmClock = 1, kMemoryClock = 2, kCoreTemperature = 0;

std::string reason_of(unsigned long long bits) {
  if ((bits & 0x84) != 0) return "power";  // software power cap, hardware power brake
  if ((bits & 0x60) != 0) return "heat";   // software and hardware thermal slowdown
  if ((bits & 0x08) != 0) return "hardware";
  return "";
}

}  // namespace

GpuConditions::GpuConditions(const std::string& bus) {
  if (nvml().loaded && nvml().by_bus(bus.c_str(), &device_) != 0) device_ = nullptr;
}

void GpuConditions::ask() {
  unsigned value = 0, rates[2] = {};  // GPU, memory; percent
  unsigned long long bits = 0;
  const auto number = [&](int result) { return result == 0 ? static_cast<double>(value) : 0.0; };
  last_.sm_mhz = number(nvml().clock(device_, kSmClock, &value));
  last_.memory_mhz = number(nvml().clock(device_, kMemoryClock, &value));
  last_.temperature_c = number(nvml().temperature(device_, kCoreTemperature, &value));
  last_.power_w = number(nvml().power(device_, &value)) * 1e-3;
  last_.throttled = nvml().throttle(device_, &bits) == 0 ? reason_of(bits) : "";
  last_.busy = nvml().utilization(device_, rates) == 0 ? rates[0] * 0.01 : 0;
}

const records::Conditions& GpuConditions::now() {
  if (device_ == nullptr || core::now_s() - asked_s_ < kPeriod_s) return last_;
  asked_s_ = core::now_s();
  ask();
  return last_;
}

}  // namespace vegttt::evaluate
