# Warnings, sanitizers, linker and hardening: one interface target that every layer links.
add_library(keel_compiler INTERFACE)
target_compile_options(keel_compiler INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wswitch -Wswitch-enum
    -Wnon-virtual-dtor -Woverloaded-virtual -Wnull-dereference -Wold-style-cast -Wimplicit-fallthrough
    $<$<BOOL:${KEEL_WERROR}>:-Werror>)
# GCC 12 reports false positives from inlined standard library code at -O2 with these two. Members left out of a
# designated initializer take their defaults: that is how options are passed here.
target_compile_options(keel_compiler INTERFACE -Wno-null-dereference -Wno-restrict -Wno-missing-field-initializers)

if(KEEL_SANITIZE STREQUAL "address")
    target_compile_options(keel_compiler INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
    target_link_options(keel_compiler INTERFACE -fsanitize=address,undefined)
elseif(KEEL_SANITIZE STREQUAL "thread")
    target_compile_options(keel_compiler INTERFACE -fsanitize=thread -fno-omit-frame-pointer)
    target_link_options(keel_compiler INTERFACE -fsanitize=thread)
endif()

find_program(KEEL_LLD ld.lld)
if(KEEL_LLD)
    target_link_options(keel_compiler INTERFACE -fuse-ld=lld)
endif()
find_program(KEEL_CCACHE ccache)
if(KEEL_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${KEEL_CCACHE})
endif()

set(CMAKE_POSITION_INDEPENDENT_CODE ON)
target_compile_options(keel_compiler INTERFACE -fstack-protector-strong -fstack-clash-protection -fcf-protection
    $<$<CONFIG:Release>:-D_FORTIFY_SOURCE=3>)
target_compile_definitions(keel_compiler INTERFACE _GLIBCXX_ASSERTIONS)
target_link_options(keel_compiler INTERFACE -pie -Wl,-z,relro,-z,now -Wl,--as-needed)
add_compile_options(-ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)
