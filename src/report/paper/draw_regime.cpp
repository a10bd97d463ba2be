// Figure 4: what adaptation gains on a task against how often theta_0 solves it.
#include <map>

#include "drawn_figures.h"
#include "figures/charts.h"

namespace vegttt::report::paper {

using namespace figures;

Drawing draw_regime(const Table& table) {
  enum Column { kSource, kSubset, kTask, kCoverage, kDifference, kP };
  LineChart chart;
  chart.title = table.title;
  chart.x = {"base coverage: fast_1 of Best-of-N's samples", Unit::kPercent, false};
  chart.x.low = 0;
  chart.y = {"BoA - Best-of-N", Unit::kPercent, false};
  chart.reference = 0;
  chart.reference_label = "no difference";
  chart.band = Band{0.3, 0.3, "30 %"};
  chart.width = 760, chart.height = 340;
  std::map<std::string, int> colours;
  for (const auto& row : table.cells.rows()) {
    const std::string group = row[kSource].text + ", subset " + row[kSubset].text;
    const auto [place, fresh] = colours.emplace(group, static_cast<int>(colours.size()));
    LinePoint point{row[kCoverage].value, row[kDifference].value};
    point.target.title = group + ", task " + row[kTask].text + ": " + row[kDifference].text +
                         ", Fisher p " + row[kP].text;
    // A series of its own: tasks are no line.
    chart.series.push_back({fresh ? group : "", place->second, false, {point}});
  }
  return line_chart(chart);
}

}  // namespace vegttt::report::paper
