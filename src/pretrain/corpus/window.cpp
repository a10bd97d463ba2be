#include "window.h"

#include <algorithm>
#include <cctype>

namespace vegttt::pretrain {

std::string Setting::list() const {
  std::string text = "[";
  for (std::size_t i = 0; i < values.size(); ++i)
    text += (i ? ", " : "") + std::to_string(values[i]);
  return text + "]";
}

namespace {

// One value for all axes ("stride") or one per axis ("stride_h"); left out where it is the default.
Setting draw_setting(TaskBuilder& task,
                     const std::string& name,
                     const std::vector<std::string>& vars,
                     bool present,
                     std::int64_t usual,
                     std::int64_t lo,
                     std::int64_t hi) {
  Draw& draw = task.draw();
  Setting setting;
  setting.values.assign(vars.size(), usual);
  setting.names.assign(vars.size(), "");
  if (!present) return setting;
  if (vars.size() == 1 || draw.chance(0.65)) {
    const std::int64_t value = draw.between(lo, hi);
    task.constant(name, value);
    setting.values.assign(vars.size(), value);
    setting.names.assign(vars.size(), name);
    return setting;
  }
  for (std::size_t i = 0; i < vars.size(); ++i) {
    setting.values[i] = draw.between(std::min(usual, lo), hi);
    setting.names[i] = task.constant(name + "_" + vars[i], setting.values[i]);
  }
  return setting;
}

std::string covered(const Window& w, std::size_t i) {
  if (w.kernels[i] == "1") return "";
  return w.dilation.names[i].empty() ? w.kernels[i]
                                     : w.dilation.names[i] + "*(" + w.kernels[i] + " - 1)";
}

std::string conv_size(const Window& w, std::size_t i) {
  std::string text = w.sizes[i];
  if (!w.padding.names[i].empty()) text += " + 2*" + w.padding.names[i];
  const bool dilated = !w.dilation.names[i].empty();
  const std::string span = covered(w, i);
  if (w.stride.names[i].empty()) return text + " - " + span + (dilated ? "" : " + 1");
  return "(" + text + " - " + span + (dilated ? " - 1" : "") + ")//" + w.stride.names[i] + " + 1";
}

std::string transposed_size(const Window& w, std::size_t i) {
  const bool strided = !w.stride.names[i].empty(), dilated = !w.dilation.names[i].empty();
  std::string text = strided ? "(" + w.sizes[i] + " - 1)*" + w.stride.names[i] : w.sizes[i];
  if (!w.padding.names[i].empty()) text += " - 2*" + w.padding.names[i];
  text += " + " + covered(w, i);
  if (strided && dilated) text += " + 1";
  if (!strided && !dilated) text += " - 1";
  return text;
}

}  // namespace

Window draw_window(TaskBuilder& task, int axes, const WindowOptions& options) {
  static const std::vector<std::vector<std::string>> sizes = {{"L"}, {"H", "W"}, {"D", "H", "W"}};
  static const std::vector<std::vector<std::string>> vars = {{"l"}, {"h", "w"}, {"d", "h", "w"}};
  Draw& draw = task.draw();
  Window w;
  w.axes = axes;
  w.in = vars[static_cast<std::size_t>(axes - 1)];
  const std::int64_t scale = options.scale ? options.scale : axes == 1 ? 1024 : axes == 2 ? 32 : 10;
  const bool square = draw.chance(0.5);
  const std::int64_t kernel = draw.pick(std::vector<std::int64_t>{3, 3, 3, 5, 2, 4, 7});
  const std::int64_t side = draw_size(draw, scale);
  for (const auto& name : sizes[static_cast<std::size_t>(axes - 1)])
    w.sizes.push_back(
        task.dim(name,
                 {name + "IN", name == "L" ? "LEN" : name + "0"},
                 square ? side : draw_size(draw, scale),
                 draw.between(options.transposed ? 2 : 9, options.transposed ? 5 : 13)));
  for (const auto& var : w.in) {
    w.out.push_back("o" + var);
    w.k.push_back(axes == 1 ? "k" : "k" + var);
    const std::string upper(1, static_cast<char>(std::toupper(var[0])));
    const std::int64_t size =
        square ? kernel : draw.pick(std::vector<std::int64_t>{3, 3, 5, 7, 2, 1, 9});
    w.kernels.push_back(options.pointwise ? "1"
                        : axes == 1
                            ? task.dim("K", {"KS", "KL"}, size, std::min<std::int64_t>(size, 4))
                            : task.dim("K" + upper,
                                       {"R" + upper, "K" + upper + "S"},
                                       size,
                                       std::min<std::int64_t>(size, 4)));
  }
  w.stride = draw_setting(task, "stride", w.in, draw.chance(options.strided), 1, 2, 4);
  w.padding = draw_setting(
      task, "padding", w.in, draw.chance(options.padded), 0, 1, options.transposed ? 2 : 3);
  w.dilation = draw_setting(task, "dilation", w.in, draw.chance(options.dilated), 1, 2, 3);
  for (std::size_t i = 0; i < w.sizes.size(); ++i) {
    const std::string upper(1, static_cast<char>(std::toupper(w.in[i][0])));
    if (options.pointwise && w.stride.names[i].empty() && w.padding.names[i].empty()) {
      w.out_sizes.push_back(w.sizes[i]);
    } else {
      w.out_sizes.push_back(
          task.derived(upper + "O", options.transposed ? transposed_size(w, i) : conv_size(w, i)));
    }
  }
  return w;
}

}  // namespace vegttt::pretrain
