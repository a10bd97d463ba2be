// Figure 2: rates by step. Published counts with their intervals; of ours each run thin, their mean
// thick.
#include <map>

#include "drawn_figures.h"
#include "figures/charts.h"
#include "vegttt/report/statistics/moments.h"

namespace vegttt::report::paper {
namespace {

using namespace figures;

// Columns of the table.
enum Column { kSource, kSeed, kStep, kRate, kLow, kHigh, kSelected };

using Steps = std::map<double, std::vector<double>>;

LineSeries mean_of(const Steps& steps, int colour) {
  LineSeries series{"ours, mean of the runs", colour, false, {}};
  for (const auto& [step, rates] : steps) series.points.push_back({step, mean(rates)});
  return series;
}

}  // namespace

Drawing draw_trajectory(const Table& table) {
  LineChart chart;
  chart.title = table.title;
  chart.x = {"step", Unit::kPlain, true};
  chart.y = {"fast_1", Unit::kPercent, false};
  chart.y.low = 0;
  chart.band = Band{1, 2, "the paper's threshold"};
  chart.width = 760, chart.height = 340;
  std::map<std::string, std::size_t> place;  // of a series, by source and seed
  Steps ours;
  for (const auto& row : table.cells.rows()) {
    const bool published = row[kSource].text == "counts";
    const std::string key = row[kSource].text + ", seed " + row[kSeed].text;
    if (place.emplace(key, chart.series.size()).second) {
      const int colour = published ? static_cast<int>(place.size()) - 1 : 4;
      chart.series.push_back({published ? key : "", colour, !published, {}});
    }
    LinePoint point{row[kStep].value, row[kRate].value};
    if (published)
      point.interval = Span{row[kLow].value, row[kHigh].value};
    else
      ours[point.x].push_back(point.y);
    point.target.title = key + ", step " + row[kStep].text + ": " + row[kRate].text;
    point.target.focus = published;
    chart.series[place.at(key)].points.push_back(point);
    if (row[kSelected].text == "selected")
      chart.marks.push_back({"selected", point.x, point.y, 3, published ? 8.0 : 5.0});
  }
  if (!ours.empty()) chart.series.push_back(mean_of(ours, 4));
  return line_chart(chart);
}

}  // namespace vegttt::report::paper
