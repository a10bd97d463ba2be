#include "families.h"

#include <cmath>

#include "source.h"

namespace vegttt::pretrain {
namespace {

struct Layout {
  std::vector<std::vector<std::string>> likely;  // by axis: the usual name first
  std::vector<std::string> vars;
};

// Axis names by rank; one row of names is one way to call the axes.
const std::vector<Layout>& layouts(int rank) {
  static const std::vector<std::vector<Layout>> by_rank = {
      {},
      {{{{"N", "LENGTH", "SIZE", "TOTAL"}}, {"i"}}},
      {{{{"ROWS", "R", "BATCH", "H"}, {"COLS", "DIM", "W", "FEATURES"}}, {"i", "j"}},
       {{{"M", "P", "ROWS"}, {"N", "Q", "COLS"}}, {"i", "j"}},
       {{{"N", "K", "H"}, {"M", "K", "W"}}, {"i", "j"}},
       {{{"BATCH", "B", "N"}, {"DIM", "D", "CLASSES"}}, {"i", "j"}}},
      {{{{"BATCH", "B", "N"}, {"ROWS", "R", "SEQ", "T"}, {"COLS", "DIM", "E"}}, {"b", "i", "j"}},
       {{{"BATCH", "B", "N"}, {"C", "CHANNELS", "F"}, {"L", "LEN", "T"}}, {"b", "c", "l"}},
       {{{"BATCH", "B"}, {"M", "H"}, {"N", "W"}}, {"b", "i", "j"}}},
      {{{{"BATCH", "B", "N"},
         {"C", "CHANNELS", "F"},
         {"H", "HEIGHT", "ROWS"},
         {"W", "WIDTH", "COLS"}},
        {"b", "c", "h", "w"}}},
      {{{{"BATCH", "B", "N"}, {"C", "CHANNELS"}, {"D", "DEPTH"}, {"H", "HEIGHT"}, {"W", "WIDTH"}},
        {"b", "c", "d", "h", "w"}}},
  };
  return by_rank[static_cast<std::size_t>(rank)];
}

}  // namespace

Axes draw_axes(TaskBuilder& task, int rank, std::int64_t elements) {
  const Layout& layout = task.draw().pick(layouts(rank));
  const auto side = static_cast<std::int64_t>(std::pow(static_cast<double>(elements), 1.0 / rank));
  Axes axes{{}, layout.vars};
  for (const auto& names : layout.likely) {
    const std::vector<std::string> others(names.begin() + 1, names.end());
    axes.names.push_back(
        task.dim(names[0], others, draw_size(task.draw(), side), draw_tiny(task.draw())));
  }
  return axes;
}

Expression draw_epilogue(Draw& draw, int operations) {
  Expression expression = Expression::of_leaf(0);
  for (int i = 0; i < operations; ++i) expression = draw_unary(draw, std::move(expression), true);
  return expression;
}

Written DrawnFinish::reference(const std::string& operation) const {
  std::vector<std::string> texts = torch;
  texts[0] = operation;
  return write_torch(expression, texts);
}

namespace {

// How a tensor over one axis is spelled so that it stretches over `rank` axes.
std::string stretched(Draw& draw, const std::string& name, std::size_t axis, std::size_t rank) {
  if (axis + 1 == rank) return name;
  if (rank == 2) return name + draw.pick({".unsqueeze(1)", ".view(-1, 1)"});
  std::string view;
  for (std::size_t i = 0; i < rank; ++i)
    view += std::string(i ? ", " : "") + (i == axis ? "-1" : "1");
  return name + ".view(" + view + ")";
}

}  // namespace

DrawnFinish draw_finish(TaskBuilder& task,
                        const std::vector<std::string>& shape,
                        const std::vector<std::string>& index,
                        std::size_t channel,
                        double plain) {
  Draw& draw = task.draw();
  DrawnFinish finish;
  finish.expression = Expression::of_leaf(0);
  if (draw.chance(plain)) return finish;
  const bool tensor = draw.chance(0.4);
  if (tensor && draw.chance(0.3)) finish.expression = draw_unary(draw, finish.expression, true);
  if (tensor) {
    const bool whole = draw.chance(0.3);
    const std::size_t axis =
        draw.chance(0.7)
            ? channel
            : static_cast<std::size_t>(draw.below(static_cast<std::int64_t>(shape.size())));
    std::string name;
    if (whole) {
      name = task.input("matrix", shape);
      finish.leaves.push_back(at(name, index, shape));
      finish.torch.push_back(name);
    } else {
      name = task.input("bias", {shape[axis]});
      if (draw.chance(0.6)) task.parameter();
      finish.leaves.push_back(name + "[" + index[axis] + "]");
      finish.torch.push_back(stretched(draw, name, axis, shape.size()));
    }
    std::vector<Expression> sides = {finish.expression, Expression::of_leaf(1)};
    if (draw.chance(0.25)) std::swap(sides[0], sides[1]);
    finish.expression = apply(draw, draw.pick({"add", "add", "add", "mul", "mul", "sub"}), sides);
  }
  const int operations = tensor ? static_cast<int>(draw.weighted({0.5, 0.4, 0.1}))
                                : 1 + static_cast<int>(draw.weighted({0.75, 0.25}));
  for (int i = 0; i < operations; ++i)
    finish.expression = draw_unary(draw, finish.expression, true);
  return finish;
}

Drawn finished(TaskBuilder& task, std::string code, std::string variant) {
  return {task.task(), task.output_is_index(), std::move(code), std::move(variant), std::nullopt};
}

}  // namespace vegttt::pretrain
