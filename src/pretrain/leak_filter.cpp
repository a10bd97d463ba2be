#include "vegttt/pretrain/leak_filter.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "vegttt/core/error.h"
#include "vegttt/core/hash.h"
#include "vegttt/tasks/catalogue.h"
#include "vegttt/tasks/reference.h"

namespace vegttt::pretrain {
namespace {

struct Reserved {
  tasks::Task task;
  std::vector<tasks::Reference> references;  // the main one and the named ones
};

// Ranks and types of the inputs.
using Signature = std::vector<std::pair<std::size_t, tasks::DType>>;

Signature signature_of(const tasks::Task& task) {
  Signature signature;
  for (const auto& input : task.inputs) signature.emplace_back(input.shape.size(), input.dtype);
  return signature;
}

std::vector<at::Tensor> probe_inputs(const tasks::Task& task) {
  std::vector<at::Tensor> inputs;
  int number = 0;
  for (const auto& shape : task.input_shapes("tiny")) {
    const auto& spec = task.inputs[static_cast<std::size_t>(number++)];
    // Deterministic values without a pattern that an axis could share.
    at::Tensor ramp =
        at::arange(shape.elements(), at::kDouble) * (0.61803398875 + 0.1 * number) + 0.37 * number;
    at::Tensor values = (at::frac(ramp) - 0.5) * 4;
    if (spec.dtype == tasks::DType::kInt64)
      values = at::zeros({shape.elements()}, at::kLong) + (at::arange(shape.elements()) % 2);
    if (spec.dtype == tasks::DType::kBool) values = values.gt(0);
    const bool positive = spec.structure == tasks::Structure::kPositive ||
                          spec.structure == tasks::Structure::kProbabilities;
    if (positive) values = values.abs() + 0.01;
    inputs.push_back(values.reshape(shape.sizes));
  }
  return inputs;
}

bool same_values(const at::Tensor& a, const at::Tensor& b) {
  if (a.numel() != b.numel()) return false;
  const at::Tensor x = a.reshape({-1}).to(at::kDouble), y = b.reshape({-1}).to(at::kDouble);
  return at::allclose(x, y, 1e-6, 1e-8, /*equal_nan=*/true);
}

// The value, or none when the reference refuses these shapes.
std::optional<at::Tensor> value_of(const tasks::Reference& reference,
                                   const std::vector<at::Tensor>& inputs) {
  try {
    return reference(inputs);
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

// Whether tensors of these sizes fit a task's input shapes: equal names have equal sizes. Asked
// before running, since an exception out of TorchScript costs a millisecond.
bool shapes_fit(const tasks::Task& task, const std::vector<at::Tensor>& inputs) {
  std::map<std::string, std::int64_t> bound;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    for (std::size_t axis = 0; axis < task.inputs[i].shape.size(); ++axis) {
      const std::string& name = task.inputs[i].shape[axis];
      const std::int64_t size = inputs[i].size(static_cast<std::int64_t>(axis));
      if (name == "1" && size != 1) return false;
      const bool plain = name.find_first_of(" +-*/()1") == std::string::npos;
      if (plain && bound.emplace(name, size).first->second != size) return false;
    }
  }
  return true;
}

}  // namespace

struct LeakFilter::Impl {
  std::vector<Reserved> reserved;
  std::set<std::string> texts, names;
  std::mutex mutex;
  std::map<std::uint64_t, std::string>
      verdicts;  // by hash of the normalised reference with its numbers

  Impl() {
    const auto catalogue = tasks::Catalogue::load();
    for (const int id : tasks::reserved_ids()) {
      Reserved one{catalogue.find("L1/" + std::to_string(id)), {}};
      one.references.emplace_back(one.task);
      texts.insert(normalised_reference(one.task.reference));
      for (const auto& [name, text] : one.task.references) {
        one.references.emplace_back(one.task, name);
        texts.insert(normalised_reference(text));
      }
      names.insert(one.task.id);
      reserved.push_back(std::move(one));
    }
  }

  std::string same_function(const tasks::Task& task) const {
    const tasks::Reference reference(task);
    const auto inputs = probe_inputs(task);
    const auto value = value_of(reference, inputs);
    if (!value) throw core::InternalError("a generated reference does not run: " + task.reference);
    for (const auto& one : reserved) {
      for (const auto& other : one.references)
        if (equal_in_some_order(task, one, other, inputs, *value))
          return "computes the same as " + one.task.id;
    }
    return "";
  }

  static bool equal_in_some_order(const tasks::Task& task,
                                  const Reserved& one,
                                  const tasks::Reference& other,
                                  const std::vector<at::Tensor>& inputs,
                                  const at::Tensor& value) {
    const Signature mine = signature_of(task), theirs = signature_of(one.task);
    // With one input the rank is no excuse either: softmax over axis 1 of three is the reserved
    // softmax.
    if (mine.size() == 1 && theirs.size() == 1) {
      const auto theirs_value = value_of(other, inputs);
      return theirs_value && same_values(value, *theirs_value);
    }
    if (mine.size() != theirs.size()) return false;
    std::vector<std::size_t> order(inputs.size());
    std::iota(order.begin(), order.end(), 0);
    do {
      std::vector<at::Tensor> permuted;
      bool fits = true;
      for (std::size_t i = 0; i < order.size(); ++i) {
        fits = fits && mine[order[i]] == theirs[i];
        permuted.push_back(inputs[order[i]]);
      }
      if (!fits || !shapes_fit(one.task, permuted)) continue;
      const auto theirs_value = value_of(other, permuted);
      if (theirs_value && same_values(value, *theirs_value)) return true;
    } while (std::next_permutation(order.begin(), order.end()));
    return false;
  }
};

LeakFilter::LeakFilter() : impl_(std::make_unique<Impl>()) {}
LeakFilter::~LeakFilter() = default;

std::string LeakFilter::objection(const tasks::Task& task) {
  if (impl_->names.count(task.id)) return "is " + task.id;
  if (impl_->texts.count(normalised_reference(task.reference)))
    return "has the text of a reserved reference";
  std::string identity = normalised_reference(task.reference, true);
  for (const auto& [rank, dtype] : signature_of(task))
    identity += "|" + std::to_string(rank) + tasks::name_of(dtype);
  const std::uint64_t key = core::hash64(identity);
  {
    const std::lock_guard lock(impl_->mutex);
    const auto found = impl_->verdicts.find(key);
    if (found != impl_->verdicts.end()) return found->second;
  }
  const std::string verdict = impl_->same_function(task);
  const std::lock_guard lock(impl_->mutex);
  return impl_->verdicts.emplace(key, verdict).first->second;
}

std::size_t LeakFilter::distinct_references() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->verdicts.size();
}

}  // namespace vegttt::pretrain
