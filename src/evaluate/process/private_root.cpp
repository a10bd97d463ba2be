#include "private_root.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

#include "vegttt/core/process.h"

namespace vegttt::evaluate {
namespace {

namespace fs = core::fs;

bool write_text(const char* path, const char* text) {
  const int fd = ::open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const ssize_t length = static_cast<ssize_t>(::strlen(text));
  const bool written = ::write(fd, text, static_cast<std::size_t>(length)) == length;
  ::close(fd);
  return written;
}

std::string map_of(unsigned id) { return std::to_string(id) + " " + std::to_string(id) + " 1"; }

}  // namespace

PrivateRoot::PrivateRoot(const fs::path& mount_point)
    : mount_point_(mount_point), user_map_(map_of(::geteuid())), group_map_(map_of(::getegid())) {}

void PrivateRoot::add_parents(const fs::path& path) {
  fs::path below;
  for (const auto& part : path.parent_path().relative_path()) {
    below /= part;
    const std::string folder = mount_point_ + "/" + below.string();
    const bool known =
        std::any_of(steps_.begin(), steps_.end(), [&](const Step& s) { return s.path == folder; });
    if (!known) steps_.push_back({Step::kFolder, folder, "", false});
  }
}

void PrivateRoot::show(const fs::path& path, Kind kind) {
  std::error_code error;
  const auto status = fs::symlink_status(path, error);
  if (error || !fs::exists(status)) return;
  add_parents(path);
  Step step{Step::kBindFile, mount_point_ + path.string(), path.string(), kind == Kind::kWritable};
  if (fs::is_symlink(status)) {
    step.action = Step::kLink;
    step.target = fs::read_symlink(path);
  } else if (fs::is_directory(status)) {
    step.action = Step::kBindFolder;
  }
  steps_.push_back(step);
}

bool PrivateRoot::take(const Step& step) const {
  const char* path = step.path.c_str();
  if (step.action == Step::kFolder) return ::mkdir(path, 0755) == 0;
  if (step.action == Step::kLink) return ::symlink(step.target.c_str(), path) == 0;
  if (step.action == Step::kBindFolder) ::mkdir(path, 0755);
  if (step.action == Step::kBindFile) ::close(::open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
  return ::mount(step.target.c_str(), path, nullptr, MS_BIND, nullptr) == 0;
}

bool PrivateRoot::enter() const {
  if (::unshare(CLONE_NEWNS) != 0) {  // not root: first a namespace in which we are
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
    write_text("/proc/self/setgroups", "deny");
    if (!write_text("/proc/self/uid_map", user_map_.c_str())) return false;
    if (!write_text("/proc/self/gid_map", group_map_.c_str())) return false;
  }
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
  if (::mount("tmpfs", mount_point_.c_str(), "tmpfs", MS_NOSUID, "size=1m,mode=0755") != 0)
    return false;
  for (const Step& step : steps_)
    if (!take(step)) return false;
  if (::chdir(mount_point_.c_str()) != 0) return false;
  if (::syscall(SYS_pivot_root, ".", ".") != 0) return false;
  return ::umount2(".", MNT_DETACH) == 0 && ::chdir("/") == 0;
}

bool PrivateRoot::works() {
  static const bool works = [] {
    const core::TemporaryFolder folder("vegttt-root");
    PrivateRoot root(folder.path());
    for (const char* path : {"/usr", "/lib", "/lib64", "/bin"}) root.show(path, Kind::kReadOnly);
    core::ProcessOptions options;
    options.argv = {"/bin/true"};
    options.before_exec = [&root] { return root.enter(); };
    return core::run_process(options).exit_code == 0;
  }();
  return works;
}

}  // namespace vegttt::evaluate
