// vegttt compare A B: whether B is better than A, paired by task and seed.
#include <iostream>

#include "compare/comparison.h"
#include "subcommand.h"
#include "vegttt/core/log.h"
#include "vegttt/report/formats.h"

namespace vegttt::cli {
namespace {

class Compare : public Subcommand {
 public:
  void add(CLI::App& app) override {
    app.add_option("a", a_, "run, folder of runs, or CAMPAIGN:LABEL")->required();
    app.add_option("b", b_, "the same; the verdict is about this one")->required();
    app.add_option("--format", format_, "plain, md (or markdown), latex, csv or json")
        ->check(CLI::IsMember({"plain", "md", "markdown", "latex", "csv", "json"}))
        ->capture_default_str();
  }

  core::ExitCode run(const CommonOptions& common) override {
    const Comparison comparison = compare(read_side(a_), read_side(b_));
    for (const auto& warning : comparison.warnings) core::warn(warning);
    if (common.json || format_ == "json")
      std::cout << core::dump_json(to_json(comparison), 2) << "\n";
    else
      print(tables_of(comparison));
    return core::ExitCode::kDone;
  }

 private:
  void print(const std::vector<report::Table>& tables) const {
    bool first = true;
    for (const auto& table : tables) {
      if (!first) std::cout << "\n";
      first = false;
      std::cout << report::render(table, report::format_from_name(format_));
    }
  }

  std::string a_, b_, format_ = "plain";
};

}  // namespace

std::unique_ptr<Subcommand> make_compare() { return std::make_unique<Compare>(); }

}  // namespace vegttt::cli
