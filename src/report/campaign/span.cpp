#include "span.h"

#include <algorithm>
#include <cstdio>

namespace vegttt::report {

void Span::add(double value) {
  const bool first = low_ > high_;
  low_ = first ? value : std::min(low_, value);
  high_ = first ? value : std::max(high_, value);
}

Cell Span::cell() const {
  if (low_ > high_) return missing_cell();
  char text[64];
  if (low_ == high_)
    std::snprintf(text, sizeof text, "%.0f", high_);
  else
    std::snprintf(text, sizeof text, "%.0f-%.0f", low_, high_);
  return {text, high_};
}

}  // namespace vegttt::report
