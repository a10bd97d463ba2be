#include "vegttt/tasks/reference.h"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/jit/api/compilation_unit.h>
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/frontend/resolver.h>
#include <torch/csrc/jit/runtime/graph_executor.h>

#include <regex>

#include "vegttt/core/error.h"
#include "vegttt/core/text.h"

namespace vegttt::tasks {
namespace {

constexpr const char* kEntry = "reference";

// LibTorch's messages are stories with the source in them; people get one sentence and the line.
std::string sentence_in(const std::string& message) {
  for (const auto line : core::lines_of(message)) {
    if (!core::trim(line).empty()) return std::string(core::trim(line));
  }
  return "TorchScript refused it";
}

// A failing operator's own sentence follows "RuntimeError: ", after the interpreter's.
std::string operator_sentence_in(const std::string& message) {
  const std::size_t at = message.find("RuntimeError: ");
  return sentence_in(at == std::string::npos ? message : message.substr(at + 14));
}

std::string line_number_in(const std::string& message) {
  std::smatch match;
  static const std::regex place("\"<string>\", line ([0-9]+)");
  return std::regex_search(message, match, place)
             ? " (line " + match[1].str() + " of the reference)"
             : "";
}

std::shared_ptr<torch::jit::CompilationUnit> compile(const std::string& text,
                                                     const std::string& where) {
  auto unit = std::make_shared<torch::jit::CompilationUnit>();
  try {
    unit->define(std::nullopt, text, torch::jit::nativeResolver(), nullptr);
  } catch (const std::exception& error) {
    throw core::UserError(sentence_in(error.what()) + line_number_in(error.what()),
                          where,
                          "operators are torch.<ATen name>; torch.nn.functional is not there "
                          "(configs/tasks/README.md)");
  }
  return unit;
}

void check_signature(const torch::jit::Function& function,
                     const Task& task,
                     const std::string& where) {
  std::vector<std::string> expected, got;
  for (const InputSpec& input : task.inputs) expected.push_back(input.name);
  for (const auto& argument : function.getSchema().arguments()) got.push_back(argument.name());
  if (got == expected) return;
  throw core::UserError("its parameters are (" + core::join(got, ", ") + "), the inputs are (" +
                            core::join(expected, ", ") + ")",
                        where,
                        "give the parameters the names and the order of the inputs");
}

}  // namespace

struct Reference::Impl {
  std::shared_ptr<torch::jit::CompilationUnit> unit;
  // The simple executor: the profiling one recompiles for the shapes it meets, in the middle of a
  // timing.
  torch::jit::GraphExecutor executor;
  std::string where;
};

Reference::Reference(const Task& task, const std::string& reference_name)
    : impl_(std::make_unique<Impl>()) {
  const bool named = task.references.count(reference_name) > 0;
  impl_->where =
      task.file + ": " + (named ? "reference '" + reference_name + "'" : std::string(kEntry));
  impl_->unit = compile(task.reference_text(reference_name), impl_->where);
  torch::jit::Function* function = impl_->unit->find_function(c10::QualifiedName(kEntry));
  if (!function)
    throw core::UserError("it defines no function 'reference'",
                          impl_->where,
                          "def reference(A: Tensor, ...) -> Tensor:");
  check_signature(*function, task, impl_->where);
  impl_->executor =
      torch::jit::GraphExecutor(torch::jit::toGraphFunction(*function).optimized_graph(),
                                kEntry,
                                torch::jit::ExecutorExecutionMode::SIMPLE);
}

Reference::~Reference() = default;
Reference::Reference(Reference&&) noexcept = default;

at::Tensor Reference::operator()(const std::vector<at::Tensor>& inputs) const {
  const at::NoGradGuard no_grad;
  torch::jit::Stack stack(inputs.begin(), inputs.end());
  try {
    impl_->executor.run(stack);
  } catch (const std::exception& error) {
    throw core::UserError(
        operator_sentence_in(error.what()), impl_->where, "shapes and dtypes of the inputs");
  }
  if (stack.size() != 1 || !stack.back().isTensor())
    throw core::UserError("it returns no single tensor", impl_->where);
  return std::move(stack.back()).toTensor();
}

at::Tensor truth_of(const Reference& reference, const std::vector<at::Tensor>& inputs) {
  std::vector<at::Tensor> exact;
  for (const at::Tensor& input : inputs)
    exact.push_back(input.is_floating_point() ? input.to(at::kDouble) : input);
  return reference(exact);
}

}  // namespace vegttt::tasks
