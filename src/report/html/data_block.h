// What the page's script reads: JSON texts without any `<`.
#pragma once

#include "plots.h"
#include "sections.h"

namespace vegttt::report::html {

// Runs, tasks, rows as columns, tables as text. Small enough to be read at once.
std::string data_block(const Model& model, const Plots& plots, const Tables& tables);
// Texts, verdicts and prompts of the kernels inside; read when the first one is looked at.
std::string kernel_block(const Model& model);

}  // namespace vegttt::report::html
