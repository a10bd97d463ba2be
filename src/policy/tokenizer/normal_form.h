#pragma once

#include <string>
#include <string_view>

namespace vegttt::policy {

// True for most texts that are in normal form C already; false means "not known".
bool is_surely_nfc(std::string_view text);
// `text` is valid UTF-8.
std::string to_nfc(std::string_view text);

}  // namespace vegttt::policy
