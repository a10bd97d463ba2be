// What the judge does around a session, in its smallest form: assembly of one-input candidates,
// input sets, poison.
#pragma once

#include <cstring>
#include <string>
#include <vector>

#include "vegttt/core/hash.h"
#include "vegttt/evaluate/runner.h"

namespace vegttt::evaluate {

// `launch(const float* A, float* out, Workspace& ws)` over N elements.
inline records::Candidate assemble(const std::string& code, std::int64_t n) {
  records::Candidate candidate;
  candidate.code = code;
  candidate.assembled =
      "#include \"vegttt_candidate.h\"\nconstexpr int64_t N = " + std::to_string(n) +
      ";\n#line 1 \"candidate\"\n" + code +
      "\n#line 1 \"frame\"\n"
      "extern \"C\" VEGTTT_EXPORT void vegttt_launch(void* const* b, Workspace* ws) {\n"
      "  launch(static_cast<const float*>(b[0]), static_cast<float*>(b[1]), *ws);\n}\n";
  candidate.hash = core::short_hash(candidate.assembled);
  return candidate;
}

inline HostCompiler& compiler() {
  static HostCompiler compiler({10, true, ""});
  return compiler;
}

// One task: out[i] = 2 * A[i] + 1 over `n` elements and `sets` different inputs.
class Doubling {
 public:
  Doubling(std::int64_t n, int sets) : n_(n), output_(static_cast<std::size_t>(n) * 4, "out") {
    for (int s = 0; s < sets; ++s) {
      buffers_.emplace_back(static_cast<std::size_t>(n) * 4, "A");
      for (std::int64_t i = 0; i < n; ++i)
        floats(buffers_.back())[i] = static_cast<float>((i * 7 + s * 13) % 1000) - 500;
    }
    for (auto& buffer : buffers_) sets_.push_back({&buffer});
  }
  static float* floats(const SharedBuffer& buffer) {
    return reinterpret_cast<float*>(buffer.bytes().data());
  }
  const std::vector<std::vector<const SharedBuffer*>>& inputs() const { return sets_; }
  const SharedBuffer& output() const { return output_; }
  void poison() { std::memset(output_.bytes().data(), 0xff, output_.size()); }
  bool output_is_right(int set) const {
    const float* a = floats(buffers_[static_cast<std::size_t>(set)]);
    const float* out = floats(output_);
    for (std::int64_t i = 0; i < n_; ++i)
      if (!(out[i] == 2 * a[i] + 1)) return false;
    return true;
  }

 private:
  std::int64_t n_;
  SharedBuffer output_;
  std::vector<SharedBuffer> buffers_;
  std::vector<std::vector<const SharedBuffer*>> sets_;
};

}  // namespace vegttt::evaluate
