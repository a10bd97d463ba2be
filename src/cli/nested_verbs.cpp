#include "nested_verbs.h"

namespace vegttt::cli {

void NestedVerbs::add(CLI::App& app) {
  app.require_subcommand(1);
  for (const Verb& verb : verbs_) {
    Nested nested{app.add_subcommand(verb.name, verb.description), verb.make()};
    nested.subcommand->add(*nested.app);
    nested_.push_back(std::move(nested));
  }
}

core::ExitCode NestedVerbs::run(const CommonOptions& common) {
  for (const Nested& nested : nested_) {
    if (nested.app->parsed()) return nested.subcommand->run(common);
  }
  throw core::UsageError("a subcommand is required");
}

}  // namespace vegttt::cli
