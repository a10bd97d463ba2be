#pragma once

#include "vegttt/core/json.h"

namespace vegttt::cli {

// What `bench sample` measured, for people; its keys are those of --json.
void print_sampling(const core::Json& r);

}  // namespace vegttt::cli
