// vegttt config show|check|diff: what an experiment file says, and where each value came from.
#include <iostream>

#include "subcommand.h"
#include "vegttt/config/experiment.h"
#include "vegttt/core/json.h"
#include "vegttt/core/text.h"

namespace vegttt::cli {
namespace {

using core::ExitCode;

class Config : public Subcommand {
 public:
  void add(CLI::App& app) override {
    app.require_subcommand(1);
    show_ = app.add_subcommand("show", "every value with its origin; without a file: the defaults");
    show_->add_option("config", first_, "experiment file");
    show_->add_option("overrides", overrides_, "key=value ...");
    check_ = app.add_subcommand("check", "every mistake of a file at once");
    check_->add_option("config", first_, "experiment file")->required();
    check_->add_option("overrides", overrides_, "key=value ...");
    diff_ = app.add_subcommand("diff", "values in which two files differ");
    diff_->add_option("a", first_, "experiment file")->required();
    diff_->add_option("b", second_, "experiment file")->required();
  }

  ExitCode run(const CommonOptions&) override {
    if (show_->parsed()) return show();
    if (check_->parsed()) return check();
    return diff();
  }

 private:
  ExitCode show() const {
    const auto loaded = first_.empty() ? config::parse_experiment("{}", "defaults", overrides_)
                                       : config::load_experiment(first_, overrides_);
    std::cout << config::show_experiment(loaded);
    return ExitCode::kDone;
  }

  ExitCode check() const {
    config::load_experiment(first_, overrides_);
    std::cout << first_ << ": ok\n";
    return ExitCode::kDone;
  }

  ExitCode diff() const {
    const auto a = config::fields_of(config::load_experiment(first_, {}).values);
    const auto b = config::fields_of(config::load_experiment(second_, {}).values);
    core::TextTable table({"key", first_, second_});
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (a[i].value != b[i].value) table.add({a[i].key, a[i].value, b[i].value});
    }
    std::cout << (table.empty() ? "no difference\n" : table.plain());
    return ExitCode::kDone;
  }

  CLI::App *show_ = nullptr, *check_ = nullptr, *diff_ = nullptr;
  std::string first_, second_;
  std::vector<std::string> overrides_;
};

}  // namespace

std::unique_ptr<Subcommand> make_config() { return std::make_unique<Config>(); }

}  // namespace vegttt::cli
