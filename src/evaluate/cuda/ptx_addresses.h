// Where the addresses of variables go inside one function.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace vegttt::evaluate::ptx {

// Those of `variables` that the body writes to, or whose addresses it stores or passes on; reading
// them is all that is left out. Looks at instructions in any order: may name one too many.
std::set<std::string> addresses_given_away(std::string_view body,
                                           const std::set<std::string>& variables);

// Whether the body names one of these functions other than to call it.
bool takes_address(std::string_view body, const std::set<std::string>& functions);

}  // namespace vegttt::evaluate::ptx
