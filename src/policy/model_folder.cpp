#include <cstdlib>

#include "starter.h"
#include "vegttt/core/error.h"
#include "vegttt/core/text.h"
#include "vegttt/policy/local_policy.h"

namespace vegttt::policy {
namespace {

using core::fs::path;

// Of the folder in which the program runs: one that was trained anew comes first.
constexpr const char* kOwnStarter = "configs/policies/starter";

path hub_cache() {
  if (const char* cache = std::getenv("HF_HUB_CACHE")) return cache;
  if (const char* home = std::getenv("HF_HOME")) return path(home) / "hub";
  if (const char* cache = std::getenv("XDG_CACHE_HOME")) return path(cache) / "huggingface/hub";
  const char* home = std::getenv("HOME");
  return path(home ? home : "/") / ".cache/huggingface/hub";
}

// hub/models--ORG--NAME/snapshots/<commit named by refs/main>.
path in_hub_cache(const std::string& id) {
  const path model = hub_cache() / ("models--" + core::replace_all(id, "/", "--"));
  const path ref = model / "refs/main";
  return core::fs::exists(ref) ? model / "snapshots" / std::string(core::trim(core::read_file(ref)))
                               : model;
}

bool is_model(const path& folder) { return core::fs::exists(folder / "config.json"); }

}  // namespace

path find_model_folder(const std::string& name) {
  if (is_model(name)) return name;
  if (name == "starter") return is_model(kOwnStarter) ? path(kOwnStarter) : carried_starter();
  const path cached = in_hub_cache(name);
  if (is_model(cached)) return cached;
  throw core::UserError(
      "no model '" + name + "': neither a folder with config.json nor in " + hub_cache().string(),
      "policy.folder",
      "name a model folder; nothing is downloaded");
}

}  // namespace vegttt::policy
