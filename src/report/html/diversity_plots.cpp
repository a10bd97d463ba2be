// Does the policy still write different kernels, and do groups still have something to learn from?
#include <cmath>
#include <functional>
#include <limits>

#include "figures/charts.h"
#include "plots.h"

namespace vegttt::report::html {
namespace {

// Of one run and step; sums over groups (a task's rollouts).
struct Spread {
  int groups = 0, flat = 0, scored_groups = 0;  // flat: every reward of the group is the same
  double distinct_share = 0, logprob = 0;
  int rollouts = 0;
};

std::map<int, Spread> spreads_of(const Run& run) {
  std::map<std::pair<int, int>, std::vector<const Row*>> groups;
  for (const auto& row : run.rows) groups[{row.step, row.task}].push_back(&row);
  std::map<int, Spread> by_step;
  for (const auto& [key, rows] : groups) {
    Spread& spread = by_step[key.first];
    std::set<std::string> kernels;
    std::set<double> rewards;
    for (const Row* row : rows) {
      kernels.insert(row->code_hash);
      if (!std::isnan(row->reward)) rewards.insert(row->reward);
      spread.logprob += row->mean_logprob;
    }
    ++spread.groups;
    spread.rollouts += static_cast<int>(rows.size());
    spread.distinct_share += static_cast<double>(kernels.size()) / static_cast<double>(rows.size());
    spread.scored_groups += !rewards.empty();
    spread.flat += rewards.size() == 1;
  }
  return by_step;
}

struct Measure {
  std::string name;
  figures::Unit unit;
  std::function<double(const Run&, int step, const Spread&)> value;
};

double of_metrics(const Run& run, int step, const char* key) {
  for (const auto& metrics : run.records.trajectory.steps) {
    if (metrics.step_idx != step) continue;
    const auto found = metrics.more.find(key);
    if (found != metrics.more.end()) return found->second;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

std::vector<Measure> measures(const Model& model) {
  using figures::Unit;
  std::vector<Measure> list = {
      {"distinct kernels, share of a group",
       Unit::kPercent,
       [](const Run&, int, const Spread& s) { return s.distinct_share / s.groups; }},
      {"groups whose rewards are all equal",
       Unit::kPercent,
       [](const Run&, int, const Spread& s) {
         return s.scored_groups == 0 ? std::numeric_limits<double>::quiet_NaN()
                                     : static_cast<double>(s.flat) / s.scored_groups;
       }},
      {"mean log-probability of a token", Unit::kPlain, [](const Run&, int, const Spread& s) {
         return s.logprob / s.rollouts;
       }}};
  const std::vector<std::pair<const char*, const char*>> reported = {
      {"entropy", "entropy of a token, nats"},
      {"kl_theta0", "KL to theta_0, nats"},
      {"spearman_logprob_speedup", "rank correlation, likelihood and speedup"}};
  for (const auto& [key, name] : reported) {
    bool any = false;
    for (const auto& run : model.runs)
      for (const auto& step : run.records.trajectory.steps) any |= step.more.count(key) > 0;
    if (any)
      list.push_back({name, Unit::kPlain, [key = key](const Run& run, int step, const Spread&) {
                        return of_metrics(run, step, key);
                      }});
  }
  return list;
}

}  // namespace

std::vector<Figure> diversity_plots(const Model& model) {
  if (model.rollouts() == 0) return {};
  Figure figure;
  figure.name = "diversity";
  figure.caption =
      "Distinct: different kernels among the rollouts of one task and step, after assembly. A "
      "group whose rewards are "
      "all equal has advantages of zero: it teaches nothing. A rising log-probability with fewer "
      "distinct kernels is "
      "over-sharpening.";
  figure.table.name = "diversity";
  figure.table.title = "Diversity by step";
  const auto list = measures(model);
  std::vector<std::string> header = {"run", "step"};
  for (const auto& measure : list) header.push_back(measure.name);
  figure.table.cells = Cells(header);
  const bool in_twos = list.size() == 4;
  std::vector<figures::LineChart> charts;
  for (const auto& measure : list) {
    figures::LineChart chart;
    chart.title = measure.name;
    chart.x = {"adaptation step", figures::Unit::kPlain, true};
    chart.y.unit = measure.unit;
    if (measure.unit == figures::Unit::kPercent) chart.y.low = 0, chart.y.high = 1;
    chart.width = in_twos ? 440 : 290;
    chart.height = 236;
    chart.legend = model.series.size() > 1;
    charts.push_back(chart);
  }
  for (const auto& run : model.runs) {
    const bool alone = model.runs_of(run.series).size() == 1;
    const bool first = model.runs_of(run.series).front() == &run;
    for (auto& chart : charts)
      chart.series.push_back({first ? run.series : "", model.series_index(run.series), !alone, {}});
    for (const auto& [step, spread] : spreads_of(run)) {
      std::vector<Cell> row = {run_label(model, run), count_cell(step)};
      for (std::size_t i = 0; i < list.size(); ++i) {
        const double value = list[i].value(run, step, spread);
        charts[i].series.back().points.push_back({static_cast<double>(step), value});
        row.push_back(std::isnan(value)                         ? missing_cell()
                      : list[i].unit == figures::Unit::kPercent ? percent_cell(value)
                                                                : number_cell(value, 4));
      }
      figure.table.cells.add(row);
    }
  }
  std::vector<figures::Drawing> drawings;
  for (const auto& chart : charts) drawings.push_back(figures::line_chart(chart));
  figure.drawing = figures::side_by_side(drawings, in_twos ? 2 : 3, 20);
  return {figure};
}

}  // namespace vegttt::report::html
