# Third-party libraries, each found once. Debian bookworm's packages are the default.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)

# Loading and relocating shared libraries is most of what a short command does: with KEEL_STATIC those that every
# command needs are in the executable. Debian's fmt has no archive, but its source as a header.
set(keel_fmt fmt::fmt)
if(KEEL_STATIC)
    set(shared_suffixes ${CMAKE_FIND_LIBRARY_SUFFIXES})
    set(CMAKE_FIND_LIBRARY_SUFFIXES .a .so)
    add_link_options(-static-libstdc++ -static-libgcc)
    if(fmt_VERSION VERSION_GREATER_EQUAL 9 AND fmt_VERSION VERSION_LESS 10)
        add_library(keel_fmt STATIC ${CMAKE_SOURCE_DIR}/cmake/fmt.cpp)
        target_include_directories(keel_fmt PUBLIC $<TARGET_PROPERTY:fmt::fmt,INTERFACE_INCLUDE_DIRECTORIES>)
        set(keel_fmt keel_fmt)
    endif()
endif()
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
if(KEEL_STATIC)
    set(CMAKE_FIND_LIBRARY_SUFFIXES ${shared_suffixes})
endif()

# SQLite is linked; another build of it is taken with -DKEEL_SQLITE_PREFIX=/opt/sqlite.
add_library(keel_sqlite3 INTERFACE)
if(KEEL_SQLITE_PREFIX)
    target_include_directories(keel_sqlite3 SYSTEM INTERFACE ${KEEL_SQLITE_PREFIX}/include)
    find_library(KEEL_SQLITE_LIBRARY sqlite3 PATHS ${KEEL_SQLITE_PREFIX}/lib NO_DEFAULT_PATH REQUIRED)
    target_link_libraries(keel_sqlite3 INTERFACE ${KEEL_SQLITE_LIBRARY})
else()
    pkg_check_modules(SQLITE3 REQUIRED IMPORTED_TARGET sqlite3)
    target_link_libraries(keel_sqlite3 INTERFACE PkgConfig::SQLITE3)
endif()

# libpq is loaded when the first PostgreSQL connection is made (it brings some 20 libraries with it), so only its
# headers are needed here (and its archive for a release: src/engines/postgres/inside); another build is taken with -DKEEL_LIBPQ_PREFIX=/opt/postgresql.
add_library(keel_libpq INTERFACE)
if(KEEL_LIBPQ_PREFIX)
    target_include_directories(keel_libpq SYSTEM INTERFACE ${KEEL_LIBPQ_PREFIX}/include)
    target_compile_definitions(keel_libpq INTERFACE KEEL_LIBPQ_NAME="${KEEL_LIBPQ_PREFIX}/lib/libpq.so.5")
else()
    pkg_check_modules(LIBPQ REQUIRED libpq)
    target_include_directories(keel_libpq SYSTEM INTERFACE ${LIBPQ_INCLUDE_DIRS})
    target_compile_definitions(keel_libpq INTERFACE KEEL_LIBPQ_NAME="libpq.so.5")
endif()
target_link_libraries(keel_libpq INTERFACE ${CMAKE_DL_LIBS})

find_library(KEEL_PG_QUERY_LIBRARY NAMES libpg_query.a REQUIRED)
find_path(KEEL_PG_QUERY_INCLUDE pg_query.h REQUIRED)
add_library(keel_pg_query INTERFACE)
target_include_directories(keel_pg_query SYSTEM INTERFACE ${KEEL_PG_QUERY_INCLUDE})
target_link_libraries(keel_pg_query INTERFACE ${KEEL_PG_QUERY_LIBRARY} Threads::Threads)

# libcurl is loaded at the first request to a web server, as libpq is: only its headers are needed here.
pkg_check_modules(LIBCURL REQUIRED libcurl)
add_library(keel_libcurl INTERFACE)
target_include_directories(keel_libcurl SYSTEM INTERFACE ${LIBCURL_INCLUDE_DIRS})
target_link_libraries(keel_libcurl INTERFACE ${CMAKE_DL_LIBS})
