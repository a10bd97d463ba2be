#include "advice.h"

#include <cerrno>

namespace vegttt::core {

std::string advice_on(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return "; make room there, or name another folder";
    case EROFS:
    case EACCES:
    case EPERM:
      return "; name a folder that can be written";
    default:
      return "";
  }
}

}  // namespace vegttt::core
