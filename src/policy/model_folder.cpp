#include <cstdlib>

#include "vegttt/core/error.h"
#include "vegttt/core/text.h"
#include "vegttt/policy/local_policy.h"

namespace vegttt::policy {
namespace {

using core::fs::path;

// Beside the program (installed: bin/vegttt and share/vegttt), in the source tree, in the current
// folder.
std::vector<path> starter_places() {
  std::vector<path> places{path("configs/policies/starter")};
  std::error_code ignored;
  const path program = core::fs::read_symlink("/proc/self/exe", ignored);
  if (!program.empty())
    places.push_back(program.parent_path().parent_path() / "share/vegttt/policies/starter");
  places.push_back(path(VEGTTT_SOURCE_DIR) / "configs/policies/starter");
  return places;
}

path hub_cache() {
  if (const char* cache = std::getenv("HF_HUB_CACHE")) return cache;
  if (const char* home = std::getenv("HF_HOME")) return path(home) / "hub";
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
  if (name == "starter") {
    for (const path& place : starter_places()) {
      if (is_model(place)) return place;
    }
    throw core::UserError(
        "the starter model is not there", "policy.folder", "make it with: vegttt pretrain");
  }
  const path cached = in_hub_cache(name);
  if (is_model(cached)) return cached;
  throw core::UserError(
      "no model '" + name + "': neither a folder with config.json nor in " + hub_cache().string(),
      "policy.folder",
      "name a model folder; nothing is downloaded");
}

}  // namespace vegttt::policy
