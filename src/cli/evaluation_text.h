#pragma once

#include <string>

#include "vegttt/records/evaluation.h"

namespace vegttt::cli {

// A verdict for people, several lines:
//   L1/4  compile ok 0.4 s | verify FAIL 2 of 3 inputs | time skipped  -> wrong
//     input 1 (A 1024x8192, B 8192x1): largest error 0.31 at [17, 0], allowed 0.01
// `name` precedes the task when several files are judged.
std::string evaluation_text(const std::string& name, const records::Evaluation& evaluation);

}  // namespace vegttt::cli
