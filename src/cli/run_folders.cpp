#include "run_folders.h"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>

#include "vegttt/core/error.h"

namespace vegttt::cli {
namespace {

using core::fs::path;

constexpr int kLevels = 3;

void collect(const path& folder, int levels, std::vector<path>& runs) {
  if (is_run(folder)) {
    runs.push_back(folder);
    return;
  }
  if (levels == 0) return;
  std::error_code ignored;
  for (const auto& entry : core::fs::directory_iterator(folder, ignored)) {
    const bool hidden = entry.path().filename().string().starts_with(".");
    if (entry.is_directory(ignored) && !hidden) collect(entry.path(), levels - 1, runs);
  }
}

// When a line was last added.
core::fs::file_time_type written_at(const path& run) {
  auto newest = core::fs::file_time_type::min();
  for (const char* file : {"run.json", "sampled.jsonl", "rollouts.jsonl", "metrics.jsonl"}) {
    std::error_code error;
    const auto time = core::fs::last_write_time(run / file, error);
    if (!error) newest = std::max(newest, time);
  }
  return newest;
}

}  // namespace

const char* name_of(RunState state) {
  switch (state) {
    case RunState::kFinished:
      return "finished";
    case RunState::kRunning:
      return "running";
    case RunState::kEnded:
      return "ended early";
  }
  return "";
}

bool is_run(const path& folder) {
  return core::fs::exists(folder / "config.yaml") && core::fs::exists(folder / "run.json");
}

bool is_locked(const path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return false;
  std::ifstream locks("/proc/locks");  // "1: FLOCK  ADVISORY  WRITE 4711 fe:00:5313567 0 EOF"
  if (!locks) return true;
  const std::string inode = ":" + std::to_string(status.st_ino) + " ";
  for (std::string line; std::getline(locks, line);) {
    if (line.find("FLOCK") != std::string::npos && line.find(inode) != std::string::npos)
      return true;
  }
  return false;
}

RunState state_of(const path& run, const std::string& method) {
  if (core::fs::exists(run / (method + "_summary.json"))) return RunState::kFinished;
  return is_locked(run / "lock") ? RunState::kRunning : RunState::kEnded;
}

std::vector<path> find_runs(const path& folder) {
  std::vector<path> runs;
  collect(folder, kLevels, runs);
  std::sort(runs.begin(), runs.end());
  return runs;
}

path newest_run(const path& folder) {
  const auto runs = find_runs(folder);
  if (runs.empty())
    throw core::UserError("holds no run", folder.string(), "name a folder like runs/NAME");
  return *std::max_element(runs.begin(), runs.end(), [](const path& a, const path& b) {
    return written_at(a) < written_at(b);
  });
}

}  // namespace vegttt::cli
