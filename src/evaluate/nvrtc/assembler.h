// PTX to what the driver loads, by ptxas: as a whole program, which nvJitLink cannot do. A process
// of its own, closed in and waiting for its program before anything of a candidate was read.
#pragma once

#include <sys/types.h>

#include <string>

namespace vegttt::evaluate::nvrtc {

class Assembler {
 public:
  // `path` is ptxas, `architecture` "90a". False when it cannot be started.
  bool start(const std::string& path, const std::string& architecture);

  struct Output {
    std::string cubin;    // "" when there is none
    std::string message;  // ptxas's own, one error a line
    int signal = 0;       // that ended it
  };
  // Once. Gives the program to it and waits for its end; judge and jail limit the time.
  Output assemble(const std::string& ptx);

 private:
  pid_t process_ = -1;
  int in_ = -1, out_ = -1, err_ = -1;
};

}  // namespace vegttt::evaluate::nvrtc
