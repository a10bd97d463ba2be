// A figure is a drawing and the table of what it shows: nobody has to read numbers off a picture.
#pragma once

#include "drawing.h"
#include "vegttt/report/table.h"

namespace vegttt::report::figures {

struct Figure {
  std::string name;     // "trajectory": the files are trajectory.svg and trajectory.pdf
  std::string caption;  // how to read it: denominators, intervals, what marks mean
  Drawing drawing;
  Table table;  // its title is the figure's
};

}  // namespace vegttt::report::figures
