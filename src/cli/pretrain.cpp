// vegttt pretrain: makes a policy from nothing on the procedural corpus.
#include "vegttt/pretrain/pretrain.h"

#include <fstream>
#include <iomanip>
#include <iostream>

#include "subcommand.h"
#include "vegttt/core/file.h"
#include "vegttt/core/json.h"
#include "vegttt/core/text.h"
#include "vegttt/pretrain/corpus.h"
#include "vegttt/pretrain/leak_filter.h"

namespace vegttt::cli {
namespace {

using core::ExitCode;

core::Json to_json(const pretrain::PretrainReport& report) {
  core::Json losses = core::Json::object();
  for (const auto& [family, loss] : report.held_out_loss) losses[family] = loss;
  return {{"steps", report.steps},
          {"tokens", report.tokens},
          {"samples", report.samples},
          {"seconds", report.seconds},
          {"train_loss", report.train_loss},
          {"held_out_loss", losses},
          {"corpus_hash", report.corpus_hash}};
}

class Pretrain : public Subcommand {
 public:
  void add(CLI::App& app) override {
    app.add_option("config", config_, "YAML with what is trained; without one: the defaults");
    app.add_option("overrides", overrides_, "key=value ...");
    app.add_option("-o,--out", out_, "model folder to write, or the file of --corpus-only")
        ->required();
    app.add_option("--device", run_.device, "cpu or cuda:0");
    app.add_option("--max-minutes", run_.max_minutes, "lower the number of steps to what fits");
    app.add_option(
        "--writers", run_.threads, "threads that write samples; 0 means all cores but one");
    app.add_flag("--corpus-only", corpus_only_, "write samples as JSON lines and stop");
    app.add_option("--count", count_, "samples of --corpus-only");
    app.add_option("--family", family_, "of this family only, with --corpus-only");
  }

  ExitCode run(const CommonOptions&) override {
    const auto options = pretrain::load_pretrain_options(config_, overrides_);
    if (corpus_only_) return write_corpus(options);
    run_.out = out_;
    const auto report = pretrain::pretrain(options, run_);
    core::write_file_atomically(core::fs::path(out_) / "pretrain.json",
                                core::dump_json(to_json(report), 2) + "\n");
    std::cout << core::dump_json(to_json(report), 2) << "\n";
    return ExitCode::kDone;
  }

 private:
  ExitCode write_corpus(const pretrain::PretrainOptions& options) const {
    pretrain::LeakFilter filter;
    const pretrain::Corpus corpus(
        static_cast<std::uint64_t>(options.seed), filter, options.cuda_share);
    std::ofstream file(out_);
    if (!file) throw core::MachineError("cannot write " + out_, "open");
    for (int i = 0; i < count_; ++i) {
      file << core::dump_json(
                  pretrain::to_json(corpus.sample(static_cast<std::uint64_t>(i), family_)))
           << "\n";
    }
    return ExitCode::kDone;
  }

  std::string config_, out_, family_;
  std::vector<std::string> overrides_;
  pretrain::PretrainRun run_;
  bool corpus_only_ = false;
  int count_ = 100;
};

}  // namespace

std::unique_ptr<Subcommand> make_pretrain() { return std::make_unique<Pretrain>(); }

}  // namespace vegttt::cli
