// One HTML file about runs or a campaign: opens from disk, asks nobody for anything, treats every
// model text as text.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "vegttt/report/figure_files.h"
#include "vegttt/report/run_records.h"

namespace vegttt::report {

struct PageRequest {
  // Folders of runs or of campaigns (with campaign.json).
  std::vector<core::fs::path> folders;
  // A completion's code, "" when there is none.
  std::function<std::string(const std::string& completion)> extract_code;
  // What each strategy picks, for runs that have not written it yet.
  std::function<std::vector<records::Selection>(const RunRecords& run)> select;
  std::string program;  // "vegttt 0.3.0"
  // The file is about this large at most: kernels that matter less stay in rollouts.jsonl.
  std::size_t bytes = std::size_t{15} << 20;
};

struct Page {
  std::string html;
  std::vector<FigureFiles> figures;
  std::size_t rollouts = 0, kernels = 0;  // listed; with their text inside
};

// Throws UserError when a folder is neither a run nor a campaign. Runs in progress are shown as far
// as they are.
Page make_page(const PageRequest& request);

}  // namespace vegttt::report
