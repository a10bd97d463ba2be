// A verb that only has verbs: `policy show`, `bench sample`, a file each.
#pragma once

#include <utility>
#include <vector>

#include "subcommand.h"

namespace vegttt::cli {

class NestedVerbs : public Subcommand {
 public:
  explicit NestedVerbs(std::vector<Verb> verbs) : verbs_(std::move(verbs)) {}
  void add(CLI::App& app) override;
  core::ExitCode run(const CommonOptions& common) override;

 private:
  struct Nested {
    CLI::App* app;
    std::unique_ptr<Subcommand> subcommand;
  };
  std::vector<Verb> verbs_;
  std::vector<Nested> nested_;
};

}  // namespace vegttt::cli
