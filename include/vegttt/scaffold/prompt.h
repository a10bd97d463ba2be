#pragma once

#include <string>

#include "vegttt/records/rollout.h"
#include "vegttt/tasks/task.h"

namespace vegttt::scaffold {

// A prompt frame: system text, user template and examples, read from a folder or built in ("full", "compact").
class PromptFrame {
 public:
  // "full", "compact" or a folder that holds system.txt, user.txt and examples/*.txt.
  static PromptFrame load(const std::string& name_or_folder);

  // Fills the template: {{task}} {{dims}} {{signature}} {{reference}} {{inputs}} {{dialect}} {{size}} {{machine}}.
  // Examples of reserved or evaluated tasks are left out.
  records::Prompt prompt(const tasks::Task& task, const std::string& size, const std::string& dialect) const;
  const std::string& hash() const { return hash_; }
  bool compact() const { return compact_; }  // the starter's plain format, without a chat template

 private:
  std::string system_, user_, hash_;
  bool compact_ = false;
  std::vector<std::pair<std::string, std::string>> examples_;  // dialect, text
};

}  // namespace vegttt::scaffold
