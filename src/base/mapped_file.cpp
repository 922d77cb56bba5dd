#include "base/mapped_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/error.hpp"
#include "base/file.hpp"

namespace keel {

MappedFile::MappedFile(const std::filesystem::path& path) {
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.is_open()) throw io_error("open", path.native());
    struct stat status = {};
    if (::fstat(file.get(), &status) != 0) throw io_error("look at", path.native());
    size_ = static_cast<std::size_t>(status.st_size);
    if (size_ == 0) return;
    void* address = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file.get(), 0);
    if (address == MAP_FAILED) throw io_error("map", path.native());
    ::madvise(address, size_, MADV_SEQUENTIAL);
    data_ = static_cast<const char*>(address);
}

MappedFile::~MappedFile() {
    if (data_ != nullptr) ::munmap(const_cast<char*>(data_), size_);
}

}  // namespace keel
