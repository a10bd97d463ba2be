// Axes of a convolution: names, kernel sizes, stride, padding, dilation as task files write them.
#pragma once

#include <string>
#include <vector>

#include "task_builder.h"

namespace vegttt::pretrain {

// A value per axis; the name in the kernel's scope, "" where it has its default.
struct Setting {
  std::vector<std::int64_t> values;
  std::vector<std::string> names;
  std::string list() const;  // "[2, 3]"
};

struct Window {
  int axes = 2;
  std::vector<std::string> sizes, kernels;  // "H", "W"; "KH", "KW"
  std::vector<std::string> in, out, k;      // variables: "h", "oh", "kh"
  std::vector<std::string> out_sizes;       // "HO", "WO"
  Setting stride, padding, dilation;
};

struct WindowOptions {
  double strided = 0.3, padded = 0.4, dilated = 0.2;
  bool pointwise = false;  // kernel sizes are the literal 1
  bool transposed = false;
  std::int64_t scale = 0;  // about this many positions along an axis; 0 = by rank
  bool output_padding = false;
};

Window draw_window(TaskBuilder& task, int axes, const WindowOptions& options);

}  // namespace vegttt::pretrain
