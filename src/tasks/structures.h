// The words of task files for what values an input takes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "vegttt/tasks/task.h"

namespace vegttt::tasks {

const char* name_of(Structure structure);
std::optional<Structure> structure_from_name(const std::string& name);
std::vector<std::string> structure_names();
// Upper or lower triangular, symmetric: of the last two axes.
bool is_matrix(Structure structure);

// The public benchmark's distributions: "" and rand = uniform [0, 1), scaled_rand = rand times one
// uniform number per input, randn, ones, zeros, "kaiming_uniform fan_in=EXPR". Structures are
// applied afterwards.
bool is_known_distribution(const std::string& distribution);
std::vector<std::string> known_distributions();
std::string fan_in_of(const std::string& distribution);  // EXPR, or ""

}  // namespace vegttt::tasks
