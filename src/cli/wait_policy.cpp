#include "wait_policy.h"

#include <unistd.h>

#include <cstdlib>
#include <set>

namespace vegttt::cli {

void wait_passively(const std::string& verb, char** argv) {
  static const std::set<std::string> timing = {
      "adapt", "baseline", "bench", "eval", "resume", "train"};
  if (timing.count(verb) == 0 || std::getenv("OMP_WAIT_POLICY") != nullptr) return;
  ::setenv("OMP_WAIT_POLICY", "PASSIVE", 1);
  ::execv("/proc/self/exe", argv);  // where it fails the times are as the user's libgomp makes them
}

}  // namespace vegttt::cli
