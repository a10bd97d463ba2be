// A task in the making: names are drawn, sizes too; the kernel text refers to the drawn names.
#pragma once

#include <string>
#include <vector>

#include "draw.h"
#include "expression.h"
#include "vegttt/tasks/task.h"

namespace vegttt::pretrain {

class TaskBuilder {
 public:
  TaskBuilder(Draw& draw, std::string family) : draw_(draw) { task_.family = std::move(family); }

  // Adds a size; `likely` is taken in most tasks, else one of `others`, as long as the name is
  // free.
  std::string dim(const std::string& likely,
                  const std::vector<std::string>& others,
                  std::int64_t small,
                  std::int64_t tiny);
  // An integer constant of the task (stride, groups): an int64_t name in the kernel's scope.
  std::string constant(const std::string& name, std::int64_t value);
  void real_constant(const std::string& name, const Number& value);
  // Rounds a size up to a multiple (channels of a grouped operation).
  void make_multiple(const std::string& dim, std::int64_t of);
  std::int64_t size(const std::string& dim, const std::string& set = "small") const;
  std::string derived(const std::string& name, const std::string& expression);

  // Adds an input; returns its name. Pools of names by role: "matrix", "data", "weight", "bias",
  // "vector", "target".
  std::string input(const std::string& pool, const std::vector<std::string>& shape);
  std::string named_input(const std::string& name, const std::vector<std::string>& shape);
  tasks::InputSpec& last() { return task_.inputs.back(); }
  void structure(tasks::Structure structure) { task_.inputs.back().structure = structure; }
  void parameter() { task_.inputs.back().parameter = true; }
  void dtype(tasks::DType dtype) { task_.inputs.back().dtype = dtype; }

  void output(const std::vector<std::string>& shape, bool index = false);
  bool output_is_index() const { return index_output_; }
  // The reference's body: assignments, then the returned expression.
  void returns(const std::string& expression, const std::vector<std::string>& statements = {});

  // "const float* A, const float* B, float* out"
  std::string parameters() const;
  // "A, B, out"
  std::string arguments() const;
  std::string signature() const;  // "void launch(..., Workspace& ws)"
  const tasks::Task& task() const { return task_; }
  Draw& draw() { return draw_; }
  bool taken(const std::string& name) const;

 private:
  std::string free_name(const std::string& likely, const std::vector<std::string>& others);

  Draw& draw_;
  tasks::Task task_;
  std::vector<std::string> names_;
  bool index_output_ = false;
};

// A size for one dimension at `small`: about `scale`, often a round number, sometimes odd.
std::int64_t draw_size(Draw& draw, std::int64_t scale);
std::int64_t draw_tiny(Draw& draw);

}  // namespace vegttt::pretrain
