// vegttt config show|check|diff: what an experiment file says, and where each value came from.
#include <iostream>

#include "config_difference.h"
#include "subcommand.h"
#include "vegttt/config/experiment.h"
#include "vegttt/core/file.h"
#include "vegttt/core/json.h"
#include "vegttt/core/text.h"
#include "vegttt/experiment/campaign.h"

namespace vegttt::cli {
namespace {

using core::ExitCode;

class Config : public Subcommand {
 public:
  void add(CLI::App& app) override {
    app.require_subcommand(1);
    show_ = app.add_subcommand("show", "every value with its origin; without a file: the defaults");
    show_->add_option("config", first_, "experiment file or run");
    show_->add_option("overrides", overrides_, "key=value ...");
    check_ = app.add_subcommand("check", "every mistake of a file at once");
    check_->add_option("config", first_, "experiment or campaign file")->required();
    check_->add_option("overrides", overrides_, "key=value ...");
    diff_ = app.add_subcommand("diff", "values in which two files or runs differ");
    diff_->add_option("a", first_, "experiment file or run")->required();
    diff_->add_option("b", second_, "experiment file or run")->required();
  }

  ExitCode run(const CommonOptions& common) override {
    if (show_->parsed()) return show(common.json);
    if (check_->parsed()) return check(common.json);
    return diff(common.json);
  }

 private:
  ExitCode show(bool as_json) const {
    const auto loaded =
        first_.empty() ? config::parse_experiment("{}", "defaults", overrides_) : load_for_show();
    std::cout << (as_json ? as_lines(loaded) : config::show_experiment(loaded));
    return ExitCode::kDone;
  }

  // Overrides belong to files; a run's config is what it was.
  config::LoadedExperiment load_for_show() const {
    return overrides_.empty() ? load_file_or_run(first_)
                              : config::load_experiment(first_, overrides_);
  }

  // A line per key, with its value and where that came from.
  static std::string as_lines(const config::LoadedExperiment& loaded) {
    std::string lines;
    for (const auto& field : config::fields_of(loaded.values)) {
      const auto origin = loaded.origins.find(field.key);
      lines += core::dump_json(
                   {{"key", field.key},
                    {"value", field.value},
                    {"origin", origin == loaded.origins.end() ? "default" : origin->second.text},
                    {"meaning", field.doc}}) +
               "\n";
    }
    return lines;
  }

  ExitCode check(bool as_json) const {
    std::string of;
    if (is_campaign_file())
      of = ", a campaign of " +
           std::to_string(experiment::load_campaign(first_, overrides_).runs.size()) + " runs";
    else
      config::load_experiment(first_, overrides_);
    std::cout << (as_json ? core::dump_json({{"file", first_}, {"ok", true}})
                          : first_ + ": ok" + of)
              << "\n";
    return ExitCode::kDone;
  }

  // What no experiment has.
  bool is_campaign_file() const {
    const std::string text = core::read_file(first_);
    for (const auto line : core::lines_of(text)) {
      if (core::starts_with(line, "methods:")) return true;
    }
    return false;
  }

  ExitCode diff(bool as_json) const {
    const auto found =
        differences(load_file_or_run(first_).values, load_file_or_run(second_).values);
    core::Json rows = core::Json::array();
    core::TextTable table({"key", first_, second_});
    for (const auto& one : found) {
      rows.push_back({{"key", one.key}, {"a", one.a}, {"b", one.b}});
      table.add({one.key, one.a, one.b});
    }
    std::cout << (as_json         ? core::dump_json(rows) + "\n"
                  : found.empty() ? "no difference\n"
                                  : table.plain());
    return ExitCode::kDone;
  }

  CLI::App *show_ = nullptr, *check_ = nullptr, *diff_ = nullptr;
  std::string first_, second_;
  std::vector<std::string> overrides_;
};

}  // namespace

std::unique_ptr<Subcommand> make_config() { return std::make_unique<Config>(); }

}  // namespace vegttt::cli
