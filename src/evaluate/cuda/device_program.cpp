#include "device_program.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "../device/protocol.h"
#include "../process/memory_file.h"
#include "vegttt/core/error.h"
#include "vegttt_embedded/vegttt_evaluate_cuda.h"

namespace vegttt::evaluate {
namespace {

const std::string& program_path() {
  static const std::string path = [] {
    const int fd = make_memory_file("vegttt-device", MemoryFile::kProgram);
    if (fd < 0) throw core::MachineError(std::strerror(errno), "memfd_create");
    fill_memory_file(fd, carried_device::find_embedded("vegttt_device").value());
    return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(fd);
  }();
  return path;
}

// Of the environment only what the driver needs to find the same devices.
std::vector<std::string> device_environment() {
  std::vector<std::string> kept = {"CUDA_CACHE_DISABLE=1", "CUDA_MODULE_LOADING=EAGER"};
  for (const char* name : {"CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER", "LD_LIBRARY_PATH", "HOME"})
    if (const char* value = std::getenv(name)) kept.push_back(std::string(name) + "=" + value);
  return kept;
}

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> list;
  for (const std::string& s : strings) list.push_back(const_cast<char*>(s.c_str()));
  list.push_back(nullptr);
  return list;
}

}  // namespace

pid_t start_device_program(int control) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDWR, 0);
  ::posix_spawn_file_actions_adddup2(&actions, 0, 1);
  ::posix_spawn_file_actions_adddup2(&actions, 0, 2);
  ::posix_spawn_file_actions_adddup2(&actions, control, device::kControlFd);
  ::posix_spawn_file_actions_addclosefrom_np(&actions, device::kControlFd + 1);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &all);
  ::posix_spawnattr_setflags(
      &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  const std::vector<std::string> arguments = {"vegttt-device", std::to_string(::getpid())};
  const std::vector<std::string> environment = device_environment();
  pid_t pid = -1;
  const int error = ::posix_spawn(&pid,
                                  program_path().c_str(),
                                  &actions,
                                  &attributes,
                                  pointers(arguments).data(),
                                  pointers(environment).data());
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  if (error != 0)
    throw core::MachineError(
        std::string("the device process cannot be started: ") + std::strerror(error),
        "posix_spawn");
  return pid;
}

}  // namespace vegttt::evaluate
