// softmax and log_softmax along an axis, of scaled or shifted data, with something behind.
#include "families.h"
#include "nest.h"

namespace vegttt::pretrain {
namespace {

struct Plan {
  Axes axes;
  std::size_t axis = 0;
  bool log = false;
  Written value;  // of one element before the softmax
  Finish finish;
  std::string target;
};

std::string store_line(const Plan& plan, Dialect dialect, std::vector<std::string>* statements) {
  const std::string value =
      plan.log ? plan.value.text + " - lse" : "expf(" + plan.value.text + " - largest) * inv";
  const Written written =
      plan.finish.code(plan.finish.expression.op ? "(" + value + ")" : value, dialect);
  *statements = plan.value.statements;
  statements->insert(statements->end(), written.statements.begin(), written.statements.end());
  return plan.target + " = " + written.text + ";";
}

void along(Source& source, const Plan& plan, const std::vector<std::string>& lines) {
  const std::string var = plan.axes.vars[plan.axis], hi = plan.axes.names[plan.axis];
  if (lines.size() == 1) {
    source.each(var, "0", hi, lines[0]);
  } else {
    source.loop(var, "0", hi).lines(lines).close();
  }
}

std::vector<std::string> with(const std::vector<std::string>& first, const std::string& last) {
  std::vector<std::string> lines = first;
  lines.push_back(last);
  return lines;
}

// Largest value, sum of exponentials, result: three passes, or the exponentials kept in out in
// between.
void one_row(Source& source, const Plan& plan, Dialect dialect, bool simd, bool keep) {
  const std::string& v = plan.value.text;
  source.line("float largest = -INFINITY;");
  if (simd) source.line("#pragma omp simd reduction(max:largest)");
  along(
      source,
      plan,
      with(plan.value.statements, for_dialect("largest = std::max(largest, " + v + ");", dialect)));
  source.line("float sum = 0.0f;");
  if (simd) source.line("#pragma omp simd reduction(+:sum)");
  if (keep) {
    std::vector<std::string> lines =
        with(plan.value.statements, "const float e = expf(" + v + " - largest);");
    lines.push_back(plan.target + " = e;");
    lines.push_back("sum += e;");
    along(source, plan, lines);
    source.line("const float inv = 1.0f / sum;");
    if (simd) source.line("#pragma omp simd");
    const Written written = plan.finish.code(
        plan.finish.expression.op ? "(" + plan.target + " * inv)" : plan.target + " * inv",
        dialect);
    along(source, plan, with(written.statements, plan.target + " = " + written.text + ";"));
    return;
  }
  along(source, plan, with(plan.value.statements, "sum += expf(" + v + " - largest);"));
  source.line(plan.log ? "const float lse = largest + logf(sum);"
                       : "const float inv = 1.0f / sum;");
  if (simd) source.line("#pragma omp simd");
  std::vector<std::string> statements;
  const std::string line = store_line(plan, dialect, &statements);
  along(source, plan, with(statements, line));
}

}  // namespace

Drawn draw_softmax(Draw& draw, Dialect dialect) {
  TaskBuilder task(draw, "softmax");
  Plan plan;
  const int rank = 2 + static_cast<int>(draw.weighted({0.6, 0.3, 0.1}));
  plan.axes = draw_axes(task, rank, 1 << 20);
  plan.axis = static_cast<std::size_t>(draw.chance(0.6) ? rank - 1 : draw.below(rank));
  plan.log = draw.chance(0.45);
  const std::string x = task.input("data", plan.axes.names);
  plan.target = at("out", plan.axes.vars, plan.axes.names);
  Expression map = Expression::of_leaf(0);
  if (draw.chance(0.35))
    map = apply(
        draw,
        draw.pick(
            {"mul_number", "mul_number", "div_number", "add_number", "neg", "tanh", "abs", "relu"}),
        {map});
  const Written torch_map = write_torch(map, {x});
  plan.value = write_code(map, {at(x, plan.axes.vars, plan.axes.names)}, dialect);
  if (plan.value.binding != Binding::kCall) plan.value.text = "(" + plan.value.text + ")";
  const DrawnFinish finish =
      draw_finish(task, plan.axes.names, plan.axes.vars, plan.axis, plan.log ? 0.5 : 0.4);
  const std::string dim = draw.chance(0.8) ? std::to_string(plan.axis)
                          : plan.axis + 1 == static_cast<std::size_t>(rank)
                              ? "-1"
                              : std::to_string(plan.axis);
  const Written reference =
      finish.reference(std::string(plan.log ? "torch.log_softmax(" : "torch.softmax(") +
                       torch_map.text + ", dim=" + dim + ")");
  if (!torch_map.statements.empty()) return finished(task, "", "");
  task.output(plan.axes.names);
  task.returns(reference.text, reference.statements);
  plan.finish = {finish.expression, finish.leaves, "", ""};

  std::vector<Loop> outer;
  std::vector<std::string> extents;
  for (std::size_t i = 0; i < plan.axes.names.size(); ++i) {
    if (i == plan.axis) continue;
    outer.push_back({plan.axes.vars[i], "0", plan.axes.names[i], {}});
    extents.push_back(plan.axes.names[i]);
  }
  if (dialect == Dialect::kCuda) {
    const std::string total = product(extents);
    const std::string var = outer.size() == 1 ? outer[0].var : "idx";
    Source body(1);
    body.line("const int64_t " + var + " = blockIdx.x * (int64_t)blockDim.x + threadIdx.x;");
    body.line("if (" + var + " >= " + total + ") return;");
    if (outer.size() > 1) decompose(body, "idx", outer);
    one_row(body, plan, dialect, false, false);
    return finished(
        task, cuda_program(task, body, total, draw.chance(0.5) ? 256 : 64), "cuda_points");
  }
  const bool serial = draw.chance(0.12), keep = !plan.log && draw.chance(0.5);
  const bool simd = plan.axis + 1 == static_cast<std::size_t>(rank) && draw.chance(0.5);
  const bool collapse = outer.size() > 1 && draw.chance(0.5);
  Source source;
  source.open(task.signature());
  if (!serial) source.line(threads_pragma(collapse ? Threads::kCollapse2 : Threads::kOuter));
  for (const Loop& loop : outer) source.loop(loop.var, loop.lo, loop.hi);
  one_row(source, plan, dialect, simd, keep);
  source.close_to(0);
  return finished(
      task,
      source.text(),
      std::string(serial ? "serial" : "rows") + (keep ? "_kept" : "") + (simd ? "_simd" : ""));
}

}  // namespace vegttt::pretrain
