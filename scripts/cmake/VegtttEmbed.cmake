# vegttt_embed(TARGET t NAMESPACE a::b FILES file... [BASE folder] [PROGRAMS name=target...])
#   Puts files into target t, so that the one program runs from anywhere. FILES are relative to the current source
#   folder; each is found at run time by its path relative to BASE, which is the project's folder unless given.
#   PROGRAMS are targets of this build (the runner), found by the name before the '='. A change of any of them
#   rebuilds one small object file. The header, which users of t see too:
#
#     #include "vegttt_embedded/t.h"
#     namespace a::b {
#     struct EmbeddedFile { std::string_view path; std::string_view bytes; };
#     std::span<const EmbeddedFile> embedded_files();                            // sorted by path
#     std::optional<std::string_view> find_embedded(std::string_view path);     // "configs/experiments/quickstart.yaml"
#     }
#
#   The bytes live as long as the program and have a NUL behind them. They enter through the assembler's .incbin, which
#   takes milliseconds where a C array of a 20 MB file takes minutes.
include_guard(GLOBAL)

function(vegttt_embed)
  cmake_parse_arguments(embed "" "TARGET;NAMESPACE;BASE" "FILES;PROGRAMS" ${ARGN})
  if(NOT embed_TARGET OR NOT embed_NAMESPACE OR embed_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "vegttt_embed: TARGET and NAMESPACE are needed; not understood: '${embed_UNPARSED_ARGUMENTS}'")
  endif()
  if(NOT embed_BASE)
    set(embed_BASE "${PROJECT_SOURCE_DIR}")
  endif()
  cmake_path(ABSOLUTE_PATH embed_BASE NORMALIZE)
  set(folder "${CMAKE_CURRENT_BINARY_DIR}/embedded_${embed_TARGET}")

  # "path in the program|path on disk", sorted.
  set(entries "")
  foreach(file IN LISTS embed_FILES)
    cmake_path(ABSOLUTE_PATH file NORMALIZE)
    if(NOT EXISTS "${file}")
      message(FATAL_ERROR "vegttt_embed(${embed_TARGET}): no such file: ${file}")
    endif()
    cmake_path(RELATIVE_PATH file BASE_DIRECTORY "${embed_BASE}" OUTPUT_VARIABLE path)
    list(APPEND entries "${path}|${file}")
  endforeach()
  foreach(program IN LISTS embed_PROGRAMS)
    string(REGEX MATCH "^([^=]+)=(.+)$" _ "${program}")
    set(copy "${folder}/programs/${CMAKE_MATCH_1}")
    add_custom_command(OUTPUT "${copy}" COMMAND ${CMAKE_COMMAND} -E copy "$<TARGET_FILE:${CMAKE_MATCH_2}>" "${copy}"
      DEPENDS ${CMAKE_MATCH_2} COMMENT "Taking ${CMAKE_MATCH_1} into ${embed_TARGET}" VERBATIM)
    list(APPEND entries "${CMAKE_MATCH_1}|${copy}")
  endforeach()
  list(REMOVE_DUPLICATES entries)
  list(SORT entries)

  set(index 0)
  set(assembly "")
  set(symbols "")
  set(table "")
  set(depends "")
  foreach(entry IN LISTS entries)
    string(REGEX MATCH "^([^|]*)[|](.*)$" _ "${entry}")
    set(symbol "vegttt_embedded_${embed_TARGET}_${index}")
    string(APPEND assembly "asm(R\"(.pushsection .rodata.vegttt_embedded, \"a\"\n"
      ".global ${symbol}, ${symbol}_end\n.hidden ${symbol}, ${symbol}_end\n"
      ".balign 64\n${symbol}: .incbin \"${CMAKE_MATCH_2}\"\n${symbol}_end: .byte 0\n.popsection)\");\n")
    string(APPEND symbols "VEGTTT_HIDDEN extern const char ${symbol}[], ${symbol}_end[];\n")
    string(APPEND table "    {R\"(${CMAKE_MATCH_1})\", {${symbol}, static_cast<std::size_t>(${symbol}_end - ${symbol})}},\n")
    list(APPEND depends "${CMAKE_MATCH_2}")
    math(EXPR index "${index} + 1")
  endforeach()

  file(CONFIGURE OUTPUT "${folder}/vegttt_embedded/${embed_TARGET}.h" @ONLY CONTENT [[
#pragma once
#include <optional>
#include <span>
#include <string_view>

namespace @embed_NAMESPACE@ {
struct EmbeddedFile {
  std::string_view path;
  std::string_view bytes;
};
std::span<const EmbeddedFile> embedded_files();
std::optional<std::string_view> find_embedded(std::string_view path);
}  // namespace @embed_NAMESPACE@
]])
  file(CONFIGURE OUTPUT "${folder}/embedded.cpp" @ONLY CONTENT [[
#include "vegttt_embedded/@embed_TARGET@.h"

#include <algorithm>
#include <array>

@assembly@
#define VEGTTT_HIDDEN __attribute__((visibility("hidden")))
extern "C" {
@symbols@}

namespace @embed_NAMESPACE@ {

std::span<const EmbeddedFile> embedded_files() {
  static const std::array<EmbeddedFile, @index@> files = [] {
    std::array<EmbeddedFile, @index@> list{{
@table@    }};
    std::ranges::sort(list, {}, &EmbeddedFile::path);
    return list;
  }();
  return files;
}

std::optional<std::string_view> find_embedded(std::string_view path) {
  const auto files = embedded_files();
  const auto found = std::ranges::lower_bound(files, path, {}, &EmbeddedFile::path);
  if (found == files.end() || found->path != path) return std::nullopt;
  return found->bytes;
}

}  // namespace @embed_NAMESPACE@
]])
  set_source_files_properties("${folder}/embedded.cpp" PROPERTIES OBJECT_DEPENDS "${depends}" SKIP_PRECOMPILE_HEADERS ON)
  target_sources(${embed_TARGET} PRIVATE "${folder}/embedded.cpp")
  target_include_directories(${embed_TARGET} PUBLIC "${folder}")
endfunction()
