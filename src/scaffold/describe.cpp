// Dimensions and tensors in the words of a task file, for prompts.
#include <fmt/format.h>

#include "vegttt/core/text.h"
#include "vegttt/scaffold/prompt.h"

namespace vegttt::scaffold {
namespace {

const char* word_of(tasks::Structure structure) {
  using tasks::Structure;
  switch (structure) {
    case Structure::kNone:
      return "";
    case Structure::kUpperTriangular:
      return "upper_triangular";
    case Structure::kLowerTriangular:
      return "lower_triangular";
    case Structure::kSymmetric:
      return "symmetric";
    case Structure::kPositive:
      return "positive";
    case Structure::kProbabilities:
      return "probabilities";
    case Structure::kLogProbabilities:
      return "log_probabilities";
    case Structure::kClassIndex:
      return "class_index";
    case Structure::kBool:
      return "bool";
    case Structure::kSign:
      return "sign";
  }
  return "";
}

std::string shape_text(const std::vector<std::string>& shape) {
  std::vector<std::string> axes;
  for (const std::string& axis : shape) axes.push_back(core::replace_all(axis, " ", ""));
  return "[" + core::join(axes, ",") + "]";
}

}  // namespace

std::string describe_dims(const tasks::Task& task, const std::string& size) {
  std::vector<std::string> parts;
  for (const auto& [name, value] : task.dimensions(size).integers)
    parts.push_back(fmt::format("{}={}", name, value));
  return core::join(parts, " ");
}

std::string describe_tensors(const tasks::Task& task) {
  std::string text;
  for (const tasks::InputSpec& input : task.inputs) {
    text +=
        fmt::format("{} {}{}", input.name, tasks::name_of(input.dtype), shape_text(input.shape));
    if (input.structure != tasks::Structure::kNone)
      text += fmt::format(" {}", word_of(input.structure));
    text += input.parameter ? " parameter\n" : "\n";
  }
  const tasks::TensorShape out = task.output(task.sizes.begin()->first);
  return text + fmt::format("out {}{}", tasks::name_of(out.dtype), shape_text(task.output_shape));
}

}  // namespace vegttt::scaffold
