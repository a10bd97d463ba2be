#pragma once

#include <cstdint>
#include <string>

namespace vegttt::policy {

// Bytes of main memory that this process may still take: what the system has left, and what its
// control group allows.
std::int64_t available_memory();

// Throws UserError naming both sizes when `needed` exceeds `available`. `what` is what needs it.
void require_memory(std::int64_t needed,
                    std::int64_t available,
                    const std::string& what,
                    const std::string& where);

}  // namespace vegttt::policy
