// Cumulative sums and products: along any axis, reversed, exclusive, masked, with maps before and
// behind.
#include "families.h"
#include "nest.h"

namespace vegttt::pretrain {
namespace {

struct Plan {
  Axes axes;
  std::size_t axis = 0;
  bool reverse = false, exclusive = false, product = false;
  Written value;
  Finish finish;
};

std::vector<std::string> step_lines(const Plan& plan, Dialect dialect) {
  std::vector<std::string> lines;
  if (plan.reverse) {
    const std::string var = plan.axes.vars[plan.axis];
    lines.push_back("const int64_t " + var + " = " + plan.axes.names[plan.axis] + " - 1 - n;");
  }
  const Written written = plan.finish.code("acc", dialect);
  const std::string store = at("out", plan.axes.vars, plan.axes.names) + " = " + written.text + ";";
  const std::string add =
      plan.product ? "acc *= " + grouped(plan.value.text) + ";" : "acc += " + plan.value.text + ";";
  const auto put_store = [&] {
    lines.insert(lines.end(), written.statements.begin(), written.statements.end());
    lines.push_back(store);
  };
  if (plan.exclusive) put_store();
  lines.insert(lines.end(), plan.value.statements.begin(), plan.value.statements.end());
  lines.push_back(add);
  if (!plan.exclusive) put_store();
  return lines;
}

void one_line(Source& source, const Plan& plan, Dialect dialect) {
  source.line(std::string("float acc = ") + (plan.product ? "1.0f;" : "0.0f;"));
  const std::string var = plan.reverse ? "n" : plan.axes.vars[plan.axis];
  source.loop(var, "0", plan.axes.names[plan.axis]).lines(step_lines(plan, dialect)).close();
}

}  // namespace

Drawn draw_scan(Draw& draw, Dialect dialect) {
  TaskBuilder task(draw, "scan");
  Plan plan;
  const int rank = 2 + static_cast<int>(draw.weighted({0.7, 0.3}));
  plan.axes = draw_axes(task, rank, 1 << 20);
  plan.axis = static_cast<std::size_t>(draw.chance(0.65) ? rank - 1 : draw.below(rank));
  plan.product = draw.chance(0.3);
  const auto kind = draw.weighted({0.5, 0.2, 0.15, 0.15});
  plan.reverse = kind == 1;
  plan.exclusive = kind == 2 && !plan.product;
  const std::string x = task.input("data", plan.axes.names);
  const std::string load = at(x, plan.axes.vars, plan.axes.names);
  std::string inside = x;
  plan.value = {{}, load, Binding::kCall};
  if (kind == 3) {
    const std::string mask =
        task.named_input(draw.pick({"mask", "mask", "keep", "valid"}), plan.axes.names);
    task.dtype(tasks::DType::kBool);
    task.structure(tasks::Structure::kBool);
    const std::string flag = at(mask, plan.axes.vars, plan.axes.names);
    inside = draw.chance(0.5) ? x + " * " + mask : mask + " * " + x;
    plan.value.text = draw.chance(0.5) ? flag + " ? " + load + " : 0.0f" : load + " * " + flag;
    if (plan.product) plan.value.text = "(" + flag + " ? " + load + " : 0.0f)";
  } else if (draw.chance(0.35)) {
    const Expression map = draw_unary(draw, Expression::of_leaf(0));
    const Written torch_map = write_torch(map, {x});
    if (!torch_map.statements.empty()) return finished(task, "", "");
    inside = torch_map.text;
    plan.value = write_code(map, {load}, dialect);
  }
  const std::string dim = std::to_string(plan.axis);
  const std::string name = plan.product ? "torch.cumprod(" : "torch.cumsum(";
  std::string operation = name + inside + ", dim=" + dim + ")";
  if (plan.reverse) {
    const std::string flipped =
        inside.find(' ') == std::string::npos || inside.back() == ')' ? inside : "(" + inside + ")";
    const std::string safe =
        inside.find('(') == std::string::npos && inside.find(' ') != std::string::npos
            ? "(" + inside + ")"
            : flipped;
    if (inside != x && inside.compare(0, 6, "torch.") != 0) return finished(task, "", "");
    if (inside != x) return finished(task, "", "");
    operation = name + safe + ".flip([" + dim + "]), dim=" + dim + ").flip([" + dim + "])";
  }
  if (plan.exclusive) {
    if (inside != x || plan.axis > 1) return finished(task, "", "");
    const std::string head = plan.axis == 1 ? ":, " : "";
    operation = "torch.cat([torch.zeros_like(" + x + "[" + head + ":1]), torch.cumsum(" + x + "[" +
                head + ":-1], dim=" + dim + ")], dim=" + dim + ")";
  }
  DrawnFinish finish;
  finish.expression = Expression::of_leaf(0);
  if (draw.chance(0.5)) finish.expression = draw_unary(draw, finish.expression, true);
  const Written reference = finish.reference(operation);
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
    const std::string total = product(extents), var = outer.size() == 1 ? outer[0].var : "idx";
    Source body(1);
    body.line("const int64_t " + var + " = blockIdx.x * (int64_t)blockDim.x + threadIdx.x;");
    body.line("if (" + var + " >= " + total + ") return;");
    if (outer.size() > 1) decompose(body, "idx", outer);
    one_line(body, plan, dialect);
    return finished(
        task, cuda_program(task, body, total, draw.chance(0.5) ? 64 : 256), "cuda_points");
  }
  const bool serial = draw.chance(0.2), collapse = outer.size() > 1 && draw.chance(0.5);
  Source source;
  source.open(task.signature());
  if (!serial) source.line(threads_pragma(collapse ? Threads::kCollapse2 : Threads::kOuter));
  for (const Loop& loop : outer) source.loop(loop.var, loop.lo, loop.hi);
  one_line(source, plan, dialect);
  source.close_to(0);
  return finished(task, source.text(), serial ? "serial" : collapse ? "collapse" : "rows");
}

}  // namespace vegttt::pretrain
