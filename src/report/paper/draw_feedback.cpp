// Figure 3: prompt-only beside feedback, seed by seed, with intervals.
#include "drawn_figures.h"
#include "figures/charts.h"

namespace vegttt::report::paper {

using namespace figures;

Drawing draw_feedback(const Table& table) {
  enum Column { kSource, kSeed, kCondition, kRate, kLow, kHigh };
  DotChart chart;
  chart.title = table.title;
  chart.x = {"fast_1 after one update, 95 %", Unit::kPercent, false};
  chart.width = 760, chart.label_width = 130;
  chart.legend = {{"prompt-only", 0, 0, false}, {"feedback", 1, 1, false}};
  for (const auto& row : table.cells.rows()) {
    const std::string label = row[kSource].text + ", seed " + row[kSeed].text;
    if (chart.rows.empty() || chart.rows.back().label != label)
      chart.rows.push_back({label, {}, ""});
    const int kind = row[kCondition].text == "feedback";
    chart.rows.back().dots.push_back(
        {row[kRate].value, Span{row[kLow].value, row[kHigh].value}, kind, kind});
  }
  return dot_chart(chart);
}

}  // namespace vegttt::report::paper
