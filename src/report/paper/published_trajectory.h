// Seed 42 of the paper, step by step; and the run of ours beside it.
#pragma once

#include <vector>

#include "our_runs.h"
#include "published.h"

namespace vegttt::report::paper {

std::vector<Stratum> published_step(std::size_t s);  // by task
std::size_t published_steps();
int published_n();  // samples of a step
int total(const std::vector<Stratum>& tasks);
double published_rate(std::size_t s);
std::vector<double> published_scores();                    // by step
std::size_t best_step(const std::vector<double>& scores);  // earliest on ties

// The first run of task seed 42 (or of the first one) on subset 1; null without any.
const CampaignRun* run_beside_published(const Campaign* campaign);

}  // namespace vegttt::report::paper
