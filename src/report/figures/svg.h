#pragma once

#include "drawing.h"

namespace vegttt::report::figures {

// `<`, `>`, `&` and both quotes as entities; what XML cannot hold (control characters) as U+FFFD.
std::string escaped(std::string_view text);

// An <svg> element. Colours are attributes, which a style sheet overrules by class; targets are
// data attributes. `title` is what a screen reader says.
std::string svg(const Drawing& drawing, const std::string& title);
// The same as a file of its own.
std::string svg_file(const Drawing& drawing, const std::string& title);

}  // namespace vegttt::report::figures
