// vegttt tasks reference: what the judge believes, on tensors of one's own.
#include <iostream>

#include "subcommand.h"
#include "vegttt/core/json.h"
#include "vegttt/core/text.h"
#include "vegttt/tasks/catalogue.h"
#include "vegttt/tasks/reference.h"
#include "vegttt/tensors/tensors.h"

namespace vegttt::cli {
namespace {

using core::ExitCode;

class TasksReference : public Subcommand {
 public:
  void add(CLI::App& app) override {
    app.add_option("task", id_, "id (L1/4 or 4) or a task file")->required();
    app.add_option("--inputs",
                   inputs_,
                   "safetensors file with one tensor per input, named as in the task file")
        ->required();
    app.add_option("--out", out_, "safetensors file to write; its tensor is named `out`")
        ->required();
    app.add_option("--dtype", dtype_, "what floating-point inputs are converted to first")
        ->check(CLI::IsMember({"as-is", "float32", "float64"}))
        ->capture_default_str();
    app.add_option("--reference", reference_, "named alternative reference");
    app.add_option("--folder", folders_, "more folders with task files");
  }

  ExitCode run(const CommonOptions& common) override {
    const auto catalogue = tasks::Catalogue::load(folders_);
    const tasks::Task& task = catalogue.find(id_);
    check_reference_name(task);
    const at::Tensor out = tasks::Reference(task, reference_)(inputs_of(task));
    tensors::save_tensors(out_,
                          {{"out", out}},
                          {{"task", task.id}, {"task_hash", task.hash}, {"reference", reference_}});
    report(task, out, common.json);
    return ExitCode::kDone;
  }

 private:
  void check_reference_name(const tasks::Task& task) const {
    if (reference_.empty() || task.references.count(reference_) > 0) return;
    std::vector<std::string> known;
    for (const auto& [name, text] : task.references) known.push_back(name);
    throw core::UserError(
        "task " + task.id + " has no reference '" + reference_ + "'" +
            core::did_you_mean(reference_, known),
        "--reference",
        known.empty() ? "it has the main one only" : "one of: " + core::join(known, ", "));
  }

  std::vector<at::Tensor> inputs_of(const tasks::Task& task) const {
    const tensors::TensorMap file = tensors::load_tensors(inputs_);
    std::vector<std::string> names;
    for (const auto& [name, tensor] : file) names.push_back(name);
    std::vector<at::Tensor> inputs;
    for (const auto& input : task.inputs) {
      const auto found = file.find(input.name);
      if (found == file.end()) {
        throw core::UserError("there is no tensor '" + input.name + "'",
                              inputs_,
                              "it holds: " + core::join(names, ", "));
      }
      inputs.push_back(converted(found->second));
    }
    return inputs;
  }

  at::Tensor converted(const at::Tensor& tensor) const {
    if (dtype_ == "as-is" || !tensor.is_floating_point()) return tensor;
    return tensor.to(dtype_ == "float64" ? at::kDouble : at::kFloat);
  }

  void report(const tasks::Task& task, const at::Tensor& out, bool json) const {
    if (json) {
      const core::Json line = {{"task", task.id},
                               {"out", out_},
                               {"shape", out.sizes().vec()},
                               {"dtype", tensors::dtype_name(out.scalar_type())}};
      std::cout << core::dump_json(line) << "\n";
      return;
    }
    std::vector<std::string> extents;
    for (const std::int64_t size : out.sizes()) extents.push_back(std::to_string(size));
    std::cout << out_ << ": out " << tensors::dtype_name(out.scalar_type()) << " ["
              << core::join(extents, ", ") << "]\n";
  }

  std::string id_, inputs_, out_, dtype_ = "as-is", reference_;
  std::vector<std::string> folders_;
};

}  // namespace

std::unique_ptr<Subcommand> make_tasks_reference() { return std::make_unique<TasksReference>(); }

}  // namespace vegttt::cli
