# Warnings, sanitizers, linker, hardening and reproducible output: one interface target that every layer links.
# Everything ends in executables, so everything is compiled alike: the precompiled header serves all of it.
add_compile_options(-fPIE)
add_link_options(-pie)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

add_library(keel_compiler INTERFACE)
target_compile_options(keel_compiler INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wswitch -Wswitch-enum
    -Wnon-virtual-dtor -Woverloaded-virtual -Wnull-dereference -Wold-style-cast -Wimplicit-fallthrough
    $<$<BOOL:${KEEL_WERROR}>:-Werror>)
# GCC 12 reports false positives from inlined standard library code, in any optimised build, with these. Members left out of a
# designated initializer take their defaults: that is how options are passed here.
target_compile_options(keel_compiler INTERFACE -Wno-null-dereference -Wno-restrict -Wno-missing-field-initializers
    $<$<OR:$<CONFIG:Release>,$<BOOL:${KEEL_SANITIZE}>>:-Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread -Wno-maybe-uninitialized>)

if(KEEL_SANITIZE STREQUAL "address")
    target_compile_options(keel_compiler INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
    target_link_options(keel_compiler INTERFACE -fsanitize=address,undefined)
elseif(KEEL_SANITIZE STREQUAL "thread")
    target_compile_options(keel_compiler INTERFACE -fsanitize=thread -fno-omit-frame-pointer)
    target_link_options(keel_compiler INTERFACE -fsanitize=thread)
elseif(KEEL_SANITIZE)
    message(FATAL_ERROR "KEEL_SANITIZE is address or thread, not '${KEEL_SANITIZE}'")
endif()

find_program(KEEL_LLD ld.lld)
if(KEEL_LLD)
    target_link_options(keel_compiler INTERFACE -fuse-ld=lld)
endif()
find_program(KEEL_CCACHE ccache)
if(KEEL_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    # The sloppiness is what ccache asks for before it caches anything that uses a precompiled header.
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
        CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${KEEL_CCACHE})
endif()

# Hardening. Assertions of the standard library stay on in release builds: an out-of-range index must stop the program,
# not corrupt a backup.
target_compile_definitions(keel_compiler INTERFACE _GLIBCXX_ASSERTIONS)
target_compile_options(keel_compiler INTERFACE -fstack-protector-strong -fstack-clash-protection)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|i.86)$")
    target_compile_options(keel_compiler INTERFACE -fcf-protection)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
    target_compile_options(keel_compiler INTERFACE -mbranch-protection=standard)
endif()
# FORTIFY needs an optimising build, and the sanitizers check the same calls better themselves.
if(NOT KEEL_SANITIZE)
    target_compile_options(keel_compiler INTERFACE $<$<CONFIG:Release>:-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3>)
endif()
target_link_options(keel_compiler INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed)

# What no command reaches is not loaded.
target_compile_options(keel_compiler INTERFACE $<$<CONFIG:Release>:-ffunction-sections -fdata-sections>)
target_link_options(keel_compiler INTERFACE $<$<CONFIG:Release>:-Wl,--gc-sections>)

# A release's sources give the same bytes, wherever they lie and whenever they are built. Only there: a path among the
# options keeps a compiler cache from serving another checkout.
add_compile_options($<$<CONFIG:Release>:-ffile-prefix-map=${CMAKE_SOURCE_DIR}=.> -Wdate-time)
add_link_options(-Wl,--build-id=sha1)
