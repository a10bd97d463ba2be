#include "task_builder.h"

#include <algorithm>
#include <map>

#include "vegttt/core/text.h"

namespace vegttt::pretrain {
namespace {

// Names that the benchmark uses come first; the others teach that names are copied from the prompt.
const std::map<std::string, std::vector<std::string>>& name_pools() {
  static const std::map<std::string, std::vector<std::string>> pools = {
      {"matrix",
       {"A",
        "B",
        "X",
        "Y",
        "P",
        "Q",
        "lhs",
        "rhs",
        "mat1",
        "mat2",
        "left",
        "right",
        "U",
        "V",
        "T",
        "Z"}},
      {"data",
       {"x",
        "x",
        "x",
        "input",
        "y",
        "z",
        "X",
        "data",
        "inp",
        "A",
        "B",
        "features",
        "src",
        "values",
        "hidden"}},
      {"weight",
       {"weight", "weight", "weight", "filters", "kernel_weight", "Wt", "filt", "params"}},
      {"bias", {"bias", "bias", "bias", "shift", "beta", "offset_c", "bias_v"}},
      {"vector",
       {"scale", "v", "gain", "diag", "A", "alpha_v", "gamma", "S", "vec", "factors", "coef"}},
      {"target", {"targets", "targets", "target", "labels", "y", "truth", "goal"}},
      {"prediction",
       {"predictions", "predictions", "pred", "input", "x", "logits", "outputs", "estimates"}},
  };
  return pools;
}

// Loop variables and locals of the kernels; a tensor may not take their names.
bool is_local(const std::string& name) {
  static const std::vector<std::string> locals = {
      "i", "j", "k", "b", "c", "h", "w", "d",   "l",  "n",   "g",   "v",  "u",
      "t", "s", "r", "q", "p", "m", "o", "out", "ws", "acc", "row", "idx"};
  return std::find(locals.begin(), locals.end(), name) != locals.end();
}

}  // namespace

bool TaskBuilder::taken(const std::string& name) const {
  return std::find(names_.begin(), names_.end(), name) != names_.end();
}

std::string TaskBuilder::free_name(const std::string& likely,
                                   const std::vector<std::string>& others) {
  std::string name = likely;
  if (!others.empty() && draw_.chance(0.4)) name = draw_.pick(others);
  for (int number = 2; taken(name) || is_local(name); ++number) {
    name = number == 2 && !taken(likely) && !is_local(likely) ? likely
                                                              : likely + std::to_string(number);
  }
  names_.push_back(name);
  return name;
}

std::string TaskBuilder::dim(const std::string& likely,
                             const std::vector<std::string>& others,
                             std::int64_t small,
                             std::int64_t tiny) {
  const std::string name = free_name(likely, others);
  task_.sizes["small"].emplace_back(name, small);
  task_.sizes["tiny"].emplace_back(name, tiny);
  return name;
}

std::string TaskBuilder::constant(const std::string& name, std::int64_t value) {
  names_.push_back(name);
  task_.constants.emplace_back(name, static_cast<double>(value));
  return name;
}

void TaskBuilder::make_multiple(const std::string& dim, std::int64_t of) {
  for (auto& [set, sizes] : task_.sizes)
    for (auto& [name, value] : sizes)
      if (name == dim) value = (value + of - 1) / of * of;
}

std::int64_t TaskBuilder::size(const std::string& dim, const std::string& set) const {
  for (const auto& [name, value] : task_.sizes.at(set))
    if (name == dim) return value;
  return 1;
}

void TaskBuilder::real_constant(const std::string& name, const Number& value) {
  names_.push_back(name);
  task_.constants.emplace_back(name, value.value());
}

std::string TaskBuilder::derived(const std::string& name, const std::string& expression) {
  std::string free = name;
  while (taken(free)) free += "2";
  names_.push_back(free);
  task_.derived.emplace_back(free, expression);
  return free;
}

std::string TaskBuilder::input(const std::string& pool, const std::vector<std::string>& shape) {
  const auto& names = name_pools().at(pool);
  std::string name;
  // The first free name of the pool in half of the tasks, as the benchmark's files do; else any.
  for (const auto& candidate : names) {
    if (taken(candidate) || is_local(candidate)) continue;
    name = candidate;
    break;
  }
  if (name.empty() || draw_.chance(0.5)) {
    const std::string other = draw_.pick(names);
    if (!taken(other) && !is_local(other)) name = other;
  }
  if (name.empty()) name = "in" + std::to_string(task_.inputs.size());
  return named_input(name, shape);
}

std::string TaskBuilder::named_input(const std::string& wanted,
                                     const std::vector<std::string>& shape) {
  std::string name = wanted;
  while (taken(name)) name += "_in";
  names_.push_back(name);
  tasks::InputSpec spec;
  spec.name = name;
  spec.shape = shape;
  task_.inputs.push_back(spec);
  return name;
}

void TaskBuilder::output(const std::vector<std::string>& shape, bool index) {
  task_.output_shape = shape;
  index_output_ = index;
  task_.output_dtype = index ? tasks::DType::kInt64 : tasks::DType::kFloat32;
}

void TaskBuilder::returns(const std::string& expression,
                          const std::vector<std::string>& statements) {
  std::vector<std::string> names;
  for (const auto& input : task_.inputs) names.push_back(input.name + ": Tensor");
  task_.reference = "def reference(" + core::join(names, ", ") + ") -> Tensor:\n";
  for (const auto& statement : statements) task_.reference += "    " + statement + "\n";
  task_.reference += "    return " + expression + "\n";
}

std::string TaskBuilder::parameters() const {
  static const std::map<tasks::DType, std::string> types = {{tasks::DType::kFloat32, "float"},
                                                            {tasks::DType::kInt64, "int64_t"},
                                                            {tasks::DType::kBool, "bool"}};
  std::string text;
  for (const auto& input : task_.inputs)
    text += "const " + types.at(input.dtype) + "* " + input.name + ", ";
  return text + (index_output_ ? "int64_t* out" : "float* out");
}

std::string TaskBuilder::arguments() const {
  std::string text;
  for (const auto& input : task_.inputs) text += input.name + ", ";
  return text + "out";
}

std::string TaskBuilder::signature() const {
  return "void launch(" + parameters() + ", Workspace& ws)";
}

std::int64_t draw_size(Draw& draw, std::int64_t scale) {
  const double kind = static_cast<double>(draw.below(100)) / 100;
  const double factor = std::vector<double>{
      0.25, 0.5, 0.5, 1, 1, 1, 1.5, 2, 2, 4}[static_cast<std::size_t>(draw.below(10))];
  const auto base =
      std::max<std::int64_t>(1, static_cast<std::int64_t>(static_cast<double>(scale) * factor));
  if (kind < 0.65) return base;
  if (kind < 0.75) return std::max<std::int64_t>(1, base - 1);
  return std::max<std::int64_t>(1, draw.between(base / 2 + 1, base * 2));
}

std::int64_t draw_tiny(Draw& draw) { return draw.between(3, 13); }

}  // namespace vegttt::pretrain
