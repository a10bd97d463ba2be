#include "vegttt/tasks/catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>

#include "vegttt/core/error.h"
#include "vegttt/core/text.h"
#include "vegttt_embedded/vegttt_tasks.h"

namespace vegttt::tasks {
namespace {

bool is_task_file(const core::fs::path& path) {
  return path.extension() == ".yaml" || path.extension() == ".yml";
}

// Task files of the folder and of its folders, sorted, so that the order does not depend on the
// file system.
std::vector<core::fs::path> task_files(const core::fs::path& folder) {
  std::error_code error;
  if (!core::fs::is_directory(folder, error))
    throw core::UserError("no such folder with task files", folder.string());
  std::vector<core::fs::path> files;
  for (auto it = core::fs::recursive_directory_iterator(folder, error);
       it != core::fs::recursive_directory_iterator();
       ++it) {
    if (it->is_directory() && it.depth() >= 1) it.disable_recursion_pending();
    if (it->is_regular_file() && is_task_file(it->path())) files.push_back(it->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// The number after the last '/': "L1/12" after "L1/4".
long number_in(const std::string& id) {
  const std::string digits = id.substr(id.rfind('/') + 1);
  const bool numeric =
      !digits.empty() && digits.size() < 10 && std::all_of(digits.begin(), digits.end(), ::isdigit);
  return numeric ? std::stol(digits) : -1;
}

bool in_numeric_order(const Task& a, const Task& b) {
  return std::pair(number_in(a.id), a.id) < std::pair(number_in(b.id), b.id);
}

}  // namespace

struct Catalogue::OpenedFiles {
  std::mutex mutex;
  std::map<std::string, Task> tasks;  // by path; a map's elements stay where they are
};

Catalogue::Catalogue() : opened_(std::make_shared<OpenedFiles>()) {}

Catalogue Catalogue::load(const std::vector<std::string>& more_folders) {
  Catalogue catalogue;
  for (const auto& file : builtin::embedded_files()) {
    catalogue.add(parse_task(std::string(file.bytes), std::string(file.path)));
  }
  std::sort(catalogue.tasks_.begin(), catalogue.tasks_.end(), in_numeric_order);
  for (const std::string& folder : more_folders) {
    for (const core::fs::path& path : task_files(folder)) catalogue.add(load_task(path));
  }
  return catalogue;
}

void Catalogue::add(Task task) {
  if (const Task* other = lookup(task.id)) {
    throw core::UserError(fmt::format("id '{}' is taken by {}", task.id, other->file),
                          task.file,
                          "give it another id");
  }
  tasks_.push_back(std::move(task));
}

const Task* Catalogue::lookup(const std::string& id) const {
  for (const Task& task : tasks_) {
    if (task.id == id || task.id == "L1/" + id) return &task;
  }
  return nullptr;
}

bool Catalogue::has(const std::string& id) const { return lookup(id) != nullptr; }

const Task& Catalogue::find(const std::string& id) const {
  if (const Task* task = lookup(id)) return *task;
  const std::lock_guard lock(opened_->mutex);
  for (const auto& [path, task] : opened_->tasks) {
    if (path == id || task.id == id) return task;  // once opened, it goes by its id as well
  }
  if (is_task_file(id)) return opened_->tasks.emplace(id, load_task(id)).first->second;
  std::vector<std::string> ids;
  for (const Task& task : tasks_) ids.push_back(task.id);
  throw core::UserError(fmt::format("unknown task '{}'{}", id, core::did_you_mean(id, ids)),
                        "",
                        "`vegttt tasks list`, or the path of a task file (*.yaml)");
}

}  // namespace vegttt::tasks
