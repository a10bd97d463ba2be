#pragma once

#include <string>

namespace vegttt::cli {

std::string torch_facts();  // "2.11.0, 2 threads"
std::string gpu_facts();    // "NVIDIA H200, driver 580.82"; "" without one
int usable_cores();

}  // namespace vegttt::cli
