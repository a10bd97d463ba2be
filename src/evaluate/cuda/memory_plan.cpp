#include "memory_plan.h"

#include <algorithm>

#include "vegttt/evaluate/evaluator.h"

namespace vegttt::evaluate {
namespace {

constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;
constexpr std::uint64_t kThreeSets = 2 * kGiB;  // inputs and output up to which three are kept
constexpr double kDearTruth = 2e10;             // flops of a convolution, slow in float64
constexpr std::uint64_t kChunk = kGiB;          // float64 bytes of the largest tensor
// Four processes' contexts, and twice four times the cache.
constexpr std::uint64_t kFixed = 4 * kGiB;
constexpr int kMoreSlices = kInputSets - 1;

std::uint64_t unsigned_of(std::int64_t value) { return static_cast<std::uint64_t>(value); }

bool is_matrix(tasks::Structure structure) {
  return structure == tasks::Structure::kUpperTriangular ||
         structure == tasks::Structure::kLowerTriangular ||
         structure == tasks::Structure::kSymmetric;
}

class Planner {
 public:
  Planner(const tasks::Task& task, const std::string& size)
      : task_(task),
        shapes_(task.input_shapes(size)),
        output_(task.output(size)),
        flops_(task.work_at(size).flops) {
    for (const tasks::TensorShape& shape : shapes_) {
      inputs_ += unsigned_of(shape.bytes());
      largest_ = std::max(largest_, unsigned_of(shape.bytes()));
    }
    out_ = unsigned_of(output_.bytes());
    largest_ = std::max(largest_, out_);
  }

  MemoryPlan plan() {
    plan_.pooled.assign(shapes_.size(), false);
    plan_.output = out_;
    plan_.fixed = kFixed;
    find_slices();
    plan_.reference =
        out_ + static_cast<std::uint64_t>(temporaries_of(task_) * static_cast<double>(largest_));
    plan_.computing = computing();
    if (wants_pool() && can_pool())
      use_pool();
    else
      use_sets();
    return plan_;
  }

 private:
  int axis_of(std::size_t input) const {
    const auto found = task_.chunk_inputs.find(shapes_[input].name);
    return found == task_.chunk_inputs.end() ? -1 : found->second;
  }

  // Float64 is computed along axis 0 of the output, where pieces lie behind each other.
  void find_slices() {
    if (!task_.chunk_axis || *task_.chunk_axis != 0 || output_.sizes.empty()) return;
    std::uint64_t slice_bytes = 0;
    for (std::size_t i = 0; i < shapes_.size(); ++i) {
      const int axis = axis_of(i);
      if (axis < 0) continue;
      plan_.slices = shapes_[i].sizes[static_cast<std::size_t>(axis)];
      slice_bytes =
          std::max(slice_bytes, 2 * unsigned_of(shapes_[i].bytes()) / unsigned_of(plan_.slices));
    }
    if (plan_.slices == 0) return;
    slice_bytes = std::max<std::uint64_t>({slice_bytes, 2 * out_ / unsigned_of(plan_.slices), 1});
    const auto fitting = static_cast<std::int64_t>(kChunk / slice_bytes);
    plan_.slices_per_chunk = std::clamp<std::int64_t>(fitting, 1, plan_.slices);
  }

  double chunk_share() const {
    return plan_.slices == 0
               ? 1
               : static_cast<double>(plan_.slices_per_chunk) / static_cast<double>(plan_.slices);
  }

  std::uint64_t computing() const {
    double bytes = 0, largest = 2 * chunk_share() * static_cast<double>(out_);
    bytes += largest;
    for (std::size_t i = 0; i < shapes_.size(); ++i) {
      const double share = axis_of(i) >= 0 ? chunk_share() : 1;
      const double doubles = 2 * share * static_cast<double>(shapes_[i].bytes());
      bytes += doubles;
      largest = std::max(largest, doubles);
    }
    return static_cast<std::uint64_t>(bytes + temporaries_of(task_) * largest);
  }

  // Of one set: float32 and a displacement of two bytes.
  std::uint64_t truth_bytes() const {
    return task_.output_dtype == tasks::DType::kFloat32 ? out_ + out_ / 2 : out_;
  }

  bool wants_pool() const {
    const bool convolution = task_.family.rfind("conv", 0) == 0;
    return inputs_ + out_ > kThreeSets || (convolution && flops_ > kDearTruth);
  }

  bool can_pool() const {
    if (plan_.slices == 0) return false;
    for (std::size_t i = 0; i < shapes_.size(); ++i)
      if (axis_of(i) > 0 || (axis_of(i) == 0 && is_matrix(task_.inputs[i].structure))) return false;
    return true;
  }

  std::uint64_t with_more_slices(std::uint64_t bytes) const {
    return bytes + bytes / unsigned_of(plan_.slices) * kMoreSlices;
  }

  void use_pool() {
    plan_.layout = Layout::kPool;
    plan_.inputs = inputs_;
    for (std::size_t i = 0; i < shapes_.size(); ++i) {
      plan_.pooled[i] = axis_of(i) == 0;
      if (plan_.pooled[i]) plan_.inputs += with_more_slices(unsigned_of(shapes_[i].bytes()));
    }
    plan_.truth = with_more_slices(truth_bytes());
  }

  void use_sets() {
    plan_.layout = Layout::kSets;
    plan_.inputs = kInputSets * inputs_;
    plan_.truth = kInputSets * truth_bytes();
    if (plan_.peak() <= kDeviceMemoryLimit) return;
    plan_.layout = Layout::kRedraw;
    plan_.inputs = inputs_;
  }

  const tasks::Task& task_;
  std::vector<tasks::TensorShape> shapes_;
  tasks::TensorShape output_;
  double flops_;
  std::uint64_t inputs_ = 0, out_ = 0, largest_ = 0;
  MemoryPlan plan_;
};

}  // namespace

const char* name_of(Layout layout) {
  return layout == Layout::kSets ? "sets" : layout == Layout::kPool ? "pool" : "redraw";
}

std::uint64_t MemoryPlan::peak() const { return std::max(preparing(), judging()); }

double temporaries_of(const tasks::Task& task) {
  const std::string& family = task.family;
  if (family == "pool" || family == "reduce") return 0.5;
  // Normalisations that ATen has, or that write their result over nothing but the input.
  if (family == "norm") return task.chunk_axis == 0 ? 2 : 0.1;
  if (family.rfind("conv", 0) == 0) return 4;  // columns, transformed tensors
  return 2;
}

MemoryPlan plan_memory(const tasks::Task& task, const std::string& size) {
  return Planner(task, size).plan();
}

std::uint64_t device_bytes(const tasks::Task& task, const std::string& size) {
  return plan_memory(task, size).peak();
}

}  // namespace vegttt::evaluate
