#pragma once

#include <memory>
#include <string>
#include <vector>

#include "vegttt/tasks/task.h"

namespace vegttt::tasks {

// The built-in level-1 tasks (embedded in the binary) and task files of one's own.
class Catalogue {
 public:
  // Built-in tasks, then every *.yaml of the folders (not recursive beyond one level). A doubled id
  // is a UserError.
  static Catalogue load(const std::vector<std::string>& more_folders = {});
  Catalogue();  // empty

  const std::vector<Task>& all() const& {
    return tasks_;
  }                             // in numeric order of id, own tasks last
  void all() const&& = delete;  // would dangle
  // Accepts "L1/4", "4" (level 1), or a path to a task file (read once and kept). Throws UserError
  // with the nearest id. The reference holds until the next `add`; that of a path, as long as any
  // copy of this catalogue.
  const Task& find(const std::string& id) const;
  bool has(const std::string& id) const;  // "L1/4" or "4"
  void add(Task task);                    // UserError when the id is there already

 private:
  struct OpenedFiles;  // tasks found by path
  const Task* lookup(const std::string& id) const;

  std::vector<Task> tasks_;
  std::shared_ptr<OpenedFiles> opened_;
};

// Python's random.Random(seed).shuffle of 1..count, the first 80 % train, both sorted
// (jbarnes850/test-time-training scripts/make_split.py).
struct Split {
  std::int64_t seed = 42;
  std::vector<int> train, eval;
};
Split make_split(std::int64_t seed, int count = 100);

// Every evaluation id of the splits of seeds 42, 43 and 44: the tasks that nothing of ours is
// trained on.
std::vector<int> reserved_ids();

}  // namespace vegttt::tasks
