#pragma once

#include "drawing.h"

namespace vegttt::report::figures {

// A PDF of one page as large as the drawing and its margin, text in Helvetica, which every reader
// has. Characters outside of Windows-1252 become '?'.
std::string pdf_file(const Drawing& without_margin, const std::string& title);

}  // namespace vegttt::report::figures
