#pragma once

#include <string>
#include <string_view>

namespace vegttt::evaluate {

enum class MemoryFile { kData, kProgram };

// A file without a name on disk, close-on-exec, sealable; where the kernel insists, it is told
// whether the file may be executed. -1 with errno when it refuses (vm.memfd_noexec = 2 refuses
// programs).
int make_memory_file(const std::string& name, MemoryFile kind);

// Writes all of it and seals the contents. MachineError.
void fill_memory_file(int fd, std::string_view bytes);

}  // namespace vegttt::evaluate
