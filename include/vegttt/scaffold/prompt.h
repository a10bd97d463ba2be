#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "vegttt/records/rollout.h"
#include "vegttt/tasks/task.h"

namespace vegttt::scaffold {

// A prompt frame: system text, user template, rules by dialect and examples; read from a folder or
// built in
// ("full", "compact"). configs/prompts/README.md describes the files.
class PromptFrame {
 public:
  // "full", "compact" or a folder that holds user.txt and, as it likes, system.txt,
  // rules_<dialect>.txt and examples/*.txt. Throws UserError for an unknown name, a folder without
  // user.txt, an unknown placeholder.
  static PromptFrame load(const std::string& name_or_folder);

  // Fills the template: {{task}} {{dims}} {{constants}} {{signature}} {{reference}} {{inputs}}
  // {{dialect}} {{size}}
  // {{machine}} {{rules}} {{precision}} {{examples}}. Examples of reserved tasks and of the task
  // itself are left out. `reference_name`: the named alternative reference that the judge uses, ""
  // for the main one. `precision`: the judge's evaluate.precision.
  records::Prompt prompt(const tasks::Task& task,
                         const std::string& size,
                         const std::string& dialect,
                         const std::string& reference_name = "",
                         const std::string& precision = "task") const;

  // Short hash over the names and texts of all files of the frame.
  const std::string& hash() const { return hash_; }
  // The starter's plain format: no system text, special tokens written out, no chat template.
  bool compact() const { return compact_; }

 private:
  struct Example {
    std::string dialect, task_id, text;
  };
  void take_file(const std::string& name, const std::string& text, const std::string& where);
  std::string examples_for(const tasks::Task& task, const std::string& dialect) const;

  std::string system_, user_, hash_;
  bool compact_ = false;
  std::map<std::string, std::string> rules_;       // by dialect
  std::map<std::string, std::string> precisions_;  // by contract
  std::vector<Example> examples_;                  // in the order of their file names
};

// One line per tensor, for prompts: "A float32[M,K] upper_triangular", " parameter" behind
// parameters, then "out float32[M,1]".
std::string describe_tensors(const tasks::Task& task);
// "M=1024 K=8192": sizes, integer constants and derived values in file order.
std::string describe_dims(const tasks::Task& task, const std::string& size);

}  // namespace vegttt::scaffold
