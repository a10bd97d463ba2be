#include "vegttt/tasks/task.h"

#include <fmt/format.h>

#include <cmath>

#include "vegttt/core/error.h"
#include "vegttt/core/text.h"

namespace vegttt::tasks {
namespace {

std::int64_t positive_extent(const std::string& expression,
                             const Dimensions& dims,
                             const std::string& where) {
  const std::int64_t extent = evaluate_expression(expression, dims, where);
  if (extent >= 1) return extent;
  throw core::UserError(fmt::format("extent '{}' is {}: it must be at least 1", expression, extent),
                        where);
}

std::vector<std::int64_t> extents(const std::vector<std::string>& shape,
                                  const Dimensions& dims,
                                  const std::string& where) {
  std::vector<std::int64_t> sizes;
  for (const std::string& expression : shape)
    sizes.push_back(positive_extent(expression, dims, where));
  return sizes;
}

std::vector<std::string> set_names(const Task& task) {
  std::vector<std::string> names;
  for (const auto& [name, values] : task.sizes) names.push_back(name);
  return names;
}

// "configs/x.yaml: size set 'tiny': output"
std::string place(const Task& task, const std::string& size, const std::string& what) {
  return fmt::format("{}: size set '{}': {}", task.file, size, what);
}

}  // namespace

const char* name_of(DType dtype) {
  switch (dtype) {
    case DType::kFloat32:
      return "float32";
    case DType::kInt64:
      return "int64";
    case DType::kBool:
      return "bool";
  }
  return "?";
}

const char* name_of(Contract contract) {
  switch (contract) {
    case Contract::kFp32:
      return "fp32";
    case Contract::kTf32:
      return "tf32";
    case Contract::kBf16:
      return "bf16";
  }
  return "?";
}

std::optional<Contract> contract_from_name(const std::string& name) {
  for (const Contract contract : {Contract::kFp32, Contract::kTf32, Contract::kBf16})
    if (name == name_of(contract)) return contract;
  return std::nullopt;
}

Contract Task::contract_at(const std::string& precision) const {
  if (precision == "task") return contract;
  if (const auto found = contract_from_name(precision)) return *found;
  throw core::UserError("unknown precision '" + precision + "'" +
                            core::did_you_mean(precision, {"task", "fp32", "tf32", "bf16"}),
                        "evaluate.precision",
                        "task (what the task says), fp32, tf32 or bf16");
}

std::size_t bytes_of(DType dtype) {
  switch (dtype) {
    case DType::kFloat32:
      return 4;
    case DType::kInt64:
      return 8;
    case DType::kBool:
      return 1;
  }
  return 0;
}

std::int64_t Dimensions::at(const std::string& name) const {
  for (const auto& [known, value] : integers) {
    if (known == name) return value;
  }
  throw core::InternalError("no dimension named " + name);
}

std::int64_t TensorShape::elements() const {
  std::int64_t count = 1;
  for (const std::int64_t size : sizes) count *= size;
  return count;
}

std::int64_t TensorShape::bytes() const {
  return elements() * static_cast<std::int64_t>(bytes_of(dtype));
}

Dimensions Task::dimensions(const std::string& size) const {
  const auto found = sizes.find(size);
  if (found == sizes.end()) {
    const auto known = set_names(*this);
    throw core::UserError(fmt::format("no size set '{}'{}", size, core::did_you_mean(size, known)),
                          file,
                          "one of: " + core::join(known, ", "));
  }
  Dimensions dims;
  dims.integers = found->second;
  for (const auto& [name, value] : constants) {
    if (value == std::floor(value) && std::abs(value) < 9e15) {
      dims.integers.emplace_back(name, static_cast<std::int64_t>(value));
    } else {
      dims.reals.emplace_back(name, value);
    }
  }
  for (const auto& [name, expression] : derived) {
    dims.integers.emplace_back(name,
                               evaluate_expression(expression, dims, place(*this, size, name)));
  }
  return dims;
}

std::vector<TensorShape> Task::input_shapes(const std::string& size) const {
  const Dimensions dims = dimensions(size);
  std::vector<TensorShape> shapes;
  for (const InputSpec& input : inputs) {
    shapes.push_back(
        {input.name, input.dtype, extents(input.shape, dims, place(*this, size, input.name))});
  }
  return shapes;
}

TensorShape Task::output(const std::string& size) const {
  return {
      "out", output_dtype, extents(output_shape, dimensions(size), place(*this, size, "output"))};
}

Work Task::work_at(const std::string& size) const {
  const Dimensions dims = dimensions(size);
  const auto value = [&](const char* key) {
    return static_cast<double>(evaluate_expression(work.at(key), dims, place(*this, size, key)));
  };
  return {value("flops"), value("bytes"), value("min_flops"), value("min_bytes")};
}

const std::string& Task::reference_text(const std::string& name) const {
  const auto found = references.find(name);
  return found == references.end() ? reference : found->second;
}

}  // namespace vegttt::tasks
