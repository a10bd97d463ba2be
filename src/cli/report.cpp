// vegttt report RUN...: one HTML file about runs or a campaign, and its figures as files.
#include <fmt/format.h>

#include <iostream>

#include "help.h"
#include "run_folders.h"
#include "subcommand.h"
#include "vegttt/adapt/select.h"
#include "vegttt/core/file.h"
#include "vegttt/core/log.h"
#include "vegttt/core/text.h"
#include "vegttt/report/page.h"
#include "vegttt/scaffold/dialect.h"

namespace vegttt::cli {
namespace {

using core::fs::path;

// What a run in progress would select, by the criterion that it will use.
std::vector<records::Selection> select_so_far(const report::RunRecords& run) {
  std::string criterion = run.config.adapt.criterion;
  if (criterion == "auto") criterion = run.protocol == "strict" ? "fast_1_strict" : "fast_1";
  return adapt::select_all(
      run.trajectory, criterion, run.config.adapt.early_stop, run.config.adapt.fixed_step);
}

// Runs and campaigns by themselves; any other folder stands for the runs in it.
std::vector<path> folders_of(const std::vector<std::string>& names) {
  std::vector<path> folders;
  for (const auto& name : names) {
    if (is_run(name) || core::fs::exists(path(name) / "campaign.json")) {
      folders.push_back(name);
      continue;
    }
    const auto runs = find_runs(name);
    if (runs.empty())
      throw core::UserError("is neither a run nor a campaign, and holds none", name, "vegttt show");
    folders.insert(folders.end(), runs.begin(), runs.end());
  }
  return folders;
}

class Report : public Subcommand {
 public:
  void add(CLI::App& app) override {
    app.add_option("runs", names_, "folders of runs, or of one campaign")->required();
    app.add_option("-o,--out",
                   out_,
                   "the file; otherwise report.html in the folder, or here when there are several");
    app.add_option(
        "--figures", figures_, "also write every figure as SVG and PDF into this folder");
    app.add_option("--megabytes",
                   megabytes_,
                   "size of the file at most: kernels that matter less stay outside")
        ->capture_default_str()
        ->check(CLI::Range(1, 500));
  }

  core::ExitCode run(const CommonOptions& common) override {
    report::PageRequest request;
    request.folders = folders_of(names_);
    request.extract_code = scaffold::extract_code;
    request.select = select_so_far;
    request.program = std::string(core::trim(version_line()));
    request.bytes = static_cast<std::size_t>(megabytes_) << 20;
    const auto page = report::make_page(request);
    const path file = file_for(request.folders);
    if (file.has_parent_path()) core::make_folder(file.parent_path());
    core::write_file_atomically(file, page.html);
    write_figures(page);
    tell(page, file, common);
    return core::ExitCode::kDone;
  }

 private:
  path file_for(const std::vector<path>& folders) const {
    if (!out_.empty()) return out_;
    return folders.size() == 1 ? folders.front() / "report.html" : path("report.html");
  }

  void write_figures(const report::Page& page) const {
    if (figures_.empty()) return;
    core::make_folder(figures_);
    for (const auto& figure : page.figures) {
      core::write_file_atomically(path(figures_) / (figure.name + ".svg"), figure.svg);
      core::write_file_atomically(path(figures_) / (figure.name + ".pdf"), figure.pdf);
    }
  }

  static void tell(const report::Page& page, const path& file, const CommonOptions& common) {
    if (common.json) {
      std::cout << core::dump_json({{"file", file.string()},
                                    {"bytes", page.html.size()},
                                    {"rollouts", page.rollouts},
                                    {"kernels", page.kernels},
                                    {"figures", page.figures.size()}})
                << "\n";
      return;
    }
    std::cout << fmt::format("{}: {} rollouts, {} with their text, {} figures, {:.1f} MB\n",
                             file.string(),
                             page.rollouts,
                             page.kernels,
                             page.figures.size(),
                             static_cast<double>(page.html.size()) / 1e6);
  }

  std::vector<std::string> names_;
  std::string out_, figures_;
  int megabytes_ = 15;
};

}  // namespace

std::unique_ptr<Subcommand> make_report() { return std::make_unique<Report>(); }

}  // namespace vegttt::cli
