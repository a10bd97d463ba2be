// Which kernels' texts go into the page when not all fit.
#pragma once

#include "model.h"

namespace vegttt::report::html {

// 0 the best of a group (a task's rollouts of one step), 1 suspicious, 2 the first of each status
// in the run, 3 a group's median and worst, 4 the first of each status in a group, 5 the rest. One
// for each row.
std::vector<int> importance_of(const std::vector<Row>& rows);

// Keeps the most important kernels up to `bytes` and tells their rows.
void keep_within(Model& model, std::size_t bytes);

}  // namespace vegttt::report::html
