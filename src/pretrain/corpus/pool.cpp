// Max and average pooling over one to three axes, strided, padded, dilated.
#include <algorithm>
#include <cctype>

#include "families.h"
#include "nest.h"

namespace vegttt::pretrain {
namespace {

// A constant of the task that is only there when it differs from its default.
struct Geometry {
  std::int64_t kernel, stride, padding, dilation;
};

Geometry draw_geometry(Draw& draw, bool max) {
  Geometry g{draw.pick(std::vector<std::int64_t>{2, 3, 3, 4, 5, 8}), 1, 0, 1};
  g.stride = draw.chance(0.4) ? 1 : draw.pick(std::vector<std::int64_t>{2, 2, 3, 4, g.kernel});
  if (draw.chance(0.6)) g.padding = draw.between(1, std::max<std::int64_t>(1, g.kernel / 2));
  if (g.kernel < 2) g.padding = 0;
  g.padding = std::min(g.padding, g.kernel / 2);
  if (max && draw.chance(0.4)) g.dilation = draw.between(2, 3);
  return g;
}

std::string list(std::int64_t value, int axes) {
  std::string text = "[";
  for (int i = 0; i < axes; ++i) text += (i ? ", " : "") + std::to_string(value);
  return text + "]";
}

// "(H + 2*padding - dilation*(kernel_size - 1) - 1)//stride + 1", shorter where constants have
// their defaults.
std::string output_size(const std::string& in, const Geometry& g) {
  std::string text = in;
  if (g.padding) text += " + 2*padding";
  text += g.dilation > 1 ? " - dilation*(kernel_size - 1)" : " - kernel_size";
  if (g.stride > 1) return "(" + text + (g.dilation > 1 ? " - 1" : "") + ")//stride + 1";
  return text + (g.dilation > 1 ? "" : " + 1");
}

std::string input_position(const std::string& out, const std::string& k, const Geometry& g) {
  std::string text = out;
  if (g.stride > 1) text += " * stride";
  if (g.padding) text += " - padding";
  return text + " + " + k + (g.dilation > 1 ? " * dilation" : "");
}

}  // namespace

Drawn draw_pool(Draw& draw, Dialect dialect) {
  TaskBuilder task(draw, "pool");
  const int axes = 1 + static_cast<int>(draw.weighted({0.3, 0.4, 0.3}));
  const bool max = draw.chance(0.5);
  const Geometry g = draw_geometry(draw, max);
  static const std::vector<std::vector<std::string>> names = {{"L"}, {"H", "W"}, {"D", "H", "W"}};
  static const std::vector<std::vector<std::string>> vars = {{"l"}, {"h", "w"}, {"d", "h", "w"}};
  const auto& in_vars = vars[static_cast<std::size_t>(axes - 1)];
  const std::string B = task.dim("BATCH", {"B", "N"}, draw_size(draw, 4), draw.between(2, 3));
  const std::string C = task.dim("C", {"CHANNELS", "F"}, draw_size(draw, 16), draw.between(2, 5));
  std::vector<std::string> in_shape = {B, C}, out_shape = {B, C};
  const std::int64_t scale = axes == 1 ? 4096 : axes == 2 ? 64 : 32;
  std::vector<std::string> sizes;
  for (const auto& name : names[static_cast<std::size_t>(axes - 1)])
    sizes.push_back(
        task.dim(name,
                 {name + "IN", name == "L" ? "LEN" : name + "0"},
                 draw_size(draw, scale),
                 draw.between(g.dilation * (g.kernel - 1) + 2, g.dilation * g.kernel + 9)));
  task.constant("kernel_size", g.kernel);
  if (g.stride > 1) task.constant("stride", g.stride);
  if (g.padding) task.constant("padding", g.padding);
  if (g.dilation > 1) task.constant("dilation", g.dilation);

  Nest nest;
  nest.outputs = {{"b", "0", B, {}}, {"c", "0", C, {}}};
  nest.out_index = {"b", "c"};
  std::vector<std::string> index = {"b", "c"};
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const std::string v = in_vars[i], o = "o" + v, k = axes == 1 ? "k" : "k" + v;
    in_shape.push_back(sizes[i]);
    const std::string upper(1, static_cast<char>(std::toupper(v[0])));
    const std::string out = task.derived(upper + "O", output_size(sizes[i], g));
    out_shape.push_back(out);
    nest.outputs.push_back({o, "0", out, {}});
    nest.out_index.push_back(o);
    index.push_back(v);
    std::vector<std::string> first = {"const int64_t " + v + " = " + input_position(o, k, g) + ";"};
    if (g.padding) first.push_back("if (" + v + " < 0 || " + v + " >= " + sizes[i] + ") continue;");
    nest.reductions.push_back({k, "0", "kernel_size", first});
  }
  const std::string x = task.input("data", in_shape);
  nest.out_shape = out_shape;
  nest.term = at(x, index, in_shape);
  nest.combine = max ? Combine::kMax : Combine::kSum;
  nest.rows_possible = false;
  DrawnFinish finish;
  finish.expression =
      draw.chance(0.7) ? Expression::of_leaf(0) : draw_unary(draw, Expression::of_leaf(0), true);
  nest.finish = {finish.expression, finish.leaves, "", ""};
  if (!max)
    nest.finish.mean_over = axes == 1   ? "kernel_size"
                            : axes == 2 ? "kernel_size * kernel_size"
                                        : "kernel_size * kernel_size * kernel_size";
  const std::string d = std::to_string(axes) + "d(";
  std::string call = (max ? "torch.max_pool" : "torch.avg_pool") + d + x +
                     ", kernel_size=" + list(g.kernel, axes) + ", stride=" + list(g.stride, axes);
  if (g.padding || draw.chance(0.2)) call += ", padding=" + list(g.padding, axes);
  if (g.dilation > 1) call += ", dilation=" + list(g.dilation, axes);
  const Written reference = finish.reference(call + ")");
  task.output(out_shape);
  task.returns(reference.text, reference.statements);
  const Rendered rendered = render(draw, task, nest, dialect);
  return finished(task, rendered.code, rendered.variant);
}

}  // namespace vegttt::pretrain
