#include <fmt/format.h>

#include <algorithm>

#include "frame.h"
#include "machine_text.h"
#include "vegttt/core/error.h"
#include "vegttt/core/file.h"
#include "vegttt/core/hash.h"
#include "vegttt/core/text.h"
#include "vegttt/scaffold/dialect.h"
#include "vegttt/scaffold/prompt.h"
#include "vegttt/tasks/catalogue.h"
#include "vegttt_embedded/vegttt_scaffold.h"

namespace vegttt::scaffold {
namespace {

using Files = std::map<std::string, std::string>;  // by path inside the frame's folder
using Values = std::map<std::string, std::string>;

constexpr std::string_view kCompactStart = "<|task|>";

std::string removed_last_newline(std::string text) {
  if (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

Files built_in_files(const std::string& name) {
  Files files;
  for (const EmbeddedFile& file : embedded_files())
    if (core::starts_with(file.path, name + "/"))
      files[std::string(file.path.substr(name.size() + 1))] = file.bytes;
  return files;
}

Files files_of_folder(const core::fs::path& folder) {
  Files files;
  for (const char* sub : {"", "examples"}) {
    if (!core::fs::is_directory(folder / sub)) continue;
    for (const auto& entry : core::fs::directory_iterator(folder / sub))
      if (entry.path().extension() == ".txt")
        files[core::fs::relative(entry.path(), folder).generic_string()] =
            core::read_file(entry.path());
  }
  return files;
}

Files files_of(const std::string& name_or_folder) {
  if (Files files = built_in_files(name_or_folder); !files.empty()) return files;
  if (!core::fs::is_directory(name_or_folder))
    throw core::UserError(
        "no such prompt frame", name_or_folder, "full, compact, or a folder that holds user.txt");
  Files files = files_of_folder(name_or_folder);
  if (!files.contains("user.txt"))
    throw core::UserError("a prompt frame needs user.txt",
                          name_or_folder,
                          "start from a copy of configs/prompts/full");
  return files;
}

// `{{name}}` replaced by its value. A filled-in text is not searched again.
std::string fill(const std::string& text, const Values& values, const std::string& where) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t open = text.find("{{", i);
    const std::size_t close = open == std::string::npos ? open : text.find("}}", open);
    if (close == std::string::npos) return out + text.substr(i);
    const std::string name = text.substr(open + 2, close - open - 2);
    const auto value = values.find(name);
    if (value == values.end()) {
      std::vector<std::string> known;
      for (const auto& [key, unused] : values) known.push_back(key);
      throw core::UserError(
          "unknown placeholder {{" + name + "}}" + core::did_you_mean(name, known),
          where,
          "one of " + core::join(known, ", "));
    }
    out += text.substr(i, open - i) + value->second;
    i = close + 2;
  }
  return out;
}

Values no_values() {
  Values values;
  for (const char* name : {"task",
                           "dims",
                           "constants",
                           "signature",
                           "reference",
                           "inputs",
                           "dialect",
                           "size",
                           "machine",
                           "rules",
                           "precision",
                           "examples"})
    values[name] = "";
  return values;
}

bool is_reserved(const std::string& task_id) {
  const std::vector<int> reserved = tasks::reserved_ids();
  return std::any_of(reserved.begin(), reserved.end(), [&](int id) {
    return task_id == "L1/" + std::to_string(id);
  });
}

}  // namespace

PromptFrame PromptFrame::load(const std::string& name_or_folder) {
  PromptFrame frame;
  std::string identity;
  for (const auto& [name, text] : files_of(name_or_folder)) {
    frame.take_file(name, text, name_or_folder + "/" + name);
    identity += fmt::format("{}\n{}\n{}", name, text.size(), text);
  }
  fill(frame.system_ + frame.user_,
       no_values(),
       name_or_folder);  // placeholders are checked before any is needed
  frame.compact_ = frame.system_.empty() && core::starts_with(frame.user_, kCompactStart);
  frame.hash_ = core::short_hash(identity);
  return frame;
}

// An example starts with "dialect: cpp" and "task: L1/20" lines and a line "---".
void PromptFrame::take_file(const std::string& name,
                            const std::string& text,
                            const std::string& where) {
  if (name == "system.txt") system_ = text;
  if (name == "user.txt") user_ = text;
  if (core::starts_with(name, "rules_"))
    rules_[name.substr(6, name.size() - 10)] = removed_last_newline(text);
  if (core::starts_with(name, "precision_"))
    precisions_[name.substr(10, name.size() - 14)] = removed_last_newline(text);
  if (!core::starts_with(name, "examples/")) return;
  Example example;
  const std::size_t head_end = text.find("---\n");
  if (head_end != std::string::npos) {
    for (const std::string_view line : core::lines_of(std::string_view(text).substr(0, head_end))) {
      if (core::starts_with(line, "dialect:")) example.dialect = core::trim(line.substr(8));
      if (core::starts_with(line, "task:")) example.task_id = core::trim(line.substr(5));
    }
    example.text = text.substr(head_end + 4);
  }
  if (example.dialect.empty() || example.task_id.empty())
    throw core::UserError("an example starts with 'dialect: NAME', 'task: ID' and '---' lines",
                          where);
  examples_.push_back(std::move(example));
}

std::string PromptFrame::examples_for(const tasks::Task& task, const std::string& dialect) const {
  std::string text;
  for (const Example& example : examples_)
    if (example.dialect == dialect && example.task_id != task.id && !is_reserved(example.task_id))
      text += example.text + "\n";
  return text;
}

records::Prompt PromptFrame::prompt(const tasks::Task& task,
                                    const std::string& size,
                                    const std::string& dialect_name,
                                    const std::string& reference_name,
                                    const std::string& precision) const {
  const Dialect& dialect = scaffold::dialect(dialect_name);
  const auto rules = rules_.find(dialect_name);
  const auto sentence = precisions_.find(name_of(task.contract_at(precision)));
  Values values = no_values();
  values["task"] = task.name;
  values["dims"] = describe_dims(task, size);
  values["constants"] = removed_last_newline(constant_declarations(task, size));
  values["signature"] = dialect.signature(task);
  values["reference"] = removed_last_newline(task.reference_text(reference_name));
  values["inputs"] = describe_tensors(task);
  values["dialect"] = dialect_name;
  values["size"] = size;
  values["machine"] = machine_text(dialect_name);
  values["rules"] = rules == rules_.end() ? "" : rules->second;
  values["precision"] = sentence == precisions_.end() ? "" : sentence->second;
  values["examples"] = examples_for(task, dialect_name);
  records::Prompt prompt;
  prompt.task_id = task.id;
  prompt.system = fill(system_, values, "system.txt");
  prompt.user = fill(user_, values, "user.txt");
  prompt.hash = core::short_hash(hash_ + "\n" + prompt.system + "\n" + prompt.user);
  return prompt;
}

}  // namespace vegttt::scaffold
