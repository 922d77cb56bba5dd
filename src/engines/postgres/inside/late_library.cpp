#include "engines/postgres/inside/late_library.hpp"

#include <dlfcn.h>

namespace keel::postgres::inside {

void* LateLibrary::open() noexcept {
    if (void* opened = handle_.load()) return opened;
    // Two threads may both come here: the library is opened once, and counted twice.
    void* handle = ::dlopen(file_, RTLD_LAZY | RTLD_LOCAL);
    if (handle != nullptr) handle_.store(handle);
    return handle;
}

void* LateLibrary::find(const char* symbol) noexcept {
    void* handle = open();
    return handle == nullptr ? nullptr : ::dlsym(handle, symbol);
}

}  // namespace keel::postgres::inside
