#include "options.h"

namespace vegttt::cli {
namespace {

// CLI11's own range check prints the largest double in full.
const CLI::Validator kNotNegative(
    [](std::string& text) {
      return !text.empty() && text.front() == '-' ? "expected 0 or more, got " + text
                                                  : std::string();
    },
    "",
    "not negative");

}  // namespace

void add_common_options(CLI::App& app, CommonOptions& options) {
  app.add_flag("-q,--quiet", options.quiet, "only warnings and errors; twice: only errors");
  app.add_flag("-v,--verbose", options.verbose, "more detail");
  app.add_flag("--json", options.json, "results on stdout as JSON");
  app.add_option("--threads", options.threads, "cores to use; 0 means all this process may use")
      ->check(kNotNegative);
}

void add_resume_options(CLI::App& app, RunOptions& options) {
  app.add_option("--progress", options.progress, "auto, rich, plain or none")
      ->check(CLI::IsMember({"auto", "rich", "plain", "none"}));
  app.add_option("--max-minutes",
                 options.max_minutes,
                 "stop at the next safe point after this long; exit code 6")
      ->check(kNotNegative);
}

void add_run_options(CLI::App& app, RunOptions& options) {
  app.add_option("-o,--out", options.out, "folder that holds the run folders")
      ->capture_default_str();
  app.add_option("--name", options.name, "name of the run folder");
  app.add_option("--device", options.device, "cpu, cuda:0, ...; overrides policy.device");
  app.add_option(
         "--if-exists", options.if_exists, "fail, resume or replace (the old run is moved aside)")
      ->check(CLI::IsMember({"fail", "resume", "replace"}))
      ->capture_default_str();
  app.add_option(
      "--replay", options.replay, "take evaluations from this finished run instead of measuring");
  app.add_flag("--dry-run",
               options.dry_run,
               "check everything that needs no sampling, print the plan, write nothing");
  add_resume_options(app, options);
}

}  // namespace vegttt::cli
