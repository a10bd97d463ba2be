// One process on the GPU, from its start to its reaping. It is given work by messages
// (device/protocol.h) and killed at a deadline.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "../device/protocol.h"

namespace vegttt::evaluate {

class DeviceProcess {
 public:
  // Starts it; its context is made meanwhile, until `ready`. MachineError.
  DeviceProcess(int device, const std::string& helpers_cubin);
  ~DeviceProcess();  // kills and reaps it
  DeviceProcess(const DeviceProcess&) = delete;
  DeviceProcess& operator=(const DeviceProcess&) = delete;

  // Waits for the context. MachineError when there is none.
  const device::Reply& ready();

  struct Answer {
    device::Reply reply;
    bool timed_out = false;  // killed at the deadline
    bool ended = false;      // by itself; reply.text says how
  };
  // After a time-out, an end, kFaulted or kMachine the process is gone.
  Answer ask(const device::Request& request, const std::vector<int>& descriptors, double timeout_s);
  bool usable() const { return usable_; }
  pid_t pid() const { return pid_; }

 private:
  DeviceProcess() = default;
  void start();
  int send(const device::Request& request, const std::vector<int>& descriptors);  // 0 or errno
  Answer wait(double timeout_s);
  Answer receive();
  Answer broken(const char* call, int error);
  int kill();  // how it ended, as waitpid says it

  pid_t pid_ = -1;
  int control_ = -1;
  bool usable_ = true;
  std::optional<device::Reply> facts_;
};

}  // namespace vegttt::evaluate
