// Normalisation by mean and variance: layer, group, instance and batch norm, with and without
// weights.
#include "families.h"
#include "nest.h"

namespace vegttt::pretrain {
namespace {

struct Plan {
  std::vector<Loop> outer;  // one statistic per element of these loops
  std::vector<Loop> inner;  // the elements behind it
  std::string base;         // offset of the first element; inner index adds to it
  std::string count;        // elements behind one statistic
  bool contiguous = true;   // one inner loop over `count` elements from `base` on
  std::string x, element;   // load and store offset of an element
  std::string gain, shift;  // loads of the weights, "" without
  std::string eps;
  Finish finish;
};

std::string normalised_value(const Plan& plan) {
  std::string value = "(" + plan.x + "[" + plan.element + "] - mean) * inv";
  if (!plan.gain.empty()) value += " * " + plan.gain + " + " + plan.shift;
  return value;
}

void inner_loops(Source& source,
                 const Plan& plan,
                 const std::vector<std::string>& lines,
                 const std::string& pragma) {
  const int depth = source.depth();
  for (std::size_t i = 0; i + 1 < plan.inner.size(); ++i)
    source.loop(plan.inner[i].var, "0", plan.inner[i].hi);
  if (!pragma.empty()) source.line(pragma);
  const Loop& last = plan.inner.back();
  if (lines.size() == 1) {
    source.each(last.var, "0", last.hi, lines[0]);
  } else {
    source.loop(last.var, "0", last.hi).lines(lines);
  }
  source.close_to(depth);
}

void statistics_and_store(Source& source, const Plan& plan, bool simd, Dialect dialect) {
  const std::string load = plan.x + "[" + plan.element + "]";
  const auto sum_pragma = [&](const char* name) {
    return simd ? std::string("#pragma omp simd reduction(+:") + name + ")" : "";
  };
  if (!plan.base.empty()) source.line("const int64_t base = " + plan.base + ";");
  source.line("float sum = 0.0f;");
  inner_loops(source, plan, {"sum += " + load + ";"}, sum_pragma("sum"));
  source.line("const float mean = sum / " + grouped(plan.count) + ";").line("float var = 0.0f;");
  inner_loops(
      source, plan, {"const float v = " + load + " - mean;", "var += v * v;"}, sum_pragma("var"));
  source.line("const float inv = 1.0f / sqrtf(var / " + grouped(plan.count) + " + " + plan.eps +
              "f);");
  const std::string value = normalised_value(plan);
  const Written written =
      plan.finish.code(plan.finish.expression.op ? "(" + value + ")" : value, dialect);
  std::vector<std::string> lines = written.statements;
  lines.push_back("out[" + plan.element + "] = " + written.text + ";");
  inner_loops(source, plan, lines, simd ? "#pragma omp simd" : "");
}

std::string cuda(const TaskBuilder& task, const Plan& plan) {
  std::vector<std::string> extents;
  for (const Loop& loop : plan.outer) extents.push_back(loop.hi);
  const std::string total = product(extents),
                    var = plan.outer.size() == 1 ? plan.outer[0].var : "idx";
  Source body(1);
  body.line("const int64_t " + var + " = blockIdx.x * (int64_t)blockDim.x + threadIdx.x;");
  body.line("if (" + var + " >= " + total + ") return;");
  if (plan.outer.size() > 1) decompose(body, "idx", plan.outer);
  statistics_and_store(body, plan, false, Dialect::kCuda);
  return cuda_program(task, body, total, 64);
}

std::string cpp(const TaskBuilder& task, const Plan& plan, Threads threads, bool simd) {
  Source source;
  source.open(task.signature());
  if (threads != Threads::kNone) source.line(threads_pragma(threads));
  for (const Loop& loop : plan.outer) source.loop(loop.var, "0", loop.hi);
  statistics_and_store(source, plan, simd, Dialect::kCpp);
  source.close_to(0);
  return source.text();
}

struct Weights {
  bool present;
  std::string gain, shift;
};

Weights draw_weights(TaskBuilder& task, const std::vector<std::string>& shape, double chance) {
  if (!task.draw().chance(chance)) return {false, "None", "None"};
  const bool usual = task.draw().chance(0.6);
  const std::string gain = usual ? task.named_input("gamma", shape) : task.input("vector", shape);
  task.parameter();
  const std::string shift = usual ? task.named_input("beta", shape) : task.input("bias", shape);
  task.parameter();
  return {true, gain, shift};
}

}  // namespace

Drawn draw_affine_norm(Draw& draw, Dialect dialect) {
  TaskBuilder task(draw, "affine_norm");
  Plan plan;
  plan.eps = draw.pick({"1e-05", "1e-05", "1e-05", "1e-06", "0.001"});
  std::string operation;
  const auto kind = draw.weighted({0.3, 0.25, 0.2, 0.25});
  std::vector<std::string> shape, index;
  if (kind == 0) {  // layer norm over the last axis or axes
    const int rank = 2 + static_cast<int>(draw.below(3));
    const Axes axes = draw_axes(task, rank, 1 << 20);
    const std::size_t kept = rank == 2 || draw.chance(0.6) ? 1 : static_cast<std::size_t>(rank) - 1;
    shape = axes.names;
    index = axes.vars;
    const std::vector<std::string> inner(axes.names.begin() + static_cast<std::ptrdiff_t>(kept),
                                         axes.names.end());
    const Weights weights = draw_weights(task, inner, 0.85);
    const std::string x = task.input("data", shape);
    plan.x = x;
    plan.count = product(inner);
    for (std::size_t i = 0; i < kept; ++i)
      plan.outer.push_back({axes.vars[i], "0", axes.names[i], {}});
    const std::string var = inner.size() == 1 ? axes.vars.back() : "i";
    plan.inner = {{var, "0", plan.count, {}}};
    plan.base = "";
    const std::string start =
        offset({axes.vars.begin(), axes.vars.begin() + static_cast<std::ptrdiff_t>(kept)},
               {axes.names.begin(), axes.names.begin() + static_cast<std::ptrdiff_t>(kept)});
    plan.base = grouped(start) + " * " + grouped(plan.count);
    plan.element = "base + " + var;
    if (weights.present)
      plan.gain = weights.gain + "[" + var + "]", plan.shift = weights.shift + "[" + var + "]";
    std::string sizes = weights.gain + ".shape";
    if (!weights.present) {
      sizes = "[";
      for (std::size_t i = kept; i < axes.names.size(); ++i)
        sizes += (i > kept ? ", " : "") + x + ".size(" + std::to_string(i) + ")";
      sizes += "]";
    }
    operation = "torch.layer_norm(" + x + ", " + sizes + ", " + weights.gain + ", " +
                weights.shift + ", " + plan.eps + ")";
  } else {
    const int rank = draw.chance(0.7) ? 4 : 3;
    const Axes axes = draw_axes(task, rank, 1 << 20);
    shape = axes.names;
    index = axes.vars;
    const std::string B = axes.names[0], C = axes.names[1];
    const std::vector<std::string> rest(axes.names.begin() + 2, axes.names.end());
    const std::string area = product(rest);
    const std::string x = task.input("data", shape);
    const Weights weights = draw_weights(task, {C}, kind == 2 ? 0.4 : 0.8);
    plan.x = x;
    const std::string b = axes.vars[0];
    if (kind == 1) {  // batch norm
      plan.outer = {{"c", "0", C, {}}};
      plan.inner = {{b, "0", B, {}}, {"i", "0", area, {}}};
      plan.count = product({B, area});
      plan.element = "(" + b + " * " + C + " + c) * " + grouped(area) + " + i";
      operation = "torch.batch_norm(" + x + ", " + weights.gain + ", " + weights.shift +
                  ", None, None, True, 0.1, " + plan.eps + ", True)";
      if (weights.present) plan.gain = weights.gain + "[c]", plan.shift = weights.shift + "[c]";
    } else if (kind == 2) {  // instance norm
      plan.outer = {{b, "0", B, {}}, {"c", "0", C, {}}};
      plan.inner = {{"i", "0", area, {}}};
      plan.count = area;
      plan.base = "(" + b + " * " + C + " + c) * " + grouped(area);
      plan.element = "base + i";
      operation = "torch.instance_norm(" + x + ", " + weights.gain + ", " + weights.shift +
                  ", None, None, True, 0.1, " + plan.eps + ", True)";
      if (weights.present) plan.gain = weights.gain + "[c]", plan.shift = weights.shift + "[c]";
    } else {  // group norm; the channels are made a multiple of the groups
      const std::int64_t groups = draw.pick(std::vector<std::int64_t>{2, 4, 8, 16, 4, 8});
      task.constant("groups", groups);
      task.make_multiple(C, groups);
      plan.outer = {{b, "0", B, {}}, {"g", "0", "groups", {}}};
      plan.count = product({"(" + C + " / groups)", area});
      plan.inner = {{"i", "0", plan.count, {}}};
      plan.base = "(" + b + " * groups + g) * " + grouped(plan.count);
      plan.element = "base + i";
      operation = "torch.group_norm(" + x + ", " + std::to_string(groups) + ", " + weights.gain +
                  ", " + weights.shift + ", " + plan.eps + ")";
      if (weights.present) {
        const std::string c = "g * (" + C + " / groups) + i / " + grouped(area);
        plan.gain = weights.gain + "[" + c + "]", plan.shift = weights.shift + "[" + c + "]";
      }
    }
  }
  DrawnFinish finish;
  finish.expression =
      draw.chance(0.5) ? Expression::of_leaf(0) : draw_unary(draw, Expression::of_leaf(0), true);
  const Written reference = finish.reference(operation);
  task.output(shape);
  task.returns(reference.text, reference.statements);
  plan.finish = {finish.expression, finish.leaves, "", ""};
  if (dialect == Dialect::kCuda) return finished(task, cuda(task, plan), "cuda_points");
  const bool serial = draw.chance(0.12), simd = draw.chance(0.6);
  const Threads threads = serial                                      ? Threads::kNone
                          : plan.outer.size() > 1 && draw.chance(0.7) ? Threads::kCollapse2
                                                                      : Threads::kOuter;
  return finished(task,
                  cpp(task, plan, threads, simd),
                  std::string(serial ? "serial" : "threads") + (simd ? "_simd" : ""));
}

}  // namespace vegttt::pretrain
