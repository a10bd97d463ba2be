#pragma once

#include <string>

namespace vegttt::report {

// A figure as files of its own.
struct FigureFiles {
  std::string name;  // "trajectory": trajectory.svg and trajectory.pdf
  std::string svg, pdf;
};

}  // namespace vegttt::report
