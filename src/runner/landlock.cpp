#include "vegttt/runner/landlock.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace vegttt::runner {
namespace {

// The kernel's structure as of interface 6; the headers of the build machine may be older.
struct RulesetAttributes {
  std::uint64_t files, ports, scopes;
};

constexpr std::uint64_t kExecute = LANDLOCK_ACCESS_FS_EXECUTE;
constexpr std::uint64_t kReadFile = LANDLOCK_ACCESS_FS_READ_FILE;
constexpr std::uint64_t kWriteFile = LANDLOCK_ACCESS_FS_WRITE_FILE;
constexpr std::uint64_t kReadFolder = LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t kTruncate = 1ull << 14;

std::uint64_t file_rights(int abi) {
  const int rights = abi >= 5 ? 16 : abi >= 3 ? 15 : abi == 2 ? 14 : 13;
  return (1ull << rights) - 1;
}

std::uint64_t rights_of(Access access, int abi) {
  const std::uint64_t all = file_rights(abi) & ~(1ull << 15);  // no ioctl on devices
  switch (access) {
    case Access::kRead:
      return kReadFile | kReadFolder;
    case Access::kReadExecute:
      return kReadFile | kReadFolder | kExecute;
    case Access::kReadWrite:
      return all & ~kExecute;
  }
  return 0;
}

}  // namespace

int landlock_abi() {
  const long abi =
      ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return abi > 0 ? static_cast<int>(abi) : 0;
}

int make_ruleset() {
  const int abi = landlock_abi();
  if (abi == 0) return -1;
  RulesetAttributes attributes{file_rights(abi), abi >= 4 ? 3ull : 0, abi >= 6 ? 3ull : 0};
  const std::size_t size = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
  return static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, size, 0));
}

bool allow_below(int ruleset, const char* path, Access access) {
  const int fd = ::open(path, O_PATH | O_CLOEXEC);
  if (fd < 0) return false;
  struct stat info {};
  ::fstat(fd, &info);
  landlock_path_beneath_attr rule{};
  rule.allowed_access = rights_of(access, landlock_abi());
  if (!S_ISDIR(info.st_mode)) rule.allowed_access &= kExecute | kReadFile | kWriteFile | kTruncate;
  rule.parent_fd = fd;
  const long failed =
      ::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
  ::close(fd);
  return failed == 0;
}

bool restrict_self(int ruleset) {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return false;
  return ::syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
}

}  // namespace vegttt::runner
