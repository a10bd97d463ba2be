// One function per family: draws a task of the family and a kernel for it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "draw.h"
#include "expression.h"
#include "task_builder.h"
#include "vegttt/tasks/task.h"

namespace vegttt::pretrain {

struct Drawn {
  tasks::Task task;
  bool index_output = false;
  std::string code;
  std::string variant;
  // Pointwise tasks: the expression, so that equality with a reserved task is seen at once.
  std::optional<Expression> pointwise;
};
using Family = Drawn (*)(Draw&, Dialect);

Drawn draw_elementwise(Draw& draw, Dialect dialect);
Drawn draw_broadcast(Draw& draw, Dialect dialect);
Drawn draw_matmul(Draw& draw, Dialect dialect);
Drawn draw_triangular(Draw& draw, Dialect dialect);
Drawn draw_matvec(Draw& draw, Dialect dialect);
Drawn draw_reduce(Draw& draw, Dialect dialect);
Drawn draw_argreduce(Draw& draw, Dialect dialect);
Drawn draw_norm(Draw& draw, Dialect dialect);
Drawn draw_affine_norm(Draw& draw, Dialect dialect);
Drawn draw_softmax(Draw& draw, Dialect dialect);
Drawn draw_pool(Draw& draw, Dialect dialect);
Drawn draw_scan(Draw& draw, Dialect dialect);
Drawn draw_loss(Draw& draw, Dialect dialect);
Drawn draw_row_loss(Draw& draw, Dialect dialect);
Drawn draw_conv(Draw& draw, Dialect dialect);
Drawn draw_depthwise(Draw& draw, Dialect dialect);
Drawn draw_conv_transpose(Draw& draw, Dialect dialect);
Drawn draw_attention(Draw& draw, Dialect dialect);

// Names, sizes of `rank` axes as the benchmark's files have them.
struct Axes {
  std::vector<std::string> names;
  std::vector<std::string> vars;  // loop variables, outermost first
};
Axes draw_axes(TaskBuilder& task, int rank, std::int64_t elements);

// A pointwise expression after an operation: leaf 0 is the operation's value. `operations` may be
// 0.
Expression draw_epilogue(Draw& draw, int operations);

// A drawn end of an operation: operators on its value, at times with a further tensor (bias,
// residual, row scale).
struct DrawnFinish {
  Expression expression;
  std::vector<std::string> leaves = {"acc"};  // in code; leaf 0 is the value
  std::vector<std::string> torch = {""};  // in the reference; [0] is set to the operation's text
  Written reference(const std::string& operation) const;
};
// `channel`: axis that a bias belongs to. `plain`: probability that nothing follows.
DrawnFinish draw_finish(TaskBuilder& task,
                        const std::vector<std::string>& shape,
                        const std::vector<std::string>& index,
                        std::size_t channel,
                        double plain);

Drawn finished(TaskBuilder& task, std::string code, std::string variant);

}  // namespace vegttt::pretrain
