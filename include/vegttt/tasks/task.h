// A task: what a kernel must compute, at which sizes. Read from one YAML file
// (configs/tasks/README.md). No LibTorch here; running the reference is tasks/reference.h.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "vegttt/core/file.h"

namespace vegttt::tasks {

enum class DType { kFloat32, kInt64, kBool };
const char* name_of(DType dtype);   // "float32", "int64", "bool"
std::size_t bytes_of(DType dtype);  // of one element

// How exact an answer must be: the format that operands may be rounded to.
enum class Contract { kFp32, kTf32, kBf16 };
const char* name_of(Contract contract);  // "fp32", "tf32", "bf16"
std::optional<Contract> contract_from_name(const std::string& name);

// What values an input may take; the judge draws within it.
enum class Structure {
  kNone,
  kUpperTriangular,
  kLowerTriangular,
  kSymmetric,
  kPositive,
  kProbabilities,
  kLogProbabilities,
  kClassIndex,
  kBool,
  kSign
};

struct InputSpec {
  std::string name;
  std::vector<std::string> shape;  // integer expressions over sizes, constants and derived names
  DType dtype = DType::kFloat32;
  bool parameter = false;  // weight, bias, gamma, beta
  Structure structure = Structure::kNone;
  std::string classes;       // class_index: expression of the exclusive upper bound
  std::string distribution;  // the public benchmark's, for protocol `kernelbench`
};

// Values of all names of a task at one size set: sizes, constants, derived, in file order.
struct Dimensions {
  std::vector<std::pair<std::string, std::int64_t>> integers;
  std::vector<std::pair<std::string, double>> reals;  // constants that are no integers
  std::int64_t at(const std::string& name) const;     // throws InternalError
};

struct TensorShape {
  std::string name;
  DType dtype = DType::kFloat32;
  std::vector<std::int64_t> sizes;
  std::int64_t elements() const;
  std::int64_t bytes() const;
};

struct Work {
  double flops = 0, bytes = 0, min_flops = 0, min_bytes = 0;
};

struct Task {
  std::string id;  // "L1/4"
  std::string name;
  std::string family;
  std::map<std::string, std::vector<std::pair<std::string, std::int64_t>>> sizes;  // by set name
  std::vector<std::pair<std::string, double>>
      constants;  // integral ones are listed as integers by dimensions()
  std::vector<std::pair<std::string, std::string>> derived;
  std::vector<InputSpec> inputs;
  std::vector<std::string> output_shape;  // [] is a scalar
  DType output_dtype = DType::kFloat32;
  std::string reference;                          // TorchScript text
  std::map<std::string, std::string> references;  // named alternatives
  std::map<std::string, std::string> work;        // expressions
  std::optional<int> chunk_axis;
  std::map<std::string, int> chunk_inputs;
  Contract contract = Contract::kFp32;  // key `precision`
  std::string note;
  std::string file;  // where it was read from
  std::string hash;  // short hash of the file's text

  // All throw UserError (where = file) for an unknown size set or an expression that does not
  // evaluate.
  Dimensions dimensions(const std::string& size) const;
  std::vector<TensorShape> input_shapes(const std::string& size) const;
  TensorShape output(const std::string& size) const;
  Work work_at(const std::string& size) const;
  // Main reference for "", else the named one where this task has it, else the main one.
  const std::string& reference_text(const std::string& name = "") const;
  // The task's own contract for "task", else the one of that name. Throws UserError.
  Contract contract_at(const std::string& precision) const;
};

// Reads one file. Throws UserError with file:line for unknown or doubled keys, wrong types,
// clashing names.
Task load_task(const core::fs::path& path);
Task parse_task(const std::string& yaml, const std::string& file_name);

// Integer expression: + - * // ( ) min(a,b,...) max(a,b,...), names from `dims`; // rounds towards
// minus infinity, as in Python. Throws UserError (where = `where`) on bad syntax, an unknown name,
// division by zero or overflow.
std::int64_t evaluate_expression(const std::string& expression,
                                 const Dimensions& dims,
                                 const std::string& where);

}  // namespace vegttt::tasks
