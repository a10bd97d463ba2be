// Transposed convolutions. Gathering: every output element looks for the inputs that reach it.
// Scattering: every input element is added to the outputs that it reaches.
#include "families.h"
#include "nest.h"
#include "window.h"

namespace vegttt::pretrain {
namespace {

struct Transposed {
  Window w;
  std::string B, CIN, COUT, x, weight;
  std::vector<std::string> x_shape, w_shape, out_shape, out_index;
  std::string ci_lo = "0", ci_hi;         // range of input channels
  std::string ci = "ci", w_co = "co";     // channel of the load, second index of the weight
  std::vector<std::string> output_first;  // names of the group
};

std::string reach(const Window& w, std::size_t i) {
  return w.k[i] + (w.dilation.names[i].empty() ? "" : " * " + w.dilation.names[i]);
}

std::string back(const Window& w, std::size_t i) {
  return w.out[i] + (w.padding.names[i].empty() ? "" : " + " + w.padding.names[i]) + " - " +
         reach(w, i);
}

// From an output position back to the input, leaving the loop where there is none.
std::vector<std::string> gather_lines(const Window& w, std::size_t i) {
  const std::string& v = w.in[i];
  if (w.stride.names[i].empty())
    return {"const int64_t " + v + " = " + back(w, i) + ";",
            "if (" + v + " < 0 || " + v + " >= " + w.sizes[i] + ") continue;"};
  const std::string& s = w.stride.names[i];
  return {"const int64_t " + v + "s = " + back(w, i) + ";",
          "if (" + v + "s < 0 || " + v + "s % " + s + " != 0 || " + v + "s / " + s +
              " >= " + w.sizes[i] + ") continue;",
          "const int64_t " + v + " = " + v + "s / " + s + ";"};
}

Nest gather_nest(const Transposed& t) {
  Nest nest;
  nest.outputs = {{"b", "0", t.B, {}}, {"co", "0", t.COUT, {}}};
  nest.out_shape = t.out_shape;
  nest.out_index = t.out_index;
  nest.output_first = t.output_first;
  nest.reductions = {{"ci", t.ci_lo, t.ci_hi, {}}};
  std::vector<std::string> x_index = {"b", t.ci}, w_index = {t.ci, t.w_co};
  for (std::size_t i = 0; i < t.w.in.size(); ++i) {
    nest.outputs.push_back({t.w.out[i], "0", t.w.out_sizes[i], {}});
    nest.reductions.push_back({t.w.k[i], "0", t.w.kernels[i], gather_lines(t.w, i)});
    x_index.push_back(t.w.in[i]);
    w_index.push_back(t.w.k[i]);
  }
  nest.term = at(t.x, x_index, t.x_shape) + " * " + at(t.weight, w_index, t.w_shape);
  nest.rows_possible = false;
  return nest;
}

// Stride 1 along the last axis: a weight times a row of the input, moved by the weight's place.
Nest rows_nest(const Transposed& t) {
  Nest nest = gather_nest(t);
  const std::size_t last = t.w.in.size() - 1;
  std::vector<std::string> x_index = {"b", t.ci}, w_index = {t.ci, t.w_co};
  for (std::size_t i = 0; i < last; ++i) x_index.push_back(t.w.in[i]), w_index.push_back(t.w.k[i]);
  x_index.push_back(back(t.w, last));
  w_index.push_back(t.w.k[last]);
  nest.reductions.back().first = {"const float f = " + at(t.weight, w_index, t.w_shape) + ";"};
  nest.term = "f * " + at(t.x, x_index, t.x_shape);
  const std::string move = reach(t.w, last);
  const std::string& pad = t.w.padding.names[last];
  nest.row_lo = pad.empty() ? move : "std::max<int64_t>(0, " + move + " - " + pad + ")";
  nest.row_hi = pad.empty() ? t.w.sizes[last] + " + " + move
                            : "std::min(" + t.w.out_sizes[last] + ", " + t.w.sizes[last] + " + " +
                                  move + " - " + pad + ")";
  return nest;
}

std::string forward(const Window& w, std::size_t i) {
  return w.in[i] + (w.stride.names[i].empty() ? "" : " * " + w.stride.names[i]) + " + " +
         reach(w, i);
}

// Without padding every input reaches all places of its window.
std::string scatter(const TaskBuilder& task,
                    const Transposed& t,
                    const Finish& finish,
                    bool threads) {
  const std::string area = product(t.w.out_sizes);
  Source source;
  source.open(task.signature());
  if (threads) source.line(threads_pragma(Threads::kCollapse2));
  source.loop("b", "0", t.B).loop("co", "0", t.COUT).lines(t.output_first);
  source.line("float* plane = out + (b * " + t.COUT + " + co) * " + grouped(area) + ";");
  source.each("i", "0", area, "plane[i] = 0.0f;");
  const int depth = source.depth();
  source.loop("ci", t.ci_lo, t.ci_hi);
  std::vector<std::string> x_index = {"b", t.ci}, w_index = {t.ci, t.w_co}, out_index;
  for (std::size_t i = 0; i < t.w.in.size(); ++i) {
    source.loop(t.w.in[i], "0", t.w.sizes[i]);
    x_index.push_back(t.w.in[i]);
    w_index.push_back(t.w.k[i]);
    out_index.push_back(t.w.in.size() > 1 && i + 1 < t.w.in.size() ? "(" + forward(t.w, i) + ")"
                                                                   : forward(t.w, i));
  }
  source.line("const float v = " + at(t.x, x_index, t.x_shape) + ";");
  for (std::size_t i = 0; i + 1 < t.w.k.size(); ++i) source.loop(t.w.k[i], "0", t.w.kernels[i]);
  source.each(
      t.w.k.back(),
      "0",
      t.w.kernels.back(),
      at("plane", out_index, t.w.out_sizes) + " += v * " + at(t.weight, w_index, t.w_shape) + ";");
  source.close_to(depth);
  const Written value = finish.code("plane[i]", Dialect::kCpp);
  if (value.text != "plane[i]")
    source.loop("i", "0", area).lines(value.statements).line("plane[i] = " + value.text + ";");
  source.close_to(0);
  return source.text();
}

std::string call(const Transposed& t, const std::string& bias, const std::string& groups) {
  std::string text = "torch.conv_transpose" + std::to_string(t.w.axes) + "d(" + t.x + ", " +
                     t.weight + ", " + bias + ", stride=" + t.w.stride.list() +
                     ", padding=" + t.w.padding.list();
  if (!groups.empty()) text += ", groups=" + groups;
  bool dilated = false;
  for (const auto& name : t.w.dilation.names) dilated = dilated || !name.empty();
  if (dilated) text += ", dilation=" + t.w.dilation.list();
  return text + ")";
}

}  // namespace

Drawn draw_conv_transpose(Draw& draw, Dialect dialect) {
  TaskBuilder task(draw, "conv_transpose");
  Transposed t;
  t.B = task.dim("BATCH", {"B", "N"}, draw_size(draw, 2), draw.between(2, 3));
  t.CIN = task.dim("CIN", {"C_IN", "IC", "INC"}, draw_size(draw, 32), draw.between(3, 5));
  t.COUT = task.dim("COUT", {"C_OUT", "OC", "OUTC"}, draw_size(draw, 32), draw.between(3, 6));
  WindowOptions options;
  options.transposed = true;
  options.strided = 0.4;
  options.padded = 0.35;
  t.w = draw_window(task, 1 + static_cast<int>(draw.weighted({0.3, 0.4, 0.3})), options);
  t.x_shape = {t.B, t.CIN};
  t.x_shape.insert(t.x_shape.end(), t.w.sizes.begin(), t.w.sizes.end());
  t.x = task.input("data", t.x_shape);
  std::string groups;
  std::vector<std::string> declared = {t.CIN, t.COUT};
  t.w_shape = {t.CIN, t.COUT};
  t.ci_hi = t.CIN;
  if (draw.chance(0.2)) {
    const std::int64_t count = draw.pick(std::vector<std::int64_t>{2, 4, 4, 8});
    task.constant("groups", count);
    groups = std::to_string(count);
    task.make_multiple(t.CIN, count);
    task.make_multiple(t.COUT, count);
    declared[1] = t.COUT + "//groups";
    t.w_shape[1] = "(" + t.COUT + " / groups)";
    t.output_first = {"const int64_t g = co / (" + t.COUT + " / groups);"};
    t.ci_lo = "g * (" + t.CIN + " / groups)";
    t.ci_hi = "(g + 1) * (" + t.CIN + " / groups)";
    t.w_co = "co % (" + t.COUT + " / groups)";
  }
  for (const auto& kernel : t.w.kernels) declared.push_back(kernel), t.w_shape.push_back(kernel);
  t.weight = task.input("weight", declared);
  task.parameter();
  const bool bias = draw.chance(0.4);
  std::string bias_name = "None";
  if (bias) {
    bias_name = task.input("bias", {t.COUT});
    task.parameter();
  }
  t.out_shape = {t.B, t.COUT};
  t.out_shape.insert(t.out_shape.end(), t.w.out_sizes.begin(), t.w.out_sizes.end());
  t.out_index = {"b", "co"};
  t.out_index.insert(t.out_index.end(), t.w.out.begin(), t.w.out.end());
  const DrawnFinish finish = draw_finish(task, t.out_shape, t.out_index, 1, bias ? 0.6 : 0.15);
  const Written reference = finish.reference(call(t, bias_name, groups));
  task.output(t.out_shape);
  task.returns(reference.text, reference.statements);
  const Finish last{finish.expression, finish.leaves, "", bias ? bias_name + "[co]" : ""};
  Nest points = gather_nest(t);
  points.finish = last;
  if (dialect == Dialect::kCuda) {
    const Rendered rendered = render(draw, task, points, dialect);
    return finished(task, rendered.code, rendered.variant);
  }
  bool padded = false;
  for (const auto& name : t.w.padding.names) padded = padded || !name.empty();
  // A row or plane form has no place for leaves that use the output's position.
  const bool whole = finish.leaves.size() > 1 && finish.leaves[1].find('[') != std::string::npos &&
                     finish.leaves[1].find("[co]") == std::string::npos;
  if (!padded && !whole && draw.chance(0.4)) {
    const bool threads = draw.chance(0.9);
    return finished(task, scatter(task, t, last, threads), threads ? "scatter" : "scatter_serial");
  }
  if (t.w.stride.names.back().empty() && draw.chance(0.6)) {
    Nest rows = rows_nest(t);
    rows.finish = last;
    const Threads threads = draw.chance(0.1) ? Threads::kNone : Threads::kCollapse2;
    return finished(task,
                    render_rows(task, rows, threads, false),
                    threads == Threads::kNone ? "rows_serial" : "rows");
  }
  const Rendered rendered = render(draw, task, points, dialect);
  return finished(task, rendered.code, rendered.variant);
}

}  // namespace vegttt::pretrain
