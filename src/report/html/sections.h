// The sections of the page but for the rollouts, which the page's script makes.
#pragma once

#include "model.h"
#include "plots.h"

namespace vegttt::report::html {

// What stands on the page besides the figures' own tables, in the order of the page.
struct Tables {
  std::vector<Table> result, selection, diversity, doubtful, compute, setup;
  std::vector<const Table*> all() const;
};
Tables tables_of_page(const Model& model);

// Section 1, and what of a campaign belongs to sections 6 and 9.
void add_result_tables(const Model& model, Tables& tables);
std::vector<Table> doubtful_tables(const Model& model);
std::vector<Table> compute_tables(const Model& model);
std::vector<Table> setup_tables(const Model& model);

std::string header_markup(const Model& model);
std::string sections_before_rollouts(const Plots& plots, const Tables& tables);
std::string sections_after_rollouts(const Model& model, const Plots& plots, const Tables& tables);
std::string contents_markup();

// "COMPLETE" or "PARTIAL: 71 of 160 rollouts, 3 complete steps".
std::string state_text(const Run& run);

}  // namespace vegttt::report::html
