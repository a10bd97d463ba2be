#pragma once

#include "vegttt/report/table.h"

namespace vegttt::report {

// What a label's runs spent of one kind: "312-320".
class Span {
 public:
  void add(double value);
  Cell cell() const;

 private:
  double low_ = 0, high_ = -1;
};

}  // namespace vegttt::report
