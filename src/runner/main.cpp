// The program that executes candidates. Everything from `load` on runs beside code that a model
// wrote, in the same address space: nothing here is trusted after that line, and the judge does
// not.
#include <dlfcn.h>
#include <omp.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cfenv>
#include <cstdio>
#include <cstdlib>

#include "buffers.h"
#include "jail.h"
#include "vegttt/runner/binding.h"

namespace vegttt::runner {
namespace {

using Launch = void (*)(void* const* buffers, Workspace* workspace);

// The threads of OpenMP, so that the first launch does not pay for them, each on its own core:
// threads that are resumed together often begin on one core, and sharing it for a launch of 1 ms
// cost half of the speed. Not by OMP_PROC_BIND, under which libgomp starts new threads when teams
// change their size.
void start_threads() {
  cpu_set_t allowed;
  const bool bind = std::getenv("OMP_PROC_BIND") == nullptr &&
                    ::sched_getaffinity(0, sizeof allowed, &allowed) == 0 &&
                    omp_get_max_threads() <= CPU_COUNT(&allowed);
  int started = 0;
#pragma omp parallel reduction(+ : started)
  {
    started += 1;
    if (bind) bind_to(allowed, omp_get_thread_num());
  }
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
