#pragma once

namespace vegttt::report {

struct Interval {
  double low = 0, high = 0;
};

// 95 % interval of a rate by Wilson's score method; [0, 1] for n = 0. It treats samples as
// independent, which samples of one task are only given the task: it says nothing about other
// tasks.
Interval wilson(int k, int n);

}  // namespace vegttt::report
