// vegttt_nvrtc: compiles one assembled CUDA candidate and says what the compiler says. A process of
// its own, since NVRTC prints any file of the host that the source includes: it closes itself in
// before it sees a line of the source.
//
//   vegttt_nvrtc LIBNVRTC PTXAS ARCHITECTURE INCLUDE_FOLDER...
//
// ARCHITECTURE is "90a". stdin: "NAME LENGTH\n" and LENGTH bytes, first the source, then in-memory
// headers. stdout, in the same form: kernels, reload, ptx, recorder, cubin. stderr: the log.
#include <dlfcn.h>
#include <glob.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "../cuda/program.h"
#include "assembler.h"
#include "exit_codes.h"
#include "jail.h"
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

// One for each program; they run at the same time.
struct Assemblers {
  Assembler recorder, kernels;
  bool start(const std::string& path, const std::string& architecture) {
    return recorder.start(path, architecture) && kernels.start(path, architecture);
  }
};

int accept(const Assembler::Output& output, const std::string& ptx) {
  if (output.missing) {
    std::fputs("ptxas cannot be started\n", stderr);
    return kMachineFailed;
  }
  if (output.signal != 0) return crashed("ptxas", output.signal);
  if (!output.cubin.empty()) return kCompiled;
  std::fputs(readable_messages(output.message, ptx).c_str(), stderr);
  return kRejected;
}

// The edited programs as files that the driver loads.
int finish(Assemblers& assemblers, const std::string& compiled) {
  const core::Result<Program> edited = edit_program(compiled);
  if (!edited) return reject(edited.error());
  const Program& program = edited.value();
  assemblers.recorder.give(program.recorder_ptx);
  assemblers.kernels.give(program.ptx);
  const Assembler::Output kernels = assemblers.kernels.wait();
  if (const int status = accept(kernels, program.ptx); status != kCompiled) return status;
  const Assembler::Output recorder = assemblers.recorder.wait();
  if (const int status = accept(recorder, program.recorder_ptx); status != kCompiled) return status;
  put("kernels", kernels_to_text(program.kernels));
  put("reload", program.reload ? "1" : "0");
  put("ptx", program.ptx);
  put("recorder", recorder.cubin);
  put("cubin", kernels.cubin);
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
  if (argc < 4) return kMachineFailed;
  const std::string library = argv[1], architecture = argv[3];
  const std::vector<std::string> folders(argv + 4, argv + argc);
  // The judge, who has one core to time with, goes first.
  [[maybe_unused]] const int nice = ::nice(10);
  Assemblers assemblers;
  if (!assemblers.start(argv[2], architecture)) return kMachineFailed;
  Api api;
  if (!load(library.c_str(), api)) {
    std::fprintf(stderr, "%s\n", ::dlerror());
    return kMachineFailed;
  }
  load_builtins(library.substr(0, library.rfind('/')));
  if (!close_in(folders)) return kMachineFailed;
  const std::vector<Text> texts = read_texts();
  if (texts.empty()) return kMachineFailed;
  std::string ptx;
  const int compiled = compile(api, texts, options_for(architecture, folders), ptx);
  return compiled == kCompiled ? finish(assemblers, ptx) : compiled;
}

}  // namespace
}  // namespace vegttt::evaluate::nvrtc

int main(int argc, char** argv) { return vegttt::evaluate::nvrtc::run(argc, argv); }
