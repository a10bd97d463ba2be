// Reductions along one axis or all of them, with a map before and something behind.
#include "families.h"
#include "nest.h"

namespace vegttt::pretrain {
namespace {

struct Kind {
  const char* name;
  Combine combine;
  bool mean;
};

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = {{"sum", Combine::kSum, false},
                                        {"sum", Combine::kSum, false},
                                        {"mean", Combine::kSum, true},
                                        {"mean", Combine::kSum, true},
                                        {"max", Combine::kMax, false},
                                        {"min", Combine::kMin, false},
                                        {"amax", Combine::kMax, false},
                                        {"amin", Combine::kMin, false},
                                        {"prod", Combine::kProduct, false}};
  return all;
}

std::string call(
    Draw& draw, const Kind& kind, const std::string& value, std::size_t axis, bool keep) {
  const std::string name = kind.name;
  const std::string dim = std::to_string(axis);
  const std::string keepdim = keep ? ", keepdim=True" : "";
  if (name == "max" || name == "min")
    return "torch." + name + "(" + value + ", dim=" + dim + keepdim + ")[0]";
  if (name == "prod") return "torch.prod(" + value + ", dim=" + dim + keepdim + ")";
  const bool list = name == "sum" || name == "mean" ? draw.chance(0.7) : draw.chance(0.5);
  return "torch." + name + "(" + value + ", dim=" + (list ? "[" + dim + "]" : dim) + keepdim + ")";
}

struct Reduction {
  Axes axes;
  std::size_t axis = 0;
  bool keep = false;
  std::vector<std::string> out_shape, out_index;
  std::vector<Loop> outputs;
};

Reduction draw_shape(TaskBuilder& task) {
  Draw& draw = task.draw();
  Reduction r;
  const int rank = 2 + static_cast<int>(draw.weighted({0.35, 0.5, 0.15}));
  r.axes = draw_axes(task, rank, 1 << 21);
  r.axis = static_cast<std::size_t>(draw.below(rank));
  r.keep = draw.chance(0.3);
  for (std::size_t i = 0; i < r.axes.names.size(); ++i) {
    if (i == r.axis) {
      if (r.keep) r.out_shape.push_back("1"), r.out_index.push_back("0");
      continue;
    }
    r.out_shape.push_back(r.axes.names[i]);
    r.out_index.push_back(r.axes.vars[i]);
    r.outputs.push_back({r.axes.vars[i], "0", r.axes.names[i], {}});
  }
  return r;
}

}  // namespace

Drawn draw_reduce(Draw& draw, Dialect dialect) {
  TaskBuilder task(draw, "reduce");
  const Reduction r = draw_shape(task);
  const Kind kind = draw.pick(kinds());
  std::vector<std::string> inputs = {task.input("data", r.axes.names)};
  Expression map = Expression::of_leaf(0);
  if (draw.chance(0.15)) {
    inputs.push_back(task.input("data", r.axes.names));
    map = draw_expression(draw, 2, 1);
  } else if (draw.chance(0.35)) {
    map = draw_unary(draw, map);
  }
  std::vector<std::string> loads;
  for (const auto& input : inputs) loads.push_back(at(input, r.axes.vars, r.axes.names));
  const Written torch_map = write_torch(map, inputs);
  Written code_map = write_code(map, loads, dialect);

  DrawnFinish finish;
  finish.expression =
      draw.chance(0.5) ? Expression::of_leaf(0) : draw_unary(draw, Expression::of_leaf(0), true);
  const Written reference = finish.reference(call(draw, kind, torch_map.text, r.axis, r.keep));
  std::vector<std::string> statements = torch_map.statements;
  // A name bound by the map may not be bound again behind the reduction.
  if (!statements.empty() && !reference.statements.empty()) return finished(task, "", "");
  statements.insert(statements.end(), reference.statements.begin(), reference.statements.end());
  task.output(r.out_shape);
  task.returns(reference.text, statements);

  Nest nest;
  nest.outputs = r.outputs;
  nest.out_index = r.out_index;
  nest.out_shape = r.out_shape;
  const std::string length = r.axes.names[r.axis];
  nest.reductions = {{r.axes.vars[r.axis], "0", length, code_map.statements}};
  nest.combine = kind.combine;
  nest.term = code_map.text;
  nest.finish = {finish.expression, finish.leaves, "", ""};
  if (kind.mean) nest.finish.mean_over = length;
  nest.rows_possible = r.axis + 1 < r.axes.names.size() && code_map.statements.empty();
  const Rendered rendered = render(draw, task, nest, dialect);
  return finished(task, rendered.code, rendered.variant);
}

Drawn draw_argreduce(Draw& draw, Dialect dialect) {
  TaskBuilder task(draw, "reduce");
  const Reduction r = draw_shape(task);
  const bool max = draw.chance(0.5);
  const std::string x = task.input("data", r.axes.names);
  const Expression map =
      draw.chance(0.5) ? Expression::of_leaf(0) : draw_unary(draw, Expression::of_leaf(0));
  const Written torch_map = write_torch(map, {x});
  const Written value = write_code(map, {at(x, r.axes.vars, r.axes.names)}, dialect);
  task.output(r.out_shape, true);
  task.returns(std::string("torch.") + (max ? "argmax(" : "argmin(") + torch_map.text +
                   ", dim=" + std::to_string(r.axis) + (r.keep ? ", keepdim=True)" : ")"),
               torch_map.statements);
  const std::string k = r.axes.vars[r.axis];
  const auto scan = [&](Source& source) {
    source.line(std::string("float best = ") + (max ? "-INFINITY;" : "INFINITY;"))
        .line("int64_t at = 0;");
    source.loop(k, "0", r.axes.names[r.axis])
        .lines(value.statements)
        .line("const float value = " + value.text + ";");
    source.open(std::string("if (value ") + (max ? ">" : "<") + " best)")
        .line("best = value;")
        .line("at = " + k + ";")
        .close();
    source.close().line(at("out", r.out_index, r.out_shape) + " = at;");
  };
  if (dialect == Dialect::kCuda) {
    Source body(1);
    std::vector<std::string> extents;
    for (const Loop& loop : r.outputs) extents.push_back(loop.hi);
    const std::string total = product(extents);
    const std::string var = r.outputs.size() == 1 ? r.outputs[0].var : "idx";
    body.line("const int64_t " + var + " = blockIdx.x * (int64_t)blockDim.x + threadIdx.x;");
    body.line("if (" + var + " >= " + total + ") return;");
    if (r.outputs.size() > 1) decompose(body, "idx", r.outputs);
    scan(body);
    return finished(task, cuda_program(task, body, total, 256), "cuda_points");
  }
  const bool serial = draw.chance(0.15);
  const bool collapse = r.outputs.size() > 1 && draw.chance(0.5);
  Source source;
  source.open(task.signature());
  if (!serial) source.line(threads_pragma(collapse ? Threads::kCollapse2 : Threads::kOuter));
  for (const Loop& loop : r.outputs) source.loop(loop.var, loop.lo, loop.hi);
  scan(source);
  source.close_to(0);
  return finished(task, source.text(), serial ? "serial" : collapse ? "points_collapse" : "points");
}

}  // namespace vegttt::pretrain
