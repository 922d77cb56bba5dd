# keel_precompile(<target>): the target's sources start from one precompiled header of the standard library's (and
# fmt's) larger headers. It only saves time: every file includes what it uses, and tools/check_headers holds that.
if(NOT KEEL_PRECOMPILED)
    function(keel_precompile target)
    endfunction()
    return()
endif()

file(WRITE ${CMAKE_BINARY_DIR}/precompiled.cpp "")
add_library(keel_precompiled STATIC ${CMAKE_BINARY_DIR}/precompiled.cpp)
target_link_libraries(keel_precompiled PUBLIC keel_compiler ${keel_fmt} Threads::Threads)
target_precompile_headers(keel_precompiled PRIVATE
    <algorithm> <array> <chrono> <cstdint> <filesystem> <functional> <map> <memory> <mutex> <optional> <span>
    <stop_token> <string> <string_view> <thread> <utility> <variant> <vector> <fmt/format.h>)

target_compile_options(keel_compiler INTERFACE -fpch-preprocess) # so that ccache can hash what is compiled

function(keel_precompile target)
    target_precompile_headers(${target} REUSE_FROM keel_precompiled)
endfunction()
