// The dialects by name. A new one is a class here, a frame for prompts, and a runner backend.
#include <array>

#include "frame.h"
#include "vegttt/core/error.h"
#include "vegttt/core/text.h"
#include "vegttt/scaffold/dialect.h"

namespace vegttt::scaffold {
namespace {

// C++ with OpenMP for the host compiler. Buffers come in task order, inputs first, then the output.
class CppDialect : public Dialect {
 public:
  std::string name() const override { return "cpp"; }
  std::string signature(const tasks::Task& task) const override { return launch_signature(task); }
  core::Result<records::Candidate> assemble(const tasks::Task& task,
                                            const std::string& size,
                                            const std::string& code) const override {
    if (const std::string objection = objection_to(task, code); !objection.empty())
      return core::Failure{objection};
    const std::string head =
        "#include \"vegttt_candidate.h\"\n" + constant_declarations(task, size);
    const std::string tail =
        "extern \"C\" VEGTTT_EXPORT void vegttt_launch(void* const* buffers, Workspace* ws) {\n  " +
        launch_call(task) + ";\n}\n";
    return wrap(task, name(), code, head, tail);
  }
};

// CUDA C++. `launch` is device code too: one thread runs it and what it launches is recorded
// (DESIGN section 3).
class CudaDialect : public Dialect {
 public:
  std::string name() const override { return "cuda"; }
  std::string signature(const tasks::Task& task) const override { return launch_signature(task); }
  core::Result<records::Candidate> assemble(const tasks::Task& task,
                                            const std::string& size,
                                            const std::string& code) const override {
    if (const std::string objection = objection_to(task, code); !objection.empty())
      return core::Failure{objection};
    const std::string head =
        "#include \"vegttt_candidate.h\"\n" + constant_declarations(task, size);
    const std::string tail =
        "extern \"C\" __global__ void vegttt_record(void* const* buffers, Workspace* ws) {\n  " +
        launch_call(task) + ";\n}\n";
    return wrap(task, name(), code, head, tail);
  }
};

const std::array<const Dialect*, 2>& all_dialects() {
  static const CppDialect cpp;
  static const CudaDialect cuda;
  static const std::array<const Dialect*, 2> all = {&cpp, &cuda};
  return all;
}

}  // namespace

const Dialect& dialect(const std::string& name) {
  std::vector<std::string> known;
  for (const Dialect* candidate : all_dialects()) {
    if (candidate->name() == name) return *candidate;
    known.push_back(candidate->name());
  }
  throw core::UserError("unknown dialect '" + name + "'" + core::did_you_mean(name, known),
                        "",
                        "one of " + core::join(known, ", "));
}

}  // namespace vegttt::scaffold
