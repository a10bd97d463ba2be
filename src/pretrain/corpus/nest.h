// A loop nest: for every output element, combine terms over the reduction loops, then finish the
// value. Matrix products, reductions, convolutions, pooling and losses all have this form; the
// renderers below are the ways to run it, from naive to fast.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "expression.h"
#include "source.h"
#include "task_builder.h"

namespace vegttt::pretrain {

struct Loop {
  std::string var, lo, hi;
  std::vector<std::string>
      first;  // statements at the top of the loop's body (input positions, range checks)
};

enum class Combine { kSum, kMax, kMin, kProduct };
std::string start_of(Combine combine);  // "0.0f", "-INFINITY"
std::string combined(Combine combine,
                     const std::string& into,
                     const std::string& term);  // "acc += term;"
std::string reduction_sign(Combine combine);    // "+", "max"

// What happens to a combined value before it is stored: an expression whose leaf 0 is the value.
// The other leaves are loads that may use the output loops' variables.
struct Finish {
  Expression expression = Expression::of_leaf(0);
  std::vector<std::string> leaves = {"acc"};
  std::string mean_over = {};  // the value is divided by this first
  std::string plus = {};       // or this is added first (the bias argument of a convolution)
  Written code(const std::string& value, Dialect dialect) const;
};

struct Nest {
  std::vector<Loop> outputs;
  std::vector<std::string> out_index;  // into out_shape; usually the output loops' variables
  std::vector<std::string> out_shape;
  std::vector<std::string> output_first;  // statements before the reduction loops
  std::vector<Loop> reductions;
  Combine combine = Combine::kSum;
  std::string term;
  std::string guard;  // accumulate only where this holds
  Finish finish;
  // Row form only: range of the last output variable inside the reduction loops, "" = all of it.
  std::string row_lo, row_hi;
  std::string row_guard;      // like guard, but inside the vector loop
  bool rows_possible = true;  // the last output axis may be the innermost loop
};

enum class Threads { kNone, kOuter, kCollapse2, kCollapse3, kDynamic };

struct Rendered {
  std::string code;
  std::string variant;
};

// One accumulator per output element.
std::string render_points(const TaskBuilder& task,
                          const Nest& nest,
                          Threads threads,
                          bool simd_inner);
// The last output axis is the innermost loop: every step adds to a whole row, which vectorises.
std::string render_rows(const TaskBuilder& task, const Nest& nest, Threads threads, bool local_row);
// One device thread per output element.
std::string render_cuda_points(const TaskBuilder& task, const Nest& nest, bool stride_loop);
// One block per output element with a tree reduction in shared memory; the reduction must be one
// loop.
std::string render_cuda_blocks(const TaskBuilder& task, const Nest& nest);

// "#pragma omp parallel for collapse(2)" or "".
std::string threads_pragma(Threads threads);
// __global__ kernel with `body`, and a launch of `total` threads.
std::string cuda_program(const TaskBuilder& task,
                         const Source& body,
                         const std::string& total,
                         int block);
// Index variables out of a flat index `idx` over `loops`.
void decompose(Source& source, const std::string& flat, const std::vector<Loop>& loops);

// A mix of the renderings, good ones in about half of the draws.
Rendered render(Draw& draw, const TaskBuilder& task, const Nest& nest, Dialect dialect);

}  // namespace vegttt::pretrain
