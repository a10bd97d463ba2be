// Convolutions over one to three axes: strided, padded, dilated, grouped, depthwise, pointwise,
// with bias and more.
#include "families.h"
#include "nest.h"
#include "window.h"

namespace vegttt::pretrain {
namespace {

struct Conv {
  Window w;
  std::string B, CIN, COUT;
  std::string x, weight;
  std::vector<std::string> x_shape, w_shape, out_shape, out_index;
  std::vector<Loop> channel_loops;   // reduction over input channels
  std::string x_channel;             // index of the input channel
  std::vector<std::string> w_index;  // without the window's part
  std::string co = "co";
};

// Where the window reads along axis i: "oh * stride - padding + kh * dilation".
std::string position(const Window& w, std::size_t i) {
  std::string text = w.out[i];
  if (!w.stride.names[i].empty()) text += " * " + w.stride.names[i];
  if (!w.padding.names[i].empty()) text += " - " + w.padding.names[i];
  if (w.kernels[i] == "1") return text;
  return text + " + " + w.k[i] + (w.dilation.names[i].empty() ? "" : " * " + w.dilation.names[i]);
}

Nest points_nest(const Conv& c) {
  Nest nest;
  nest.outputs = {{"b", "0", c.B, {}}, {c.co, "0", c.COUT, {}}};
  nest.out_shape = c.out_shape;
  nest.out_index = {"b", c.co};
  nest.reductions = c.channel_loops;
  std::vector<std::string> x_index = {"b", c.x_channel}, w_index = c.w_index;
  for (std::size_t i = 0; i < c.w.in.size(); ++i) {
    nest.outputs.push_back({c.w.out[i], "0", c.w.out_sizes[i], {}});
    nest.out_index.push_back(c.w.out[i]);
    const bool padded = !c.w.padding.names[i].empty(),
               plain = c.w.kernels[i] == "1" && c.w.stride.names[i].empty() && !padded;
    w_index.push_back(c.w.k[i]);
    if (plain) {
      x_index.push_back(c.w.out[i]);
      continue;
    }
    Loop loop{c.w.k[i], "0", c.w.kernels[i], {}};
    // The innermost position is written into the load where no range check needs it.
    if (padded || i + 1 < c.w.in.size()) {
      loop.first.push_back("const int64_t " + c.w.in[i] + " = " + position(c.w, i) + ";");
      if (padded)
        loop.first.push_back("if (" + c.w.in[i] + " < 0 || " + c.w.in[i] + " >= " + c.w.sizes[i] +
                             ") continue;");
      x_index.push_back(c.w.in[i]);
    } else {
      x_index.push_back(position(c.w, i));
    }
    nest.reductions.push_back(loop);
  }
  nest.term = at(c.x, x_index, c.x_shape) + " * " + at(c.weight, w_index, c.w_shape);
  nest.rows_possible = false;
  return nest;
}

// One weight against a whole row of the input.
Nest rows_nest(const Conv& c) {
  Nest nest = points_nest(c);
  const std::size_t last = c.w.in.size() - 1;
  std::vector<std::string> x_index = {"b", c.x_channel}, w_index = c.w_index;
  for (std::size_t i = 0; i < last; ++i) x_index.push_back(c.w.in[i]), w_index.push_back(c.w.k[i]);
  x_index.push_back(position(c.w, last));
  w_index.push_back(c.w.k[last]);
  nest.reductions.back().first = {"const float f = " + at(c.weight, w_index, c.w_shape) + ";"};
  nest.term = "f * " + at(c.x, x_index, c.x_shape);
  if (!c.w.padding.names[last].empty()) {
    if (c.w.stride.names[last].empty()) {
      const std::string reach =
          c.w.k[last] + (c.w.dilation.names[last].empty() ? "" : " * " + c.w.dilation.names[last]);
      nest.row_lo = "std::max<int64_t>(0, " + c.w.padding.names[last] + " - " + reach + ")";
      nest.row_hi = "std::min(" + c.w.out_sizes[last] + ", " + c.w.sizes[last] + " + " +
                    c.w.padding.names[last] + " - " + reach + ")";
    } else {
      const std::string p = position(c.w, last);
      nest.row_guard = p + " >= 0 && " + p + " < " + c.w.sizes[last];
    }
  }
  return nest;
}

std::string call(const Conv& c, const std::string& bias, const std::string& groups) {
  std::string text = "torch.conv" + std::to_string(c.w.axes) + "d(" + c.x + ", " + c.weight + ", " +
                     bias + ", stride=" + c.w.stride.list() + ", padding=" + c.w.padding.list();
  bool dilated = false;
  for (const auto& name : c.w.dilation.names) dilated = dilated || !name.empty();
  if (dilated) text += ", dilation=" + c.w.dilation.list();
  if (!groups.empty()) text += ", groups=" + groups;
  return text + ")";
}

// The rest of every convolution: bias, what follows, rendering.
Drawn finish_conv(TaskBuilder& task, Conv& c, const std::string& groups, Dialect dialect) {
  Draw& draw = task.draw();
  const bool bias = draw.chance(0.4);
  std::string bias_name = "None";
  if (bias) {
    bias_name = task.input("bias", {c.COUT});
    task.parameter();
  }
  c.out_shape = {c.B, c.COUT};
  c.out_shape.insert(c.out_shape.end(), c.w.out_sizes.begin(), c.w.out_sizes.end());
  c.out_index = {"b", c.co};
  c.out_index.insert(c.out_index.end(), c.w.out.begin(), c.w.out.end());
  const DrawnFinish finish = draw_finish(task, c.out_shape, c.out_index, 1, bias ? 0.6 : 0.15);
  const Written reference = finish.reference(call(c, bias_name, groups));
  task.output(c.out_shape);
  task.returns(reference.text, reference.statements);
  const Finish last{finish.expression, finish.leaves, "", bias ? bias_name + "[" + c.co + "]" : ""};
  Nest points = points_nest(c);
  points.finish = last;
  if (points.reductions.empty()) return finished(task, "", "");
  if (dialect == Dialect::kCpp && c.w.kernels.back() != "1" && draw.chance(0.45)) {
    Nest rows = rows_nest(c);
    rows.finish = last;
    const Threads threads = draw.chance(0.1)    ? Threads::kNone
                            : draw.chance(0.75) ? Threads::kCollapse2
                                                : Threads::kOuter;
    return finished(task,
                    render_rows(task, rows, threads, false),
                    threads == Threads::kNone ? "rows_serial" : "rows");
  }
  if (dialect == Dialect::kCpp && c.w.kernels.back() == "1" && c.w.stride.names.back().empty() &&
      c.w.padding.names.back().empty() && !c.channel_loops.empty() && draw.chance(0.5)) {
    // Pointwise: a channel at a time over the row.
    Nest rows = points;
    std::vector<std::string> w_index = c.w_index;
    w_index.insert(w_index.end(), c.w.in.size(), "0");
    rows.reductions.back().first.push_back("const float f = " + at(c.weight, w_index, c.w_shape) +
                                           ";");
    rows.term = "f * " + rows.term.substr(0, rows.term.find(" * " + c.weight));
    return finished(
        task,
        render_rows(task, rows, draw.chance(0.75) ? Threads::kCollapse2 : Threads::kOuter, false),
        "rows");
  }
  const Rendered rendered = render(draw, task, points, dialect);
  return finished(task, rendered.code, rendered.variant);
}

int draw_rank(Draw& draw) { return 1 + static_cast<int>(draw.weighted({0.25, 0.45, 0.3})); }

}  // namespace

Drawn draw_conv(Draw& draw, Dialect dialect) {
  TaskBuilder task(draw, "conv");
  Conv c;
  const bool pointwise = draw.chance(0.18), grouped_channels = !pointwise && draw.chance(0.2);
  const int axes =
      pointwise ? 1 + static_cast<int>(draw.weighted({0.25, 0.6, 0.15})) : draw_rank(draw);
  c.B = task.dim("BATCH", {"B", "N"}, draw_size(draw, 2), draw.between(2, 3));
  c.CIN = task.dim("CIN",
                   {"C_IN", "IC", "INC"},
                   draw.chance(0.25) ? 3 : draw_size(draw, 32),
                   draw.between(3, 5));
  c.COUT = task.dim("COUT", {"C_OUT", "OC", "OUTC"}, draw_size(draw, 64), draw.between(3, 6));
  WindowOptions options;
  options.pointwise = pointwise;
  if (pointwise) options.padded = 0, options.dilated = 0, options.strided = 0.15;
  c.w = draw_window(task, axes, options);
  c.x_shape = {c.B, c.CIN};
  c.x_shape.insert(c.x_shape.end(), c.w.sizes.begin(), c.w.sizes.end());
  c.x = task.input("data", c.x_shape);
  std::string groups, depth = c.CIN;
  c.x_channel = "ci";
  if (grouped_channels) {
    const std::int64_t count = draw.pick(std::vector<std::int64_t>{2, 4, 4, 8});
    task.constant("groups", count);
    groups = std::to_string(count);
    task.make_multiple(c.CIN, count);
    task.make_multiple(c.COUT, count);
    depth = "(" + c.CIN + " / groups)";
    c.x_channel = "co / (" + c.COUT + " / groups) * " + depth + " + ci";
  }
  std::vector<std::string> declared = {c.COUT, grouped_channels ? c.CIN + "//groups" : c.CIN};
  c.w_shape = {c.COUT, depth};
  for (const auto& kernel : c.w.kernels) declared.push_back(kernel), c.w_shape.push_back(kernel);
  c.weight = task.input("weight", declared);
  task.parameter();
  c.channel_loops = {{"ci", "0", depth, {}}};
  c.w_index = {"co", "ci"};
  return finish_conv(task, c, groups, dialect);
}

Drawn draw_depthwise(Draw& draw, Dialect dialect) {
  TaskBuilder task(draw, "depthwise");
  Conv c;
  c.B = task.dim("BATCH", {"B", "N"}, draw_size(draw, 4), draw.between(2, 3));
  c.CIN = c.COUT = task.dim("C", {"CHANNELS", "CIN", "F"}, draw_size(draw, 32), draw.between(3, 6));
  WindowOptions options;
  options.scale = 0;
  c.w = draw_window(task, draw.chance(0.75) ? 2 : draw.chance(0.6) ? 1 : 3, options);
  c.x_shape = {c.B, c.CIN};
  c.x_shape.insert(c.x_shape.end(), c.w.sizes.begin(), c.w.sizes.end());
  c.x = task.input("data", c.x_shape);
  c.w_shape = {c.CIN, "1"};
  for (const auto& kernel : c.w.kernels) c.w_shape.push_back(kernel);
  c.weight = task.input("weight", c.w_shape);
  task.parameter();
  c.co = c.x_channel = "c";
  c.w_index = {"c", "0"};
  return finish_conv(task, c, c.x + ".size(1)", dialect);
}

}  // namespace vegttt::pretrain
