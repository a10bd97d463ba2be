#pragma once

#include <string>

#include "vegttt/records/candidate.h"
#include "vegttt/records/evaluation.h"

namespace vegttt::evaluate {

// Writes <folder>/<hash>.cpp (or .cu) and <hash>.log; nothing when `folder` is empty.
void keep_kernel(const std::string& folder,
                 const records::Candidate& candidate,
                 const std::string& log);

}  // namespace vegttt::evaluate
