// vegttt_nvrtc: compiles one assembled CUDA candidate and says what the compiler says. A process of
// its own, since NVRTC prints any file of the host that the source includes: it closes itself in
// before it sees a line of the source.
//
//   vegttt_nvrtc LIBNVRTC LIBNVJITLINK PTXAS ARCHITECTURE INCLUDE_FOLDER...
//
// ARCHITECTURE is "90a". stdin: "NAME LENGTH\n" and LENGTH bytes, first the source, then in-memory
// headers. stdout, in the same form: kernels, reload, ptx, recorder, cubin. stderr: the log.
#include <dlfcn.h>
#include <glob.h>

#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "../cuda/program.h"
#include "assembler.h"
#include "exit_codes.h"
#include "jail.h"
#include "link.h"
#include "messages.h"

namespace vegttt::evaluate::nvrtc {
namespace {

using Handle = void*;

// The few functions of NVRTC's C interface, found in the library: no headers of it are needed to
// build this.
struct Api {
  int (*create)(Handle*, const char*, const char*, int, const char* const*, const char* const*) =
      nullptr;
  int (*compile)(Handle, int, const char* const*) = nullptr;
  int (*log_size)(Handle, std::size_t*) = nullptr;
  int (*log)(Handle, char*) = nullptr;
  int (*ptx_size)(Handle, std::size_t*) = nullptr;
  int (*ptx)(Handle, char*) = nullptr;
};

template <class F>
bool find(void* library, const char* name, F& function) {
  function = reinterpret_cast<F>(::dlsym(library, name));
  return function != nullptr;
}

// NVRTC opens its built-ins by name when it first compiles, too late for the jail: the loader then
// finds these.
void load_builtins(const std::string& folder) {
  glob_t found{};
  if (::glob((folder + "/libnvrtc-builtins.so.*").c_str(), 0, nullptr, &found) == 0)
    for (std::size_t i = 0; i < found.gl_pathc; ++i) ::dlopen(found.gl_pathv[i], RTLD_NOW);
  ::globfree(&found);
}

bool load(const char* path, Api& api) {
  void* library = ::dlopen(path, RTLD_NOW);
  if (library == nullptr) return false;
  return find(library, "nvrtcCreateProgram", api.create) &&
         find(library, "nvrtcCompileProgram", api.compile) &&
         find(library, "nvrtcGetProgramLogSize", api.log_size) &&
         find(library, "nvrtcGetProgramLog", api.log) &&
         find(library, "nvrtcGetPTXSize", api.ptx_size) && find(library, "nvrtcGetPTX", api.ptx);
}

struct Text {
  std::string name, bytes;
};

std::vector<Text> read_texts() {
  std::vector<Text> texts;
  char name[256];
  unsigned long length = 0;
  while (std::scanf("%255s %lu", name, &length) == 2 && std::getchar() == '\n') {
    Text& text = texts.emplace_back(Text{name, std::string(length, '\0')});
    if (std::fread(text.bytes.data(), 1, length, stdin) != length) return {};
  }
  return texts;
}

std::string log_of(const Api& api, Handle program) {
  std::size_t size = 0;
  if (api.log_size(program, &size) != 0 || size == 0) return "";
  std::string log(size, '\0');
  api.log(program, log.data());
  return log.c_str();
}

int compile(const Api& api,
            const std::vector<Text>& texts,
            const std::vector<std::string>& options,
            std::string& ptx) {
  std::vector<const char*> headers, names, flags;
  for (std::size_t i = 1; i < texts.size(); ++i) {
    headers.push_back(texts[i].bytes.c_str());
    names.push_back(texts[i].name.c_str());
  }
  for (const std::string& option : options) flags.push_back(option.c_str());
  Handle program = nullptr;
  if (api.create(&program,
                 texts[0].bytes.c_str(),
                 "frame",
                 static_cast<int>(headers.size()),
                 headers.data(),
                 names.data()) != 0)
    return kMachineFailed;
  const int result = api.compile(program, static_cast<int>(flags.size()), flags.data());
  std::fputs(log_of(api, program).c_str(), stderr);
  if (result == 6) return kRejected;  // NVRTC_ERROR_COMPILATION
  std::size_t size = 0;
  if (result != 0 || api.ptx_size(program, &size) != 0) {
    std::fprintf(stderr, "NVRTC: error %d\n", result);
    return kCrashed;
  }
  ptx.resize(size);
  api.ptx(program, ptx.data());
  ptx.resize(size - 1);
  return kCompiled;
}

void put(const char* name, const std::string& bytes) {
  std::printf("%s %zu\n", name, bytes.size());
  std::fwrite(bytes.data(), 1, bytes.size(), stdout);
}

int reject(const std::string& why) {
  std::fprintf(stderr, "candidate: error: %s\n", why.c_str());
  return kRejected;
}

int crashed(const char* program, int signal) {
  std::fprintf(stderr, "%s: %s\n", program, ::strsignal(signal));
  return kCrashed;
}

// The edited programs as files that the driver loads.
int finish(const Linker& linker,
           Assembler& assembler,
           const std::string& ptx,
           const std::string& architecture) {
  const core::Result<Program> program = edit_program(ptx);
  if (!program) return reject(program.error());
  const std::string& kernels = program.value().ptx;
  const Assembler::Output assembled = assembler.assemble(kernels);
  if (assembled.signal != 0) return crashed("ptxas", assembled.signal);
  if (assembled.cubin.empty()) {
    std::fputs(readable_messages(assembled.message, kernels).c_str(), stderr);
    return kRejected;
  }
  const core::Result<std::string> recorder =
      linker.link(program.value().recorder_ptx, architecture);
  if (!recorder) return reject(recorder.error());
  put("kernels", kernels_to_text(program.value().kernels));
  put("reload", program.value().reload ? "1" : "0");
  put("ptx", kernels);
  put("recorder", recorder.value());
  put("cubin", assembled.cubin);
  return kCompiled;
}

// -default-device: functions without a mark are device code, `launch` too. -rdc: kernels may start
// kernels.
std::vector<std::string> options_for(const std::string& architecture,
                                     const std::vector<std::string>& folders) {
  std::vector<std::string> options = {"--gpu-architecture=compute_" + architecture,
                                      "--std=c++17",
                                      "-default-device",
                                      "-rdc=true",
                                      "-diag-suppress=47,177"};
  for (const std::string& folder : folders) options.push_back("-I" + folder);
  return options;
}

int run(int argc, char** argv) {
  if (argc < 5) return kMachineFailed;
  const std::string library = argv[1], architecture = argv[4];
  const std::vector<std::string> folders(argv + 5, argv + argc);
  Assembler assembler;
  if (!assembler.start(argv[3], architecture)) return kMachineFailed;
  Api api;
  Linker linker;
  if (!load(library.c_str(), api) || !linker.load(argv[2])) {
    std::fprintf(stderr, "%s\n", ::dlerror());
    return kMachineFailed;
  }
  load_builtins(library.substr(0, library.rfind('/')));
  if (!close_in(folders)) return kMachineFailed;
  const std::vector<Text> texts = read_texts();
  if (texts.empty()) return kMachineFailed;
  std::string ptx;
  const int compiled = compile(api, texts, options_for(architecture, folders), ptx);
  return compiled == kCompiled ? finish(linker, assembler, ptx, architecture) : compiled;
}

}  // namespace
}  // namespace vegttt::evaluate::nvrtc

int main(int argc, char** argv) { return vegttt::evaluate::nvrtc::run(argc, argv); }
