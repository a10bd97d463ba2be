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
    std::string cubin;     // "" when there is none
    std::string message;   // ptxas's own, one error a line
    int signal = 0;        // that ended it
    bool missing = false;  // it could not be closed in or started
  };
  // Once: the program, then its end.
  void give(const std::string& ptx);
  Output wait();

 private:
  pid_t process_ = -1;
  int in_ = -1, out_ = -1, err_ = -1;
};

}  // namespace vegttt::evaluate::nvrtc
