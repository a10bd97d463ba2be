#pragma once

#include <string>
#include <vector>

namespace vegttt::tasks {

struct BuiltinFile {
  std::string name;  // "configs/tasks/level1/004_matrix_vector_multiplication.yaml"
  std::string text;
};

// The files of configs/tasks as they were when this program was built.
std::vector<BuiltinFile> builtin_task_files();

}  // namespace vegttt::tasks
