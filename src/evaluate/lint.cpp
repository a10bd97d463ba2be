#include "vegttt/evaluate/lint.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "expected.h"
#include "vegttt/evaluate/evaluator.h"

namespace vegttt::evaluate {
namespace {

using Tensors = std::vector<at::Tensor>;
using Answer = std::function<at::Tensor(const Tensors& inputs, const at::Tensor& truth)>;

struct Attack {
  std::string name;
  Answer answer;
};

at::Tensor copy_of(const at::Tensor& input, const at::Tensor& like) {
  const at::Tensor flat = input.flatten().to(like.scalar_type());
  const std::int64_t repeats = (like.numel() + flat.numel() - 1) / flat.numel();
  return flat.repeat({repeats}).slice(0, 0, like.numel()).view(like.sizes());
}

at::Tensor first_half_of(const at::Tensor& truth) {
  at::Tensor half = truth.clone();
  half.view(-1).slice(0, (truth.numel() + 1) / 2).zero_();
  return half;
}

// The largest input that is no parameter: the one whose work is worth skipping.
std::size_t main_input(const tasks::Task& task, const Tensors& inputs) {
  std::size_t best = 0;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const bool better = inputs[i].numel() > inputs[best].numel() || task.inputs[best].parameter ||
                        !inputs[best].is_floating_point();
    if (!task.inputs[i].parameter && inputs[i].is_floating_point() && better) best = i;
  }
  return best;
}

Tensors half_of_axis(const tasks::Task& task, const Tensors& inputs, std::int64_t axis) {
  Tensors changed = inputs;
  at::Tensor& halved = changed[main_input(task, inputs)];
  halved = halved.clone();
  halved.slice(axis, (halved.size(axis) + 1) / 2).zero_();
  return changed;
}

// The first `part` of the rows of every input whose first axis is the first input's: a mean over
// some of them.
Tensors first_rows(const tasks::Task& task, const Tensors& inputs, double part) {
  Tensors changed = inputs;
  const auto rows = static_cast<std::int64_t>(static_cast<double>(inputs[0].size(0)) * part);
  for (std::size_t i = 0; i < changed.size(); ++i) {
    const std::vector<std::string>& axes = task.inputs[i].shape;
    if (!axes.empty() && axes[0] == task.inputs[0].shape[0])
      changed[i] = changed[i].slice(0, 0, rows);
  }
  return changed;
}

class Linter {
 public:
  Linter(const tasks::Task& task, const std::string& size, std::uint64_t seed)
      : task_(task),
        size_(size),
        seed_(seed),
        reference_(task),
        tolerance_{false, terms_of(task, size)} {}

  LintReport run() {
    LintReport report{task_.id, size_, {}, {}, ""};
    const int sets = protocol("strict").checks;
    for (int set = 0; set < sets; ++set) {
      const Tensors inputs = tasks::make_inputs(task_, size_, seed_, set);
      const Expected expected = expect(task_, reference_, inputs, tolerance_);
      const at::Tensor truth = tasks::truth_of(reference_, inputs);
      for (const Attack& attack : attacks(inputs, truth))
        judge(attack, inputs, truth, expected, set, report.wrong);
      judge({"float32 reference",
             [this](const Tensors& x, const at::Tensor&) { return reference_(x); }},
            inputs,
            truth,
            expected,
            set,
            report.right);
      last_mean_ = truth.to(at::kDouble).mean();
    }
    for (const LintFinding& finding : report.wrong)
      if (finding.accepted && report.exception.empty())
        report.exception = lint_exception(task_.id, size_, finding.answer);
    return report;
  }

 private:
  Attack operands(const std::string& name, Precision precision) {
    return {name, [this, precision](const Tensors& x, const at::Tensor&) {
              return tasks::truth_of(reference_, rounded(x, precision));
            }};
  }

  std::vector<Attack> attacks(const Tensors& inputs, const at::Tensor& truth) {
    std::vector<Attack> list = {
        {"zeros", [](const Tensors&, const at::Tensor& t) { return at::zeros_like(t); }},
        {"copy of the input",
         [](const Tensors& x, const at::Tensor& t) { return copy_of(x[0], t); }},
        operands("fp16 operands", Precision::kFp16),
        operands("bf16 operands", Precision::kBf16),
        operands("tf32 operands", Precision::kTf32)};
    // A constant cannot depend on the inputs: it is the mean of another set.
    if (last_mean_.defined())
      list.push_back({"constant", [this](const Tensors&, const at::Tensor& t) {
                        return last_mean_.to(t.scalar_type()).expand_as(t);
                      }});
    if (truth.numel() > 1)
      list.push_back({"half of the output",
                      [](const Tensors&, const at::Tensor& t) { return first_half_of(t); }});
    const at::Tensor& main = inputs[main_input(task_, inputs)];
    for (std::int64_t axis = 0; axis < main.dim(); ++axis)
      if (main.size(axis) > 1)
        list.push_back({"half of axis " + std::to_string(axis),
                        [this, axis](const Tensors& x, const at::Tensor&) {
                          return tasks::truth_of(reference_, half_of_axis(task_, x, axis));
                        }});
    if (truth.numel() == 1)
      list.push_back({"nine tenths of the rows", [this](const Tensors& x, const at::Tensor&) {
                        return tasks::truth_of(reference_, first_rows(task_, x, 0.9));
                      }});
    return list;
  }

  void judge(const Attack& attack,
             const Tensors& inputs,
             const at::Tensor& truth,
             const Expected& expected,
             int set,
             std::vector<LintFinding>& findings) {
    const bool floats = expected.dtype == tasks::DType::kFloat32;
    const at::Tensor answer =
        attack.answer(inputs, truth).to(floats ? at::kFloat : at::kLong).contiguous();
    const std::span<const std::byte> bytes(static_cast<const std::byte*>(answer.const_data_ptr()),
                                           answer.nbytes());
    const records::InputCheck check = check_output(expected, bytes, set, 0);
    auto found = std::find_if(findings.begin(), findings.end(), [&](const LintFinding& f) {
      return f.answer == attack.name;
    });
    if (found == findings.end()) found = findings.insert(findings.end(), {attack.name, true, 0, 0});
    found->accepted = found->accepted && check.passed;
    found->largest = std::max(found->largest, check.largest_error);
  }

  const tasks::Task& task_;
  std::string size_;
  std::uint64_t seed_;
  tasks::Reference reference_;
  Tolerance tolerance_;
  at::Tensor last_mean_;
};

}  // namespace

bool LintReport::passed() const {
  const auto accepted = [](const LintFinding& f) { return f.accepted; };
  return std::none_of(wrong.begin(), wrong.end(), accepted) &&
         std::all_of(right.begin(), right.end(), accepted);
}

LintReport lint_task(const tasks::Task& task, const std::string& size, std::uint64_t seed) {
  return Linter(task, size, seed).run();
}

}  // namespace vegttt::evaluate
