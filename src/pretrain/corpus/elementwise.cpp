// Pointwise tasks: random expressions over one to three tensors of equal shape, and tensors
// broadcast along axes.
#include "families.h"
#include "nest.h"

namespace vegttt::pretrain {
namespace {

// One loop over all elements; `statements` uses the variable i.
std::string flat_kernel(const TaskBuilder& task,
                        const std::vector<std::string>& statements,
                        const std::string& total,
                        const std::string& pragma) {
  Source source;
  source.open(task.signature());
  if (!pragma.empty()) source.line(pragma);
  source.loop("i", "0", total).lines(statements);
  source.close_to(0);
  return source.text();
}

// Rows on the threads, a vector loop inside; `statements` uses i (row) and j.
std::string nested_kernel(const TaskBuilder& task,
                          const std::vector<std::string>& statements,
                          const std::vector<Loop>& loops,
                          const std::string& pragma,
                          bool simd) {
  Source source;
  source.open(task.signature());
  if (!pragma.empty()) source.line(pragma);
  for (const Loop& loop : loops) {
    if (simd && &loop == &loops.back()) source.line("#pragma omp simd");
    source.loop(loop.var, loop.lo, loop.hi).lines(loop.first);
  }
  source.lines(statements).close_to(0);
  return source.text();
}

std::string cuda_flat(const TaskBuilder& task,
                      const std::vector<std::string>& statements,
                      const std::string& total,
                      bool strided,
                      int block) {
  Source body(1);
  const std::string first = "blockIdx.x * (int64_t)blockDim.x + threadIdx.x";
  if (strided) {
    body.open("for (int64_t i = " + first + "; i < " + total +
              "; i += (int64_t)gridDim.x * blockDim.x)");
  } else {
    body.line("const int64_t i = " + first + ";").line("if (i >= " + total + ") return;");
  }
  body.lines(statements).close_to(1);
  return cuda_program(task, body, total, block);
}

std::vector<std::string> with_store(const Written& value, const std::string& target) {
  std::vector<std::string> statements = value.statements;
  statements.push_back(target + " = " + value.text + ";");
  return statements;
}

struct Pointwise {
  Expression expression;
  std::vector<std::string> inputs;
  std::vector<std::string> shape;
  Axes axes;
};

Rendered render_pointwise(Draw& draw,
                          const TaskBuilder& task,
                          const Pointwise& p,
                          Dialect dialect) {
  const std::string total = product(p.shape);
  std::vector<std::string> flat, nested;
  for (const auto& input : p.inputs) {
    flat.push_back(input + "[i]");
    nested.push_back(at(input, p.axes.vars, p.shape));
  }
  const auto flat_body = with_store(write_code(p.expression, flat, dialect), "out[i]");
  if (dialect == Dialect::kCuda) {
    const bool strided = draw.chance(0.3);
    return {cuda_flat(task, flat_body, total, strided, draw.chance(0.7) ? 256 : 128),
            strided ? "cuda_strided" : "cuda"};
  }
  if (draw.chance(0.1)) return {flat_kernel(task, flat_body, total, ""), "serial"};
  if (draw.chance(0.65) || p.shape.size() < 2) {
    const bool simd = draw.chance(0.6);
    return {flat_kernel(task,
                        flat_body,
                        total,
                        simd ? "#pragma omp parallel for simd" : "#pragma omp parallel for"),
            simd ? "flat_simd" : "flat"};
  }
  std::vector<Loop> loops;
  for (std::size_t i = 0; i < p.shape.size(); ++i)
    loops.push_back({p.axes.vars[i], "0", p.shape[i], {}});
  const auto body =
      with_store(write_code(p.expression, nested, dialect), at("out", p.axes.vars, p.shape));
  const bool collapse = p.shape.size() > 2 && draw.chance(0.5);
  const bool simd = draw.chance(0.6);
  return {nested_kernel(task,
                        body,
                        loops,
                        threads_pragma(collapse ? Threads::kCollapse2 : Threads::kOuter),
                        simd),
          simd ? "nested_simd" : "nested"};
}

// A few references state a constant by name as well, as task files do.
void name_a_constant(Draw& draw, TaskBuilder& task, const Expression& expression) {
  if (expression.op && expression.numbers.size() == 1 && draw.chance(0.3) &&
      expression.numbers[0].text.find('.') != std::string::npos)
    task.real_constant(draw.pick({"s", "alpha", "factor", "c0", "eps"}), expression.numbers[0]);
}

}  // namespace

Drawn draw_elementwise(Draw& draw, Dialect dialect) {
  TaskBuilder task(draw, "elementwise");
  Pointwise p;
  const int rank = 1 + static_cast<int>(draw.weighted({0.1, 0.6, 0.15, 0.15}));
  p.axes = draw_axes(task, rank, 1 << 20);
  p.shape = p.axes.names;
  const int inputs = 1 + static_cast<int>(draw.weighted({0.66, 0.25, 0.09}));
  for (int i = 0; i < inputs; ++i)
    p.inputs.push_back(task.input(draw.chance(0.6) ? "data" : "matrix", p.shape));
  const int operations =
      inputs - 1 + static_cast<int>(draw.weighted({inputs > 1 ? 0.25 : 0.0, 0.35, 0.35, 0.2, 0.1}));
  p.expression = draw_expression(draw, inputs, operations);
  name_a_constant(draw, task, p.expression);
  const Written reference = write_torch(p.expression, p.inputs);
  task.output(p.shape);
  task.returns(reference.text, reference.statements);
  const Rendered rendered = render_pointwise(draw, task, p, dialect);
  Drawn drawn = finished(task, rendered.code, rendered.variant);
  drawn.pointwise = p.expression;
  return drawn;
}

namespace {

// How a lower-rank tensor stretches over the axes of the data: which axes it has, and how the
// reference says so.
struct Stretched {
  std::vector<std::size_t> axes;  // of the data
  std::string suffix;             // ".unsqueeze(1)"
};

Stretched draw_stretch(Draw& draw, int rank) {
  if (rank == 2) {
    if (draw.chance(0.6))
      return {{0}, draw.pick({".unsqueeze(1)", ".unsqueeze(1)", ".unsqueeze(-1)", ".view(-1, 1)"})};
    return {{1}, draw.pick({"", "", ".unsqueeze(0)"})};
  }
  if (rank == 3) {
    switch (draw.below(4)) {
      case 0:
        return {{2}, ""};
      case 1:
        return {{1}, ".unsqueeze(1)"};
      case 2:
        return {{0}, ".view(-1, 1, 1)"};
      default:
        return {{0, 1}, ".unsqueeze(2)"};
    }
  }
  if (draw.chance(0.6)) return {{1}, ".view(1, -1, 1, 1)"};
  return {{3}, ""};
}

// The stretched tensor is read once per row where it does not change inside the row.
Nest broadcast_nest(const Axes& axes,
                    const std::vector<std::string>& leaves,
                    const Expression& expression) {
  Nest nest;
  for (std::size_t i = 0; i < axes.names.size(); ++i)
    nest.outputs.push_back({axes.vars[i], "0", axes.names[i], {}});
  nest.out_index = std::vector<std::string>(
      axes.vars.begin(), axes.vars.begin() + static_cast<std::ptrdiff_t>(axes.names.size()));
  nest.out_shape = axes.names;
  nest.finish = {expression, leaves, "", ""};
  return nest;
}

std::string cuda_broadcast(const TaskBuilder& task, const Nest& nest, const Written& value) {
  Source body(1);
  std::vector<std::string> extents;
  for (const Loop& loop : nest.outputs) extents.push_back(loop.hi);
  body.line("const int64_t idx = blockIdx.x * (int64_t)blockDim.x + threadIdx.x;");
  body.line("if (idx >= " + product(extents) + ") return;");
  decompose(body, "idx", nest.outputs);
  body.lines(value.statements).line("out[idx] = " + value.text + ";");
  return cuda_program(task, body, product(extents), 256);
}

// A vector times a tensor and nothing else is reserved (task 12) for matrices. Left out for every
// rank: a policy that only ever sees it with three axes takes the reserved one for those.
bool is_bare_product(const Expression& expression) {
  return expression.op != nullptr && std::string(expression.op->name) == "mul" &&
         expression.arguments[0].op == nullptr && expression.arguments[1].op == nullptr;
}

}  // namespace

Drawn draw_broadcast(Draw& draw, Dialect dialect) {
  TaskBuilder task(draw, "broadcast");
  const int rank = 2 + static_cast<int>(draw.weighted({0.75, 0.15, 0.1}));
  const Axes axes = draw_axes(task, rank, 1 << 20);
  const int vectors = draw.chance(0.25) ? 2 : 1;
  const bool vector_first = draw.chance(0.5);
  std::vector<std::string> torch_leaves(1), loads(1);
  std::vector<Stretched> stretched;
  const auto add_data = [&] {
    const std::string name = task.input(draw.chance(0.5) ? "matrix" : "data", axes.names);
    torch_leaves[0] = name;
    loads[0] = at(name, axes.vars, axes.names);
  };
  const auto add_vector = [&] {
    stretched.push_back(draw_stretch(draw, rank));
    std::vector<std::string> shape, index;
    for (const auto axis : stretched.back().axes) {
      shape.push_back(axes.names[axis]);
      index.push_back(axes.vars[axis]);
    }
    const std::string name = task.input(draw.chance(0.5) ? "matrix" : "vector", shape);
    if (draw.chance(0.2)) task.parameter();
    torch_leaves.push_back(name + stretched.back().suffix);
    loads.push_back(at(name, index, shape));
  };
  if (!vector_first) add_data();
  for (int i = 0; i < vectors; ++i) add_vector();
  if (vector_first) add_data();
  const int extra = static_cast<int>(draw.weighted({0.45, 0.35, 0.2}));
  Expression expression;
  if (draw.chance(0.5)) {
    // scale first, then the rest: the usual form
    std::vector<Expression> sides = {Expression::of_leaf(0), Expression::of_leaf(1)};
    if (draw.chance(0.5)) std::swap(sides[0], sides[1]);
    expression = apply(draw, draw.pick({"mul", "mul", "mul", "add", "sub"}), sides);
    if (vectors == 2)
      expression =
          apply(draw, draw.pick({"add", "mul", "sub"}), {expression, Expression::of_leaf(2)});
    for (int i = 0; i < extra; ++i) expression = draw_unary(draw, expression);
  } else {
    expression = draw_expression(draw, 1 + vectors, vectors + extra);
  }
  if (is_bare_product(expression)) return {};
  const Written reference = write_torch(expression, torch_leaves);
  task.output(axes.names);
  task.returns(reference.text, reference.statements);
  const Nest nest = broadcast_nest(axes, loads, expression);
  if (dialect == Dialect::kCuda) {
    return finished(
        task, cuda_broadcast(task, nest, write_code(expression, loads, dialect)), "cuda");
  }
  // Hoist loads that are fixed inside a row.
  std::vector<std::string> names = loads, hoisted;
  std::vector<Loop> loops = nest.outputs;
  const bool hoist = draw.chance(0.6);
  for (std::size_t i = 0; hoist && i < stretched.size(); ++i) {
    if (stretched[i].axes.back() + 1 == static_cast<std::size_t>(rank)) continue;
    const std::string name = hoisted.empty() ? "f" : "f2";
    hoisted.push_back("const float " + name + " = " + loads[i + 1] + ";");
    names[i + 1] = name;
  }
  loops[loops.size() - 2].first = hoisted;
  const Written value = write_code(expression, names, dialect);
  std::vector<std::string> body = with_store(value, at("out", nest.out_index, nest.out_shape));
  const bool serial = draw.chance(0.1);
  const bool collapse = rank > 2 && draw.chance(0.5);
  const bool simd = draw.chance(0.6);
  const std::string pragma =
      serial ? "" : threads_pragma(collapse ? Threads::kCollapse2 : Threads::kOuter);
  return finished(task,
                  nested_kernel(task, body, loops, pragma, simd),
                  std::string(serial     ? "serial"
                              : collapse ? "collapse"
                                         : "rows") +
                      (simd ? "_simd" : "") + (hoist ? "_hoist" : ""));
}

}  // namespace vegttt::pretrain
