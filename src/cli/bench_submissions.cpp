#include "bench_submissions.h"

#include <fmt/format.h>

#include "vegttt/core/text.h"
#include "vegttt_embedded/vegttt_cli.h"

namespace vegttt::cli {
namespace {

using evaluate::Submission;

// "// L1/4, ..." on the first line names the task.
std::string task_of(std::string_view source) {
  const std::string_view line = source.substr(0, source.find('\n'));
  return std::string(core::trim(line.substr(3, line.find(',') - 3)));
}

}  // namespace

std::vector<Submission> submissions(const std::string& dialect,
                                    int variants,
                                    const std::set<std::string>& tasks) {
  std::vector<Submission> list;
  const std::string folder = "kernels/examples/" + dialect + "/";
  for (const examples::EmbeddedFile& file : examples::embedded_files()) {
    if (!core::starts_with(file.path, folder)) continue;
    const std::string source(file.bytes);
    if (!tasks.empty() && !tasks.contains(task_of(source))) continue;
    list.push_back({task_of(source), source, std::string(file.path)});
    const bool faulty = file.path.find("faulty") != std::string_view::npos;
    for (int v = 1; v <= variants && !faulty; ++v)
      list.push_back({task_of(source),
                      source + fmt::format("static constexpr int kVariant = {};\n", v),
                      fmt::format("{} #{}", file.path, v)});
  }
  return list;
}

}  // namespace vegttt::cli
