// Clocks, temperature and power of a GPU, from the driver's management library.
#pragma once

#include <string>

#include "vegttt/records/evaluation.h"

namespace vegttt::evaluate {

// Asked at most twice a second: a question takes the driver about a millisecond. Everything stays 0
// where the library is missing.
class GpuConditions {
 public:
  // `bus`: as cuDeviceGetPCIBusId writes it, since the management library counts devices
  // differently.
  explicit GpuConditions(const std::string& bus);
  // Not while something is timed.
  const records::Conditions& now();

 private:
  void ask();

  void* device_ = nullptr;
  records::Conditions last_;
  double asked_s_ = -1e9;
};

}  // namespace vegttt::evaluate
