#include "frame.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "launch_finder.h"
#include "vegttt/core/hash.h"
#include "vegttt/core/text.h"
#include "vegttt/scaffold/dialect.h"

namespace vegttt::scaffold {
namespace {

const char* c_type(tasks::DType dtype) {
  switch (dtype) {
    case tasks::DType::kFloat32:
      return "float";
    case tasks::DType::kInt64:
      return "int64_t";
    case tasks::DType::kBool:
      return "bool";
  }
  return "float";
}

// Types do not depend on the size set; any of them will do.
tasks::DType output_dtype(const tasks::Task& task) {
  return task.output(task.sizes.begin()->first).dtype;
}

// A literal that keeps its value when read back, with a point so that `f` may follow.
std::string float_literal(double value) {
  std::string text = fmt::format("{:.9g}", value);
  if (text.find_first_of(".en") == std::string::npos) text += ".0";
  return text + "f";
}

int count_lines(const std::string& text) {
  return static_cast<int>(std::count(text.begin(), text.end(), '\n'));
}

std::string wrong_count(const tasks::Task& task, const LaunchDefinition& launch) {
  return fmt::format("candidate:{}: launch has {} parameters, this task needs {}: {}",
                     launch.line,
                     launch.parameters.size(),
                     task.inputs.size() + 2,
                     launch_signature(task));
}

std::string objection_to_launch(const tasks::Task& task,
                                const std::vector<LaunchDefinition>& launches) {
  if (launches.empty())
    return fmt::format("no definition of launch; write {} {{ ... }}", launch_signature(task));
  for (const LaunchDefinition& launch : launches)
    if (launch.before.find("__global__") != std::string::npos)
      return fmt::format(
          "candidate:{}: launch must be an ordinary function that starts kernels, not a __global__ "
          "one",
          launch.line);
  const auto fits = [&](const LaunchDefinition& l) {
    return l.parameters.size() == task.inputs.size() + 2;
  };
  return std::any_of(launches.begin(), launches.end(), fits) ? ""
                                                             : wrong_count(task, launches.front());
}

}  // namespace

std::string launch_signature(const tasks::Task& task) {
  std::string text = "void launch(";
  for (const tasks::InputSpec& input : task.inputs)
    text += fmt::format("const {}* {}, ", c_type(input.dtype), input.name);
  return text + fmt::format("{}* out, Workspace& ws)", c_type(output_dtype(task)));
}

std::string constant_declarations(const tasks::Task& task, const std::string& size) {
  std::string text;
  const tasks::Dimensions dims = task.dimensions(size);
  for (const auto& [name, value] : dims.integers)
    text += fmt::format("constexpr int64_t {} = {};\n", name, value);
  for (const auto& [name, value] : dims.reals)
    text += fmt::format("constexpr float {} = {};\n", name, float_literal(value));
  return text;
}

std::string launch_call(const tasks::Task& task) {
  std::string text = "launch(";
  std::size_t index = 0;
  for (const tasks::InputSpec& input : task.inputs)
    text += fmt::format("static_cast<const {}*>(buffers[{}]), ", c_type(input.dtype), index++);
  return text +
         fmt::format("static_cast<{}*>(buffers[{}]), *ws)", c_type(output_dtype(task)), index);
}

std::string objection_to(const tasks::Task& task, const std::string& code) {
  if (core::trim(code).empty()) return "the code is empty";
  if (code.size() > kLargestSource)
    return fmt::format(
        "the code has {} bytes, at most {} are accepted", code.size(), kLargestSource);
  if (code.find('\0') != std::string::npos) return "the code holds NUL bytes";
  return objection_to_launch(task, find_launch_definitions(code));
}

records::Candidate wrap(const tasks::Task& task,
                        const std::string& dialect,
                        const std::string& code,
                        const std::string& head,
                        const std::string& tail) {
  records::Candidate candidate{task.id, dialect, code, {}, {}, {}};
  const std::string body = code.back() == '\n' ? code : code + "\n";
  const std::string before = head + "#line 1 \"candidate\"\n";
  const int code_lines = count_lines(body);
  candidate.assembled = before + body +
                        fmt::format("#line {} \"frame\"\n", count_lines(before) + code_lines + 2) +
                        tail;
  candidate.line_map.assign(static_cast<std::size_t>(count_lines(candidate.assembled)), 0);
  for (int line = 1; line <= code_lines; ++line)
    candidate.line_map[static_cast<std::size_t>(count_lines(before) + line - 1)] = line;
  candidate.hash = core::short_hash(dialect + "\n" + candidate.assembled);
  return candidate;
}

}  // namespace vegttt::scaffold
