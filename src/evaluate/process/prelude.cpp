#include "prelude.h"

#include <unistd.h>

#include "vegttt/core/cache_folder.h"
#include "vegttt/core/error.h"
#include "vegttt/core/hash.h"
#include "vegttt/core/process.h"
#include "vegttt/core/text.h"
#include "vegttt_embedded/vegttt_evaluate_process.h"

namespace vegttt::evaluate {
namespace {

namespace fs = core::fs;

std::string_view prelude_text() {
  return carried::find_embedded("kernels/prelude/cpp/vegttt_candidate.h").value();
}

void precompile(const ToolChain& chain, const fs::path& folder) {
  core::ProcessOptions options;
  options.argv = {chain.compiler.string()};
  options.argv.insert(options.argv.end(), chain.flags.begin(), chain.flags.end());
  for (const char* argument :
       {"-x", "c++-header", "vegttt_candidate.h", "-o", "vegttt_candidate.h.gch"})
    options.argv.emplace_back(argument);
  options.working_folder = folder;
  options.timeout_s = 120;
  const auto result = core::run_process(options);
  if (result.exit_code != 0)
    throw core::MachineError("the candidates' header does not compile: " +
                             std::string(core::trim(result.err)));
}

// A folder that is complete when it has its name.
void make(const ToolChain& chain, const fs::path& folder) {
  const fs::path unfinished = folder.string() + ".tmp" + std::to_string(::getpid());
  core::make_folder(unfinished);
  core::write_file_atomically(unfinished / "vegttt_candidate.h", prelude_text());
  precompile(chain, unfinished);
  std::error_code error;
  fs::rename(unfinished, folder, error);
  if (!error) return;
  fs::remove_all(unfinished);  // another process was first
  if (!fs::exists(folder))
    throw core::MachineError(error.message() + ": " + folder.string(), "rename");
}

}  // namespace

fs::path prelude_folder(const ToolChain& chain) {
  const std::string key = core::short_hash(chain.version() + std::string(prelude_text()));
  const fs::path folder = core::cache_folder() / "prelude" / key;
  if (!fs::exists(folder)) make(chain, folder);
  return folder;
}

}  // namespace vegttt::evaluate
