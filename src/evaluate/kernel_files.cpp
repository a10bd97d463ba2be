#include "kernel_files.h"

#include "vegttt/core/file.h"

namespace vegttt::evaluate {

void keep_kernel(const std::string& folder,
                 const records::Candidate& candidate,
                 const std::string& log) {
  if (folder.empty()) return;
  const core::fs::path base = core::fs::path(folder) / candidate.hash;
  const std::string source = base.string() + (candidate.dialect == "cuda" ? ".cu" : ".cpp");
  if (core::fs::exists(source)) return;
  core::make_folder(folder);
  core::write_file_atomically(source, candidate.assembled);
  core::write_file_atomically(base.string() + ".log", log);
}

}  // namespace vegttt::evaluate
