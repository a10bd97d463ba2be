// vegttt tasks list, vegttt tasks show.
#include <fmt/format.h>

#include <iostream>

#include "subcommand.h"
#include "vegttt/core/json.h"
#include "vegttt/core/text.h"
#include "vegttt/tasks/catalogue.h"

namespace vegttt::cli {
namespace {

using core::ExitCode;
using core::Json;

// "2048x1048576"; "scalar" for no axis.
std::string shape_text(const std::vector<std::int64_t>& sizes) {
  std::vector<std::string> words;
  for (const std::int64_t size : sizes) words.push_back(std::to_string(size));
  return words.empty() ? "scalar" : core::join(words, "x");
}

std::string inputs_text(const tasks::Task& task, const std::string& size) {
  std::vector<std::string> words;
  for (const auto& shape : task.input_shapes(size))
    words.push_back(shape.name + " " + shape_text(shape.sizes));
  return core::join(words, ", ");
}

Json tensor_json(const tasks::TensorShape& shape) {
  return {{"name", shape.name}, {"shape", shape.sizes}, {"dtype", tasks::name_of(shape.dtype)}};
}

Json size_json(const tasks::Task& task, const std::string& size) {
  Json json;
  for (const auto& [name, value] : task.dimensions(size).integers) json["dimensions"][name] = value;
  for (const auto& [name, value] : task.dimensions(size).reals) json["dimensions"][name] = value;
  json["inputs"] = Json::array();
  const auto shapes = task.input_shapes(size);
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    Json input = tensor_json(shapes[i]);
    input["parameter"] = task.inputs[i].parameter;
    json["inputs"].push_back(input);
  }
  json["output"] = tensor_json(task.output(size));
  const tasks::Work work = task.work_at(size);
  json["work"] = {{"flops", work.flops},
                  {"bytes", work.bytes},
                  {"min_flops", work.min_flops},
                  {"min_bytes", work.min_bytes}};
  return json;
}

Json task_json(const tasks::Task& task) {
  Json json = {{"id", task.id},
               {"name", task.name},
               {"family", task.family},
               {"file", task.file},
               {"hash", task.hash}};
  for (const auto& [size, values] : task.sizes) json["sizes"][size] = size_json(task, size);
  json["reference"] = task.reference;
  for (const auto& [name, text] : task.references) json["references"][name] = text;
  if (task.chunk_axis) json["chunk_axis"] = *task.chunk_axis;
  if (!task.note.empty()) json["note"] = task.note;
  return json;
}

std::string count_text(double value) {
  return value < 1e6 ? fmt::format("{:.0f}", value) : fmt::format("{:.3g}", value);
}

core::TextTable size_table(const tasks::Task& task) {
  core::TextTable table(
      {"size", "inputs", "output", "flops", "bytes", "least flops", "least bytes"},
      {false, false, false, true, true, true, true});
  for (const auto& [size, values] : task.sizes) {
    const tasks::Work work = task.work_at(size);
    table.add({size,
               inputs_text(task, size),
               shape_text(task.output(size).sizes),
               count_text(work.flops),
               count_text(work.bytes),
               count_text(work.min_flops),
               count_text(work.min_bytes)});
  }
  return table;
}

class TasksList : public Subcommand {
 public:
  void add(CLI::App& app) override {
    app.add_option("--size", size_, "size set whose shapes are printed")->capture_default_str();
    app.add_option("--family", family_, "only tasks of this family");
    app.add_option("--folder", folders_, "more folders with task files");
  }

  ExitCode run(const CommonOptions& common) override {
    core::TextTable table({"id", "name", "family", "inputs", "output"});
    const auto catalogue = tasks::Catalogue::load(folders_);
    for (const tasks::Task& task : catalogue.all()) {
      if (!family_.empty() && task.family != family_) continue;
      if (common.json) {
        std::cout << core::dump_json(task_json(task)) << "\n";
      } else if (task.sizes.count(size_) > 0) {
        table.add({task.id,
                   task.name,
                   task.family,
                   inputs_text(task, size_),
                   shape_text(task.output(size_).sizes)});
      }
    }
    if (!common.json)
      std::cout << (table.empty() ? "no task has size set '" + size_ + "' here\n" : table.plain());
    return ExitCode::kDone;
  }

 private:
  std::string size_ = "small", family_;
  std::vector<std::string> folders_;
};

class TasksShow : public Subcommand {
 public:
  void add(CLI::App& app) override {
    app.add_option("task", id_, "id (L1/4 or 4) or a task file")->required();
    app.add_option("--folder", folders_, "more folders with task files");
  }

  ExitCode run(const CommonOptions& common) override {
    const auto catalogue = tasks::Catalogue::load(folders_);
    const tasks::Task& task = catalogue.find(id_);
    std::cout << (common.json ? core::dump_json(task_json(task), 2) + "\n" : text_of(task));
    return ExitCode::kDone;
  }

 private:
  static std::string text_of(const tasks::Task& task) {
    std::string text = fmt::format("{}  {}  ({}{})\n",
                                   task.id,
                                   task.name,
                                   task.family.empty() ? "" : task.family + ", ",
                                   task.file);
    if (!task.note.empty()) text += task.note + "\n";
    text += "\n" + size_table(task).plain() + "\n" + task.reference;
    for (const auto& [name, reference] : task.references)
      text += fmt::format("\nreference '{}':\n{}", name, reference);
    return text;
  }

  std::string id_;
  std::vector<std::string> folders_;
};

}  // namespace

std::unique_ptr<Subcommand> make_tasks_list() { return std::make_unique<TasksList>(); }
std::unique_ptr<Subcommand> make_tasks_show() { return std::make_unique<TasksShow>(); }

}  // namespace vegttt::cli
