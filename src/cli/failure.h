#pragma once

#include <exception>

namespace vegttt::cli {

// What ended the program, as one line on stderr (with the next thing to try) and an exit code.
int report_failure(std::exception_ptr failure);

}  // namespace vegttt::cli
