#include "vegttt/pretrain/corpus.h"

#include "../pointwise_leaks.h"
#include "families.h"
#include "vegttt/core/error.h"
#include "vegttt/core/text.h"
#include "vegttt/pretrain/leak_filter.h"
#include "vegttt/scaffold/prompt.h"

namespace vegttt::pretrain {
namespace {

struct Entry {
  const char* name;
  Family draw;
  double weight;  // share of the corpus
};

const std::vector<Entry>& entries() {
  static const std::vector<Entry> all = {
      {"elementwise", draw_elementwise, 18},
      {"broadcast", draw_broadcast, 6},
      {"matmul", draw_matmul, 14},
      {"triangular", draw_triangular, 7},
      {"matvec", draw_matvec, 6},
      {"reduce", draw_reduce, 7},
      {"argreduce", draw_argreduce, 2},
      {"norm", draw_norm, 8},
      {"affine_norm", draw_affine_norm, 4},
      {"softmax", draw_softmax, 5},
      {"pool", draw_pool, 5},
      {"scan", draw_scan, 5},
      {"loss", draw_loss, 5},
      {"row_loss", draw_row_loss, 3},
      {"conv", draw_conv, 9},
      {"depthwise", draw_depthwise, 4},
      {"conv_transpose", draw_conv_transpose, 8},
      {"attention", draw_attention, 2},
  };
  return all;
}

constexpr std::size_t kLongestCode = 1500;  // bytes, about 400 tokens

const Entry& draw_entry(Draw& draw) {
  std::vector<double> weights;
  for (const auto& entry : entries()) weights.push_back(entry.weight);
  return entries()[draw.weighted(weights)];
}

const Entry& entry_named(const std::string& name) {
  for (const auto& entry : entries())
    if (name == entry.name) return entry;
  throw core::InternalError("no corpus family named " + name);
}

// Drawn sizes and windows may leave nothing of an axis.
bool sizes_work(const tasks::Task& task) {
  try {
    for (const char* size : {"small", "tiny"}) {
      task.input_shapes(size);
      if (task.output(size).elements() < 1) return false;
    }
  } catch (const core::UserError&) {
    return false;
  }
  return true;
}

bool acceptable(const Drawn& drawn, LeakFilter& filter) {
  if (drawn.code.empty() || drawn.code.size() > kLongestCode || !sizes_work(drawn.task))
    return false;
  // Random pointwise expressions are too many to run each through TorchScript; their function is
  // known here.
  if (drawn.pointwise) return !is_reserved_pointwise(*drawn.pointwise, drawn.task.inputs.size());
  return filter.objection(drawn.task).empty();
}

}  // namespace

std::vector<std::string> Corpus::family_names() {
  std::vector<std::string> names;
  for (const auto& entry : entries()) names.emplace_back(entry.name);
  return names;
}

Sample Corpus::sample(std::uint64_t index) const { return sample(index, ""); }

Sample Corpus::sample(std::uint64_t index, const std::string& family) const {
  for (int attempt = 0;; ++attempt) {
    Draw draw(core::CounterRng::of({"pretrain",
                                    std::to_string(seed_),
                                    family,
                                    std::to_string(index),
                                    std::to_string(attempt)}));
    const Entry& entry = family.empty() ? draw_entry(draw) : entry_named(family);
    const bool cuda = draw.chance(cuda_share_);
    Drawn drawn = entry.draw(draw, cuda ? Dialect::kCuda : Dialect::kCpp);
    drawn.task.id = "corpus/" + std::to_string(index);
    drawn.task.file = drawn.task.id;
    if (!acceptable(drawn, filter_)) continue;
    return {std::move(drawn.task),
            cuda ? "cuda" : "cpp",
            std::move(drawn.code),
            entry.name,
            std::move(drawn.variant)};
  }
}

std::string prompt_of(const Sample& sample) {
  std::string reference = sample.task.reference;
  if (!reference.empty() && reference.back() == '\n') reference.pop_back();
  return "<|task|>" + sample.dialect + "\n" + scaffold::describe_dims(sample.task, "small") + "\n" +
         scaffold::describe_tensors(sample.task) + "\n" + reference + "\n<|code|>";
}

std::string text_of(const Sample& sample) { return prompt_of(sample) + sample.code + "<|end|>"; }

core::Json to_json(const Sample& sample) {
  core::Json json = {{"id", sample.task.id},
                     {"family", sample.family},
                     {"variant", sample.variant},
                     {"dialect", sample.dialect},
                     {"prompt", prompt_of(sample)},
                     {"code", sample.code},
                     {"reference", sample.task.reference}};
  core::Json dims = core::Json::object();
  const auto tiny = sample.task.dimensions("tiny");
  for (const auto& [name, value] : tiny.integers) dims[name] = value;
  for (const auto& [name, value] : tiny.reals) dims[name] = value;
  core::Json inputs = core::Json::array();
  const auto shapes = sample.task.input_shapes("tiny");
  for (std::size_t i = 0; i < shapes.size(); ++i)
    inputs.push_back({{"name", shapes[i].name},
                      {"dtype", tasks::name_of(shapes[i].dtype)},
                      {"shape", shapes[i].sizes},
                      {"structure", static_cast<int>(sample.task.inputs[i].structure)}});
  const auto output = sample.task.output("tiny");
  json["tiny"] = {{"dims", dims},
                  {"inputs", inputs},
                  {"output", {{"dtype", tasks::name_of(output.dtype)}, {"shape", output.sizes}}}};
  return json;
}

}  // namespace vegttt::pretrain
