#pragma once

#include <string>
#include <vector>

namespace vegttt::records {

// Code taken from a completion and put into its frame, ready for a compiler.
struct Candidate {
  std::string task_id;
  std::string dialect;    // "cpp", "cuda"
  std::string code;       // what the model wrote, extracted
  std::string assembled;  // the whole translation unit
  // assembled line (1-based) -> line of `code` (1-based), 0 for lines of the frame.
  std::vector<int> line_map;
  std::string hash;  // short hash of dialect + assembled
};

}  // namespace vegttt::records
