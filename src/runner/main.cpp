// The program that executes candidates. Everything from `load` on runs beside code that a model
// wrote, in the same address space: nothing here is trusted after that line, and the judge does
// not.
#include <dlfcn.h>
#include <omp.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cfenv>
#include <cstdio>
#include <cstdlib>

#include "buffers.h"
#include "jail.h"

namespace vegttt::runner {
namespace {

using Launch = void (*)(void* const* buffers, Workspace* workspace);

// The threads of OpenMP, so that the first launch does not pay for them.
void start_threads() {
  int started = 0;
#pragma omp parallel reduction(+ : started)
  started += 1;
  if (started != omp_get_max_threads()) ::_exit(kSetupFailed);
}

// Returns when the judge resumes this process. Every thread stops with it.
void stop_until_resumed() { ::syscall(SYS_tgkill, ::getpid(), ::getpid(), SIGSTOP); }

Launch load(int library) {
  char path[64];
  std::snprintf(path, sizeof path, "/proc/self/fd/%d", library);
  void* handle = ::dlopen(path, RTLD_NOW | RTLD_LOCAL);
  void* launch = handle != nullptr ? ::dlsym(handle, "vegttt_launch") : nullptr;
  if (launch == nullptr) {
    std::fprintf(stderr, "%s\n", ::dlerror());
    ::_exit(kLoadFailed);
  }
  ::close(library);
  return reinterpret_cast<Launch>(launch);
}

[[noreturn]] void serve(Launch launch, Session& session) {
  while (true) {
    stop_until_resumed();
    session.workspace.used = 0;
    std::fesetenv(FE_DFL_ENV);  // rounding, flush to zero: a launch starts as the first one did
    launch(session.buffers.data(), &session.workspace);
  }
}

}  // namespace
}  // namespace vegttt::runner

int main(int argc, char** argv) {
  using namespace vegttt::runner;
  if (argc != 2) {
    std::fprintf(stderr, "vegttt_runner is started by vegttt\n");
    return 2;
  }
  die_with(std::atoi(argv[1]));
  give_up_files();
  start_threads();
  Session session = receive_session();
  for (std::uint32_t i = 0; i <= session.setup.idle_rounds; ++i) stop_until_resumed();
  close_jail(session.setup.memory_limit_bytes);
  const Launch launch = load(session.library);
  serve(launch, session);
}
