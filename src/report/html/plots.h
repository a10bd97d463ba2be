// The figures of the page, by section.
#pragma once

#include "figures/figure.h"
#include "model.h"

namespace vegttt::report::html {

using figures::Figure;

struct Plots {
  std::vector<Figure> result, paper, trajectory, selection, funnel, heat, diversity, compute;
  std::vector<const Figure*> all() const;
};
Plots plots_of(const Model& model);

// More series than this are told apart by nobody: figures that draw one part for each stop here,
// tables do not.
inline constexpr std::size_t kMostParts = 8;

std::vector<Figure> trajectory_plots(
    const Model& model);  // over all tasks, and one small chart for each
std::vector<Figure> selection_plots(const Model& model);
std::vector<Figure> funnel_plots(const Model& model);
std::vector<Figure> heat_plots(const Model& model);
std::vector<Figure> diversity_plots(const Model& model);
std::vector<Figure> compute_plots(const Model& model);
std::vector<Figure> result_plots(const Model& model);  // campaigns: the best kernels, timed anew
std::vector<Figure> paper_plots(const Model& model);   // campaigns: the paper's figures beside ours

// "batch_ttt s42": a run within its series.
std::string run_label(const Model& model, const Run& run);
int last_step(const Model& model);

}  // namespace vegttt::report::html
